"""The list of guided tasks."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import fetch_aws_account, signed_in
from guides.runs.selectors import open_runs, shown_runs
from guides.tasks import tasks_for


@require_safe
def tasks(request: HttpRequest, account_id: str) -> HttpResponse:
    aws_account = fetch_aws_account(request, account_id)
    operator = signed_in(request)
    offered = tasks_for(operator, aws_account)
    shown = [
        (task, task.url(aws_account), [(start.title, task.url(aws_account, start)) for start in task.starts])
        for task in offered
    ]
    runs = shown_runs(request, open_runs(aws_account, [task.name for task in offered]))
    return render(request, "guides/tasks.html", {"aws_account": aws_account, "tasks": shown, "runs": runs})
