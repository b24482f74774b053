"""Pull groups: runs that one order started, such as a pull of everything. They are one line in the list of pulls.

Each of them knows the number of the first; the line is that one's, and says what became of all of them.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Max, Q, QuerySet, Sum

from sync.models import Run

State = Run.State
FIGURES = ("seen", "new", "changed", "gone")


@dataclass(frozen=True)
class PullProgress:
    sources: int
    done: int
    failed: int
    cancelled: int

    @property
    def active(self) -> int:
        return self.sources - self.done - self.failed - self.cancelled

    @property
    def words(self) -> str:
        """ "160 complete, 5 to come, 2 failed"."""
        counts = (
            (self.done, "complete"),
            (self.active, "to come"),
            (self.failed, "failed"),
            (self.cancelled, "cancelled"),
        )
        return ", ".join(f"{number} {word}" for number, word in counts if number)

    @property
    def state(self) -> str:
        """Of all: what somebody has to look at comes first."""
        if self.active:
            return str(State.RUNNING if self.active < self.sources else State.QUEUED)
        return str(State.FAILED if self.failed else State.CANCELLED if self.cancelled else State.DONE)


def mark(runs: Collection[int]) -> None:
    """These runs, by their numbers, were started at once."""
    if len(runs) > 1:
        Run.objects.filter(pk__in=runs).update(together=min(runs))


def unmark(gone: Collection[int]) -> None:
    """Those whose first is gone stand for themselves."""
    Run.objects.filter(together__in=gone).update(together=None)


def lines(rows: QuerySet[Run]) -> QuerySet[Run]:
    """One row for each order: that of its first run."""
    return rows.filter(Q(together__isnull=True) | Q(together=F("pk")))


def sum_up(rows: Sequence[Run]) -> None:
    """Puts on each row that stands for several what became of all of them; nothing of it is saved."""
    heads = {row.pk: row for row in rows if row.together == row.pk}
    of_state = {state: Count("pk", filter=Q(state=state)) for state in (State.DONE, State.FAILED, State.CANCELLED)}
    about = {f"of_{state}": count for state, count in of_state.items()}
    sums: dict[str, Any] = {f"all_{name}": Sum(name) for name in FIGURES}
    found: Any = Run.objects.filter(together__in=heads).order_by().values("together")  # rows of what is counted below
    for said in found.annotate(sources=Count("pk"), ended=Max("finished_at"), **about, **sums):
        row = heads[said["together"]]
        whole = PullProgress(said["sources"], said["of_done"], said["of_failed"], said["of_cancelled"])
        row.of_several = whole
        row.state, row.finished_at = whole.state, None if whole.active else said["ended"]
        for name in FIGURES:
            setattr(row, name, said[f"all_{name}"])
