"""Conditions of a change: which steps each of them decides about, and which of these are carried out.

A condition decides about the steps after it, up to the next condition (`sync.operations.StepCondition`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sync import operations
from sync.changes import attempts
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

    def condition_of(self, step: Step) -> Step | None:
        return self._condition_of.get(step.position)

    def hangs_on(self, step: Step, before: Step) -> bool:
        """Whether it is done only where `before` came out well: its condition, or what that decides about, too."""
        condition = self._condition_of.get(step.position)
        return condition is not None and condition in (before, self._condition_of.get(before.position))

    def first_unsettled_before(self, step: Step) -> Step | None:
        """Of those that its condition decides about, too: these are done one after the other."""
        condition = self._condition_of.get(step.position)
        decided = self.decided_by(condition) if condition else ()
        return next((each for each in decided if each.position < step.position and _is_left(each)), None)

    def pass_over(self, step: Step) -> bool:
        """Whether nothing is to be done for it: it is settled, or its condition isn't met, or isn't known to be, or
        what comes before it under that condition isn't done. What denies an object all is not taken off of one that
        can't be deleted.
        """
        if self.is_one(step):
            return step.state in Step.SETTLED and not self._is_asked_again(step)
        condition = self._condition_of.get(step.position)
        if condition is None or not _is_left(step):
            return not _is_left(step)
        return condition.state not in Step.FINISHED or self.first_unsettled_before(step) is not None

    def _is_asked_again(self, condition: Step) -> bool:
        """It was met when the change last went on, and something of it is left. First it is found out what became of a
        step over which a worker died, moments after the condition was met.
        """
        decided = [step.state for step in self.decided_by(condition) if _is_left(step)]
        return condition.state in Step.FINISHED and bool(decided) and Step.State.SENDING not in decided


def _is_left(step: Step) -> bool:
    return step.state not in Step.SETTLED


def is_begun(condition: Step) -> bool:
    """Whether a step that it decides about was done, or may have been."""
    decided = ConditionedSteps(list(condition.change.steps.all())).decided_by(condition)
    return any(step.state in Step.FINISHED or attempts.perhaps_sent(step) for step in decided)


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


def with_conditions(left: Iterable[Step]) -> list[Step]:
    """These steps of a change, which aren't settled, with the condition of each, in the order of the plan."""
    found = {step.position: step for step in left}
    for step in list(found.values())[:1]:
        conditions = ConditionedSteps(list(step.change.steps.select_related("change")))
        found = {each.position: each for each in filter(None, map(conditions.condition_of, found.values()))} | found
    return [found[position] for position in sorted(found)]


def first_unsettled_before(step: Step) -> Step | None:
    """As `ConditionedSteps` has it, of one step of a change."""
    return ConditionedSteps(list(step.change.steps.all())).first_unsettled_before(step)
