"""Chains of roles on the page: who isn't allowed it, and may assume a role that is, in this AWS account or another.

A role in an AWS account that the asker may not see has no name here, nor has what that role says; who begins there is
told once, as somebody.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from access.descriptions import describe_condition
from access.matches import WhoCanMatch
from access.role_chains import RoleChain, assuming
from access.who_can.answer import UNSEEN, WayLine, WhoCanAnswer, way_line
from access.who_can.places import PrincipalPlaces
from access.who_can.ways import Way, ways_of
from accounts.models import AwsAccount
from aws_constraints.arn import name_of
from iamconsole.web.exports import csv_line
from iamconsole.web.words import counted
from policies.engine.combine import Decision

STEPS = 20_000  # of the search that a page goes on: some 100 ms
STEPS_OF_FILE = 1_000_000
SHOWN = 100
UNSEEN_ROLE = "a role in an AWS account that you can’t see"
PERHAPS = "under a condition, or unknown"


@dataclass(frozen=True)
class ChainsFound:
    """`shown`: those that begin with somebody whom the asker may see. `unseen`: the best of those who begin elsewhere;
    None where nobody does."""

    shown: Sequence[RoleChain]
    unseen: Decision | None = None


@dataclass(frozen=True)
class ChainLink:
    """One assumes the role, because of these statements; `only_if`: a condition in words. `account`: another AWS
    account, in words. `is_seen`: the role may be told by its name."""

    role: str
    url: str
    because: Sequence[WayLine]
    only_if: str
    account: str = ""
    is_seen: bool = True


@dataclass(frozen=True)
class Chain:
    """`end`: why the last role is allowed it, and on which condition. `account`: another AWS account, in words."""

    name: str
    url: str
    kind: str
    links: Sequence[ChainLink]
    end: ChainLink
    account: str = ""


def chains_of(answer: WhoCanAnswer, steps: int = 0) -> ChainsFound:
    """Those that were found by now, the shortest first. `steps`: of the search; 0: those of a page."""
    answer.look_on(steps or STEPS)
    found = answer.chains.found()
    hidden = {chain.is_sure for chain in found if not answer.places.is_shown(chain.numbers[0])}
    unseen = (Decision.ALLOWED if True in hidden else Decision.UNKNOWN) if hidden else None
    return ChainsFound([chain for chain in found if answer.places.is_shown(chain.numbers[0])], unseen)


def described(answer: WhoCanAnswer, chains: Sequence[RoleChain]) -> list[Chain]:
    return _ChainWords(answer, chains).described()


class _ChainWords:
    def __init__(self, answer: WhoCanAnswer, chains: Sequence[RoleChain]) -> None:
        self._answer = answer
        self._places = answer.places
        self._own = answer.by_number
        self._steps = [(chain, matches_of(answer.places, chain)) for chain in chains]
        self._ways: dict[tuple[int, int], tuple[Way, ...]] = {}  # of an actor, to a role; to itself, of the last
        for chain, matches in self._steps:
            for actor, role, match in _pairs(chain, matches, self._own):
                if (actor, role) not in self._ways:
                    self._ways[actor, role] = self._told(actor, role, ways_of(match, self._places.groups_of(actor)))
        self._links = self._links_by_account()

    def _told(self, actor: int, role: int, ways: Sequence[Way]) -> tuple[Way, ...]:
        """What an AWS account that one may not see says isn't told."""
        is_told = {True: self._places.is_shown(role), False: self._places.is_shown(actor)}
        if not is_told[False] and actor != role:
            return tuple(way for way in ways if way.is_of_resource and is_told[True])
        return tuple(way for way in ways if is_told[way.is_of_resource])

    def _links_by_account(self) -> Mapping[AwsAccount, Mapping[str, str]]:
        """Addresses of the policies and groups of those who act."""
        named: dict[AwsAccount, list[Way]] = defaultdict(list)
        for (actor, _), ways in self._ways.items():
            if self._places.is_shown(actor):
                named[self._places.aws_account_of(actor)] += ways
        return {of: self._answer.links(ways, of) for of, ways in named.items()}

    def described(self) -> list[Chain]:
        return [self._chain(chain, matches) for chain, matches in self._steps]

    def _chain(self, chain: RoleChain, matches: Sequence[WhoCanMatch]) -> Chain:
        first, places = chain.numbers[0], self._places
        who = places.holder(first)
        *between, end = (self._link(*pair) for pair in _pairs(chain, matches, self._own))
        kind = "role" if who.is_role else "user"
        return Chain(name_of(who.arn), places.url_of(first), kind, between, end, places.account_words(first))

    def _link(self, actor: int, role: int, match: WhoCanMatch) -> ChainLink:
        places = self._places
        of = places.aws_account_of(actor)
        because = [way_line(way, self._links.get(of, {})) for way in self._ways[actor, role]]
        if not (places.is_shown(actor) and places.is_shown(role)):
            condition = "" if match.decision is Decision.ALLOWED else PERHAPS
            if not places.is_shown(role):
                return ChainLink(UNSEEN_ROLE, "", because, condition, is_seen=False)
        else:
            condition = describe_condition(match)
        name = name_of(places.holder(role).arn)
        return ChainLink(name, places.url_of(role), because, condition, places.account_words(role))


def _pairs(
    chain: RoleChain, matches: Sequence[WhoCanMatch], own: Mapping[int, WhoCanMatch]
) -> Iterator[tuple[int, int, WhoCanMatch]]:
    """Who assumes which role, and why; at the end the last role, twice, and why it is allowed it."""
    for (actor, role), match in zip(pairwise(chain.numbers), matches, strict=True):
        yield actor, role, match
    last = chain.numbers[-1]
    yield last, last, own[last]


def matches_of(places: PrincipalPlaces, chain: RoleChain) -> list[WhoCanMatch]:
    """Of each step, why it may be taken."""
    steps = pairwise(chain.numbers[1:])
    after = [match for actor, role in steps if (match := assuming(places.principals, actor, role))]
    return [chain.first, *after]


def csv(answer: WhoCanAnswer) -> Iterator[str]:
    """The roles one after the other, as the search finds them; a last line says where it didn't come to an end."""
    found = chains_of(answer, STEPS_OF_FILE)
    yield csv_line(("Name", "ARN", "Through", "Condition", "AWS account"))
    for chain, described_as in zip(found.shown, described(answer, found.shown), strict=True):
        who = answer.places.holder(chain.numbers[0]).arn
        through = " → ".join(_role_in_file(answer.places, number) for number in chain.numbers[1:])
        conditions = filter(None, (link.only_if for link in (*described_as.links, described_as.end)))
        account = described_as.account or str(answer.aws_account)
        yield csv_line((described_as.name, who, through, "; ".join(conditions), account))
    if found.unseen:
        yield csv_line((UNSEEN, "", "", "" if found.unseen is Decision.ALLOWED else PERHAPS, ""))
    if answer.chains.waiting:
        yield csv_line((f"Not complete: {counted(answer.chains.waiting, 'role')} weren’t looked at yet.",))


def _role_in_file(places: PrincipalPlaces, number: int) -> str:
    return places.holder(number).arn if places.is_shown(number) else UNSEEN_ROLE
