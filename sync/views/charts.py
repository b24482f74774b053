"""How long the last pulls of a source took: bars of an SVG that the server makes, and the same in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from iamconsole.web.words import counted, duration
from sync.models import Run
from sync.source_status import PastRun

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
