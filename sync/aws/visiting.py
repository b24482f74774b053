"""Trying things out as somebody else: with AWS credentials that a person's app was given, and by the keys of a pool.

Nothing of it is kept: the session goes with the request that asked, and no log has more than the call's name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import requests
from botocore.session import Session
from django.conf import settings

from accounts.models import AwsAccount
from sync.aws import errors
from sync.aws.calllog import logged
from sync.aws.purpose import Purpose
from sync.aws.secrets import Secret
from sync.aws.session import AwsSession, invoke, without_credentials
from sync.aws.target import Target, target_of
from sync.aws.trace import traced
from sync.aws.translation import Sending, translate

_PURPOSE = Purpose("read", "iam-console-visit")
_READS = {"s3": "GetObject", "sts": "GetCallerIdentity"}


@dataclass(frozen=True)
class Read:
    """An object of S3 that could be read. `size` in bytes."""

    content_type: str
    size: int


class Somebody:
    """Who has these credentials, as GetCredentialsForIdentity gave them. Raises an AwsError where AWS refuses."""

    def __init__(self, aws_account: AwsAccount, region: str, credentials: Mapping[str, Any]) -> None:
        self._aws_account, self._region = aws_account, region
        self._session = _Given(target_of(aws_account, "read"), credentials)

    def arn(self) -> str:
        """Of the session: which role it has."""
        return str(self._call("sts")["Arn"])

    def read(self, bucket: str, key: str) -> Read:
        answer = self._call("s3", Bucket=bucket, Key=key)
        answer["Body"].close()
        return Read(str(answer.get("ContentType", "")), int(answer["ContentLength"]))

    def _call(self, service: str, **params: Any) -> dict[str, Any]:
        operation = _READS[service]
        account_id, emulated = self._aws_account.account_id, self._aws_account.emulated
        sending = Sending(service, operation, account_id, write=False, emulated=emulated)
        client = self._session.client(service, self._region, resends=True)
        with logged(sending, _PURPOSE), traced(None):
            try:
                return invoke(client, operation, params)
            except Exception as error:
                raise translate(error, sending) from error


class _Given(AwsSession):
    """A session by credentials that somebody was given."""

    def __init__(self, target: Target, credentials: Mapping[str, Any]) -> None:
        super().__init__(target, _PURPOSE)
        self._credentials = credentials

    def _open(self) -> Session:
        given = self._credentials
        session = without_credentials()
        session.set_credentials(str(given["AccessKeyId"]), _text(given["SecretKey"]), _text(given["SessionToken"]))
        return session


def _text(value: Any) -> str:
    return value.open() if isinstance(value, Secret) else str(value)


def published_keys(aws_account: AwsAccount, region: str, pool_id: str) -> dict[str, Any]:
    """The JSON Web Key Set of a user pool, which anybody may read. Raises an AwsError."""
    target = target_of(aws_account, "read")
    host = "amazonaws.com.cn" if target.partition == "aws-cn" else "amazonaws.com"
    base = target.emulator_url.rstrip("/") if target.emulated else f"https://cognito-idp.{region}.{host}"
    sending = Sending("cognito-idp", "GetKeys", target.account_id, write=False, emulated=target.emulated)
    with logged(sending, _PURPOSE), requests.Session() as session:
        session.trust_env = not target.emulated  # no proxy stands before this machine
        timeout = (settings.AWS_CONNECT_TIMEOUT, settings.AWS_READ_TIMEOUT)
        try:
            url = f"{base}/{pool_id}/.well-known/jwks.json"
            answer = session.get(url, timeout=timeout, allow_redirects=False)
            keys = answer.json() if answer.status_code == HTTPStatus.OK else None
        except requests.RequestException as error:
            raise sending.failed(errors.Unreachable, str(error)[:200]) from error
    if not isinstance(keys, dict):
        raise sending.failed(errors.NotFound, "AWS publishes no keys of this user pool.")
    return keys
