"""What a guest, or somebody who is signed in, gets of an identity pool: asked of AWS itself, in the enhanced flow.

The credentials live as long as the request that asked for them. What stays in AWS is the identity.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cognito.models import IdentityPool
from cognito.permissions import IDENTITY
from cognito.trying.as_app import sentence_of
from iamconsole.web.words import full_time
from sync.aws.client import visitor
from sync.aws.errors import AwsError
from sync.aws.secrets import Secret
from sync.aws.visiting import CredentialsHolder

_READ_ONLY = "This AWS account is read-only in this console, and trying makes an identity in the pool."


@dataclass(frozen=True)
class CredentialsTrialStep:
    title: str
    ok: bool
    words: str


@dataclass
class CredentialsTrial:
    """How far it came, step by step. `role_arn`: of the session that AWS gave; "" where it gave none."""

    steps: list[CredentialsTrialStep] = field(default_factory=list)
    identity_id: str = ""
    role_arn: str = ""

    def went(self, title: str, words: str) -> None:
        self.steps.append(CredentialsTrialStep(title, True, words))

    def failed(self, title: str, error: AwsError) -> None:
        self.steps.append(CredentialsTrialStep(title, False, sentence_of(error)))

    @property
    def role(self) -> str:
        """ "shop-guest" of "arn:aws:sts::123456789012:assumed-role/shop-guest/CognitoIdentityCredentials"."""
        return self.role_arn.split("/")[1] if self.role_arn.count("/") else ""


def why_not(row: IdentityPool) -> str:
    """A sentence why nothing can be tried, known before the click; "" where it can."""
    if row.gone_at is not None:
        return "AWS no longer has this pool."
    return "" if row.aws_account.writes_enabled else _READ_ONLY


def try_out(
    row: IdentityPool, *, provider: str = "", token: Secret | None = None, bucket: str = "", key: str = ""
) -> CredentialsTrial:
    """`provider` and `token`: of somebody who is signed in. `bucket` and `key`: an object to read, if any."""
    trial = CredentialsTrial()
    logins: dict[str, Any] = {"Logins": {provider: token}} if token is not None else {}
    credentials = _credentials(row, trial, logins)
    if credentials is None:
        return trial
    somebody = CredentialsHolder(row.aws_account, row.region, credentials)
    try:
        trial.role_arn = somebody.arn()
        trial.went("Assume the role", trial.role_arn)
    except AwsError as error:
        trial.failed("Assume the role", error)
    if bucket:
        title = f"Read {bucket}/{key}"
        try:
            found = somebody.read(bucket, key)
            trial.went(title, f"{found.size:,} bytes of {found.content_type or 'no type'}")
        except AwsError as error:
            trial.failed(title, error)
    return trial


def _credentials(row: IdentityPool, trial: CredentialsTrial, logins: Mapping[str, Any]) -> Mapping[str, Any] | None:
    client = visitor(row.aws_account, region=row.region)
    title = "Get an id"
    try:
        trial.identity_id = str(client.call(IDENTITY, "GetId", IdentityPoolId=row.aws_id, **logins)["IdentityId"])
        trial.went(title, trial.identity_id)
        title = "Get credentials"
        answer = client.call(IDENTITY, "GetCredentialsForIdentity", IdentityId=trial.identity_id, **logins)
    except AwsError as error:
        trial.failed(title, error)
        return None
    credentials: Mapping[str, Any] = answer["Credentials"]
    trial.went(title, f"Good until {full_time(credentials['Expiration'])}; they are not kept")
    return credentials
