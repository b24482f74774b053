"""Between two transactions of a pull others get their turn: half as long as it had its own, within a bound."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from sync.mirror import paced_writes

pytestmark = pytest.mark.django_db


class Clock:
    """Stands still but for what a test, and sleeping, let pass."""

    def __init__(self) -> None:
        self.now = 50.0
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.slept.append(seconds)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(paced_writes, "time", SimpleNamespace(monotonic=clock.monotonic, sleep=clock.sleep))
    monkeypatch.setattr(paced_writes._breath, "ends_at", 0.0)
    return clock


@pytest.mark.parametrize(("held", "bound", "breath"), [(0.02, 0.1, 0.01), (3.0, 0.1, 0.1), (3.0, 0.0, 0.0)])
def test_a_breath_before_the_next_turn(clock: Clock, settings: Any, held: float, bound: float, breath: float) -> None:
    settings.PULL_BREATH_S = bound
    with paced_writes.paced_write():
        clock.now += held
    with paced_writes.paced_write():
        pass
    assert clock.slept == [0.0, pytest.approx(breath)]


@pytest.mark.parametrize(("work", "left"), [(0.01, 0.015), (0.5, 0.0)])
def test_work_between_two_turns_counts(clock: Clock, settings: Any, work: float, left: float) -> None:
    settings.PULL_BREATH_S = 0.1
    with paced_writes.paced_write():
        clock.now += 0.05
    clock.now += work
    with paced_writes.paced_write():
        pass
    assert clock.slept[1:] == [pytest.approx(left)]


def test_none_after_a_failure(clock: Clock) -> None:
    with pytest.raises(KeyError), paced_writes.paced_write():
        clock.now += 0.05
        raise KeyError
    with paced_writes.paced_write():
        pass
    assert clock.slept == [0.0, 0.0]
