"""A guided task of steps: where it begins, and a run of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import fetch_aws_account, may, signed_in
from guides import tasks
from guides.models import StagedChange, TaskRun
from guides.runs import services
from guides.runs.look import LookedStep, count_done, count_unknown, look_at, next_of
from guides.runs.selectors import open_runs, shown_runs
from guides.runs.services import OpenAlready
from guides.runs.stepped import SteppedTask, task_of
from guides.runs.steps import AnswersForm, StepForm
from iamconsole.web.fragments import wants_fragment
from objects.views.stage import REFUSED, stage
from sync.changes import PlanError
from sync.models import Change

_STEP, _DO = "step", "do"
_IS_OPEN = "This task is open already: here it is, as it was left."


# ---- Where it begins -------------------------------------------------------------------------------------------------
@require_http_methods(["GET", "HEAD", "POST"])
def begin_task(request: HttpRequest, account_id: str, name: str) -> HttpResponse:
    aws_account, operator = fetch_aws_account(request, account_id), signed_in(request)
    task = tasks.named(name)
    assert isinstance(task, SteppedTask)  # noqa: S101  of no other is there such an address
    if request.method != "POST":
        form = task.begins(aws_account, operator, initial=request.GET.dict())
        return _begin_page(request, task, form)
    form = task.begins(aws_account, operator, request.POST)
    if not form.is_valid():
        return _begin_page(request, task, form, REFUSED)
    try:
        run = services.begin(
            task=task, aws_account=aws_account, actor=operator, answers=form.answers(), about=form.about
        )
    except OpenAlready as already:
        messages.info(request, _IS_OPEN)
        run = already.run
    return redirect("task_run", account_id=account_id, pk=run.pk)


def _begin_page(request: HttpRequest, task: SteppedTask, form: AnswersForm, status: int = 200) -> HttpResponse:
    runs = shown_runs(request, open_runs(form.aws_account, [task.name]))
    context = {"aws_account": form.aws_account, "task": task, "form": form, "runs": runs}
    return render(request, "guides/run/begin.html", context, status=status)


# ---- On the page of a change ---------------------------------------------------------------------------------------
@require_safe
def change_task(request: HttpRequest, account_id: str, pk: int) -> HttpResponse:
    """The task that staged it: as a fragment its line, else its page."""
    aws_account = fetch_aws_account(request, account_id)
    staged = get_object_or_404(StagedChange, change__aws_account=aws_account, change=pk)
    if not wants_fragment(request):
        return redirect("task_run", account_id=account_id, pk=staged.run_id)
    runs = TaskRun.objects.filter(pk=staged.run_id).select_related("aws_account", "owner")
    return render(request, "guides/run/rows.html", {"runs": shown_runs(request, runs)})


# ---- A run -----------------------------------------------------------------------------------------------------------
@require_http_methods(["GET", "HEAD", "POST"])
def task_run(request: HttpRequest, account_id: str, pk: int) -> HttpResponse:
    run, task = _fetch(request, account_id, pk)
    if request.method != "POST":
        return _run_page(request, task, run)
    if do := request.POST.get(_DO):
        return _do(request, run, do)
    step = next((each for each in look_at(task, run) if each.step.name == request.POST.get(_STEP)), None)
    if step is None or run.closed_at is not None or not (step.can_act or step.can_be_staged):
        messages.warning(request, "This step has changed since the page was made: nothing was done. Look again.")
        return redirect("task_run", account_id=account_id, pk=pk)
    return _act(request, run, step) if step.can_act else _stage(request, task, run, step)


def _fetch(request: HttpRequest, account_id: str, pk: int) -> tuple[TaskRun, SteppedTask]:
    """Raises Http404, and PermissionDenied for whom the task isn't for."""
    aws_account = fetch_aws_account(request, account_id)
    run = get_object_or_404(TaskRun.objects.select_related("aws_account", "owner"), aws_account=aws_account, pk=pk)
    task = task_of(run)
    if task is None:
        raise Http404("No such task.")
    if not may(signed_in(request), task.needs, aws_account):
        raise PermissionDenied
    return run, task


