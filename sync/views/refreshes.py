"""Refresh: the button on an object's page, and what is said there until the object was read again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.access import fetch_aws_account, signed_in
from sync import refresh
from sync.models import MirroredRow, Run
from sync.views.fetch import fetch_run
from sync.views.live import poll_response, signature
from sync.views.words import ErrorView, LogLine


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
