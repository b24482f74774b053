"""Pulls: the list, one pull with its live progress, pull now, cancel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.access import FROM_A_FILE, fetch_aws_account, may, signed_in
from accounts.models import AwsAccount
from accounts.roles import ADMINISTER, PROPOSE
from iamconsole.web.fragments import wants_fragment
from iamconsole.web.listings import TableListing, list_response
from iamconsole.web.words import counted
from sync import mirror, pull_groups, refresh, schedule, selectors
from sync import pull as pulling
from sync.aws.target import why_rests
from sync.models import MirroredRow, Run
from sync.regions import looked_in
from sync.views.lists import PULLS
from sync.views.live import fetch_run, poll_response, signature
from sync.views.source_status import rate_words, sources_of, time_left
from sync.views.words import ErrorView, LogLine


@require_GET
def pulls(request: HttpRequest, account_id: str) -> HttpResponseBase:
    aws_account = fetch_aws_account(request, account_id)
    # Whoever narrows the list, turns its pages or exports it looks at the list alone; at one source beside its pulls.
    alone = set(request.GET) - {"source", "sources"} or wants_fragment(request)
    context = {} if alone else _sources(request, aws_account)
    rows = selectors.runs_of(aws_account)
    if any(request.GET.get(each.name) for each in PULLS.filters):
        return list_response(request, PULLS, rows, aws_account, "sync/pulls.html", context=context)
    return list_response(
        request, PULLS, pull_groups.lines(rows), aws_account, "sync/pulls.html", context=context, read=_summed_up
    )


def _summed_up(listing: TableListing) -> Mapping[str, Any]:
    pull_groups.sum_up(listing.page.rows)
    return {}


@never_cache
@require_GET
def pulls_sources(request: HttpRequest, account_id: str) -> HttpResponse:
    """The fragment that the page asks for every few seconds while a source is read."""
    context = _sources(request, fetch_aws_account(request, account_id))
    sources = context["sources"]
    context["signature"] = sources.signature
    return poll_response(
        request, "sync/pulls/sources.html", context, moving=sources.are_moving, page=reverse("pulls", args=[account_id])
    )


@require_GET
def pull(request: HttpRequest, account_id: str, pk: int) -> HttpResponse:
    return render(request, "sync/pull.html", _context(fetch_run(request, account_id, pk)))


@never_cache
@require_GET
def pull_progress(request: HttpRequest, account_id: str, pk: int) -> HttpResponse:
    """The fragment that the page asks for every two seconds while the pull runs."""
    run = fetch_run(request, account_id, pk)
    return poll_response(
        request, "sync/pull.html#live", _context(run), moving=run.is_active, page=reverse("pull", args=[account_id, pk])
    )


@require_POST
def pull_now(request: HttpRequest, account_id: str) -> HttpResponse:
    lift_brake = request.POST.get("lift_brake") == "yes"
    aws_account = fetch_aws_account(request, account_id, ADMINISTER if lift_brake else "")
    if not aws_account.is_connected:
        raise PermissionDenied(FROM_A_FILE)
    if aws_account.resting:
        messages.error(request, f"Nothing is pulled: this AWS account rests. {why_rests(aws_account)}")
        return redirect("pulls", account_id=account_id)
    how: dict[str, Any] = {"aws_account": aws_account, "trigger": Run.Trigger.OPERATOR, "actor": signed_in(request)}
    source = request.POST.get("source", "")
    if not source:
        runs = pulling.start_all(**how)
        sentence = (
            f"{counted(len(runs), 'source is', 'sources are')} being read. What changes seldom comes at its own time."
        )
        messages.info(request, sentence)
        return redirect("pulls", account_id=account_id)
    region = request.POST.get("region", "")
    if (source, region) not in {(due.source, due.region) for due in schedule.readable(aws_account)}:
        raise Http404("There is no such source here, or what it builds on was not pulled yet.")
    run = pulling.start(**how, source=source, region=region, lift_brake=lift_brake)
    return redirect("pull", account_id=account_id, pk=run.pk)


@require_POST
def pull_cancel(request: HttpRequest, account_id: str, pk: int) -> HttpResponse:
    run = fetch_run(request, account_id, pk)
    if not may(signed_in(request), PROPOSE if run.aws_account.is_connected else ADMINISTER, run.aws_account):
        raise PermissionDenied
    pulling.cancel(run=run, actor=signed_in(request))
    messages.info(request, "The pull stops. What it has read so far is kept; nothing is taken for deleted.")
    return redirect("pull", account_id=account_id, pk=pk)


def _context(run: Run) -> dict[str, Any]:
    read_again = refresh.row_of(run.aws_account, run.object_kind, run.object_id) if run.object_id else None
    return {
        "run": run,
        "source_title": selectors.source_title(run.source),
        "error": ErrorView.of(run.error),
        "log": LogLine.of(run.log),
        "took": run.finished_at - run.started_at if run.started_at and run.finished_at else None,
        "rate": rate_words(run),
        "left": time_left(run),
        "object_name": _name_of(read_again) if read_again else "",
        "object_url": mirror.mirror_of(read_again.kind).url(read_again) if read_again else "",
        "signature": signature(run.state, run.pages, run.seen, run.log[-1:]),
    }


def _name_of(row: MirroredRow) -> str:
    """A person's id: who may see pulls doesn't therefore see people."""
    return row.aws_id if mirror.mirror_of(row.kind).keeps_own_books else row.name


def _sources(request: HttpRequest, aws_account: AwsAccount) -> dict[str, Any]:
    only = request.GET.get("source", "")
    return {
        "aws_account": aws_account,
        "sources": sources_of(aws_account, only=only, whole=request.GET.get("sources") == "all"),
        "regions": looked_in(aws_account) if aws_account.is_connected and not only else None,
    }


# ---- Refreshes of one object ---------------------------------------------------------------------------------------
# The button on an object's page, and what is said there until the object was read again.
@dataclass(frozen=True)
class RefreshView:
    """A refresh as the page of its object tells of it."""

    run: Run
    outcome: str  # a sentence; "" while it runs, or where it failed
    problems: list[str]  # of facets that could not be read
    error: ErrorView | None
    signature: str

    @classmethod
    def of(cls, run: Run) -> Self:
        lines = [entry.line for entry in LogLine.of(run.log)]
        done = run.state == Run.State.DONE
        outcome, problems = (lines[-1], lines[:-1]) if done and lines else ("", lines)
        return cls(run, outcome, problems, ErrorView.of(run.error), signature(run.state, len(lines)))


def refresh_view(request: HttpRequest, row: MirroredRow) -> RefreshView | None:
    """The refresh of this object that the address names, after the button led there."""
    pk = request.GET.get("refreshed", "")
    if not pk.isascii() or not pk.isdigit() or len(pk) > 18:
        return None
    runs = Run.objects.filter(aws_account=row.aws_account, object_kind=row.kind, object_id=row.aws_id)
    run = runs.filter(pk=int(pk)).first()
    return RefreshView.of(run) if run else None


@require_POST
def object_refresh(request: HttpRequest, account_id: str, kind: str, aws_id: str) -> HttpResponse:
    aws_account = fetch_aws_account(request, account_id)
    row = refresh.row_of(aws_account, kind, aws_id)
    if row is None:
        raise Http404("No such object.")
    run = refresh.start(row=row, actor=signed_in(request))
    back = request.POST.get("back", "")
    if url_has_allowed_host_and_scheme(back, None) and "?" not in back:
        return redirect(f"{back}?refreshed={run.pk}")
    return redirect("pull", account_id=account_id, pk=run.pk)


@never_cache
@require_GET
def pull_refresh(request: HttpRequest, account_id: str, pk: int) -> HttpResponse:
    """The fragment that the object's page asks for while the refresh runs; then the page is shown anew."""
    run = fetch_run(request, account_id, pk)
    found = RefreshView.of(run)
    context = {"refresh": found, "signature": found.signature}
    response = poll_response(
        request, "sync/refresh.html", context, moving=run.is_active, page=reverse("pull", args=[account_id, pk])
    )
    if not run.is_active and request.headers.get("HX-Request"):
        response["HX-Refresh"] = "true"
    return response
