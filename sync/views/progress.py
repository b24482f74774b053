"""How fast a run reads, and how long it will still take, in words."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from iamconsole.web.words import HOUR, MINUTE, number
from sync.models import Run

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
