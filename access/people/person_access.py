"""Effective access of one person over all AWS accounts: the roles that they take on, those that they may assume from
there, and what each of these may, by service and level.

All of it is found out before anything is left out; what is in AWS accounts that the asker may not see isn't told.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from access.effective_access import AccessExtent, EffectiveAccess, EffectiveServiceAccess, access_of
from access.escalation.administrator import is_administrator
from access.holders import holders_of_roles
from access.onward_roles import OnwardSearch, ReachedRole
from access.people.lines import ENTITLEMENT
from access.people.reserved import reserved_roles
from access.people.role_ways import lets_in
from access.surroundings import Surroundings, surroundings_of
from accounts.models import AwsAccount
from aws_constraints.arn import name_of
from directory.entitled import EntitledEntry, entitled_entries, roles_of_entries
from directory.models import DirectoryGroup, DirectoryUser
from directory.reserved_roles import regions_of_sets, reserved_role
from directory.selectors import Entry, entries_of
from iamconsole.web.exports import csv_line
from policies.engine.catalogue import AccessLevel
from policies.engine.combine import Decision

_LEVELS = tuple(AccessLevel)
WaysIn = tuple[Entry | EntitledEntry, ...]


@dataclass(frozen=True, eq=False)
class EnteredRole:
    """`entries`: the assignments by which they take it on; none where it is assumed from another role."""

    role: ReachedRole
    entries: WaysIn
    around: Surroundings

    @property
    def aws_account(self) -> AwsAccount:
        return self.role.aws_account

    @property
    def name(self) -> str:
        return name_of(self.role.holder.arn)

    @property
    def bounds_not_read(self) -> Sequence[str]:
        return sorted(set(self.around.not_read.values()))

    @cached_property
    def is_administrator(self) -> bool:
        return is_administrator(self.role.holder, self.around)

    @cached_property
    def access(self) -> EffectiveAccess:
        return access_of(self.role.holder, self.around, self.role.holder.not_read)

    @cached_property
    def levels(self) -> Sequence[tuple[AccessLevel, int]]:
        """In how many services they may something of each level; what limits take away isn't counted."""
        counts: Counter[AccessLevel] = Counter()
        for service in self.access.services:
            counts.update(level.level for level in service.levels if level.extent is not AccessExtent.NONE)
        return [(level, counts[level]) for level in _LEVELS if counts[level]]

    @property
    def services(self) -> Sequence[EffectiveServiceAccess]:
        """Those in which they may something."""
        return [
            each for each in self.access.services if any(level.extent is not AccessExtent.NONE for level in each.levels)
        ]


