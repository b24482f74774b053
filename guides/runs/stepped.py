"""Guided tasks that are made of steps: each run of one can be left, and taken up again by whoever may."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.http import HttpRequest

from accounts.access import signed_in
from accounts.models import Operator
from guides import tasks
from guides.models import TaskRun
from guides.runs.steps import AnswersForm, TaskStep
from guides.tasks import GuidedTask


@dataclass(frozen=True, kw_only=True)
class SteppedTask(GuidedTask):
    """`begins`: the form with which a run begins. `steps`: those of a run, in their order, by its answers. `called`:
    the heading of a run, as this operator may know whom it is about. `told`: is called when they are shown it, where
    reading that is logged. `remember`: asks, while a list is made, in a few queries what steps ask of each of its runs.
    """

    begins: type[AnswersForm]
    steps: Callable[[TaskRun], Sequence[TaskStep]]
    called: Callable[[TaskRun, Operator], str]
    told: Callable[[HttpRequest, TaskRun], None] = lambda request, run: None
    remember: Callable[[Sequence[TaskRun]], None] = lambda runs: None
    begin_words: str = "Begin"

    def heading(self, request: HttpRequest, run: TaskRun) -> str:
        """As who sent the request may know it."""
        self.told(request, run)
        return self.called(run, signed_in(request))

    @property
    def path(self) -> str:
        """The last part of the address at which it begins."""
        return self.name.replace("_", "-")


def stepped_tasks() -> list[SteppedTask]:
    return [task for task in tasks.all_tasks() if isinstance(task, SteppedTask)]


def task_of(run: TaskRun) -> SteppedTask | None:
    """None where this release of the console has no such task any more."""
    return next((task for task in stepped_tasks() if task.name == run.task), None)
