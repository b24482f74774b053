"""Digests and quiet hours, by the recipient's time zone, over changes to summer time and midnight."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.times import next_digest, next_weekly, open_from, zone_names


@dataclass
class Times:
    digest_at: time = time(8)
    quiet_from: time | None = None
    quiet_until: time | None = None
    time_zone: str = "Europe/Berlin"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "due"),
    [
        ("2026-11-29T06:59", "2026-11-29T07:00"),  # winter: 8:00 there
        ("2026-11-29T07:00", "2026-11-30T07:00"),  # just now: the next one
        ("2026-03-28T08:00", "2026-03-29T06:00"),  # summer time begins in the night
        ("2026-10-24T07:00", "2026-10-25T07:00"),  # and ends
    ],
)
def test_the_digest_is_at_that_time_there(now: str, due: str) -> None:
    assert next_digest(Times(), at(now)) == at(due)


def test_an_hour_that_is_left_out_is_the_one_after_it() -> None:
    assert next_digest(Times(digest_at=time(2, 30)), at("2026-03-28T12:00")) == at("2026-03-29T01:30")


def test_the_report_is_on_a_monday_there() -> None:
    far = Times(time_zone="Pacific/Auckland")
    assert next_weekly(far, at("2026-11-27T12:00")) == at("2026-11-29T19:00")  # Monday, 8:00 in Auckland
    assert next_weekly(far, at("2026-11-29T19:00")) == at("2026-12-06T19:00")


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        ("2026-11-29T20:59", "2026-11-29T20:59"),
        ("2026-11-29T21:00", "2026-11-30T06:00"),
        ("2026-11-30T05:59", "2026-11-30T06:00"),
        ("2026-11-30T06:00", "2026-11-30T06:00"),
    ],
)
def test_quiet_hours_go_over_midnight(now: str, opens: str) -> None:
    assert open_from(Times(quiet_from=time(22), quiet_until=time(7)), at(now)) == at(opens)


_TIMES = st.times().map(lambda each: each.replace(second=0, microsecond=0))


@given(st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1)), _TIMES, _TIMES, st.sampled_from(zone_names()))
def test_what_opens_is_open_and_within_a_day(now: datetime, since: time, until: time, zone: str) -> None:
    times = Times(quiet_from=since, quiet_until=until, time_zone=zone)
    moment = now.replace(tzinfo=UTC)
    opens = open_from(times, moment)
    assert moment <= opens <= moment + timedelta(hours=25)
    assert next_digest(times, moment) > moment


def test_a_zone_that_the_machine_doesnt_know_is_utc() -> None:
    assert next_digest(Times(time_zone="Mars/Olympus"), at("2026-11-29T06:59")) == at("2026-11-29T08:00")
