"""The kinds of objects that `policies` mirrors and changes."""

from __future__ import annotations

from objects import kinds
from objects.kinds import AwsKind, IamKind
from policies.mirrors import SETTINGS
from policies.models import ManagedPolicy, OrgPolicy

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
CONTROL_POLICY = AwsKind(
    model=OrgPolicy,
    name="control_policy",
    word="control policy",
    plural="control policies",
    service="organizations",
    many="organization_policies",
    address="organization/policies",
    documentation="https://docs.aws.amazon.com/organizations/latest/userguide/"
    "orgs_manage_policies_authorization_policies.html",
)


def register() -> None:
    kinds.register(POLICY, CONTROL_POLICY)