@dataclass
class PersonAccess:
    """`is_seen`: whether who asks may see an AWS account, by its id."""

    person: DirectoryUser
    groups: Sequence[DirectoryGroup]
    is_seen: Callable[[str], bool]
    _around: dict[str, Surroundings] = field(default_factory=dict)

    @cached_property
    def entries(self) -> list[Entry]:
        return entries_of(self.person.aws_account, self.person.aws_id, self.groups)

    @cached_property
    def _taken_on(self) -> dict[int, tuple[ReachedRole, WaysIn]]:
        """By pk of the role."""
        sets = {one.permission_set for one in self.entries if one.permission_set}
        regions = regions_of_sets(sets)
        by_place: dict[tuple[str, str], list[Entry]] = {}
        for one in self.entries:
            by_place.setdefault((one.assignment.target_id, one.assignment.name), []).append(one)
        found = {}
        for role in reserved_roles({one.assignment.target_id for one in self.entries}):
            reserved = reserved_role(role)
            if reserved is None or reserved.region not in regions.values():
                continue
            if due := by_place.get((role.aws_account.account_id, reserved.set_name)):
                found[role.pk] = (role.aws_account, tuple(due))
        holders = holders_of_roles(list(found))
        taken_on = {
            pk: (ReachedRole(account, holders[pk]), entries)
            for pk, (account, entries) in found.items()
            if pk in holders
        }
        return taken_on | {pk: each for pk, each in self._entitled().items() if pk not in taken_on}

    def _entitled(self) -> dict[int, tuple[ReachedRole, tuple[EntitledEntry, ...]]]:
        """By entitlements of the account access manager that the role's trust policy lets in, surely or perhaps."""
        roles = {role.arn: role for role in roles_of_entries(self.entitlements)}
        holders = holders_of_roles([role.pk for role in roles.values()])
        found: dict[int, tuple[ReachedRole, tuple[EntitledEntry, ...]]] = {}
        for entry in self.entitlements:
            role = roles.get(entry.entitlement.role_arn)
            if role is None or role.pk not in holders:
                continue
            around = self._surroundings(role.aws_account.account_id)
            decision = lets_in(holders[role.pk], around, entry.entitlement.arn)
            if decision in (Decision.ALLOWED, Decision.UNKNOWN):
                reached, entries = found.get(role.pk, (ReachedRole(role.aws_account, holders[role.pk]), ()))
                found[role.pk] = (reached, (*entries, entry))
        return found

    @cached_property
    def entitlements(self) -> list[EntitledEntry]:
        return entitled_entries(self.person.aws_account, self.person.aws_id, self.groups)

    @cached_property
    def _onward(self) -> OnwardSearch:
        return OnwardSearch([role for role, _ in self._taken_on.values()], self._surroundings)

    def _surroundings(self, account_id: str) -> Surroundings:
        if account_id not in self._around:
            self._around[account_id] = surroundings_of(account_id)
        return self._around[account_id]

    @cached_property
    def _all(self) -> Sequence[tuple[ReachedRole, WaysIn]]:
        taken_on = sorted(self._taken_on.values(), key=lambda each: _order(each[0]))
        return [*taken_on, *((role, ()) for role in sorted(self._onward.found(), key=_order))]

    @cached_property
    def roles(self) -> list[EnteredRole]:
        """What is told: roles that they take on, by AWS account, then those that they assume, the nearest first."""
        seen = (each for each in self._all if self.is_seen(each[0].aws_account.account_id))
        return [EnteredRole(role, entries, self._surroundings(role.aws_account.account_id)) for role, entries in seen]

    @property
    def is_cut(self) -> bool:
        """Whether there are more roles than were looked for."""
        return bool(self._all) and self._onward.is_cut

    @property
    def has_hidden(self) -> bool:
        """Whether they reach roles in connected AWS accounts that the asker may not see."""
        return len(self.roles) < len(self._all)

    @cached_property
    def not_read(self) -> Sequence[Entry]:
        """Assignments of which the mirrors have no role: the AWS account isn't connected, or not read since."""
        held = {one for _, entries in self._taken_on.values() for one in entries}
        return [one for one in self.entries if one not in held]


def _order(role: ReachedRole) -> tuple[int, str, str, str]:
    account = role.aws_account
    return len(role.steps), account.name.casefold(), account.account_id, name_of(role.holder.arn).casefold()


def way_in_words(entry: Entry | EntitledEntry) -> str:
    """The permission set's name, or that it is an entitlement."""
    return entry.assignment.name if isinstance(entry, Entry) else ENTITLEMENT


@dataclass(frozen=True)
class PersonWay:
    """How a role is reached: the roles from which it is assumed, the first one first; those that may not be told
    without names. `condition`: in words; "" where there is none, or it may not be told."""

    names: Sequence[str]
    is_sure: bool
    condition: str


def way_to(role: EnteredRole, is_seen: Callable[[str], bool]) -> PersonWay:
    steps = role.role.steps[:-1]
    seen = [is_seen(step.aws_account.account_id) for step in steps]
    names = [name_of(step.holder.arn) if told else HIDDEN for step, told in zip(steps, seen, strict=True)]
    return PersonWay(names, role.role.is_sure, role.role.condition if all(seen) else "")


HIDDEN = "a role in an AWS account that you can’t see"


# ---- A file ----------------------------------------------------------------------------------------------------------
_TITLES = (
    "AWS account id",
    "AWS account",
    "Permission set",
    "Groups",
    "Role",
    "Through",
    "Condition",
    "Service",
    "Level",
    "Access",
    "Actions",
    "Of",
)


def person_csv(access: PersonAccess) -> Iterator[str]:
    """A line for each role, service and level."""
    yield csv_line(_TITLES)
    for each in access.roles:
        sets = dict.fromkeys(way_in_words(entry) for entry in each.entries)
        groups = dict.fromkeys(entry.through.name for entry in each.entries if entry.through)
        way = way_to(each, access.is_seen)
        account = (each.aws_account.account_id, each.aws_account.name)
        who = (*account, ", ".join(sets), ", ".join(groups), each.name, " → ".join(way.names))
        said = way.condition or ("" if way.is_sure else "unknown")
        for service in each.access.services:
            for level in service.levels:
                what = (service.name, level.level.value, level.extent.value, level.may, level.actions)
                yield csv_line((*who, said, *what))
