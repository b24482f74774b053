"""The status of each source of an AWS account, for the page of pulls."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.utils import timezone

from accounts.models import AwsAccount
from iamconsole.web.words import HOUR, MINUTE, counted, duration, number
from sync.mirror import AccountRegion, sources
from sync.models import Run
from sync.source_status import PastRun, SourceStatus, source_statuses
from sync.views.live import signature

# ---- How long the last pulls took ----------------------------------------------------------------------------------
# Bars of an SVG that the server makes, and the same in words.
HEIGHT, BAR, GAP, LOWEST = 24, 4, 2, 2  # in the units of the view box


@dataclass(frozen=True)
class Bar:
    x: int
    y: int
    height: int
    state: str


@dataclass(frozen=True)
class Chart:
    words: str
    width: int
    bars: Sequence[Bar]
    height: int = HEIGHT
    bar: int = BAR


def chart_of(past: Sequence[PastRun]) -> Chart | None:
    """None where there is nothing to show yet."""
    if not past:
        return None
    longest = max(max(run.took for run in past), timedelta(milliseconds=1))
    heights = [max(round(HEIGHT * (run.took / longest)), LOWEST) for run in past]
    bars = [
        Bar(place * (BAR + GAP), HEIGHT - height, height, run.state)
        for place, (run, height) in enumerate(zip(past, heights, strict=True))
    ]
    return Chart(_words(past), len(past) * (BAR + GAP) - GAP, bars)


def _words(past: Sequence[PastRun]) -> str:
    done = [run.took for run in past if run.state == Run.State.DONE]
    if not done:
        return f"None of the last {counted(len(past), 'pull')} was complete."
    failed = sum(run.state == Run.State.FAILED for run in past)
    shortest, longest = duration(min(done)), duration(max(done))
    span = shortest if shortest == longest else f"{shortest} to {longest}"
    ended = f", {failed} failed" if failed else ""
    return f"{counted(len(past), 'pull')}: {span}, the last complete one {duration(done[-1])}{ended}."


_WORTH_SAYING_S = 5
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class SourceLine:
    """Of a source in one Region, or in several where it stands alike: then `of` is the oldest of them."""

    of: SourceStatus
    regions: int
    chart: Chart | None = None
    rate: str = ""
    left: str = ""
    took: timedelta | None = None  # the last complete pull
    least: timedelta | None = None  # what one takes at least, by AWS's quotas; None: a moment, or nobody knows

    @property
    def is_of_several(self) -> bool:
        return self.regions > 1


@dataclass(frozen=True)
class Sources:
    """`lines` are those to look at: all of them when asked for (`whole`), else those in trouble or being read."""

    lines: Sequence[SourceLine]
    total: int  # of sources, each counted once however many Regions it is read in
    not_read: int  # of them: in any Region
    oldest: datetime | None  # of those that were read
    are_moving: bool
    are_folded: bool
    signature: str
    only: str
    whole: bool


def sources_of(aws_account: AwsAccount, *, only: str = "", whole: bool = False) -> Sources:
    """Those that are in trouble come first; `only` is the name of one of them, and shows each of its Regions."""
    found = sorted(source_statuses(aws_account, only=only), key=lambda status: not _is_in_trouble(status))
    active = [status.active for status in found if status.active]
    ages = [status.coverage.at for status in found if status.is_well and status.coverage.at]
    shown = [status for status in found if whole or only or _is_notable(status)]
    return Sources(
        lines=_lines(aws_account, [[each] for each in shown] if only else _alike(shown)),
        total=len({status.source for status in found}),
        not_read=len({status.source for status in found if not status.is_well}),
        oldest=min(ages, default=None),
        are_moving=bool(active),
        are_folded=len(shown) < len(found),
        signature=signature([(run.pk, run.state, run.seen) for run in active], [status.coverage for status in found]),
        only=only,
        whole=whole or bool(only),
    )


def _is_notable(status: SourceStatus) -> bool:
    return status.active is not None or _is_in_trouble(status)


def _is_in_trouble(status: SourceStatus) -> bool:
    """What was never read yet isn't."""
    return status.coverage.state not in ("read", "never") or status.coverage.braked_in is not None


def _alike(found: Sequence[SourceStatus]) -> Iterable[Sequence[SourceStatus]]:
    """A source's Regions in which it stands alike, together: an AWS account has some twenty, and most are empty."""
    together: dict[tuple[str, ...], list[SourceStatus]] = {}
    for status in found:
        run, coverage = status.active, status.coverage
        by_itself = status.region if coverage.braked_in else ""
        waits = ", ".join(status.waits_for)
        alike = (status.source, coverage.state, run.state if run else "", waits, by_itself)
        together.setdefault(alike, []).append(status)
    return together.values()


def _lines(aws_account: AwsAccount, groups: Iterable[Sequence[SourceStatus]]) -> list[SourceLine]:
    return [_line(aws_account, group[0]) if len(group) == 1 else _line_of_several(group) for group in groups]


def _line_of_several(group: Sequence[SourceStatus]) -> SourceLine:
    return SourceLine(min(group, key=lambda each: each.coverage.at or _LONG_AGO), len(group))


def _line(aws_account: AwsAccount, status: SourceStatus) -> SourceLine:
    run = status.active
    least_s = sources[status.source].least_s(AccountRegion(aws_account, status.region))
    return SourceLine(
        of=status,
        regions=1,
        chart=chart_of(status.past),
        rate=rate_words(run) if run else "",
        left=time_left(run) if run else "",
        took=next((each.took for each in reversed(status.past) if each.state == Run.State.DONE), None),
        least=timedelta(seconds=least_s) if least_s >= _WORTH_SAYING_S else None,
    )


# ---- How fast a run reads ------------------------------------------------------------------------------------------
# And how long it will still take, in words.
# Of the first seconds nothing can be said.
_TOO_EARLY_S = 2.0
_SLOW = 10  # objects a second; below it the first digit after the point matters


def rate_of(run: Run, now: datetime | None = None) -> float | None:
    """Objects a second, from the start of the run until now or its end."""
    if run.started_at is None or not run.seen:
        return None
    seconds = ((run.finished_at or now or timezone.now()) - run.started_at).total_seconds()
    if run.is_active and seconds < _TOO_EARLY_S:
        return None
    return run.seen / seconds if seconds > 0 else None


def rate_words(run: Run, now: datetime | None = None) -> str:
    """ "5.2 objects/s", "1,240 objects/s"."""
    rate = rate_of(run, now)
    if rate is None:
        return ""
    return f"{rate:.1f} objects/s" if rate < _SLOW else f"{number(round(rate))} objects/s"


def time_left(run: Run, now: datetime | None = None) -> str:
    """ "about 2 min left"; "" where nobody knows how much there is."""
    rate = rate_of(run, now)
    if not run.is_active or rate is None or not run.expected or run.seen >= run.expected:
        return ""
    left = timedelta(seconds=(run.expected - run.seen) / rate).total_seconds()
    if left < MINUTE:
        return "less than a minute left"
    if left < HOUR:
        return f"about {round(left / MINUTE)} min left"
    return f"about {round(left / HOUR)} h left"
