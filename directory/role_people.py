"""Which people may take on roles, through Identity Center: asked of many roles at once, in a few queries.

No trust policy names a person, and no API tells which role is a permission set's: by its name, its path and where the
set is provisioned (reserved_roles.py). Nothing here looks at what an operator may see: `directory.people.names` does.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from typing import NamedTuple

from django.db.models import Q

from accounts.models import AwsAccount
from aws_constraints.arn import account_in
from directory.account_access import ENTITLEMENTS
from directory.instances import holder_of
from directory.models import (
    AccountAssignment,
    DirectoryGroup,
    DirectoryMembership,
    DirectoryUser,
    Instance,
    PrincipalType,
    RoleEntitlement,
)
from directory.people.person_record import settings_of
from directory.reserved_roles import reserved_role_of, sets_of
from directory.selectors import ALL_SOURCES, NOT_HELD, why_unknown
from directory.sources import GROUPS, MEMBERSHIPS, PEOPLE
from sync.selectors import coverages_of


@dataclass(frozen=True)
class DirectoryPrincipal:
    """A user or group of Identity Center, by AWS's id."""

    type: str  # of PrincipalType
    id: str

    @property
    def is_group(self) -> bool:
        return self.type == PrincipalType.GROUP


@dataclass(frozen=True)
class RoleGiven:
    """By what people may take on a role, and who has that: a permission set, or entitlements of the account access
    manager. `unknown`: a sentence why that isn't known, else "".

    `held_by`: the AWS account whose mirror says so; None where none does. `set_id`: "ps-…"; "" of entitlements.
    `by_application`: the principals of each application of the account access manager, by its ARN.
    """

    arn: str
    name: str  # of the permission set; "" of entitlements
    held_by: AwsAccount | None = None
    set_id: str = ""
    principals: tuple[DirectoryPrincipal, ...] = ()
    unknown: str = ""
    by_application: Mapping[str, tuple[DirectoryPrincipal, ...]] = field(default_factory=dict)

    @property
    def account_id(self) -> str:
        return account_in(self.arn)


def given_roles(arns: Iterable[str]) -> dict[str, RoleGiven]:
    """By ARN, of those that Identity Center made. Where there is none, no query."""
    reserved = {arn: role for arn in arns if (role := reserved_role_of(arn))}
    if not reserved:
        return {}
    sets = sets_of(reserved)
    assigned = _assigned({(row.aws_account_id, row.aws_id) for row in sets.values()}, map(account_in, sets))
    unknown = {
        held_by: why_unknown(coverages_of(held_by, ALL_SOURCES))
        for held_by in {row.aws_account for row in sets.values()}
    }
    found: dict[str, RoleGiven] = {}
    for arn, role in reserved.items():
        if (row := sets.get(arn)) is None:
            found[arn] = RoleGiven(arn, role.set_name, unknown=NOT_HELD)
        else:
            principals = assigned[row.aws_account_id, row.aws_id, account_in(arn)]
            why = unknown[row.aws_account]
            found[arn] = RoleGiven(arn, row.name, row.aws_account, row.aws_id, tuple(principals), why)
    return found


def entitled_roles(arns: Collection[str]) -> dict[str, RoleGiven]:
    """By ARN, of ordinary roles whose trust policies let the account access manager in. Where there is none, no query.

    Whether a trust policy lets in the application of an entitlement is for who has it to decide.
    """
    if not arns:
        return {}
    held_by = next(iter(_administering()), None)
    if held_by is None:
        return {arn: RoleGiven(arn, "", unknown=NOT_HELD) for arn in arns}
    coverage = coverages_of(held_by, [ENTITLEMENTS])[ENTITLEMENTS]
    why = "" if coverage.at else coverage.why or "Entitlements of the account access manager weren’t pulled yet."
    why = why or why_unknown(coverages_of(held_by, (GROUPS, MEMBERSHIPS, PEOPLE)))
    found: defaultdict[str, defaultdict[str, list[DirectoryPrincipal]]] = defaultdict(lambda: defaultdict(list))
    rows = RoleEntitlement.objects.live().filter(aws_account=held_by, role_arn__in=arns).order_by("pk")
    for role_arn, application, kind, principal in rows.values_list("role_arn", "arn", "principal_type", "principal_id"):
        found[role_arn][application].append(DirectoryPrincipal(kind, principal))
    return {arn: _entitled(arn, held_by, found[arn], why) for arn in arns}


def _entitled(
    arn: str, held_by: AwsAccount, found: Mapping[str, Sequence[DirectoryPrincipal]], unknown: str
) -> RoleGiven:
    everybody = tuple(dict.fromkeys(each for principals in found.values() for each in principals))
    by_application = {application: tuple(principals) for application, principals in found.items()}
    return RoleGiven(arn, "", held_by, "", everybody, unknown, by_application)


def _administering() -> list[AwsAccount]:
    """The AWS accounts whose mirrors have an instance, each instance's holder before its delegate."""
    arns = Instance.objects.live().filter(administers=True, has_permission_sets=True).order_by("pk")
    return list(filter(None, map(holder_of, dict.fromkeys(arns.values_list("arn", flat=True)))))


_Assigned = Mapping[tuple[int, str, str], Sequence[DirectoryPrincipal]]


