"""Questions about Identity Center: who gets into which AWS account by which permission set, and through which group.

Nothing here looks at what an operator may see: `directory.people.names` says who is told names.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, IntegerField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.models import AwsAccount
from directory.models import (
    AccountAssignment,
    DirectoryGroup,
    DirectoryMembership,
    DirectoryUser,
    PermissionSet,
    PrincipalType,
    RoleEntitlement,
)
from directory.reserved_roles import reserved_role, sets_of
from directory.sources import ASSIGNMENTS, GROUPS, MEMBERSHIPS, PEOPLE, SETS
from findings.models import Finding, FindingSeverity
from iamconsole.web.counts import FirstRows
from iamconsole.web.once import once_a_page
from identities.models import IamRole
from policies.models import OrgAccount
from sync.selectors import SourceCoverage, coverages_of

ALL_SOURCES = (SETS, ASSIGNMENTS, GROUPS, MEMBERSHIPS, PEOPLE)


# ---- Who can use it --------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class AssignedPrincipal:
    """A user or group with an assignment, or an entitlement. `group` and `person` are None while the mirror has no such
    one."""

    assignment: AccountAssignment | RoleEntitlement
    group: DirectoryGroup | None = None
    person: DirectoryUser | None = None
    members: int = 0  # of a group: those who can sign in
    disabled: int = 0  # … and those who can't

    @property
    def is_group(self) -> bool:
        return self.assignment.principal_type == PrincipalType.GROUP

    @property
    def is_unknown(self) -> bool:
        """AWS keeps assignments of those whom it has deleted."""
        return self.group is None and self.person is None


@dataclass(frozen=True)
class RoleUsers:
    """Who may take on a role of Identity Center's. `unknown`: a sentence why that isn't known, "" where it is."""

    role: IamRole
    set_name: str
    permission_set: PermissionSet | None = None
    principals: tuple[AssignedPrincipal, ...] = ()
    people: int = 0  # who can sign in, each once, directly or through groups
    disabled: int = 0
    read_at: datetime | None = None
    unknown: str = ""
    mirror: AwsAccount | None = None  # of entitlements: whose has them

    @property
    def held_by(self) -> AwsAccount | None:
        return self.permission_set.aws_account if self.permission_set else self.mirror


@dataclass(frozen=True)
class PersonOfRole:
    """`through`: the groups by which they have it; `directly`: by an assignment of their own."""

    person: DirectoryUser
    through: tuple[DirectoryGroup, ...]
    directly: bool


SHOWN_PEOPLE = 100
NOT_HELD = (
    "No connected AWS account administers this instance of Identity Center, so its people aren’t known. Connect the "
    "AWS account that holds it, or its delegated administrator."
)


@once_a_page
def users_of(role: IamRole) -> RoleUsers | None:
    """None for a role that isn't Identity Center's."""
    reserved = reserved_role(role)
    if reserved is None:
        return None
    chosen = sets_of({role.arn: reserved}).get(role.arn)
    if chosen is None:
        return RoleUsers(role, reserved.set_name, unknown=NOT_HELD)
    coverages = coverages_of(chosen.aws_account, ALL_SOURCES)
    assigned = assignments_of(chosen, role.aws_account.account_id)
    principals = with_principals(assigned)
    people = people_behind(chosen.aws_account, [one.assignment for one in principals])
    enabled = people.exclude(status=DirectoryUser.Status.DISABLED).count()
    return RoleUsers(
        role,
        reserved.set_name,
        chosen,
        tuple(principals),
        enabled,
        people.count() - enabled,
        coverages[ASSIGNMENTS].at,
        why_unknown(coverages),
    )


def why_unknown(coverages: Mapping[str, SourceCoverage]) -> str:
    """The first of what it hangs on that was never read."""
    missing = (each for name, each in coverages.items() if name != SETS and each.at is None)
    return next((each.why or "It was not pulled yet." for each in missing), "")


def assignments_of(chosen: PermissionSet, account_id: str = "") -> QuerySet[AccountAssignment]:
    """Of a permission set, in one AWS account or in all."""
    rows: QuerySet[AccountAssignment] = AccountAssignment.objects.live().filter(
        aws_account=chosen.aws_account_id, set_id=chosen.aws_id
    )
    return rows.filter(target_id=account_id) if account_id else rows


def assignments_to(held_by: AwsAccount, principal_id: str) -> QuerySet[AccountAssignment]:
    """Of a group or a person, their own."""
    rows: QuerySet[AccountAssignment] = AccountAssignment.objects.live().filter(
        aws_account=held_by, principal_id=principal_id
    )
    return rows


def account_ids_of(held_by: AwsAccount, principal_id: str) -> set[str]:
    """Of the AWS accounts into which a group or a person gets by these."""
    return set(assignments_to(held_by, principal_id).values_list("target_id", flat=True))


def with_principals(assignments: Iterable[AccountAssignment | RoleEntitlement]) -> list[AssignedPrincipal]:
    """Each with its group or person: groups first, by name. A few queries, however many."""
    rows = list(assignments)
    held_by = {row.aws_account_id for row in rows}
    ids = {row.principal_id for row in rows}
    groups = {
        group.aws_id: group
        for group in with_members(DirectoryGroup.objects.live().filter(aws_account__in=held_by, aws_id__in=ids))
    }
    people = {
        person.aws_id: person for person in DirectoryUser.objects.live().filter(aws_account__in=held_by, aws_id__in=ids)
    }
    found = [_principal(row, groups.get(row.principal_id), people.get(row.principal_id)) for row in rows]
    return sorted(found, key=lambda one: (not one.is_group, one.group.name_key if one.group else "", one.assignment.pk))


def _principal(row: AccountAssignment | RoleEntitlement, group: Any, person: DirectoryUser | None) -> AssignedPrincipal:
    if row.principal_type == PrincipalType.GROUP:
        return AssignedPrincipal(row, group, None, group.member_count if group else 0, group.disabled if group else 0)
    return AssignedPrincipal(row, None, person)


def with_members(groups: QuerySet[Any]) -> QuerySet[Any]:
    """Annotates `member_count`, those who can sign in, and `disabled`."""
    annotated: QuerySet[Any] = groups.annotate(member_count=_members(disabled=False), disabled=_members(disabled=True))
    return annotated


def _members(*, disabled: bool) -> Coalesce:
    """Members whom the mirror doesn't have, since people aren't kept, count as able to sign in."""
    off = DirectoryUser.objects.live().filter(
        aws_account=OuterRef("aws_account"), aws_id=OuterRef("user_id"), status=DirectoryUser.Status.DISABLED
    )
    theirs = DirectoryMembership.objects.live().filter(aws_account=OuterRef("aws_account"), group_id=OuterRef("aws_id"))
    chosen = theirs.filter(Exists(off)) if disabled else theirs.exclude(Exists(off))
    count = chosen.order_by().values("group_id").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(count, output_field=IntegerField()), Value(0))


def people_behind(
    held_by: AwsAccount, assignments: Iterable[AccountAssignment | RoleEntitlement]
) -> QuerySet[DirectoryUser]:
    """All people of these assignments, each once: who has one, and the members of groups that have one."""
    rows = list(assignments)
    direct = {row.principal_id for row in rows if row.principal_type == PrincipalType.USER}
    groups = {row.principal_id for row in rows if row.principal_type == PrincipalType.GROUP}
    members = DirectoryMembership.objects.live().filter(aws_account=held_by, group_id__in=groups)
    people: QuerySet[DirectoryUser] = DirectoryUser.objects.live().filter(aws_account=held_by)
    return people.filter(Q(aws_id__in=direct) | Q(aws_id__in=members.values("user_id")))


# ---- What a person or a group may take on ----------------------------------------------------------------------------
@dataclass(frozen=True)
class Entry:
    """A way into an AWS account. `through` is None where the assignment is the person's own."""

    assignment: AccountAssignment
    through: DirectoryGroup | None
    account_name: str
    permission_set: PermissionSet | None
    outdated: bool = False


