"""In which organization an AWS account is: the app that mirrors organizations says so."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from accounts.models import AwsAccount
from iamconsole.web.words import some
from sync.changes import PlanError

OrganizationsOf = Callable[[Sequence[AwsAccount]], Mapping[int, str]]
_readers: list[OrganizationsOf] = []


def register_organizations(reader: OrganizationsOf) -> None:
    """`reader` gives the ids of the organizations (o-…) by the primary keys of AWS accounts; none where it isn't known.

    To be called in `AppConfig.ready()`.
    """
    if reader not in _readers:
        _readers.append(reader)


def the_one_organization(aws_accounts: Sequence[AwsAccount]) -> str:
    """Its id. Raises PlanError where it isn't known of one of them, or they are of several."""
    found = {pk: organization for reader in _readers for pk, organization in reader(aws_accounts).items()}
    unknown = [str(each) for each in aws_accounts if each.pk not in found]
    if unknown:
        raise PlanError(
            f"A change across AWS accounts stays in one organization, and of {some(unknown)} this console doesn’t know "
            "in which one it is: pull its organization first."
        )
    if len(set(found.values())) > 1:
        raise PlanError("These AWS accounts are of several organizations: make a change for each organization.")
    return next(iter(found.values()))
