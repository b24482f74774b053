"""An AWS account in which much was made 500 days ago, and some of it was used since."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.models import AwsAccount
from emulator.process import Emulator
from findings import refresh
from tests.services.credentials import at_that_time
from tests.services.pulling import policy_arn, pulled
from tests.services.statements import LAMBDA, allowing, trusting
from unused.models import UnusedObject
from unused.source import UnusedSource

SOURCES = (
    "iam.details",
    "iam.keys",
    "iam.login",
    "iam.last_used",
    "iam.credential_report",
    "iam.instance_profiles",
)
PASSWORD = "Correct-Horse-7-Battery"


class Estate:
    """`key` is that of ci-old. Used lately are only the role busy, and the key of ci-new."""

    def __init__(self, emulator: Emulator, aws_account: AwsAccount) -> None:
        self.emulator, self.aws_account = emulator, aws_account
        self.iam: Any = emulator.client("iam")
        self._make(emulator.own_client("iam"))
        self.look()

    def _make(self, iam: Any) -> None:
        at_that_time(iam, timezone.now() - timedelta(days=500))
        iam.create_policy(PolicyName="reports-read", PolicyDocument=allowing("s3:GetObject"))
        iam.create_policy(PolicyName="orphan", PolicyDocument=allowing("s3:ListBucket"))
        for name in ("ci-old", "ci-new", "reader"):
            iam.create_user(UserName=name, Tags=[{"Key": "owner", "Value": "platform"}] if name == "ci-old" else [])
        self.key = iam.create_access_key(UserName="ci-old")["AccessKey"]["AccessKeyId"]
        self.used_key = iam.create_access_key(UserName="ci-new")["AccessKey"]["AccessKeyId"]
        iam.put_user_policy(UserName="ci-old", PolicyName="deploys", PolicyDocument=allowing("s3:PutObject"))
        iam.create_login_profile(UserName="reader", Password=PASSWORD)
        iam.create_group(GroupName="nobody")
        for name in ("legacy", "busy"):
            iam.create_role(RoleName=name, AssumeRolePolicyDocument=trusting(LAMBDA))
            iam.attach_role_policy(RoleName=name, PolicyArn=policy_arn("reports-read"))
        iam.create_instance_profile(InstanceProfileName="empty")
        self.iam.create_role(RoleName="young", AssumeRolePolicyDocument=trusting(LAMBDA))
        self.use("role", "busy", days=3)
        self.use("key", self.used_key, days=3)

    def give_old_key(self, user: str) -> str:
        iam: Any = self.emulator.own_client("iam")
        at_that_time(iam, timezone.now() - timedelta(days=500))
        key: str = iam.create_access_key(UserName=user)["AccessKey"]["AccessKeyId"]
        self.look()
        return key

    def use(self, kind: str, name: str, *, days: float = 0) -> None:
        self.emulator.activity(kind, name, at=(timezone.now() - timedelta(days=days)).isoformat())

    def look(self) -> None:
        for source in SOURCES:
            pulled(self.aws_account, source=source)
        refresh.refresh(self.aws_account, sources=[UnusedSource()])
        self.emulator.forget_calls()

    def rows(self, **asked: Any) -> list[UnusedObject]:
        return list(UnusedObject.objects.filter(aws_account=self.aws_account, **asked).order_by("kind", "name_key"))

    def id_of(self, kind: str, name: str) -> str:
        return UnusedObject.objects.get(aws_account=self.aws_account, kind=kind, name=name).aws_id
