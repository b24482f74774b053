"""Principals of other AWS accounts that have a mirror here, whom a resource or a role lets in: both sides evaluated.

What lies in an AWS account that the asker may not see is told as that, without names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from access.index import CachedIndex, Index, cached_index
from access.matches import WhoCanMatch
from access.outsiders import (
    EVERYBODY,
    OutsideQuestion,
    meant_by_conditions,
    outside_questions,
    principals_named,
    somebody_of,
)
from access.patterns import who_can_on
from access.resource_sides.lookup import ResourceSides
from access.situations import EVERYTHING
from access.surroundings import Surroundings, surroundings_of
from accounts.models import AwsAccount
from aws_constraints.arn import account_in
from policies.engine.callers import Caller, CallerKind
from policies.engine.combine import Decision
from policies.engine.conditions import Context

_DENIED = (Decision.IMPLICIT_DENY, Decision.EXPLICIT_DENY)


@dataclass(frozen=True)
class AcrossMatches:
    """Those of one AWS account, by number in its index."""

    aws_account: AwsAccount
    cached: CachedIndex
    matches: Sequence[WhoCanMatch]


@dataclass(frozen=True)
class Across:
    """`seen`: of the AWS accounts that the asker may see. `unseen`: the best that somebody in others has; None where
    nobody has anything.
    """

    seen: Sequence[AcrossMatches] = ()
    unseen: Decision | None = None

    @property
    def listed(self) -> list[tuple[AcrossMatches, WhoCanMatch]]:
        return [(each, match) for each in self.seen for match in each.matches]


NOBODY = Across()


@dataclass
class AcrossSearch:
    """`context`: of the question. `is_seen`: whether the asker may see an AWS account."""

    aws_account: AwsAccount
    is_seen: Callable[[AwsAccount], bool]
    context: Context = field(default_factory=dict)

    def across(self, questions: Sequence[OutsideQuestion]) -> Across:
        """`questions`: what the resources of this AWS account decide."""
        named = [(each, frozenset(names)) for each in questions if (names := set(_accounts_named(each)))]
        seen: list[AcrossMatches] = []
        unseen: list[Decision] = []
        for other in self._others({account for _, accounts in named for account in accounts}):
            about = [each for each, accounts in named if accounts & {EVERYBODY, other.account_id}]
            found = self._matches(other, about)
            if found and self.is_seen(other):
                seen.append(found)
            elif found:
                unseen += [match.decision for match in found.matches]
        surely = Decision.ALLOWED in unseen
        return Across(seen, (Decision.ALLOWED if surely else Decision.UNKNOWN) if unseen else None)

    def _others(self, named: set[str]) -> Iterator[AwsAccount]:
        """Those in which somebody may be meant."""
        if not named:
            return
        others = AwsAccount.objects.exclude(pk=self.aws_account.pk).filter(partition=self.aws_account.partition)
        yield from (others if EVERYBODY in named else others.filter(account_id__in=named)).order_by("name", "pk")

    def _matches(self, other: AwsAccount, questions: Sequence[OutsideQuestion]) -> AcrossMatches | None:
        """None: nobody. Who is there is looked at only where the resource's side lets somebody in."""
        unbounded = replace(surroundings_of(other.account_id), scps=())  # SCPs may let some pass by who they are
        due = [
            each
            for each in questions
            if other.account_id in _accounts_named(each) or _may_let_in(each, other.account_id, unbounded)
        ]
        if not due:
            return None
        cached = cached_index(other)
        best: dict[int, WhoCanMatch] = {}
        for question in due:
            for match in who_can_on(cached.index, question.action, question.resource, self.context, question.side):
                known = best.get(match.number)
                if known is None or (known.decision is not Decision.ALLOWED and match.decision is Decision.ALLOWED):
                    best[match.number] = match
        return AcrossMatches(other, cached, [best[number] for number in sorted(best)]) if best else None


def _may_let_in(question: OutsideQuestion, account_id: str, around: Surroundings) -> bool:
    """Whether somebody of an AWS account gets in whom the policy doesn't name."""
    anybody, whoever = somebody_of(account_id)
    meant = meant_by_conditions(question)
    callers = (anybody, whoever) if meant.anywhere or account_id in meant.accounts else (anybody,)
    return any(question.verdict(each, around, (EVERYTHING,)).decision not in _DENIED for each in callers)


def _accounts_named(question: OutsideQuestion) -> set[str]:
    """By its statements that allow; nobody where whoever asks may, since all are meant then."""
    anonymous = question.verdict(Caller(CallerKind.ANONYMOUS), Surroundings(""), ())
    if anonymous.decision is Decision.ALLOWED:
        return set()
    names = {name for each in question.statements for name in principals_named(each)}
    return {EVERYBODY if name == EVERYBODY else account_in(name) or name for name in names}


def across_of(
    aws_account: AwsAccount,
    index: Index,
    asked: tuple[str, str, Context],
    sides: ResourceSides,
    is_seen: Callable[[AwsAccount], bool],
) -> Across:
    """Of an action on a resource, with the context of the question."""
    questions = list(outside_questions(index, *asked, sides))
    return AcrossSearch(aws_account, is_seen, asked[2]).across(questions)


def has_a_mirror(account_id: str) -> bool:
    """Whether principals of an AWS account are told by the search over AWS accounts."""
    return AwsAccount.objects.filter(account_id=account_id).exists()
