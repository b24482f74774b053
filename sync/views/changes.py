"""Changes: the list, and one change at its one address: the plan, and once it moves, how far it got."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.access import may, signed_in
from accounts.roles import SEE_IAM
from accounts.stepup import is_fresh
from iamconsole.web import panels
from iamconsole.web.listings import TableListing, list_response
from sync import selectors
from sync.changes.approvers import ChangeSituation
from sync.changes.bookkeeping import record_names_viewed
from sync.models import Change
from sync.naming import Names
from sync.views.change_buttons import ApprovalsView, ChangeButtons
from sync.views.dry_runs import DryRunView
from sync.views.kept_words import take_kept_words
from sync.views.lists import CHANGES
from sync.views.live import fetch_change, fetch_for_changes, poll_response, signature
from sync.views.plan import Plan
from sync.views.secrets import waiting_of
from sync.views.temporary import TemporaryAccess


@require_GET
def changes(request: HttpRequest, account_id: str) -> HttpResponseBase:
    """Who looks after people sees their own; whom those are about is told by name, as on their plans."""
    aws_account, own_only = fetch_for_changes(request, account_id)
    operator = signed_in(request)
    rows = selectors.changes_of(aws_account, waits_for=operator)

    def read(listing: TableListing) -> Mapping[str, Any]:
        own = [row for row in listing.page.rows if row.requested_by_id == operator.pk]
        names = Names(operator, aws_account).learn(row.titled for row in own)
        for row in own:
            row.named_title, row.named_does = names.said(row.title), names.said(row.does)
        return {}

    shown = rows.filter(selectors.NOT_ASKED_FOR, requested_by=operator) if own_only else rows
    return list_response(request, CHANGES, shown, aws_account, read=read)


@require_GET
def change(request: HttpRequest, account_id: str, pk: int) -> HttpResponse:
    found = fetch_change(request, account_id, pk)
    return render(request, "sync/change.html", _context(request, found))


@never_cache
@require_GET
def change_progress(request: HttpRequest, account_id: str, pk: int) -> HttpResponse:
    """The fragment that the page asks for every two seconds while the change moves."""
    found = fetch_change(request, account_id, pk)
    context = {**_context(request, found), "is_fragment": True}
    return poll_response(
        request,
        "sync/change.html#live",
        context,
        moving=found.state in Change.MOVING,
        page=reverse("change", args=[account_id, pk]),
    )


def _page(request: HttpRequest) -> int:
    value = request.GET.get("steps", "")
    return int(value) if value.isdecimal() and value.isascii() and len(value) < 6 else 0


def _audit_url(request: HttpRequest, change: Change) -> str:
    if not may(signed_in(request), SEE_IAM, change.aws_account):
        return ""
    return f"{reverse('audit')}?{urlencode({'verb': 'change.', 'object': change.pk})}"


def _context(request: HttpRequest, change: Change) -> dict[str, Any]:
    names = Names(signed_in(request), change.aws_account)
    plan = Plan(change, names, _page(request))
    at = ChangeSituation(change, signed_in(request))
    approvals = ApprovalsView.of(at)
    has_moved = change.queued_at is not None and (change.state not in Change.UNSENT or change.is_at_gate)
    secrets = waiting_of(change, plan.rows, signed_in(request))
    others = selectors.also_running(change)
    names.learn(other.titled for other in others)
    afterwards = panels.about("change.afterwards", request, change.aws_account, change) if change.finished_at else []
    shown = signature(plan.what_shows, secrets, [(other.pk, other.state, other.steps_done) for other in others])
    if names.tell_anybody:
        record_names_viewed(change, signed_in(request))
    return {
        "change": change,
        "plan": plan,
        "names": names,
        "approvals": approvals,
        "buttons": ChangeButtons(plan, at, approvals, take_kept_words(request, request.path), fresh=is_fresh(request)),
        "panels": panels.about("change", request, change.aws_account, change),
        "afterwards": afterwards,
        "about_conflict": panels.about("conflict", request, change.aws_account, change) if plan.conflict else [],
        "has_moved": has_moved,
        "shows_plan": not has_moved or request.GET.get("show") == "plan",
        "polls": change.state in Change.MOVING,
        "others": others,
        "tried": DryRunView(change),
        "temporary": TemporaryAccess.of(request, change),
        "log": selectors.newest_lines(change),
        "secrets": secrets,
        "audit_url": _audit_url(request, change),
        "signature": shown,
    }
