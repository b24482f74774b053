"""When something may be sent: at once outside quiet hours, or with the next digest, by the recipient's time zone."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from functools import cache
from typing import Protocol
from zoneinfo import ZoneInfo, available_timezones

_DAY = timedelta(days=1)


class Times(Protocol):
    """`quiet_from` and `quiet_until`: both or none; from 22:00 until 07:00 goes over midnight."""

    digest_at: time
    quiet_from: time | None
    quiet_until: time | None
    time_zone: str


@cache
def zone_names() -> tuple[str, ...]:
    """Those that people know: "UTC", and of an area such as "Europe/Berlin"."""
    left_out = ("Etc/", "SystemV/", "US/")
    return ("UTC", *sorted(each for each in available_timezones() if "/" in each and not each.startswith(left_out)))


def next_digest(times: Times, now: datetime) -> datetime:
    """The next time of the digest after `now`."""
    return _next(times.digest_at, times, now)


def next_weekly(times: Times, now: datetime) -> datetime:
    """The next Monday at the time of the digest, after `now`."""
    at = next_digest(times, now)
    while at.astimezone(_zone(times)).weekday() != 0:
        at = next_digest(times, at + timedelta(minutes=1))
    return at


def open_from(times: Times, now: datetime) -> datetime:
    """`now`, or when the quiet hours end that it is in."""
    if times.quiet_from is None or times.quiet_until is None or times.quiet_from == times.quiet_until:
        return now
    local = now.astimezone(_zone(times)).time()
    since, until = times.quiet_from, times.quiet_until
    is_quiet = since <= local < until if since < until else local >= since or local < until
    return _next(until, times, now) if is_quiet else now


def _next(at: time, times: Times, now: datetime) -> datetime:
    """When it is next that time there. An hour that a change to summer time leaves out counts as the one after it."""
    zone = _zone(times)
    day = now.astimezone(zone).date()
    today, tomorrow = (datetime.combine(each, at, tzinfo=zone).astimezone(UTC) for each in (day, day + _DAY))
    return today if today > now else tomorrow


def _zone(times: Times) -> ZoneInfo:
    try:
        return ZoneInfo(times.time_zone)
    except (KeyError, ValueError, OSError):  # one that this machine's table no longer has
        return ZoneInfo("UTC")
