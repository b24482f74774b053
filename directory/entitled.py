"""Entitlements of the account access manager, as pages have them: who is given a role, and what somebody is given."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from accounts.models import AwsAccount
from directory.account_access import ENTITLEMENTS, SERVICE
from directory.models import DirectoryGroup, DirectoryUser, RoleEntitlement
from directory.role_people import RoleGiven, entitled_roles
from directory.selectors import RoleUsers, account_names, people_behind, with_principals
from identities.models import IamRole
from sync.selectors import coverages_of


def is_entitled_role(role: IamRole) -> bool:
    """Whether its trust policy names the service: then people take it on by entitlements."""
    return {"type": "Service", "value": SERVICE} in role.trusted


def entitled_users(role: IamRole) -> RoleUsers:
    """Who has an entitlement to the role, as far as its trust policy lets the application in."""
    given: RoleGiven = entitled_roles([role.arn])[role.arn]
    if given.held_by is None or given.unknown:
        return RoleUsers(role, "", unknown=given.unknown, mirror=given.held_by)
    rows = RoleEntitlement.objects.live().filter(aws_account=given.held_by, role_arn=role.arn)
    principals = with_principals(rows)
    people = people_behind(given.held_by, [one.assignment for one in principals])
    enabled = people.exclude(status=DirectoryUser.Status.DISABLED).count()
    read_at = coverages_of(given.held_by, [ENTITLEMENTS])[ENTITLEMENTS].at
    return RoleUsers(
        role, "", None, tuple(principals), enabled, people.count() - enabled, read_at, mirror=given.held_by
    )


@dataclass(frozen=True)
class EntitledEntry:
    """A role that somebody may take on. `through` is None where the entitlement is their own."""

    entitlement: RoleEntitlement
    through: DirectoryGroup | None
    account_name: str


def entitled_entries(held_by: AwsAccount, person_id: str, groups: Sequence[DirectoryGroup]) -> list[EntitledEntry]:
    """All of a person (or, without an id, of groups), by the AWS account's name."""
    by_id = {group.aws_id: group for group in groups}
    ids = [*by_id, *([person_id] if person_id else [])]
    rows = list(RoleEntitlement.objects.live().filter(aws_account=held_by, principal_id__in=ids))
    names = account_names(held_by, {row.target_id for row in rows}) if rows else {}
    found = [EntitledEntry(row, by_id.get(row.principal_id), names[row.target_id]) for row in rows]
    return sorted(found, key=lambda one: (one.account_name.casefold(), one.entitlement.target_id, one.entitlement.name))


def roles_of_entries(entries: Iterable[EntitledEntry]) -> list[IamRole]:
    """As the mirrors of their AWS accounts have them."""
    arns = {one.entitlement.role_arn for one in entries}
    return list(IamRole.objects.live().filter(arn__in=arns).select_related("aws_account")) if arns else []