def _assigned(sets: Collection[tuple[int, str]], account_ids: Iterable[str]) -> _Assigned:
    """By the pk of whose mirror says so, the set, and the AWS account."""
    found: defaultdict[tuple[int, str, str], list[DirectoryPrincipal]] = defaultdict(list)
    rows = AccountAssignment.objects.live().filter(
        aws_account__in={pk for pk, _ in sets},
        set_id__in={set_id for _, set_id in sets},
        target_id__in=set(account_ids),
    )
    columns = ("aws_account", "set_id", "target_id", "principal_type", "principal_id")
    for pk, set_id, target_id, kind, principal_id in rows.order_by("pk").values_list(*columns):
        found[pk, set_id, target_id].append(DirectoryPrincipal(kind, principal_id))
    return found


# ---- Who that is -----------------------------------------------------------------------------------------------------
class PeopleCount(NamedTuple):
    """`disabled`: people who get no new session; one that runs goes on."""

    enabled: int
    disabled: int


class _KnownPerson(NamedTuple):
    """`pk`: of the row; None where people aren't kept."""

    pk: int | None
    status: str

    @property
    def is_disabled(self) -> bool:
        return self.status == DirectoryUser.Status.DISABLED


class DirectoryPeople:
    """The people of some principals of one mirror: users themselves, and the members of groups.

    At most five queries, however many principals are asked about after that.
    """

    def __init__(self, held_by: AwsAccount, principals: Iterable[DirectoryPrincipal]) -> None:
        self.held_by = held_by
        asked = frozenset(principals)
        self._group_ids = {each.id for each in asked if each.is_group}
        self._user_ids = {each.id for each in asked if not each.is_group}

    @cached_property
    def groups(self) -> Mapping[str, DirectoryGroup]:
        """By id, those that the mirror has."""
        rows = DirectoryGroup.objects.live().filter(aws_account=self.held_by, aws_id__in=self._group_ids)
        return {row.aws_id: row for row in rows}

    @cached_property
    def members(self) -> Mapping[str, Sequence[str]]:
        """Of each group, the ids of users."""
        rows = DirectoryMembership.objects.live().filter(aws_account=self.held_by, group_id__in=self._group_ids)
        found: defaultdict[str, list[str]] = defaultdict(list)
        for group_id, user_id in rows.values_list("group_id", "user_id"):
            found[group_id].append(user_id)
        return found

    @cached_property
    def _ids(self) -> frozenset[str]:
        return frozenset(self._user_ids.union(*self.members.values()))

    @cached_property
    def _known(self) -> Mapping[str, _KnownPerson]:
        """By id, those whom the mirror has, by name. Where it keeps nobody, all whose ids are known count."""
        if not settings_of(self.held_by).mirrors_people:
            return {user_id: _KnownPerson(None, "") for user_id in self._ids}
        people = DirectoryUser.objects.live().filter(aws_account=self.held_by)
        members = DirectoryMembership.objects.live().filter(aws_account=self.held_by, group_id__in=self._group_ids)
        theirs = people.filter(Q(aws_id__in=self._user_ids) | Q(aws_id__in=members.values("user_id")))
        rows = theirs.order_by("name_key", "pk").values_list("aws_id", "pk", "status")
        return {user_id: _KnownPerson(pk, status) for user_id, pk, status in rows}

    def count(self, principals: Iterable[DirectoryPrincipal] | None = None) -> PeopleCount:
        """Of all of them, or of some; each of the people once."""
        ids = self._ids if principals is None else self.ids_of(principals)
        known = [self._known[each] for each in ids if each in self._known]
        disabled = sum(each.is_disabled for each in known)
        return PeopleCount(len(known) - disabled, disabled)

    def is_disabled(self, user_id: str) -> bool:
        return user_id in self._known and self._known[user_id].is_disabled

    def ids_of(self, principals: Iterable[DirectoryPrincipal]) -> set[str]:
        """Of all their people, also of those whom the mirror doesn't have."""
        return {
            user_id
            for each in principals
            for user_id in (self.members.get(each.id, ()) if each.is_group else [each.id])
        }

    def named(self, start: int, most: int) -> list[DirectoryUser]:
        """Those whom the mirror has, by name; none where it keeps nobody."""
        return self._rows(islice(self._known.values(), start, start + most))

    def of(self, principals: Iterable[DirectoryPrincipal]) -> list[DirectoryUser]:
        """The same of some of the principals: for few."""
        ids = self.ids_of(principals)
        return self._rows(known for user_id, known in self._known.items() if user_id in ids)

    @staticmethod
    def _rows(people: Iterable[_KnownPerson]) -> list[DirectoryUser]:
        pks = [each.pk for each in people if each.pk is not None]
        found = DirectoryUser.objects.in_bulk(pks)
        return [found[pk] for pk in pks if pk in found]

    def principals_of(self, user_id: str) -> list[DirectoryPrincipal]:
        """Which of the principals one of the people is: themselves, then their groups by name."""
        own = [DirectoryPrincipal(PrincipalType.USER, user_id)] if user_id in self._user_ids else []
        return [*own, *(DirectoryPrincipal(PrincipalType.GROUP, each) for each in self._groups_of.get(user_id, ()))]

    @cached_property
    def _groups_of(self) -> Mapping[str, Sequence[str]]:
        names = {group_id: row.name_key for group_id, row in self.groups.items()}
        found: defaultdict[str, list[str]] = defaultdict(list)
        for group_id in sorted(self.members, key=lambda each: (names.get(each, ""), each)):
            for user_id in self.members[group_id]:
                found[user_id].append(group_id)
        return found
