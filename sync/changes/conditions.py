"""Conditions of a change: which steps each of them decides about, and which of these are carried out.

A condition decides about the steps after it, up to the next condition (`sync.operations.StepCondition`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sync import operations
from sync.models import Change, Step
from sync.operations import StepCondition

UNMET = "Unmet"  # the class of the error of a condition that wasn't met


def is_condition(step: Step) -> bool:
    return isinstance(operations.registry.get(step.kind), StepCondition)


class ConditionedSteps:
    """Of the steps of a change, in their order. Their states are asked as the steps are come to: a worker sets them."""

    def __init__(self, steps: Sequence[Step]) -> None:
        self._condition_of: dict[int, Step] = {}  # by the position of each step that one decides about
        self._decided_by: dict[int, list[Step]] = {}  # by the position of each condition
        condition = None
        for step in sorted(steps, key=lambda each: each.position):
            if is_condition(step):
                condition = step
                self._decided_by[step.position] = []
            elif condition is not None:
                self._condition_of[step.position] = condition
                self._decided_by[condition.position].append(step)

    def is_one(self, step: Step) -> bool:
        return step.position in self._decided_by

    def decided_by(self, condition: Step) -> Sequence[Step]:
        return self._decided_by.get(condition.position, ())

    def pass_over(self, step: Step) -> bool:
        """Whether nothing is to be done for it: it is settled, or its condition isn't met, or isn't known to be."""
        if self.is_one(step):
            return step.state in Step.SETTLED and not self._is_asked_again(step)
        condition = self._condition_of.get(step.position)
        return step.state in Step.SETTLED or (condition is not None and condition.state not in Step.FINISHED)

    def _is_asked_again(self, condition: Step) -> bool:
        """It was met when the change last went on, and none of its steps was begun since."""
        if condition.state not in Step.FINISHED:
            return False
        decided = self._decided_by[condition.position]
        return bool(decided) and all(step.state == Step.State.PENDING for step in decided)


def leave_out(change: Change, conditions: Iterable[Step]) -> None:
    """The steps that these conditions, which weren't met, decide about; in the transaction that says so."""
    steps = list(change.steps.all())
    deciding = ConditionedSteps(steps)
    for condition in conditions:
        left = [step.pk for step in deciding.decided_by(condition) if step.state not in Step.SETTLED]
        change.steps.filter(pk__in=left).update(state=Step.State.LEFT_OUT, error={})


def unmet_of(change: Change) -> list[Step]:
    """The conditions of a change that weren't met: their steps weren't carried out."""
    return [step for step in change.steps.filter(state=Step.State.LEFT_OUT) if is_unmet(step)]


def is_unmet(step: Step) -> bool:
    return step.state == Step.State.LEFT_OUT and step.error.get("class") == UNMET