def groups_of(person: DirectoryUser) -> list[DirectoryGroup]:
    theirs = DirectoryMembership.objects.live().filter(aws_account=person.aws_account_id, user_id=person.aws_id)
    rows = DirectoryGroup.objects.live().filter(aws_account=person.aws_account_id, aws_id__in=theirs.values("group_id"))
    return list(rows.order_by("name_key", "pk"))


def members_of(group: DirectoryGroup) -> QuerySet[DirectoryUser]:
    theirs = DirectoryMembership.objects.live().filter(aws_account=group.aws_account_id, group_id=group.aws_id)
    people: QuerySet[DirectoryUser] = DirectoryUser.objects.live().filter(
        aws_account=group.aws_account_id, aws_id__in=theirs.values("user_id")
    )
    return people.order_by("name_key", "pk")


def entries_of(held_by: AwsAccount, person_id: str, groups: Sequence[DirectoryGroup]) -> list[Entry]:
    """All ways of a person (or, without an id, of groups) into AWS accounts, by the account's name."""
    by_id = {group.aws_id: group for group in groups}
    ids = [*by_id, *([person_id] if person_id else [])]
    rows = list(AccountAssignment.objects.live().filter(aws_account=held_by, principal_id__in=ids))
    sets = {
        row.aws_id: row
        for row in PermissionSet.objects.live().filter(aws_account=held_by, aws_id__in={row.set_id for row in rows})
    }
    names = account_names(held_by, {row.target_id for row in rows})
    found = [
        Entry(
            row,
            by_id.get(row.principal_id),
            names[row.target_id],
            sets.get(row.set_id),
            row.set_id in sets and row.target_id in sets[row.set_id].outdated,
        )
        for row in rows
    ]
    return sorted(found, key=lambda one: (one.account_name.casefold(), one.assignment.target_id, one.assignment.name))


