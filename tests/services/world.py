"""A small AWS for tests of the writing path: made in the emulator, then mirrored object by object."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.db import transaction
from django.utils import timezone

from accounts.models import AwsAccount
from emulator.process import Emulator
from identities.models import IamGroup, IamRole, IamUser
from policies.models import ManagedPolicy
from sync import mirror
from sync.aws.client import reader
from sync.models import MirroredRow
from sync.object_ref import ObjectRef
from tests.services.statements import LAMBDA, reports_policy, trusting

R = TypeVar("R", bound=MirroredRow)
TRUST = trusting(LAMBDA)


@dataclass
class World:
    """Makes things in AWS, as somebody outside the console would, and mirrors them."""

    emulator: Emulator
    aws_account: AwsAccount
    iam: Any = field(init=False)

    def __post_init__(self) -> None:
        self.iam = self.emulator.client("iam")

    def policy(self, name: str = "reports-write", *, versions: int = 1, path: str = "/") -> ManagedPolicy:
        """Version n allows s3:Action{n}; the newest is in force."""
        arn = self.iam.create_policy(PolicyName=name, Path=path, PolicyDocument=reports_policy("s3:Action1"))["Policy"][
            "Arn"
        ]
        for number in range(2, versions + 1):
            self.iam.create_policy_version(
                PolicyArn=arn, PolicyDocument=reports_policy(f"s3:Action{number}"), SetAsDefault=True
            )
        return self.mirrored(ManagedPolicy, name, arn)

    def user(self, name: str = "lena.fischer") -> IamUser:
        return self.mirrored(IamUser, name, self.iam.create_user(UserName=name)["User"]["Arn"])

    def group(self, name: str = "analytics") -> IamGroup:
        return self.mirrored(IamGroup, name, self.iam.create_group(GroupName=name)["Group"]["Arn"])

    def role(self, name: str = "reports-exporter", *, path: str = "/") -> IamRole:
        made = self.iam.create_role(RoleName=name, Path=path, AssumeRolePolicyDocument=TRUST)
        return self.mirrored(IamRole, name, made["Role"]["Arn"])

    def again(self, row: R) -> R:
        """The row, after what AWS has now is mirrored."""
        return self.mirrored(type(row), row.name, row.arn)

    def mirrored(self, model: type[R], name: str, arn: str, *facets: str) -> R:
        """The row, with these facets besides its details."""
        for facet in ("details", *facets):
            ref = ObjectRef(model.kind, "", name, arn, facet=facet)
            requested_at = timezone.now()
            item = mirror.mirror_of(model.kind, facet).read_one(reader(self.aws_account), ref)
            with transaction.atomic():
                mirror.store_one(self.aws_account, ref, item, requested_at=requested_at, step=None)
        found = model.objects.get(aws_account=self.aws_account, arn=arn, gone_at=None)
        self.emulator.forget_calls()  # what follows is the test
        return found

    def summary(self, **counters: int) -> None:
        """Mirrors AWS's summary, with these counters and quotas in it: those that AWS raised, for one."""
        account_id = self.aws_account.account_id
        ref = ObjectRef("iam.account", account_id, account_id, f"arn:aws:iam::{account_id}:root", facet="summary")
        item = mirror.mirror_of(ref.kind, ref.facet).read_one(reader(self.aws_account), ref)
        assert item is not None
        item["SummaryMap"] |= counters
        with transaction.atomic():
            mirror.store_one(self.aws_account, ref, item, requested_at=timezone.now(), step=None)
        self.emulator.forget_calls()

    def versions(self, policy: MirroredRow) -> dict[str, str]:
        """What AWS has: document by version."""
        listed = self.iam.list_policy_versions(PolicyArn=policy.arn)["Versions"]
        texts = {}
        for version in listed:
            got = self.iam.get_policy_version(PolicyArn=policy.arn, VersionId=version["VersionId"])
            texts[version["VersionId"]] = json.dumps(got["PolicyVersion"]["Document"])
        return texts

    def default(self, policy: MirroredRow) -> str:
        return str(self.iam.get_policy(PolicyArn=policy.arn)["Policy"]["DefaultVersionId"])

    def attached(self, role: MirroredRow) -> list[str]:
        listed = self.iam.list_attached_role_policies(RoleName=role.name)["AttachedPolicies"]
        return [policy["PolicyArn"] for policy in listed]

    def sent(self, action: str) -> list[dict[str, Any]]:
        """The calls of that action which AWS did."""
        return [call for call in self.emulator.calls(action) if call["applied"]]

    def in_state(self, state: str, action: str) -> bool:
        """Whether a call of that action is held, or was abandoned by its client."""
        return any(call["state"] == state for call in self.emulator.calls(action))
