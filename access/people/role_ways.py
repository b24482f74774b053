"""The ways of people to what was asked about: a role that they take on, and roles that they assume from there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from access.descriptions import describe_condition
from access.holders import Holder
from access.matches import WhoCanMatch
from access.outsiders import trust_question
from access.role_chains import ASSUME, RoleChain
from access.surroundings import Surroundings
from access.who_can.answer import WhoCanAnswer
from access.who_can.chains import PERHAPS, UNSEEN_ROLE, chains_of, matches_of
from accounts.models import AwsAccount
from aws_constraints.arn import account_in
from directory.account_access import SERVICE
from directory.reserved_roles import reserved_role_of
from policies.engine.callers import caller_of
from policies.engine.combine import Decision


@dataclass(frozen=True)
class RoleStep:
    """A role of the way, and why it is reached: None for the first, which people take on. `is_seen`: it may be told."""

    aws_account: AwsAccount
    holder: Holder
    match: WhoCanMatch | None = None
    is_seen: bool = True

    @property
    def told(self) -> str:
        """Its ARN."""
        return self.holder.arn if self.is_seen else UNSEEN_ROLE


@dataclass(frozen=True, eq=False)
class RoleWay:
    """Whoever takes on the first role may, by the last one: `end` says why. `chain`: of `answer`; None where the first
    is the last."""

    answer: WhoCanAnswer
    steps: tuple[RoleStep, ...]
    end: WhoCanMatch
    chain: RoleChain | None = None

    @property
    def first(self) -> str:
        """The ARN of the role that people take on."""
        return self.steps[0].holder.arn

    @property
    def roles(self) -> tuple[str, ...]:
        return tuple(step.holder.arn for step in self.steps)

    @property
    def decision(self) -> Decision:
        matches = (*(step.match for step in self.steps if step.match), self.end)
        surely = all(match.decision is Decision.ALLOWED for match in matches)
        return Decision.ALLOWED if surely else Decision.UNKNOWN

    @property
    def condition(self) -> str:
        """In words; "" where there is none."""
        return "; ".join(dict.fromkeys(filter(None, self._conditions())))

    def _conditions(self) -> Iterator[str]:
        """What an AWS account says that one may not see isn't told."""
        for actor, step in pairwise(self.steps):
            yield _condition(step.match, is_told=actor.is_seen and step.is_seen)
        yield _condition(self.end, is_told=self.steps[-1].is_seen)


def _condition(match: WhoCanMatch | None, *, is_told: bool) -> str:
    if match is None or match.decision is Decision.ALLOWED:
        return ""
    return describe_condition(match) if is_told else PERHAPS


def is_taken_on(holder: Holder) -> bool:
    """Whether people take on the role: Identity Center made it, or it trusts the account access manager."""
    return _is_reserved(holder.arn) or trusts_account_access(holder)


@lru_cache(maxsize=4096)
def _is_reserved(arn: str) -> bool:
    return reserved_role_of(arn) is not None


def trusts_account_access(holder: Holder) -> bool:
    statements = holder.trust.document.about(ASSUME.lower()) if holder.trust else ()
    return any(each.allows and each.principals and SERVICE in each.principals.listed for each in statements)


def lets_in(holder: Holder, around: Surroundings, application_arn: str) -> Decision:
    """Whether the role's trust policy lets the account access manager in for an application. `around`: what bounds the
    role's AWS account."""
    context = {"aws:sourcearn": (application_arn,), "aws:sourceaccount": (account_in(application_arn),)}
    question = trust_question(holder, around, ASSUME, context)
    return question.verdict(caller_of(SERVICE), Surroundings("")).decision if question else Decision.IMPLICIT_DENY


def role_ways(answer: WhoCanAnswer) -> list[RoleWay]:
    """The shortest first. None begins in an AWS account that the asker may not see."""
    found = [*_themselves(answer), *_by_chains(answer)]
    return sorted(found, key=lambda way: (len(way.steps), way.decision is not Decision.ALLOWED, way.roles))


def _themselves(answer: WhoCanAnswer) -> Iterator[RoleWay]:
    own = ((answer.aws_account, match) for match in answer.found)
    there = ((matches.aws_account, match) for matches, match in answer.across.listed)
    for aws_account, match in (*own, *there):
        if match.holder.is_role and is_taken_on(match.holder):
            yield RoleWay(answer, (RoleStep(aws_account, match.holder),), match)


def _by_chains(answer: WhoCanAnswer) -> Iterator[RoleWay]:
    """Those whose first role may be told, whatever is on the way."""
    own, places = answer.by_number, answer.places
    for chain in chains_of(answer).shown:
        if is_taken_on(places.holder(chain.numbers[0])):
            yield RoleWay(answer, tuple(_steps(answer, chain)), own[chain.numbers[-1]], chain)


def _steps(answer: WhoCanAnswer, chain: RoleChain) -> Iterator[RoleStep]:
    places = answer.places
    for number, match in zip(chain.numbers, (None, *matches_of(places, chain)), strict=True):
        yield RoleStep(places.aws_account_of(number), places.holder(number), match, places.is_shown(number))
