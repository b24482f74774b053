"""A leaked access key: whose it is, what was done with it, and a role that others use, too."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from accounts.models import AwsAccount
from emulator.process import Emulator
from identities.models import IamRole, IamUser
from tests.services.pulling import pulled_in_order
from tests.services.statements import allowing, trusting

ACCOUNT_ROOT = "arn:aws:iam::123456789012:root"
SOURCES = ("iam.details", "iam.keys", "iam.login", "iam.role_settings")


@dataclass
class Night:
    """`key`: of ci-builder, as AWS said it once. ci-builder and deploy-bot may take on the role deploy."""

    emulator: Emulator
    aws_account: AwsAccount
    iam: Any
    key: dict[str, str]

    @property
    def user(self) -> IamUser:
        return IamUser.objects.get(aws_account=self.aws_account, name="ci-builder", gone_at=None)

    @property
    def role(self) -> IamRole:
        return IamRole.objects.get(aws_account=self.aws_account, name="deploy", gone_at=None)

    def by_key(self, service: str, key: dict[str, str] | None = None) -> Any:
        key = key or self.key
        token = {"aws_session_token": key["SessionToken"]} if "SessionToken" in key else {}
        return self.emulator.client(
            service, aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"], **token
        )

    def intrude(self) -> None:
        """With the key somebody took on the role, and made a user with a key."""
        session = self.by_key("sts").assume_role(RoleArn=self.role.arn, RoleSessionName="night")["Credentials"]
        theirs = self.by_key("iam", session)
        theirs.create_user(UserName="svc-backup2")
        theirs.create_access_key(UserName="svc-backup2")

    def pull(self) -> None:
        pulled_in_order(self.aws_account, SOURCES)


def leaked_key(emulator: Emulator, aws_account: AwsAccount) -> Night:
    iam = emulator.client("iam")
    for name in ("ci-builder", "deploy-bot", "root-keeper"):
        iam.create_user(UserName=name)
    for name in ("ci-builder", "deploy-bot"):
        iam.put_user_policy(UserName=name, PolicyName="deploys", PolicyDocument=allowing("sts:AssumeRole"))
    iam.create_login_profile(UserName="ci-builder", Password="Not-A-Real-One-1")
    iam.put_user_policy(UserName="root-keeper", PolicyName="all", PolicyDocument=allowing("*"))
    iam.create_access_key(UserName="root-keeper")
    trust = trusting({"AWS": ACCOUNT_ROOT}, ["sts:AssumeRole"])
    iam.create_role(RoleName="deploy", AssumeRolePolicyDocument=trust)
    key = iam.create_access_key(UserName="ci-builder")["AccessKey"]
    found = Night(emulator, aws_account, iam, key)
    found.pull()
    return found
