"""The ways of people to what was asked about: a role that they take on, and roles that they assume from there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from access.descriptions import describe_condition
from access.holders import Holder
from access.matches import WhoCanMatch
from access.role_chains import RoleChain
from access.who_can.answer import WhoCanAnswer
from access.who_can.chains import chains_of, matches_of
from accounts.models import AwsAccount
from directory.selectors import reserved_role_of
from policies.engine.combine import Decision


@dataclass(frozen=True)
class RoleStep:
    """A role of the way, and why it is reached: None for the first, which people take on."""

    aws_account: AwsAccount
    holder: Holder
    match: WhoCanMatch | None = None


@dataclass(frozen=True, eq=False)
class RoleWay:
    """Whoever takes on the first role may, by the last one: `end` says why."""

    steps: tuple[RoleStep, ...]
    end: WhoCanMatch

    @property
    def first(self) -> str:
        """The ARN of the role that people take on."""
        return self.steps[0].holder.arn

    @property
    def roles(self) -> tuple[str, ...]:
        return tuple(step.holder.arn for step in self.steps)

    @property
    def matches(self) -> list[WhoCanMatch]:
        return [*(step.match for step in self.steps if step.match), self.end]

    @property
    def decision(self) -> Decision:
        surely = all(match.decision is Decision.ALLOWED for match in self.matches)
        return Decision.ALLOWED if surely else Decision.UNKNOWN

    @property
    def condition(self) -> str:
        """In words; "" where there is none."""
        return "; ".join(dict.fromkeys(filter(None, map(describe_condition, self.matches))))


@lru_cache(maxsize=4096)
def is_taken_on(arn: str) -> bool:
    """Whether people take on the role, by Identity Center."""
    return reserved_role_of(arn) is not None


def role_ways(answer: WhoCanAnswer) -> list[RoleWay]:
    """The shortest first. Of AWS accounts that the asker may not see there are none."""
    found = [*_themselves(answer), *_by_chains(answer)]
    return sorted(found, key=lambda way: (len(way.steps), way.decision is not Decision.ALLOWED, way.roles))


def _themselves(answer: WhoCanAnswer) -> Iterator[RoleWay]:
    for match in answer.found:
        if match.holder.is_role and is_taken_on(match.arn):
            yield RoleWay((RoleStep(answer.aws_account, match.holder),), match)
    for matches, match in answer.across.listed:
        if match.holder.is_role and is_taken_on(match.arn):
            yield RoleWay((RoleStep(matches.aws_account, match.holder),), match)


def _by_chains(answer: WhoCanAnswer) -> Iterator[RoleWay]:
    own, places = answer.by_number, answer.places
    for chain in chains_of(answer).shown:
        if is_taken_on(places.holder(chain.numbers[0]).arn) and all(map(places.is_shown, chain.numbers)):
            yield RoleWay(tuple(_steps(answer, chain)), own[chain.numbers[-1]])


def _steps(answer: WhoCanAnswer, chain: RoleChain) -> Iterator[RoleStep]:
    places = answer.places
    for number, match in zip(chain.numbers, (None, *matches_of(places, chain)), strict=True):
        yield RoleStep(places.aws_account_of(number), places.holder(number), match)
