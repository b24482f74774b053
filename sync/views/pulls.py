"""Pulls: the list, one pull with its live progress, pull now, cancel."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.access import fetch_aws_account, signed_in
from accounts.roles import ADMINISTER, PROPOSE, SEE_IAM
from iamconsole.web.tables import list_response
from sync import pull as pulling
from sync import selectors
from sync.models import Run
from sync.views.fetch import fetch_run
from sync.views.lists import PULLS
from sync.views.live import poll_response, signature
from sync.views.words import ErrorView, LogLine


@require_GET
def pulls(request: HttpRequest, account_id: str) -> HttpResponseBase:
    aws_account = fetch_aws_account(request, account_id, SEE_IAM)
    return list_response(request, PULLS, selectors.runs_of(aws_account), aws_account, "sync/pulls.html")


@require_GET
def pull(request: HttpRequest, account_id: str, pk: int) -> HttpResponse:
    return render(request, "sync/pull.html", _context(fetch_run(request, account_id, pk, SEE_IAM)))


@never_cache
@require_GET
def pull_progress(request: HttpRequest, account_id: str, pk: int) -> HttpResponse:
    """The fragment that the page asks for every two seconds while the pull runs."""
    run = fetch_run(request, account_id, pk, SEE_IAM)
    return poll_response(request, "sync/pull.html#live", _context(run), moving=run.is_active)


@require_POST
def pull_now(request: HttpRequest, account_id: str) -> HttpResponse:
    lift_brake = request.POST.get("lift_brake") == "yes"
    aws_account = fetch_aws_account(request, account_id, ADMINISTER if lift_brake else PROPOSE)
    run = pulling.start(
        aws_account=aws_account, trigger=Run.Trigger.OPERATOR, actor=signed_in(request), lift_brake=lift_brake
    )
    return redirect("pull", account_id=account_id, pk=run.pk)


@require_POST
def pull_cancel(request: HttpRequest, account_id: str, pk: int) -> HttpResponse:
    run = fetch_run(request, account_id, pk, PROPOSE)
    pulling.cancel(run=run, actor=signed_in(request))
    messages.info(request, "The pull stops. What it has read so far is kept; nothing is taken for deleted.")
    return redirect("pull", account_id=account_id, pk=pk)


def _context(run: Run) -> dict[str, Any]:
    return {
        "run": run,
        "source_title": selectors.source_title(run.source),
        "error": ErrorView.of(run.error),
        "log": LogLine.of(run.log),
        "took": run.finished_at - run.started_at if run.started_at and run.finished_at else None,
        "signature": signature(run.state, run.pages, run.seen, len(run.log)),
    }
