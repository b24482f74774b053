"""How far a run is: each step as the mirror has it now, and what became of the changes that it staged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from guides.models import StagedChange, TaskRun
from guides.runs.stepped import SteppedTask
from guides.runs.steps import StepFound, StepProgress, TaskStep
from iamconsole.web.once import once_a_page
from sync.models import Change


@dataclass(frozen=True)
class LookedStep:
    """`changes`: those that it staged, the newest first. `waits_for`: the titles of steps that come first."""

    step: TaskStep
    found: StepFound
    changes: Sequence[Change] = ()
    waits_for: Sequence[str] = ()

    @property
    def progress(self) -> StepProgress:
        return self.found.progress

    @property
    def is_done(self) -> bool:
        return self.progress is StepProgress.DONE

    @property
    def is_open(self) -> bool:
        """Whether somebody can do something about it now."""
        return self.progress not in (StepProgress.DONE, StepProgress.LATER)

    @property
    def open_change(self) -> Change | None:
        return next((each for each in self.changes if each.state in Change.OPEN), None)

    @property
    def is_moving(self) -> bool:
        """Whether a worker is at it: a change of it, or something else."""
        change = self.open_change
        return change.state in Change.MOVING if change else self.progress is StepProgress.ON_ITS_WAY

    @property
    def can_be_staged(self) -> bool:
        """Whether its form is shown: it is to do, and no change of it is under way."""
        return self.step.form_class is not None and self.progress is StepProgress.TO_DO

    @property
    def can_act(self) -> bool:
        return bool(self.step.act_button) and self.progress is StepProgress.TO_DO


@once_a_page
def staged_changes(run: TaskRun) -> Sequence[StagedChange]:
    """With their changes, the newest first."""
    return list(StagedChange.objects.filter(run=run).select_related("change"))


def remember_staged(runs: Sequence[TaskRun]) -> None:
    """While a page is made: those of all of these, in one query."""
    found: dict[int, list[StagedChange]] = {run.pk: [] for run in runs}
    for staged in StagedChange.objects.filter(run__in=runs).select_related("change"):
        found[staged.run_id].append(staged)
    for run in runs:
        staged_changes.remember(found[run.pk], run)


def look_at(task: SteppedTask, run: TaskRun) -> list[LookedStep]:
    """All steps, in their order. One query for the changes, besides those of the steps."""
    by_step: dict[str, list[Change]] = {}
    for staged in staged_changes(run):
        by_step.setdefault(staged.step, []).append(staged.change)
    looked: list[LookedStep] = []
    for step in task.steps(run):
        looked.append(_looked(step, step.look(run), by_step.get(step.name, []), looked))
    return looked


def _looked(step: TaskStep, found: StepFound, changes: list[Change], before: Sequence[LookedStep]) -> LookedStep:
    looked = LookedStep(step, found, changes)
    if found.progress is not StepProgress.TO_DO:
        return looked
    if looked.open_change is not None:
        return replace(looked, found=replace(found, progress=StepProgress.ON_ITS_WAY))
    missing = [each.step.title for each in before if each.step.name in step.after and not each.is_done]
    if missing:
        return replace(looked, found=replace(found, progress=StepProgress.LATER), waits_for=missing)
    return looked


def next_of(steps: Sequence[LookedStep]) -> LookedStep | None:
    """The first that somebody or something has to do; None where nothing is left but what nobody can tell."""
    open_ones = (StepProgress.TO_DO, StepProgress.ON_ITS_WAY)
    return next((each for each in steps if each.progress in open_ones), None)


def count_unknown(steps: Sequence[LookedStep]) -> int:
    return sum(each.progress is StepProgress.UNKNOWN for each in steps)


def count_done(steps: Sequence[LookedStep]) -> int:
    return sum(each.is_done for each in steps)
