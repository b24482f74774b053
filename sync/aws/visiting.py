"""Trying things out as somebody else: with AWS credentials that a person's app was given, and by the keys of a pool.

Nothing of it is kept: the session goes with the request that asked, and no log has more than the call's name.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import requests
from botocore.session import Session
from django.conf import settings

from accounts.models import AwsAccount
from sync.aws import errors
from sync.aws.purpose import SessionPurpose
from sync.aws.secrets import Secret
from sync.aws.session import AwsSession, invoke, without_credentials
from sync.aws.target import AwsTarget, target_of
from sync.aws.trace import logged, traced
from sync.aws.translation import SentCall, translate

_PURPOSE = SessionPurpose("read", "iam-console-visit")
_LONGEST_KEYS = 100_000  # bytes
LONGEST_LOGO = 131_072  # "Length Constraints" of ImageFile in the reference of SetUICustomization
_READS = {"s3": "GetObject", "sts": "GetCallerIdentity"}


@dataclass(frozen=True)
class ReadObject:
    """An object of S3 that could be read. `size` in bytes."""

    content_type: str
    size: int


class CredentialsHolder:
    """Who has these credentials, as GetCredentialsForIdentity gave them. Raises an AwsError where AWS refuses."""

    def __init__(self, aws_account: AwsAccount, region: str, credentials: Mapping[str, Any]) -> None:
        self._aws_account, self._region = aws_account, region
        self._session = _VisitorSession(target_of(aws_account, "read"), credentials)

    def arn(self) -> str:
        """Of the session: which role it has."""
        return str(self._call("sts")["Arn"])

    def read(self, bucket: str, key: str) -> ReadObject:
        answer = self._call("s3", Bucket=bucket, Key=key)
        answer["Body"].close()
        return ReadObject(str(answer.get("ContentType", "")), int(answer["ContentLength"]))

    def _call(self, service: str, **params: Any) -> dict[str, Any]:
        operation = _READS[service]
        account_id, emulated = self._aws_account.account_id, self._aws_account.emulated
        sending = SentCall(service, operation, account_id, write=False, emulated=emulated)
        client = self._session.client(service, self._region, resends=True)
        with logged(sending, _PURPOSE), traced(None):
            try:
                return invoke(client, operation, params)
            except Exception as error:
                raise translate(error, sending) from error


class _VisitorSession(AwsSession):
    """A session by credentials that somebody was given."""

    def __init__(self, target: AwsTarget, credentials: Mapping[str, Any]) -> None:
        super().__init__(target, _PURPOSE)
        self._credentials = credentials

    def _open(self) -> Session:
        credentials = self._credentials
        session = without_credentials()
        session.set_credentials(
            str(credentials["AccessKeyId"]), _text(credentials["SecretKey"]), _text(credentials["SessionToken"])
        )
        return session


def _text(value: Any) -> str:
    return value.open() if isinstance(value, Secret) else str(value)


def published_keys(aws_account: AwsAccount, region: str, pool_id: str) -> dict[str, Any]:
    """The JSON Web Key Set of a user pool, which anybody may read. Raises an AwsError."""
    target = target_of(aws_account, "read")
    host = "amazonaws.com.cn" if target.partition == "aws-cn" else "amazonaws.com"
    base = target.emulator_url.rstrip("/") if target.emulated else f"https://cognito-idp.{region}.{host}"
    sending = SentCall("cognito-idp", "GetKeys", target.account_id, write=False, emulated=target.emulated)
    body = _got(sending, f"{base}/{pool_id}/.well-known/jwks.json", _LONGEST_KEYS)
    try:
        keys = json.loads(body or b"null")
    except ValueError:
        keys = None
    if not isinstance(keys, dict):
        raise sending.failed(errors.NotFound, "AWS publishes no keys of this user pool.")
    return keys


def published_logo(aws_account: AwsAccount, url: str) -> bytes:
    """The image at the address that GetUICustomization tells, which anybody may read. Raises an AwsError.

    Nobody else's address is asked: AWS has them at CloudFront.
    """
    target = target_of(aws_account, "read")
    sending = SentCall("cognito-idp", "GetLogo", target.account_id, write=False, emulated=target.emulated)
    parts, emulator = urlsplit(url), urlsplit(target.emulator_url)
    if target.emulated:
        is_theirs = (parts.scheme, parts.netloc) == (emulator.scheme, emulator.netloc)
    else:
        is_theirs = parts.scheme == "https" and parts.netloc.endswith(".cloudfront.net") and "@" not in parts.netloc
    if not is_theirs:
        raise sending.failed(errors.ConsoleRefused, "The logo isn’t at an address of CloudFront.")
    if not (body := _got(sending, url, LONGEST_LOGO)):
        raise sending.failed(errors.NotFound, "AWS gives out no logo at the address that it tells.")
    return body


def _got(sending: SentCall, url: str, longest: int) -> bytes:
    """What is published there; b"" for anything but an answer of `longest` bytes at most. Raises UnreachableError."""
    timeout = (settings.AWS_CONNECT_TIMEOUT, settings.AWS_READ_TIMEOUT)
    with logged(sending, _PURPOSE), requests.Session() as session:
        session.trust_env = not sending.emulated  # no proxy stands before this machine
        try:
            with session.get(url, timeout=timeout, allow_redirects=False, stream=True) as answer:
                if answer.status_code != HTTPStatus.OK:
                    return b""
                body = b""
                for chunk in answer.iter_content(16_384):
                    body += chunk
                    if len(body) > longest:
                        return b""
                return body
        except requests.RequestException as error:
            raise sending.failed(errors.UnreachableError, str(error)[:200]) from error
