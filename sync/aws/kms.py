"""Seal keys that a key of AWS KMS wraps: opened once a process, by the credentials of its machine.

One of SEAL_KEYS may be `aws-kms:KEY-ARN:BLOB`, where BLOB is a data key as KMS encrypted it
("GenerateDataKeyWithoutPlaintext" in the KMS API Reference): who reads it can't use it without being allowed
`kms:Decrypt` of that key. The encryption context is part of what KMS authenticates, and shows in CloudTrail
("Encryption context" in the KMS Developer Guide).
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any

from botocore.session import Session
from django.conf import settings

from iamconsole.sealing import CannotUnseal, register_wrapping
from sync.aws import errors, purpose
from sync.aws.session import AwsSession, invoke
from sync.aws.target import AwsTarget
from sync.aws.trace import traced
from sync.aws.translation import SentCall, translate

PREFIX = "aws-kms:"
CONTEXT = {"used-by": "IAM Console", "for": "seal key"}
_KEY = r"arn:(?P<partition>aws[a-z-]*):kms:(?P<region>[a-z0-9-]+):(?P<account>\d{12}):key/[\w-]+"
_KEY_ARN = re.compile(_KEY, re.ASCII)
_WRAPPED = re.compile(rf"{PREFIX}(?P<arn>{_KEY}):(?P<blob>[A-Za-z0-9+/]+=*)", re.ASCII)
_BYTES = 32


class KmsRefused(CannotUnseal):
    """KMS can't be reached, refuses, or was given what it didn't make. The text is a sentence for whoever runs this."""


class _KmsSession(AwsSession):
    """The machine's own credentials, whichever AWS account they are of: the key may be another one's."""

    def _check_identity(self, session: Session) -> None:
        pass


def register() -> None:
    register_wrapping(PREFIX, unwrap)


def make_key(arn: str) -> str:
    """A new seal key, wrapped under the KMS key `arn`, as it goes into SEAL_KEYS. Raises KmsRefused."""
    found = _KEY_ARN.fullmatch(arn)
    if found is None:
        raise KmsRefused("Name the key by its ARN, arn:aws:kms:REGION:ACCOUNT:key/ID, and not by an alias.")
    params = {"KeyId": arn, "NumberOfBytes": _BYTES, "EncryptionContext": CONTEXT}
    answer = _call(found, "GenerateDataKeyWithoutPlaintext", params)
    return f"{PREFIX}{arn}:{base64.b64encode(answer['CiphertextBlob']).decode()}"


def unwrap(wrapped: str) -> str:
    """The key itself. Raises KmsRefused."""
    found = _WRAPPED.fullmatch(wrapped)
    if found is None:
        raise KmsRefused("One of SEAL_KEYS begins with aws-kms: and isn’t what manage.py make_seal_key printed.")
    try:
        blob = base64.b64decode(found["blob"], validate=True)
    except binascii.Error:
        raise KmsRefused("One of SEAL_KEYS was cut: give it as manage.py make_seal_key printed it.") from None
    params = {"KeyId": found["arn"], "CiphertextBlob": blob, "EncryptionContext": CONTEXT}
    return base64.b64encode(_call(found, "Decrypt", params)["Plaintext"]).decode()


def _call(key: re.Match[str], operation: str, params: dict[str, Any]) -> dict[str, Any]:
    target = AwsTarget(
        key["account"], key["partition"], key["region"], False, "", "", emulator_url=settings.AWS_EMULATOR_URL
    )
    sent = SentCall("kms", operation, key["account"], write=False, emulated=target.emulated)
    session = _KmsSession(target, purpose.READING)
    try:
        with traced(None):
            return invoke(session.client("kms", resends=True), operation, params)
    except errors.AwsError as error:
        raise KmsRefused(_sentence(params["KeyId"], operation, error)) from error
    except Exception as error:
        raise KmsRefused(_sentence(params["KeyId"], operation, translate(error, sent))) from error


def _sentence(arn: str, operation: str, error: errors.AwsError) -> str:
    return (
        f"The seal key that {arn} wraps can’t be opened: {error.sentence()} The console’s own credentials need "
        f"kms:{operation} on it; see docs/keys.md."
    )
