"""How each source of an AWS account stands, for the page of pulls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from accounts.models import AwsAccount
from sync.models import Run
from sync.standing import Standing, standings
from sync.views.charts import Chart, chart_of
from sync.views.live import signature
from sync.views.progress import rate_words, time_left


@dataclass(frozen=True)
class SourceLine:
    of: Standing
    chart: Chart | None
    rate: str
    left: str
    took: timedelta | None  # the last complete pull


@dataclass(frozen=True)
class Sources:
    lines: Sequence[SourceLine]
    signature: str
    only: str

    @property
    def are_moving(self) -> bool:
        return any(line.of.active for line in self.lines)

    @property
    def not_held(self) -> int:
        return sum(not line.of.is_well for line in self.lines)


def sources_of(aws_account: AwsAccount, *, only: str = "") -> Sources:
    """Those that are in trouble come first; `only` is the name of one of them."""
    found = [standing for standing in standings(aws_account) if only in ("", standing.source)]
    found.sort(key=lambda standing: standing.holding.state in ("held", "never"))
    active = [standing.active for standing in found if standing.active]
    shown = signature([(run.pk, run.state, run.seen) for run in active], [standing.holding for standing in found])
    return Sources([_line(standing) for standing in found], shown, only)


def _line(standing: Standing) -> SourceLine:
    run = standing.active
    return SourceLine(
        of=standing,
        chart=chart_of(standing.past),
        rate=rate_words(run) if run else "",
        left=time_left(run) if run else "",
        took=next((each.took for each in reversed(standing.past) if each.state == Run.State.DONE), None),
    )
