"""Chains of roles on the page: who isn't allowed it, and may assume a role that is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from access.descriptions import describe_condition
from access.matches import WhoCanMatch
from access.role_chains import ASSUME, RoleChain
from access.who_can.answer import WayLine, WhoCanAnswer, way_line
from access.who_can.ways import Way, ways_of
from aws_constraints.arn import name_of
from iamconsole.web.exports import csv_line
from iamconsole.web.words import counted

STEPS = 20_000  # of the search that a page goes on: some 100 ms
STEPS_OF_FILE = 1_000_000
SHOWN = 100


@dataclass(frozen=True)
class ChainLink:
    """One assumes the role, because of these statements; `only_if`: a condition in words."""

    role: str
    url: str
    because: Sequence[WayLine]
    only_if: str


@dataclass(frozen=True)
class Chain:
    """`end`: why the last role is allowed it, and on which condition."""

    name: str
    url: str
    kind: str
    links: Sequence[ChainLink]
    end: ChainLink


def chains_of(answer: WhoCanAnswer) -> list[RoleChain]:
    """Those that were found by now, the shortest first."""
    answer.chains.go_on(STEPS)
    return answer.chains.found()


def described(answer: WhoCanAnswer, chains: Sequence[RoleChain]) -> list[Chain]:
    own = {match.number: match for match in answer.found}
    steps = [(chain, matches_of(answer, chain)) for chain in chains]
    groups = answer.cached.groups
    ways: dict[WhoCanMatch, tuple[Way, ...]] = {}
    ends = {chain.numbers[-1] for chain in chains}
    for match in (*(match for _, matches in steps for match in matches), *(own[number] for number in ends)):
        ways.setdefault(match, ways_of(match, groups))
    links = answer.links(way for each in ways.values() for way in each)

    def link(role: int, match: WhoCanMatch) -> ChainLink:
        because = [way_line(way, links) for way in ways[match]]
        name = name_of(answer.index.holders[role].arn)
        return ChainLink(name, answer.url_of(role), because, describe_condition(match))

    def chain_of(chain: RoleChain, matches: Sequence[WhoCanMatch]) -> Chain:
        who = answer.index.holders[chain.numbers[0]]
        end = chain.numbers[-1]
        between = [link(role, match) for role, match in zip(chain.numbers[1:], matches, strict=True)]
        kind = "role" if who.is_role else "user"
        return Chain(name_of(who.arn), answer.url_of(chain.numbers[0]), kind, between, link(end, own[end]))

    return [chain_of(chain, matches) for chain, matches in steps]


def matches_of(answer: WhoCanAnswer, chain: RoleChain) -> list[WhoCanMatch]:
    """Of each step, why it may be taken."""
    after = [
        match
        for actor, role in pairwise(chain.numbers[1:])
        if (match := answer.index.can(actor, ASSUME, answer.index.holders[role].arn))
    ]
    return [chain.first, *after]


def csv(answer: WhoCanAnswer) -> Iterator[str]:
    """The roles one after the other, as the search finds them; a last line says where it didn't come to an end."""
    answer.chains.go_on(STEPS_OF_FILE)
    yield csv_line(("Name", "ARN", "Through", "Condition"))
    arns = [holder.arn for holder in answer.index.holders]
    own = {match.number: match for match in answer.found}
    for chain in answer.chains.found():
        who = arns[chain.numbers[0]]
        through = " → ".join(arns[number] for number in chain.numbers[1:])
        conditions = map(describe_condition, (*matches_of(answer, chain), own[chain.numbers[-1]]))
        yield csv_line((name_of(who), who, through, "; ".join(filter(None, conditions))))
    if answer.chains.waiting:
        yield csv_line((f"Not complete: {counted(answer.chains.waiting, 'role')} weren’t looked at yet.",))
