"""In which organization AWS accounts are, for changes across them (sync/spanning/organizations.py)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from accounts.models import AwsAccount, OrganizationPlace
from policies.models import Organization


def organizations_of(aws_accounts: Sequence[AwsAccount]) -> Mapping[int, str]:
    """Ids by primary keys. What an AWS account says of itself goes first, then what those say that read the tree."""
    placed = OrganizationPlace.objects.filter(aws_account__in=aws_accounts).exclude(path="")
    found = {pk: path.partition("/")[0] for pk, path in placed.values_list("aws_account_id", "path")}
    own = Organization.objects.live().filter(aws_account__in=aws_accounts)
    return {**found, **dict(own.values_list("aws_account_id", "aws_id"))}
