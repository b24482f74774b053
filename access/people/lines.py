"""The people behind roles as lines of a page, and as a file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.urls import reverse

from access.anywhere import AnywhereWords
from access.descriptions import describe_condition
from access.object_links import links_of, principal_url
from access.people.behind import HeldPeople, PeopleBehind, PeopleWay, SomebodyWays
from access.people.role_ways import RoleStep, RoleWay
from access.who_can.answer import WhoCanAnswer, way_line
from access.who_can.chains import Chain, ChainLink, described
from access.who_can.ways import Way, policies_and_groups, ways_of
from accounts.models import AwsAccount
from aws_constraints.arn import name_of
from directory.models import DirectoryUser
from directory.people.names import A_PERSON, called, second_of
from directory.role_people import DirectoryPrincipal, PeopleCount, RoleGiven
from iamconsole.web.exports import csv_line
from iamconsole.web.graphs import NodeText
from iamconsole.web.words import counted, number, some

SHOWN, SHOWN_WAYS = 50, 3
_FILE_CHUNK = 500
_NAMED_IN_BOX = 2
ENTITLEMENT = "Account access manager"


@dataclass(frozen=True)
class LinkedName:
    """`url`: "" where there is no page of it, or not for who asks."""

    text: str
    url: str = ""


@dataclass(frozen=True)
class WayWords:
    """`groups`: by which they have the permission set; none where they have it themselves. `permission_set`: None of an
    entitlement of the account access manager. `links`: the roles that are assumed after `role`."""

    groups: Sequence[LinkedName]
    permission_set: LinkedName | None
    role: LinkedName
    account: str
    levels: Sequence[str]
    decision: str
    links: Sequence[ChainLink]
    end: ChainLink


@dataclass(frozen=True)
class PeopleLine:
    """`kind`: "person", "group" or "people" (some who aren't told). `more`: ways that aren't shown."""

    name: LinkedName
    kind: str
    about: str
    is_disabled: bool
    ways: Sequence[WayWords]
    more: int


def people_lines(behind: PeopleBehind, start: int = 0, most: int = SHOWN) -> list[PeopleLine]:
    """By name; for who isn't told names, by group. `start`: from 0."""
    somebody = [(part, each) for part, each in _somebody(behind, start, most)]
    shown = [way for _, each in somebody for way, _ in each.ways[:SHOWN_WAYS]]
    words = _WayDescriptions(way.way for way in shown)
    return [_line(part, each, words) for part, each in somebody]


def line_count(behind: PeopleBehind) -> int:
    return sum(part.total if part.is_told_by_name else len(list(part.unnamed())) for part in behind.parts)


def _somebody(behind: PeopleBehind, start: int, most: int) -> Iterator[tuple[HeldPeople, SomebodyWays]]:
    for part in behind.parts:
        is_named = part.is_told_by_name
        unnamed = [] if is_named else list(part.unnamed())
        total = part.total if is_named else len(unnamed)
        if start < total and most > 0:
            found = list(part.named(start, most)) if is_named else unnamed[start : start + most]
            yield from ((part, each) for each in found)
            most -= len(found)
        start = max(0, start - total)


# ---- Words -----------------------------------------------------------------------------------------------------------
class _WayDescriptions:
    """Of some ways, with the addresses of the policies that they name: a few queries for each AWS account."""

    def __init__(self, ways: Iterable[RoleWay]) -> None:
        self._chains: dict[RoleWay, Chain] = {}
        self._ends: dict[RoleWay, ChainLink] = {}
        by_answer: defaultdict[WhoCanAnswer, list[RoleWay]] = defaultdict(list)
        for way in dict.fromkeys(ways):
            by_answer[way.answer].append(way)
        for answer, of in by_answer.items():
            by_chain = {id(way.chain): way for way in of if way.chain}
            chains = [way.chain for way in by_chain.values() if way.chain]
            words = described(answer, chains) if chains else []
            self._chains |= dict(zip(by_chain.values(), words, strict=True))
            self._describe_ends([way for way in of if way.chain is None])

    def _describe_ends(self, ways: Sequence[RoleWay]) -> None:
        """Of roles that may themselves, which are in no groups."""
        because = {way: ways_of(way.end, {}) for way in ways}
        named: defaultdict[AwsAccount, list[Way]] = defaultdict(list)
        for way, found in because.items():
            named[way.steps[0].aws_account] += found
        links = {account: links_of(account, set(policies_and_groups(found))) for account, found in named.items()}
        for way, found in because.items():
            said = [way_line(each, links[way.steps[0].aws_account]) for each in found]
            self._ends[way] = ChainLink(name_of(way.first), _url(way.steps[0]), said, describe_condition(way.end))

    def links(self, way: RoleWay) -> Sequence[ChainLink]:
        return self._chains[way].links if way.chain else ()

    def end(self, way: RoleWay) -> ChainLink:
        return self._chains[way].end if way.chain else self._ends[way]


def _url(step: RoleStep) -> str:
    return principal_url(step.aws_account, step.holder.unique_id, is_role=True)


def _line(part: HeldPeople, somebody: SomebodyWays, descriptions: _WayDescriptions) -> PeopleLine:
    ways = [_way(part, way, by, descriptions) for way, by in somebody.ways[:SHOWN_WAYS]]
    more = max(0, len(somebody.ways) - SHOWN_WAYS)
    person = somebody.person
    if person is not None:
        url = _of_holder("directory_person", part, person.aws_id)
        is_disabled = person.status == DirectoryUser.Status.DISABLED
        return PeopleLine(LinkedName(called(person), url), "person", second_of(person), is_disabled, ways, more)
    assert somebody.principal is not None  # noqa: S101  one of the two is known
    name, about, is_disabled = _unnamed(part, somebody.principal)
    return PeopleLine(name, "group" if somebody.principal.is_group else "people", about, is_disabled, ways, more)


def _unnamed(part: HeldPeople, principal: DirectoryPrincipal) -> tuple[LinkedName, str, bool]:
    """Who it is in words, how many, and whether all of them are disabled."""
    if not principal.is_group:
        return LinkedName(A_PERSON.capitalize()), "", part.people.is_disabled(principal.id)
    group = part.people.groups.get(principal.id)
    if group is None:
        return LinkedName("A group that the mirror doesn’t have"), "", False
    return _group(part, principal), count_words(part.people.count([principal])), False


def _group(part: HeldPeople, principal: DirectoryPrincipal) -> LinkedName:
    group = part.people.groups.get(principal.id)
    url = _of_holder("directory_group", part, principal.id) if group and part.sees_iam else ""
    return LinkedName(group.name if group else "a group that the mirror doesn’t have", url)


def _of_holder(name: str, part: HeldPeople, aws_id: str) -> str:
    return reverse(name, kwargs={"account_id": part.held_by.account_id, "aws_id": aws_id})


def _way(
    part: HeldPeople, found: PeopleWay, principals: Sequence[DirectoryPrincipal], descriptions: _WayDescriptions
) -> WayWords:
    way, given, first = found.way, found.given, found.way.steps[0]
    set_url = _of_holder("permission_set", part, given.set_id) if part.sees_iam and given.set_id else ""
    return WayWords(
        [_group(part, each) for each in principals if each.is_group],
        LinkedName(given.name, set_url) if given.set_id else None,
        LinkedName(name_of(first.holder.arn), _url(first)),
        str(first.aws_account),
        found.levels,
        found.decision,
        descriptions.links(way),
        descriptions.end(way),
    )


def count_words(count: PeopleCount) -> str:
    """ "12 people, 1 disabled"."""
    enabled = counted(count.enabled, "person", "people")
    return f"{enabled}, {number(count.disabled)} disabled" if count.disabled else enabled


class RolePeopleWords:
    """By a role's ARN, who takes it on, in a few words without names: for a line of a list, or a box of a graph."""

    def __init__(self, behind: PeopleBehind, anywhere: AnywhereWords) -> None:
        self._behind, self._anywhere = behind, anywhere
        self._parts: Mapping[int, HeldPeople] = {part.held_by.pk: part for part in behind.parts}

    def of(self, arn: str) -> str:
        """ "Permission set Admin: 12 people, 1 disabled"; "" for a role that neither people take on, nor who has a
        certificate."""
        return "; ".join(filter(None, (self._people(arn), self._anywhere.of(arn))))

    def _people(self, arn: str) -> str:
        given = self._behind.given.get(arn)
        if given is None:
            return ""
        return f"{f'Permission set {given.name}' if given.set_id else ENTITLEMENT}: {self.count(given.arn)}"

    def count(self, arn: str) -> str:
        given = self._behind.given[arn]
        part = self._parts.get(given.held_by.pk) if given.held_by else None
        if given.unknown:
            return "who isn’t known"
        due = {who for way in (part.ways if part else ()) if way.given is given for who in way.principals}
        return count_words(part.people.count(due)) if part and due else "nobody"

    def box(self, arns: Iterable[str]) -> NodeText | None:
        """Of some roles, who takes them on, as a box of a graph: by name where they are one or two. None: nobody."""
        given = [each for arn in arns if (each := self._behind.given.get(arn)) and each.held_by and each.principals]
        if not given:
            return None
        sets = list(dict.fromkeys(each.name for each in given if each.set_id))
        if not sets:
            about = "by the account access manager"
        else:
            about = f"by permission set {sets[0]}" if len(sets) == 1 else f"by {counted(len(sets), 'permission set')}"
        return NodeText(self._who(given), about, "#people")

    def _who(self, given: Sequence[RoleGiven]) -> str:
        counts = []
        for part in self._parts.values():
            principals = {who for way in part.ways if way.given in given for who in way.principals}
            counts.append(part.people.count(principals))
            if part.is_told_by_name and len(self._parts) == 1 and sum(counts[0]) <= _NAMED_IN_BOX:
                named = part.people.of(principals)
                return " and ".join(map(called, named)) or "Nobody"
        total = PeopleCount(sum(each.enabled for each in counts), sum(each.disabled for each in counts))
        return count_words(total)


# ---- A file ----------------------------------------------------------------------------------------------------------
_TITLES = ("Person", "User name", "Groups", "People", "Disabled", "Permission set", "AWS account", "Roles", "May")


def people_csv(behind: PeopleBehind) -> Iterator[str]:
    """A line for each way of everybody; for who may not take names away, of each group."""
    has_levels = any(way.levels for part in behind.parts for way in part.ways)
    yield csv_line((*_TITLES[: None if has_levels else -1], "Answer", "Condition"))
    for part in behind.parts:
        for somebody in _all_of(part):
            who = _cells(part, somebody)
            for found, by in somebody.ways:
                groups = [_group(part, each).text for each in by if each.is_group]
                first = found.way.steps[0]
                roles = " → ".join(step.told for step in found.way.steps)
                levels = [some(list(found.levels))] if has_levels else []
                what = (found.given.name or ENTITLEMENT, str(first.aws_account), roles, *levels)
                yield csv_line(
                    (*who[:2], " and ".join(groups), *who[2:], *what, found.way.decision, found.way.condition)
                )


def _all_of(part: HeldPeople) -> Iterator[SomebodyWays]:
    if not part.exports or not part.is_told_by_name:
        yield from part.unnamed()
        return
    for start in range(0, part.total, _FILE_CHUNK):
        yield from part.named(start, _FILE_CHUNK)


def _cells(part: HeldPeople, somebody: SomebodyWays) -> tuple[str, str, int, int]:
    """Person, user name, how many people, how many of them are disabled."""
    if (person := somebody.person) is not None:
        return called(person), person.name, 1, int(person.status == DirectoryUser.Status.DISABLED)
    assert somebody.principal is not None  # noqa: S101  one of the two is known
    if somebody.principal.is_group:
        count = part.people.count([somebody.principal])
        return "", "", sum(count), count.disabled
    _, _, is_disabled = _unnamed(part, somebody.principal)
    return A_PERSON, "", 1, int(is_disabled)