def account_names(held_by: AwsAccount, account_ids: Iterable[str]) -> dict[str, str]:
    """As the organization calls them, that the same mirror has; "" for one that it doesn't have."""
    ids = set(account_ids)
    rows = OrgAccount.objects.filter(aws_account=held_by, aws_id__in=ids).values_list("aws_id", "name")
    return dict.fromkeys(ids, "") | dict(rows)


@dataclass(frozen=True)
class EnteredBy:
    """A permission set by which people get into an AWS account."""

    permission_set: PermissionSet
    outdated: bool
    principals: tuple[AssignedPrincipal, ...]


def entered_by(held_by: AwsAccount, aws_account: AwsAccount) -> list[EnteredBy]:
    """The permission sets that somebody has in `aws_account`, by name, as the mirror of `held_by` says."""
    account_id = aws_account.account_id
    rows = AccountAssignment.objects.live().filter(aws_account=held_by, target_id=account_id)
    by_set: dict[str, list[AssignedPrincipal]] = {}
    for one in with_principals(rows):
        if isinstance(one.assignment, AccountAssignment):
            by_set.setdefault(one.assignment.set_id, []).append(one)
    sets = PermissionSet.objects.live().filter(aws_account=held_by, aws_id__in=by_set).order_by("name_key")
    return [EnteredBy(row, account_id in row.outdated, tuple(by_set[row.aws_id])) for row in sets]


def first_people(users: RoleUsers, shown: int) -> FirstRows:
    """Of `PersonOfRole`: those who may take on the role, by name, each with the groups through which they do."""
    if users.held_by is None:
        return FirstRows((), 0)
    assignments = [one.assignment for one in users.principals]
    groups = {one.group.aws_id: one.group for one in users.principals if one.group}
    people = list(people_behind(users.held_by, assignments).order_by("name_key", "pk")[:shown])
    theirs = DirectoryMembership.objects.live().filter(
        aws_account=users.held_by, group_id__in=groups, user_id__in=[person.aws_id for person in people]
    )
    through: dict[str, list[DirectoryGroup]] = {}
    for user_id, group_id in theirs.values_list("user_id", "group_id"):
        through.setdefault(user_id, []).append(groups[group_id])
    direct = {row.principal_id for row in assignments if row.principal_type == PrincipalType.USER}
    found = [PersonOfRole(person, tuple(through.get(person.aws_id, ())), person.aws_id in direct) for person in people]
    return FirstRows(found, users.people + users.disabled)


# ---- What is wrong ---------------------------------------------------------------------------------------------------
def findings_of(held_by: AwsAccount, set_id: str = "") -> list[Finding]:
    """The open ones about a permission set, or about all and what gets into this AWS account; the worst first."""
    about = {"object_id": set_id} if set_id else {}
    kinds = [PermissionSet.kind, *([] if set_id else [IamRole.kind])]
    rows = Finding.objects.counted_at(timezone.now()).filter(aws_account=held_by, kind__in=kinds, **about)
    rows = rows.filter(rule__startswith="directory.")
    order = list(FindingSeverity)
    return sorted(rows, key=lambda one: (order.index(FindingSeverity(one.severity)), one.name.casefold(), one.pk))
