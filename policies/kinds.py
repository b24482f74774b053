"""The kinds of objects that `policies` mirrors and changes."""

from __future__ import annotations

import re
from typing import Any

from objects import kinds
from objects.kinds import AwsKind, IamKind
from policies.control_policy_permissions import ORGANIZATION
from policies.mirrors import SETTINGS
from policies.models import ManagedPolicy, OrgPolicy
from sync.aws.permission import ArnsOfKind
from sync.calls import Call
from sync.operations import BadParams

# Service Authorization Reference, "AWS Organizations", resource types. AWS's own are in the account "aws".
_ARN = re.compile(
    r"arn:[\w-]+:organizations::(\d{12}:policy/o-[a-z0-9]{10,32}|aws:policy)/[a-z_]+/p-[0-9a-zA-Z_]{8,128}", re.ASCII
)


class ControlPolicyKind(AwsKind):
    """Calls take its id, the last part of its ARN; what it is called is a name that may change."""

    def check(self, arn: str) -> None:
        if not _ARN.fullmatch(arn):
            raise BadParams(f"{arn!r} isn't the ARN of a control policy.")

    def words(self, arn: str, called: str = "") -> str:
        return called or super().words(arn)

    @property
    def arns(self) -> ArnsOfKind:
        return ORGANIZATION

    def call(self, arn: str, operation: str, **parameters: Any) -> Call:
        sent = {"PolicyId": self.name_of(arn), **parameters}
        return Call("organizations", operation, sent, resource_arns=(arn,), actions=(f"organizations:{operation}",))


POLICY = IamKind(
    model=ManagedPolicy,
    name="policy",
    word="policy",
    plural="policies",
    noun="Policy",
    resource="policy",
    by_arn=True,
    by_get=True,
    tags_in=SETTINGS.source,
    many="policies",
    documentation="https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies.html",
    icon="file-lock",
    found_at=40,
)
CONTROL_POLICY = ControlPolicyKind(
    model=OrgPolicy,
    name="control_policy",
    word="control policy",
    plural="control policies",
    service="organizations",
    many="organization_policies",
    address="organization/policies",
    icon="shield",
    found_at=44,
    found_as=("policy", "policies", "scp", "scps", "rcp", "rcps"),
    documentation="https://docs.aws.amazon.com/organizations/latest/userguide/"
    "orgs_manage_policies_authorization_policies.html",
)


def register() -> None:
    kinds.register(POLICY, CONTROL_POLICY)
