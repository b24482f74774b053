"""The AWS accounts below a place of an organization: whom a control policy that is attached there bounds."""

from __future__ import annotations

from collections.abc import Collection

from accounts.models import AwsAccount
from policies.models import OrgAccount, Organization, OrgPolicy, OrgUnit


def accounts_below(held_by: AwsAccount, node_ids: Collection[str]) -> list[OrgAccount]:
    """As the mirror of `held_by` has them, by name. The management account, which no control policy bounds, isn't one.

    User Guide, "Service control policies" and "Resource control policies".
    """
    wanted = set(node_ids)
    if not wanted:
        return []
    paths = OrgUnit.objects.live().filter(aws_account=held_by).values_list("aws_id", "path")
    below = {aws_id for aws_id, path in paths if wanted & set(path.split("/"))}
    organization = Organization.objects.live().filter(aws_account=held_by).first()
    rows = OrgAccount.objects.live().filter(aws_account=held_by).order_by("name_key", "pk")
    return [
        row
        for row in rows
        if (row.parent_id in below or row.aws_id in wanted)
        and not (organization is not None and row.aws_id == organization.management_id)
    ]


def is_switched_on(held_by: AwsAccount, policy_type: str) -> bool:
    """Whether policies of the type bound anybody. Unknown counts as so."""
    root = OrgUnit.objects.live().filter(aws_account=held_by, parent_id="").first()
    return root is None or policy_type in root.policy_types


def targets_of_policy(policy: OrgPolicy) -> set[str]:
    return set(policy.targets.filter(gone_at__isnull=True).values_list("target_id", flat=True))
