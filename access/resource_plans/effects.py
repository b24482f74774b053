"""Whose access to a resource changes: of each principal its own policies and what the resource says to it, together.

In its own AWS account a policy of the resource, or one's own, suffices; in another one it takes both, and so it does
for a key that leaves its use to IAM (KMS Developer Guide, "Key policies").
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from access.holders import caller_named
from access.plans.comparing import text
from access.plans.control_policies import AccountLimits
from access.plans.effects import AffectedPrincipals, Effort, Pair, compared_pairs
from access.plans.holdings import NOTHING, Combination, PrincipalHoldings, is_group
from access.plans.organization_check import everybody_of
from access.plans.relevant import Patterns, RelevantStatements, changed_actions
from access.resource_plans.said import ResourceSays, SaidToOne, names_sessions
from access.surroundings import surroundings_of
from accounts.models import AwsAccount
from policies.engine.callers import Caller
from policies.engine.compiled import CompiledStatement, compiled
from policies.engine.document import compact
from resources.table.keys import KEY

MOST_PRINCIPALS = 40_000
_TOO_MANY = "There are too many principals there to compare all of them here."
_NEVER = "This AWS account was never pulled: nobody in it is known."


@dataclass(frozen=True)
class AccountEffects:
    """Of the principals of one AWS account. `why`: sentences why it isn't known; `notes`: what isn't counted in it."""

    concerned: Sequence[AffectedPrincipals] = ()
    holdings: PrincipalHoldings | None = None
    why: Sequence[str] = ()
    notes: Sequence[str] = ()


def account_effects(
    before: ResourceSays, after: ResourceSays, aws_account: AwsAccount, effort: Effort | None = None
) -> AccountEffects:
    """`aws_account`: in which they are, the resource's own or another one."""
    holdings = everybody_of(aws_account)
    principals = sum(not is_group(arn) for arn in holdings.owners)
    if not principals:
        return AccountEffects(why=(_NEVER,))
    if principals > MOST_PRINCIPALS:
        return AccountEffects(why=(_TOO_MANY,))
    asked = _PrincipalPairs(before, after, aws_account, holdings)
    concerned = compared_pairs(asked.found(), *([effort] if effort else []))
    return AccountEffects(concerned, holdings, notes=sorted(asked.notes))


class _PrincipalPairs:
    def __init__(
        self, before: ResourceSays, after: ResourceSays, aws_account: AwsAccount, holdings: PrincipalHoldings
    ) -> None:
        self._before, self._after, self._holdings = before, after, holdings
        self._account_id = aws_account.account_id
        self._around = surroundings_of(self._account_id)
        self._is_own = self._account_id == before.side.account_id
        self._is_key = before.row.kind == KEY.kind
        self._limits = AccountLimits(self._around, None if self._is_own else before.side.around)
        self._relevant = RelevantStatements()
        self.notes: set[str] = set()
        had, has = (_by_words(each.statements(self._account_id)) for each in (before, after))
        both = {**had, **has}
        self._differing = [each for words, each in both.items() if (words in had) is not (words in has)]

    def found(self) -> dict[tuple[Pair, bool, str], list[str]]:
        pairs: dict[tuple[Pair, bool, str], list[str]] = defaultdict(list)
        if not self._differing:
            return pairs
        for arn in sorted(self._holdings.owners):
            if not is_group(arn) and (pair := self._pair(arn)) is not None:
                pairs[pair, False, ""].append(arn)
        return pairs

    def _pair(self, arn: str) -> Pair | None:
        caller = caller_named(arn)
        bounded = bool(self._holdings.owners[arn].boundary)
        if caller is None or not any(_may_name(each, caller, bounded=bounded) for each in self._differing):
            return None
        had, has = (each.to(caller, self._around, bounded=bounded) for each in (self._before, self._after))
        self.notes |= had.why | has.why
        if had == has:
            return None
        patterns = _changed(had, has)
        own = self._holdings.combination(arn, self._limits.of(arn), tags=())
        if patterns is not None:
            own = self._relevant.about(own, patterns)
        return self._combined(own, had), self._combined(own, has)

    def _combined(self, own: Combination, said: SaidToOne) -> Combination:
        levels, denials, boundary = set(own.limits.levels), set(own.limits.denials), own.boundary
        documents = {*own.documents, *filter(None, [said.denials])}
        given = [each for each in (said.itself, said.role) if each]
        if self._is_own:
            if self._is_key and not _leaves_all(said.account):
                levels.add(_level(said.account, *given))
            if boundary is not None and said.itself:
                levels.add(_level(_allowing(boundary), said.itself))
                denials |= {boundary} if text(boundary).denies else set()
                boundary = None
            documents |= set(given)
        else:
            levels.add(_level(*given, said.account))
        limits = replace(own.limits, levels=frozenset(levels), denials=frozenset(denials))
        return replace(own, documents=frozenset(documents), boundary=boundary, limits=limits, lacks=own.lacks)


def _changed(had: SaidToOne, has: SaidToOne) -> Patterns | None:
    """Patterns of the actions of which it says something else, part by part; None: of any."""
    found: Patterns = frozenset()
    for before, after in zip(had.parts, has.parts, strict=True):
        patterns = changed_actions(*(filter(None, [each]) for each in (before, after)))
        if patterns is None:
            return None
        found |= patterns
    return found


def _may_name(statement: CompiledStatement, caller: Caller, *, bounded: bool) -> bool:
    return bool(statement.names(caller, bounded=bounded)) or names_sessions(statement, caller)


def _by_words(statements: Sequence[CompiledStatement]) -> dict[str, CompiledStatement]:
    return {compact(dict(each.source.written) | {"Sid": ""}): each for each in statements}


def _level(*documents: str) -> frozenset[str]:
    """One of them must allow."""
    return frozenset(filter(None, documents)) or frozenset({NOTHING})


def _leaves_all(account: str) -> bool:
    """Whether a key leaves all of its use to the policies of its AWS account."""
    statements = compiled(account).statements if account else []
    wide = ("*", "kms:*")
    return any(
        each.allows and not each.tests and not each.not_actions and set(wide) & set(each.actions.patterns)
        for each in statements
    )


def _allowing(document: str) -> str:
    statements = [dict(each.source.written) for each in compiled(document).statements if each.allows]
    return compact({**compiled(document).written, "Statement": statements})