def _do(request: HttpRequest, run: TaskRun, what: str) -> HttpResponse:
    actor = signed_in(request)
    if what == "close":
        services.close(run=run, actor=actor)
        messages.success(request, "The task is closed. Changes that it staged go their own way.")
        return redirect("tasks", account_id=run.aws_account.account_id)
    if what == "take-over":
        services.take_over(run=run, actor=actor)
    if what == "open":
        try:
            services.reopen(run=run, actor=actor)
        except OpenAlready as already:
            messages.info(request, _IS_OPEN)
            run = already.run
    return redirect("task_run", account_id=run.aws_account.account_id, pk=run.pk)


def _act(request: HttpRequest, run: TaskRun, looked: LookedStep) -> HttpResponse:
    try:
        looked.step.act(run, signed_in(request))
    except PlanError as error:
        messages.error(request, str(error))
    return redirect("task_run", account_id=run.aws_account.account_id, pk=run.pk)


def _stage(request: HttpRequest, task: SteppedTask, run: TaskRun, looked: LookedStep) -> HttpResponse:
    """The change of the step that the form names."""
    form = looked.step.form(run, signed_in(request), request.POST)
    if form is not None and form.is_valid() and form.needs_no_change:
        services.answer(run=run, step=looked.step.name, actor=signed_in(request), answers=form.answers())
        return redirect("task_run", account_id=run.aws_account.account_id, pk=run.pk)
    if form is not None and form.is_valid() and (change := _staged(request, run, looked, form)):
        return redirect("change", account_id=run.aws_account.account_id, pk=change.pk)
    return _run_page(request, task, run, form, looked.step.name, REFUSED)


@transaction.atomic
def _staged(request: HttpRequest, run: TaskRun, looked: LookedStep, form: StepForm) -> Change | None:
    """None where it is refused; `form` says why, or another one of the step is on its way since."""
    operator = signed_in(request)
    TaskRun.objects.select_for_update().get(pk=run.pk)
    if StagedChange.objects.filter(run=run, step=looked.step.name, change__state__in=Change.OPEN).exists():
        form.add_error(None, "Somebody staged a change of this step a moment ago: look at that one.")
        return None
    change = stage(request, form)
    if change is not None:
        services.link(run=run, change=change, step=looked.step.name, actor=operator, answers=form.answers())
        looked.step.staged(run, form, operator)
    return change


def _run_page(
    request: HttpRequest,
    task: SteppedTask,
    run: TaskRun,
    refused: StepForm | None = None,
    of: str = "",
    status: int = 200,
) -> HttpResponse:
    """`refused`: a form that was sent, of the step named `of`."""
    operator = signed_in(request)
    looked = look_at(task, run)
    following = next_of(looked)
    context = {
        "aws_account": run.aws_account,
        "operator": operator,
        "task": task,
        "run": run,
        "title": task.heading(request, run),
        "steps": [_shown(request, run, each, refused if each.step.name == of else None) for each in looked],
        "done": count_done(looked),
        "next": following,
        "unknown": count_unknown(looked),
        "moves": _moves(looked),
    }
    return render(request, "guides/run/run.html", context, status=status)


def _shown(request: HttpRequest, run: TaskRun, looked: LookedStep, refused: StepForm | None) -> dict[str, Any]:
    form = refused
    if form is None and looked.can_be_staged and run.closed_at is None:
        form = looked.step.form(run, signed_in(request))
    context = looked.step.context(run, request) if looked.step.template and looked.is_open else {}
    return {"looked": looked, "form": form, "context": context}


def _moves(looked: Sequence[LookedStep]) -> bool:
    """Whether the page looks again by itself: a worker is at something, and nobody types anything meanwhile."""
    is_asked = any(each.can_be_staged for each in looked)
    return not is_asked and any(each.is_moving for each in looked)
