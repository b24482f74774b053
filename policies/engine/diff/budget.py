"""A budget of steps: what can't be decided within it stays undecided."""

from __future__ import annotations


class BudgetExceededError(Exception):
    """There is too much to compare."""


class Budget:
    """So many steps. One is about a microsecond or two."""

    __slots__ = ("_left", "_whole")

    def __init__(self, steps: int, whole: Budget | None = None) -> None:
        self._left = steps
        self._whole = whole

    @property
    def left(self) -> int:
        return self._left

    def spend(self, steps: int = 1) -> None:
        """Raises BudgetExceededError."""
        self._left -= steps
        if self._whole is not None:
            self._whole.spend(steps)
        if self._left < 0:
            raise BudgetExceededError

    def part(self, steps: int) -> Budget:
        """For one of many questions, so that a hard one doesn't use up what the others need."""
        return Budget(steps, self)
