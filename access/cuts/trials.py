"""Finds out what cuts end, by a search over the AWS account as each of them would leave it.

A path has ended where its principal can no longer begin it, and can begin none that it couldn't before: a way around
that was longer, and so hidden behind it, keeps it from counting.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Lock

from access.cuts.candidates import CutCandidate, candidates
from access.cuts.steps import NoSuchCutError, steps_of
from access.escalation.account import EscalationAccount
from access.escalation.paths import EscalationsFound, escalations
from access.plans.planned_account import account_with
from access.plans.reading import read_holdings, read_planned_holdings
from accounts.models import AwsAccount
from sync.changes import PlanError
from sync.changes.plan import check_steps, plan
from sync.operations import PlannedStep
from sync.plan_draft import Draft

MOST_TRIED = 16
Ended = Callable[[EscalationsFound], tuple[frozenset[int], tuple[str, ...]]]


@dataclass(frozen=True)
class TriedCut:
    """`ends`: numbers of paths. `freed`: ARNs of who has no path any more. `protected`: a sentence why an owner has to
    override something before it can be applied; "" for nothing.
    """

    cut: CutCandidate
    ends: frozenset[int]
    freed: tuple[str, ...] = ()
    protected: str = ""


class CutTrials:
    """Those of one AWS account as it is now; kept between requests, and gone on with by each."""

    def __init__(self, account: EscalationAccount, found: EscalationsFound) -> None:
        self._account = account
        paths, self._administrators = found.all_paths, found.administrators
        self._begun = [(path.source, path.technique) for path in paths]
        self._techniques: dict[str, set[str]] = defaultdict(set)
        for source, technique in self._begun:
            self._techniques[source].add(technique)
        self._waiting = candidates(account, paths)
        self._tried: list[TriedCut] = []
        self._lock = Lock()

    @property
    def found(self) -> Sequence[TriedCut]:
        """Those that end a path."""
        return [tried for tried in self._tried if tried.ends]

    @property
    def is_done(self) -> bool:
        return not self._waiting or len(self._tried) >= MOST_TRIED

    def named(self, key: str) -> TriedCut | None:
        return next((tried for tried in self._tried if tried.cut.key == key), None)

    def go_on(self, aws_account: AwsAccount, within_s: float) -> None:
        """Tries one, and more while there is time."""
        until = time.monotonic() + within_s
        while (cut := self._next()) is not None:
            tried = _tried(aws_account, self._account, cut, self._ended)
            if tried is not None:
                with self._lock:
                    self._tried.append(tried)
            if time.monotonic() > until:
                return

    def _next(self) -> CutCandidate | None:
        """What may end most of the paths that nothing ends yet; of equal ones the first."""
        with self._lock:
            if self.is_done:
                return None
            ended = frozenset().union(*(tried.ends for tried in self._tried))
            best = max(self._waiting, key=lambda cut: (len(self._waiting[cut] - ended), len(self._waiting[cut])))
            del self._waiting[best]
            return best

    def _ended(self, after: EscalationsFound) -> tuple[frozenset[int], tuple[str, ...]]:
        left: dict[str, set[str]] = defaultdict(set)
        for path in after.all_paths:
            left[path.source].add(path.technique)
        new = after.administrators - self._administrators
        kept = {arn for arn, begun in left.items() if begun - self._techniques[arn]} | new
        ends = frozenset(
            number
            for number, (source, technique) in enumerate(self._begun)
            if source not in kept and technique not in left.get(source, ())
        )
        freed = {self._begun[number][0] for number in ends} - left.keys()
        return ends, tuple(sorted(freed))


def _tried(aws_account: AwsAccount, account: EscalationAccount, cut: CutCandidate, ended: Ended) -> TriedCut | None:
    """None where it can't be made."""
    try:
        planned = plan(aws_account, steps_of(aws_account, cut)).steps
    except (NoSuchCutError, PlanError):
        return None
    found = check_steps(Draft(aws_account), planned)
    if any(finding.severity == "error" for finding in found):
        return None
    after = account_after(aws_account, account, planned)
    ends, freed = ended(escalations(after))
    protected = next((finding.message for finding in found if finding.severity == "protected"), "")
    return TriedCut(cut, ends, freed, protected)


def account_after(
    aws_account: AwsAccount, account: EscalationAccount, planned: Sequence[PlannedStep]
) -> EscalationAccount:
    """As the steps would leave it."""
    holdings = read_planned_holdings(aws_account, planned, [])
    if holdings is None:
        return account
    mirrored = read_holdings(aws_account, holdings.changes)
    return account_with(account, mirrored, holdings.after, holdings.changes)
