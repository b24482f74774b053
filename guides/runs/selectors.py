"""Runs of guided tasks, for lists."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.access import may, signed_in
from accounts.models import AwsAccount
from guides.models import StagedChange, TaskRun
from guides.runs.look import LookedStep, count_done, count_unknown, look_at, next_of, remember_staged
from guides.runs.stepped import SteppedTask, task_of
from sync.models import Change

MOST_SHOWN = 10  # each is looked up in the mirror, step by step


def open_runs(aws_account: AwsAccount, tasks: Iterable[str]) -> QuerySet[TaskRun]:
    """Of these tasks, the newest first."""
    rows = TaskRun.objects.filter(aws_account=aws_account, closed_at=None, task__in=list(tasks))
    return rows.select_related("aws_account", "owner")


@dataclass(frozen=True)
class ShownRun:
    run: TaskRun
    task: SteppedTask
    title: str
    done: int
    total: int
    next: LookedStep | None
    unknown: int


def shown_runs(request: HttpRequest, runs: QuerySet[TaskRun]) -> Sequence[ShownRun]:
    """The newest of them, as far as the operator may see them; that they see them is logged where it has to be."""
    shown = [(run, task) for run in runs[:MOST_SHOWN] if (task := _task_for(request, run)) is not None]
    remember_staged([run for run, _ in shown])
    for task in {task.name: task for _, task in shown}.values():
        task.remember([run for run, _ in shown if run.task == task.name])
    return [_shown(request, run, task) for run, task in shown]


def _task_for(request: HttpRequest, run: TaskRun) -> SteppedTask | None:
    """None where it isn't for the operator."""
    task = task_of(run)
    return task if task is not None and may(signed_in(request), task.needs, run.aws_account) else None


def _shown(request: HttpRequest, run: TaskRun, task: SteppedTask) -> ShownRun:
    steps = look_at(task, run)
    title, done = task.heading(request, run), count_done(steps)
    return ShownRun(run, task, title, done, len(steps), next_of(steps), count_unknown(steps))


def is_staged_by_task(change: Change) -> bool:
    return StagedChange.objects.filter(change=change).exists()
