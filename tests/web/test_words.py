"""Times, numbers and names in the words of the design language."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from iamconsole.web import words

NOW = datetime(2026, 11, 25, 20, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("before", "said"),
    [
        (timedelta(seconds=59), "just now"),
        (timedelta(minutes=12), "12 min ago"),
        (timedelta(minutes=59, seconds=59), "59 min ago"),
        (timedelta(hours=5), "5 h ago"),
        (timedelta(hours=20), "20 h ago"),
        (timedelta(hours=27, minutes=18), "yesterday, 16:42"),
        (timedelta(days=6), "6 days ago"),
        (timedelta(days=90), "90 days ago"),
        (timedelta(days=91), "26 Aug 2026"),
        (timedelta(seconds=-30), "in under a minute"),
        (timedelta(minutes=-12, seconds=-1), "in 12 min"),
        (timedelta(hours=-13), "tomorrow, 09:00"),
        (timedelta(days=-6), "in 6 days"),
    ],
)
def test_ago(before: timedelta, said: str) -> None:
    assert words.ago(NOW - before, NOW) == said


def test_a_few_hours_across_midnight_are_hours() -> None:
    assert words.ago(datetime(2026, 11, 24, 23, 40, tzinfo=UTC), datetime(2026, 11, 25, 4, 40, tzinfo=UTC)) == "5 h ago"


def test_days_are_those_of_the_pages_time_zone() -> None:
    with timezone.override("Asia/Tokyo"):
        assert words.day(datetime(2019, 3, 4, 15, 30, tzinfo=UTC)) == "5 Mar 2019"


def test_full_time_names_its_zone() -> None:
    with timezone.override("Europe/Berlin"):
        assert words.full_time(datetime(2019, 3, 4, 15, 42, 11, tzinfo=UTC)) == "4 Mar 2019, 16:42:11 CET"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.412, "412 ms"),
        (7.4, "7.4 s"),
        (200, "3 min 20 s"),
        (5400, "1 h 30 min"),
        (26 * 3600, "26 h"),
        (5 * 86400, "5 days"),
    ],
)
def test_duration(seconds: float, said: str) -> None:
    assert words.duration(seconds) == said
    assert words.duration(timedelta(seconds=seconds)) == said


def test_number_has_commas() -> None:
    assert words.number(48210) == "48,210"


@pytest.mark.parametrize(("value", "said"), [(0, "0 users"), (1, "1 user"), (48210, "48,210 users")])
def test_counted(value: int, said: str) -> None:
    assert words.counted(value, "user") == said


def test_counted_with_an_irregular_plural() -> None:
    assert words.counted(2, "policy", "policies") == "2 policies"


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Maya Rao", "MR"), ("dana.okafor@acme.example", "DO"), ("ci-builder", "CB"), ("root", "R"), ("", "?")],
)
def test_initials(name: str, letters: str) -> None:
    assert words.initials(name) == letters
