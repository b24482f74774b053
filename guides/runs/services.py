"""What operators do with runs of guided tasks: begin, stage the change of a step, take over, close, open again."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import audit
from accounts.models import AwsAccount, Operator
from guides.models import StagedChange, TaskRun
from guides.runs.stepped import SteppedTask, task_of
from sync.models import Change

audit.register(
    {
        "task.begun": "began the task “{task}” in {aws_account}",
        "task.answered": "answered the step “{step}” of the task “{task}” in {aws_account}",
        "task.staged": "staged change {change} in the task “{task}”, step “{step}”",
        "task.taken_over": "took over the task “{task}” in {aws_account}",
        "task.closed": "closed the task “{task}” in {aws_account}",
        "task.opened": "opened the task “{task}” in {aws_account} again",
    }
)


class OpenAlready(Exception):
    """The same task is open about the same; `run` is that one."""

    def __init__(self, run: TaskRun) -> None:
        super().__init__("This task is open already.")
        self.run = run


def begin(
    *, task: SteppedTask, aws_account: AwsAccount, actor: Operator, answers: dict[str, Any], about: str
) -> TaskRun:
    """Raises OpenAlready."""
    try:
        with transaction.atomic():
            run = TaskRun.objects.create(
                aws_account=aws_account, task=task.name, about=about, answers=answers, owner=actor
            )
            _record("task.begun", run, actor)
    except IntegrityError:
        raise OpenAlready(_open(aws_account, task.name, about)) from None
    return run


def _open(aws_account: AwsAccount, task: str, about: str) -> TaskRun:
    return TaskRun.objects.get(aws_account=aws_account, task=task, about=about, closed_at=None)


def link(*, run: TaskRun, change: Change, step: str, actor: Operator, answers: dict[str, Any]) -> None:
    """Notes which change a step staged, and the answers that came with it. In the transaction of the proposal."""
    StagedChange.objects.create(run=run, change=change, step=step)
    _keep(run, answers)
    _record("task.staged", run, actor, change=change.pk, step=step)


@transaction.atomic
def answer(*, run: TaskRun, step: str, actor: Operator, answers: dict[str, Any]) -> None:
    """Keeps what a step's form said."""
    _keep(run, answers)
    _record("task.answered", run, actor, step=step)


@transaction.atomic
def take_over(*, run: TaskRun, actor: Operator) -> None:
    if run.owner_id == actor.pk:
        return
    run.owner = actor
    run.save(update_fields=["owner"])
    _record("task.taken_over", run, actor)


@transaction.atomic
def close(*, run: TaskRun, actor: Operator) -> None:
    """Nothing is undone by it: changes that it staged go their own way."""
    if run.closed_at is not None:
        return
    run.closed_at = timezone.now()
    run.save(update_fields=["closed_at"])
    _record("task.closed", run, actor)


def reopen(*, run: TaskRun, actor: Operator) -> None:
    """Raises OpenAlready where another one is open about the same."""
    if run.closed_at is None:
        return
    try:
        with transaction.atomic():
            run.closed_at = None
            run.save(update_fields=["closed_at"])
            _record("task.opened", run, actor)
    except IntegrityError:
        raise OpenAlready(_open(run.aws_account, run.task, run.about)) from None


def _keep(run: TaskRun, answers: dict[str, Any]) -> None:
    kept = TaskRun.objects.select_for_update().get(pk=run.pk)
    kept.answers = run.answers = {**kept.answers, **answers}
    kept.save(update_fields=["answers"])


def _record(verb: str, run: TaskRun, actor: Operator, **data: Any) -> None:
    task = task_of(run)
    title = task.title if task is not None else run.task
    about = ("task.run", run.pk, title)
    audit.record(verb, actor=actor, aws_account=run.aws_account, obj=about, data={"task": title, **data})
