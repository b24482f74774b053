"""Between two transactions of a pull others get their turn: as long as it had its own, within a bound."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from sync.mirror import turns


@pytest.mark.django_db
@pytest.mark.parametrize(("held", "bound", "breath"), [(0.02, 0.1, 0.02), (3.0, 0.1, 0.1), (3.0, 0.0, 0.0)])
def test_a_breath(monkeypatch: pytest.MonkeyPatch, settings: Any, held: float, bound: float, breath: float) -> None:
    settings.PULL_BREATH_S = bound
    clock, slept = [50.0], list[float]()
    monkeypatch.setattr(turns, "time", SimpleNamespace(monotonic=lambda: clock[0], sleep=slept.append))
    with turns.turn():
        clock[0] += held
    assert slept == [pytest.approx(breath)]


@pytest.mark.django_db
def test_none_after_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    slept = list[float]()
    monkeypatch.setattr(turns, "time", SimpleNamespace(monotonic=lambda: 50.0, sleep=slept.append))
    with pytest.raises(KeyError), turns.turn():
        raise KeyError
    assert slept == []
