"""The log of a run stays short however many pages it has: how it began, and how it went lately."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import AwsAccount
from emulator.process import Emulator
from sync import runs
from sync.runs import FIRST_LINES, LAST_LINES, LEFT_OUT, Log, with_line
from tests.services.pulling import pulled, seed


def lines(log: Log) -> list[str]:
    return [entry["line"] for entry in log]


@pytest.mark.parametrize("number", [1, FIRST_LINES + LAST_LINES])
def test_a_short_one_is_whole(number: int) -> None:
    log: Log = []
    for n in range(number):
        log = with_line(log, f"Page {n}.")
    assert lines(log) == [f"Page {n}." for n in range(number)]


def test_of_a_long_one_the_middle_is_left_out() -> None:
    log: Log = []
    for n in range(5000):
        log = with_line(log, f"Page {n}.")
    assert len(log) == FIRST_LINES + LAST_LINES
    first = [f"Page {n}." for n in range(FIRST_LINES - 1)]
    last = [f"Page {n}." for n in range(5000 - LAST_LINES, 5000)]
    assert lines(log) == [*first, LEFT_OUT, *last]
    assert [entry["at"] for entry in log] == sorted(entry["at"] for entry in log)


@pytest.mark.django_db
def test_a_pull_of_many_pages(
    emulator: Emulator, aws_account: AwsAccount, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.PULL_PAGE_ITEMS = 1
    monkeypatch.setattr(runs, "FIRST_LINES", 2)
    monkeypatch.setattr(runs, "LAST_LINES", 3)
    seed(emulator)
    log = pulled(aws_account).log
    assert lines(log)[:2] == ["Begins to read.", LEFT_OUT]
    assert lines(log)[3:] == ["Page 5: 1 objects.", "Complete: 5 seen, 5 new, 0 changed, 0 gone."]
