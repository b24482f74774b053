"""Times, numbers and names as the pages say them (docs/front-end.md, "Words")."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from django.utils import timezone

MINUTE, HOUR, DAY = 60, 3600, 86_400
HOURS_ACROSS_MIDNIGHT = 6  # so long "5 h ago" says more than "yesterday, 23:40"
DAYS_COUNTED = 90
SOME = 3  # names in a sentence


def ago(moment: datetime, now: datetime | None = None) -> str:
    """How long ago, or how soon: "12 min ago", "yesterday, 16:42", "4 Mar 2019", "in 5 h"."""
    now = now or timezone.now()
    past = moment <= now
    seconds = abs((now - moment).total_seconds())
    if seconds < MINUTE:
        return "just now" if past else "in under a minute"
    if seconds < HOUR:
        return _relative(f"{int(seconds // MINUTE)} min", past=past)
    local = timezone.localtime(moment)
    days = abs((timezone.localdate(now) - local.date()).days)
    if days == 0 or seconds < HOURS_ACROSS_MIDNIGHT * HOUR:
        return _relative(f"{int(seconds // HOUR)} h", past=past)
    if days == 1:
        return f"{'yesterday' if past else 'tomorrow'}, {local:%H:%M}"
    if days <= DAYS_COUNTED:
        return _relative(f"{days} days", past=past)
    return day(moment)


def _relative(span: str, *, past: bool) -> str:
    return f"{span} ago" if past else f"in {span}"


def day(moment: datetime) -> str:
    """ "4 Mar 2019", in the time zone of the page."""
    local = timezone.localtime(moment)
    return f"{local.day} {local:%b %Y}"


def full_time(moment: datetime) -> str:
    """ "4 Mar 2019, 16:42:11 CET": the local time and its zone."""
    return f"{day(moment)}, {timezone.localtime(moment):%H:%M:%S %Z}"


def machine_time(moment: datetime) -> str:
    """For `<time datetime>`: UTC, to the second."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def duration(span: timedelta | float) -> str:
    """ "412 ms", "7.4 s", "3 min 20 s", "26 h"; a plain number counts seconds."""
    seconds = span.total_seconds() if isinstance(span, timedelta) else float(span)
    if seconds < 1:
        return f"{round(seconds * 1000)} ms"
    if seconds < MINUTE:
        return f"{seconds:.1f} s"
    if seconds < HOUR:
        return f"{int(seconds // MINUTE)} min {int(seconds % MINUTE)} s"
    if seconds < 2 * DAY:
        minutes = int(seconds % HOUR // MINUTE)
        return f"{int(seconds // HOUR)} h {minutes} min" if minutes else f"{int(seconds // HOUR)} h"
    return f"{int(seconds // DAY)} days"


def number(value: int | float) -> str:
    """48,210: thousands with a comma, nothing rounded."""
    return f"{value:,}"


def counted(value: int, one: str, many: str | None = None) -> str:
    """ "1 user", "48,210 users"."""
    return f"{number(value)} {one if value == 1 else many or f'{one}s'}"


def some(names: Sequence[str], total: int = 0, *, shown: int = SOME) -> str:
    """ "a, b, c and 4 more"; `total`: how many there are, where `names` are only the first of them."""
    rest = max(total, len(names)) - shown
    if rest > 0:
        return f"{', '.join(names[:shown])} and {number(rest)} more"
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else names[0]


def initials(name: str) -> str:
    """ "Maya Rao" → "MR", "dana.okafor@acme.example" → "DO"."""
    parts = name.partition("@")[0].replace(".", " ").replace("-", " ").split()
    if not parts:
        return "?"
    return (parts[0][0] + (parts[-1][0] if len(parts) > 1 else "")).upper()
