"""Open findings of the last 30 days as three figures, each with a line and the same in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from findings.models import FindingSeverity
from findings.tallies import Trend
from iamconsole.web.words import counted, number

_WIDTH, _HEIGHT, _TOP = 100, 32, 4
_BOXES = (
    ("Critical", (FindingSeverity.CRITICAL,)),
    ("High", (FindingSeverity.HIGH,)),
    ("Medium and low", (FindingSeverity.MEDIUM, FindingSeverity.LOW)),
)


@dataclass(frozen=True)
class TrendBox:
    """`line`: the path of an SVG of 100 by 32."""

    title: str
    figure: int
    said: str
    ink: str
    line: str
    label: str

    @property
    def area(self) -> str:
        return f"M0 {_HEIGHT} L{self.line.removeprefix('M')} L{_WIDTH} {_HEIGHT} Z"


def trend_boxes(of: Trend) -> list[TrendBox]:
    return [_box(title, [sum(day[each] for each in severities) for day in of.days]) for title, severities in _BOXES]


def _box(title: str, values: Sequence[int]) -> TrendBox:
    """`values`: of each day since somebody counts, today last."""
    if len(values) < 2:
        now = values[-1] if values else 0
        return TrendBox(title, now, "counted since today", "", _path([now, now]), f"{title} findings: {number(now)}")
    now, before, since = values[-1], values[0], f"{counted(len(values) - 1, 'day')} ago"
    said = f"as {since}" if now == before else f"{number(abs(now - before))} {_than(now, before)} than {since}"
    ink = "" if now == before else "ink-danger" if now > before else "ink-ok"
    label = f"{title} findings in {counted(len(values), 'day')}: from {number(before)} to {number(now)}"
    return TrendBox(title, now, said, ink, _path(values), label)


def _than(now: int, before: int) -> str:
    return "more" if now > before else "fewer"


def _path(values: Sequence[int]) -> str:
    most, step = max(*values, 1), _WIDTH / (len(values) - 1)
    points = (
        f"{place * step:.1f} {_HEIGHT - (_HEIGHT - _TOP) * value / most:.1f}" for place, value in enumerate(values)
    )
    return f"M{' L'.join(points)}"
