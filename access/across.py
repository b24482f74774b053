"""Principals of other AWS accounts that have a mirror here, whom a resource or a role lets in: both sides evaluated.

What lies in an AWS account that the asker may not see is told as that, without names.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property

from access.connected import ConnectedIndexes, ConnectedPrincipals, OtherIndexes
from access.holders import Holder
from access.index import Index
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
from access.resource_policies import is_assuming
from access.resource_sides.lookup import ResourceSides
from access.situations import EVERYTHING
from access.surroundings import Surroundings
from accounts.models import AwsAccount
from aws_constraints.arn import account_in
from policies.engine.callers import Caller, CallerKind
from policies.engine.combine import Decision
from policies.engine.conditions import Context
from policies.engine.layers import LayerPolicy

ToldApart = Callable[[frozenset[str]], Sequence[OutsideQuestion]]  # by action patterns of policies, in lower case
_DENIED = (Decision.IMPLICIT_DENY, Decision.EXPLICIT_DENY)


@dataclass(frozen=True)
class AcrossMatches:
    """Those of one AWS account, by number in its index. `groups`: what each, by its ARN, gives its members."""

    aws_account: AwsAccount
    groups: Mapping[str, tuple[LayerPolicy, ...]]
    matches: Sequence[WhoCanMatch]


@dataclass(frozen=True)
class Across:
    """`found`: of all AWS accounts. `is_seen`: whether the asker may see one."""

    found: Sequence[AcrossMatches] = ()
    is_seen: Callable[[AwsAccount], bool] = lambda aws_account: False

    @cached_property
    def seen(self) -> Sequence[AcrossMatches]:
        return [each for each in self.found if self.is_seen(each.aws_account)]

    @cached_property
    def unseen(self) -> Decision | None:
        """The best that somebody has in AWS accounts that the asker may not see; None where nobody has anything."""
        hidden = [each for each in self.found if not self.is_seen(each.aws_account)]
        decisions = {match.decision for each in hidden for match in each.matches}
        return (Decision.ALLOWED if Decision.ALLOWED in decisions else Decision.UNKNOWN) if decisions else None

    @property
    def listed(self) -> list[tuple[AcrossMatches, WhoCanMatch]]:
        return [(each, match) for each in self.seen for match in each.matches]


@dataclass
class AcrossSearch:
    """`context`: of the question. It asks whom resources or roles of one AWS account let in from `others`."""

    others: OtherIndexes
    context: Context = field(default_factory=dict)

    def accounts_of(self, question: OutsideQuestion) -> list[str]:
        """The ids of those in which the resource's side may let somebody in, looked at without their principals."""
        named = _accounts_named(question)
        if not named:
            return []
        listed = self.others.account_ids
        if EVERYBODY in named:
            self.others.look_up([each for each in listed if each not in named])
        return [each for each in listed if each in named or (EVERYBODY in named and self._may_let_in(question, each))]

    def _may_let_in(self, question: OutsideQuestion, account_id: str) -> bool:
        """Whether somebody of an AWS account gets in whom the policy doesn't name."""
        unbounded = replace(self.others.surroundings(account_id), scps=())  # SCPs may let some pass by who they are
        anybody, whoever = somebody_of(account_id)
        meant = meant_by_conditions(question)
        callers = (anybody, whoever) if meant.anywhere or account_id in meant.accounts else (anybody,)
        return any(question.verdict(each, unbounded, (EVERYTHING,)).decision not in _DENIED for each in callers)

    def matches(self, account_id: str, questions: Sequence[OutsideQuestion]) -> list[WhoCanMatch]:
        """Of one of `accounts_of`: who surely or perhaps may, by the best of the questions. Users, then roles."""
        best: dict[int, WhoCanMatch] = {}
        allowed: set[int] = set()
        for question in questions:
            index = self.others.concerned(account_id, question.asked)
            asked = question.action, question.resource, self.context, question.side
            for match in who_can_on(index, *asked, but=allowed):
                best.setdefault(match.number, match)
                if match.decision is Decision.ALLOWED:
                    best[match.number] = match
                    allowed.add(match.number)
        return sorted(best.values(), key=lambda match: _by_name(match.holder))

    def found(
        self, questions: Sequence[OutsideQuestion], told_apart: ToldApart | None = None
    ) -> dict[str, list[WhoCanMatch]]:
        """By the id of the AWS account, where somebody may. `told_apart`: of patterns of actions."""
        by_account: dict[str, list[OutsideQuestion]] = {}
        for question in questions:
            accounts = self.accounts_of(question)
            self.others.read_whom(accounts, question.asked)
            for account_id in accounts:
                by_account.setdefault(account_id, []).append(question)
        listed = [each for each in self.others.account_ids if each in by_account]
        if told_apart:
            by_account = {each: self._told_apart(each, by_account[each], told_apart) for each in listed}
        matches = ((each, self.matches(each, by_account[each])) for each in listed)
        return {account_id: found for account_id, found in matches if found}

    def _told_apart(
        self, account_id: str, questions: Sequence[OutsideQuestion], told_apart: ToldApart
    ) -> list[OutsideQuestion]:
        """On each resource that lets somebody in, all kinds of actions that policies there tell apart, too."""
        resources = {each.resource for each in questions if each.pattern}
        if not resources:
            return list(questions)
        finer = told_apart(self.others.index(account_id).action_patterns)
        of_patterns = [each for each in finer if each.pattern and each.resource in resources]
        return [*(each for each in questions if not each.pattern), *of_patterns]


def _by_name(holder: Holder) -> tuple[bool, str, int]:
    return holder.is_role, holder.caller.name.casefold(), holder.row


def _accounts_named(question: OutsideQuestion) -> set[str]:
    """By its statements that allow; nobody where whoever asks may, since all are meant then."""
    if not is_assuming(question.action, question.resource):
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
    others: ConnectedIndexes | None = None,
) -> Across:
    """Of an action on a resource, with the context of the question."""
    others = others or ConnectedIndexes(aws_account)
    questions = list(outside_questions(index, *asked, sides))

    @cache
    def told_apart(patterns: frozenset[str]) -> list[OutsideQuestion]:
        return list(outside_questions(index, *asked, sides, patterns))

    found = AcrossSearch(others, asked[2]).found(questions, told_apart)
    listed = [AcrossMatches(others.aws_accounts[each], others.groups(each), found[each]) for each in found]
    return Across(listed, is_seen)


def numbers_among(
    principals: ConnectedPrincipals, own: Sequence[WhoCanMatch], across: Across
) -> dict[int, WhoCanMatch]:
    """Those who may, here and in other AWS accounts, by their number among `principals`."""
    found = {match.number: match for match in own}
    for of in across.found:
        first = principals.part(of.aws_account.account_id).first
        found |= {first + match.number: match for match in of.matches}
    return found


def has_a_mirror(account_id: str) -> bool:
    """Whether principals of an AWS account are told by the search over AWS accounts."""
    return AwsAccount.objects.filter(account_id=account_id).exists()
