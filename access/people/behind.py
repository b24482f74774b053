"""The people behind roles: everybody of Identity Center who may do what was asked, and by which ways.

Who asks is told names only where `directory.people.names` lets them: others are told of groups, of "a person", and how
many. Nothing of it is kept from one operator to the next.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from access.people.role_ways import RoleWay, lets_in, trusts_account_access
from access.surroundings import surroundings_of
from accounts.access import may
from accounts.models import AwsAccount, Operator
from accounts.roles import SEE_IAM
from directory.models import DirectoryUser
from directory.people.names import exports_people, sees_people
from directory.people.person_record import settings_of
from directory.role_people import DirectoryPeople, DirectoryPrincipal, RoleGiven, entitled_roles, given_roles
from policies.engine.combine import Decision


@dataclass(frozen=True, eq=False)
class PeopleWay:
    """A way, with by what people take on its first role. `levels`: the names of what they may by it. `principals`: who
    surely takes it on, or, if not `is_sure`, perhaps."""

    way: RoleWay
    given: RoleGiven
    levels: tuple[str, ...]
    principals: tuple[DirectoryPrincipal, ...]
    is_sure: bool = True

    @property
    def decision(self) -> Decision:
        return self.way.decision if self.is_sure else Decision.UNKNOWN


@dataclass(frozen=True)
class SomebodyWays:
    """Somebody with their ways, the shortest first, each with which of the principals they have it by.

    `person`: None where that isn't told; then `principals` are all that is.
    """

    ways: Sequence[tuple[PeopleWay, Sequence[DirectoryPrincipal]]]
    person: DirectoryUser | None = None
    principal: DirectoryPrincipal | None = None


class HeldPeople:
    """Those in one mirror. `names`, `exports`: whether the operator is told who they are, on pages and in files."""

    def __init__(self, operator: Operator, held_by: AwsAccount, ways: Sequence[PeopleWay]) -> None:
        self.held_by, self.ways = held_by, ways
        self.names, self.exports = sees_people(operator, held_by), exports_people(operator, held_by)
        self.sees_iam = may(operator, SEE_IAM, held_by)
        self._by_principal: defaultdict[DirectoryPrincipal, list[PeopleWay]] = defaultdict(list)
        for way in ways:
            for principal in way.principals:
                self._by_principal[principal].append(way)
        self.people = DirectoryPeople(held_by, self._by_principal)

    @property
    def total(self) -> int:
        return sum(self.people.count())

    @property
    def is_told_by_name(self) -> bool:
        """Whether people are told one by one on pages: where they aren't kept, nobody can be."""
        return self.names and settings_of(self.held_by).mirrors_people

    def named(self, start: int, most: int) -> Iterator[SomebodyWays]:
        """By name. For who may know them."""
        for person in self.people.named(start, most):
            yield SomebodyWays(self._ways_of(self.people.principals_of(person.aws_id)), person)

    def unnamed(self) -> Iterator[SomebodyWays]:
        """Groups by name, then who is assigned without one."""

        def order(principal: DirectoryPrincipal) -> tuple[bool, str, str]:
            group = self.people.groups.get(principal.id)
            return not principal.is_group, group.name_key if group else "", principal.id

        for principal in sorted(self._by_principal, key=order):
            if not principal.is_group and not any(self.people.count([principal])):
                continue  # AWS keeps assignments of those whom it has deleted
            yield SomebodyWays(self._ways_of([principal]), principal=principal)

    def _ways_of(
        self, principals: Iterable[DirectoryPrincipal]
    ) -> list[tuple[PeopleWay, Sequence[DirectoryPrincipal]]]:
        by_way: defaultdict[PeopleWay, list[DirectoryPrincipal]] = defaultdict(list)
        for principal in principals:
            for way in self._by_principal[principal]:
                by_way[way].append(principal)
        return [(way, by_way[way]) for way in self.ways if way in by_way]


class PeopleBehind:
    """`asked`: the name of each thing that is asked, with the ways to it. No query where no way begins with people."""

    def __init__(self, operator: Operator, asked: Iterable[tuple[str, Sequence[RoleWay]]]) -> None:
        self._operator = operator
        self._levels = _by_level(asked)
        first = {way.first: way.steps[0].holder for way, _ in self._levels}
        ordinary = [arn for arn, holder in first.items() if trusts_account_access(holder)]
        self.given = entitled_roles(ordinary) | given_roles(first)

    @cached_property
    def parts(self) -> Sequence[HeldPeople]:
        """By whose mirror has them; one, but where there are several organizations."""
        by_holder: defaultdict[AwsAccount, list[PeopleWay]] = defaultdict(list)
        for way, levels in self._levels:
            given = self.given[way.first]
            if given.held_by is not None and given.principals:
                by_holder[given.held_by] += _people_ways(way, given, levels)
        ordered = sorted(by_holder.items(), key=lambda item: (item[0].name, item[0].pk))
        return [HeldPeople(self._operator, held_by, ways) for held_by, ways in ordered]

    @property
    def has_roles(self) -> bool:
        """Whether a role of Identity Center may, or leads to one that may."""
        return bool(self.given)

    @cached_property
    def total(self) -> int:
        return sum(part.total for part in self.parts)

    @cached_property
    def disabled(self) -> int:
        """Of all: who get no new session."""
        return sum(part.people.count().disabled for part in self.parts)

    @cached_property
    def unknown(self) -> Mapping[str, int]:
        """Why it isn't known who takes on a role, and of how many roles."""
        found: defaultdict[str, int] = defaultdict(int)
        for each in self.given.values():
            if each.unknown:
                found[each.unknown] += 1
        return found


def _people_ways(way: RoleWay, given: RoleGiven, levels: tuple[str, ...]) -> Iterator[PeopleWay]:
    """Of entitlements, as far as the role's trust policy lets in the application."""
    if not given.by_application:
        yield PeopleWay(way, given, levels, given.principals)
        return
    first = way.steps[0]
    around = surroundings_of(first.aws_account.account_id)
    for application, principals in given.by_application.items():
        decision = lets_in(first.holder, around, application)
        if decision in (Decision.ALLOWED, Decision.UNKNOWN):
            yield PeopleWay(way, given, levels, principals, decision is Decision.ALLOWED)


def _by_level(asked: Iterable[tuple[str, Sequence[RoleWay]]]) -> list[tuple[RoleWay, tuple[str, ...]]]:
    """The same roles one after the other are one way, where they may both things, or both under one condition."""
    found: dict[object, tuple[RoleWay, list[str]]] = {}
    for level, ways in asked:
        for way in ways:
            condition = way.condition if level and way.decision is not Decision.ALLOWED else ""
            found.setdefault((way.roles, way.decision, condition), (way, []))[1].append(level)
    pairs = [(way, tuple(filter(None, levels))) for way, levels in found.values()]
    return sorted(pairs, key=lambda pair: len(pair[0].steps))
