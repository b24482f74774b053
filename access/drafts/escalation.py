"""The privilege escalation paths that a draft opens or closes for those whom it is for: as far as there is time.

At the proposal everybody is looked at (access.plans.escalation_check); here those who have what the draft is of, and
whoever a trust policy newly lets in, by what they can bring about themselves.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from access.drafts.effects import DraftEffects
from access.escalation.account import EscalationRows, escalation_account
from access.escalation.focused import FocusedEscalations, escalations_of
from access.escalation.search import SearchBasis
from access.index import Index, cached_index, numbers_of
from access.plans.escalation_check import PathSummary, WhoCanEscalate, is_new, matters
from access.plans.planned_account import account_with
from access.role_chains import ASSUME
from accounts.models import AwsAccount
from policies.holdings import TrustChange

STEPS = 40_000  # of each search, about a microsecond each
MOST_STARTS = 60


@dataclass(frozen=True)
class DraftEscalations:
    """By principal; `undecided`: ARNs of those for whom there was no time. `is_about`: others may be concerned, too."""

    opened: tuple[PathSummary, ...] = ()
    closed: tuple[PathSummary, ...] = ()
    undecided: tuple[str, ...] = ()
    is_about: bool = False


def draft_escalations(aws_account: AwsAccount, found: DraftEffects, steps: int = STEPS) -> DraftEscalations:
    if not matters(found.change, found.before):
        return DraftEscalations()
    cached = cached_index(aws_account)
    beside = EscalationRows.of(aws_account, cached)
    key = ("search of escalation paths", beside.digest, aws_account.partition)
    basis = cached.answer(key, lambda: SearchBasis.of(escalation_account(cached, beside, aws_account.partition)))
    account = account_with(basis.account, found.before, found.after, [found.change])
    starts = _starts(found, cached.index, account.index)
    arns = [cached.index.holders[number].arn for number in starts]
    if len(starts) > MOST_STARTS:
        return DraftEscalations(undecided=tuple(arns), is_about=True)
    changed = [
        number for number, holder in enumerate(account.index.holders) if holder is not cached.index.holders[number]
    ]
    before = cached.answer((key, tuple(starts), steps), lambda: escalations_of(basis, starts, steps))
    after = escalations_of(basis.with_account(account, changed), starts, steps)
    undecided = before.undecided | after.undecided
    return _compared(before, after, {cached.index.holders[number].arn for number in undecided})


def _starts(found: DraftEffects, before: Index, after: Index) -> list[int]:
    """Who has it; of a trust policy, whom it lets in or keeps out from then on."""
    if isinstance(found.change, TrustChange):
        role = found.change.role_arn
        had, have = (set(numbers_of(index.who_can(ASSUME, role))) for index in (before, after))
        return sorted(had ^ have)
    return sorted(before.by_arn[arn] for arn in found.holders if arn in before.by_arn)


def _compared(before: FocusedEscalations, after: FocusedEscalations, undecided: Collection[str]) -> DraftEscalations:
    had, has = WhoCanEscalate.of(before.found), WhoCanEscalate.of(after.found)
    opened = (
        path for arn, path in has.paths.items() if arn not in had.administrators and is_new(had.paths.get(arn), path)
    )
    closed = (path for arn, path in had.paths.items() if arn not in has.paths.keys() | has.administrators)
    more = (path for arn, path in has.beyond.items() if is_new(had.beyond.get(arn), path))
    less = (path for arn, path in had.beyond.items() if arn not in has.beyond)
    return DraftEscalations(
        (*_decided(opened, undecided), *_decided(more, undecided)),
        (*_decided(closed, undecided), *_decided(less, undecided)),
        tuple(sorted(undecided)),
        True,
    )


def _decided(paths: Iterable[PathSummary], undecided: Collection[str]) -> tuple[PathSummary, ...]:
    return tuple(path for path in paths if path.source not in undecided)
