"""How each source of an AWS account stands, for the page of pulls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from accounts.models import AwsAccount
from sync.mirror import Place, sources
from sync.models import Run
from sync.standing import Standing, standings
from sync.views.charts import Chart, chart_of
from sync.views.live import signature
from sync.views.progress import rate_words, time_left

_WORTH_SAYING_S = 5


@dataclass(frozen=True)
class SourceLine:
    of: Standing
    chart: Chart | None
    rate: str
    left: str
    took: timedelta | None  # the last complete pull
    least: timedelta | None  # what one takes at least, by AWS's quotas; None: a moment, or nobody knows


@dataclass(frozen=True)
class Sources:
    """`lines` are those to look at: all of them when asked for (`whole`), else those in trouble or being read."""

    lines: Sequence[SourceLine]
    total: int
    not_held: int
    oldest: datetime | None  # of those that are held
    are_moving: bool
    signature: str
    only: str
    whole: bool

    @property
    def are_folded(self) -> bool:
        return len(self.lines) < self.total


def sources_of(aws_account: AwsAccount, *, only: str = "", whole: bool = False) -> Sources:
    """Those that are in trouble come first; `only` is the name of one of them."""
    found = sorted(standings(aws_account, only=only), key=lambda standing: not _is_in_trouble(standing))
    active = [standing.active for standing in found if standing.active]
    ages = [standing.holding.at for standing in found if standing.is_well and standing.holding.at]
    whole = whole or bool(only)
    return Sources(
        lines=[_line(aws_account, standing) for standing in found if whole or _is_notable(standing)],
        total=len(found),
        not_held=sum(not standing.is_well for standing in found),
        oldest=min(ages, default=None),
        are_moving=bool(active),
        signature=signature(
            [(run.pk, run.state, run.seen) for run in active], [standing.holding for standing in found]
        ),
        only=only,
        whole=whole,
    )


def _is_notable(standing: Standing) -> bool:
    return standing.active is not None or _is_in_trouble(standing)


def _is_in_trouble(standing: Standing) -> bool:
    """What was never read yet isn't."""
    return standing.holding.state not in ("held", "never") or standing.holding.braked_in is not None


def _line(aws_account: AwsAccount, standing: Standing) -> SourceLine:
    run = standing.active
    least_s = sources[standing.source].least_s(Place(aws_account, standing.region))
    return SourceLine(
        of=standing,
        chart=chart_of(standing.past),
        rate=rate_words(run) if run else "",
        left=time_left(run) if run else "",
        took=next((each.took for each in reversed(standing.past) if each.state == Run.State.DONE), None),
        least=timedelta(seconds=least_s) if least_s >= _WORTH_SAYING_S else None,
    )
