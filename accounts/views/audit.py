"""The audit trail: who did what to what, and why."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from accounts import audit
from accounts.access import signed_in
from accounts.audit.listing import AUDIT
from accounts.models import AuditEntry, AuditHead, Operator, learn_texts
from accounts.services import audit_checks
from iamconsole.web.fragments import render_page
from iamconsole.web.listings import TableListing, list_response
from iamconsole.web.words import full_time


def _visible(operator: Operator) -> QuerySet[AuditEntry]:
    return AuditEntry.objects.visible_to(operator).select_related("actor", "aws_account")


@require_GET
def audit_trail(request: HttpRequest) -> HttpResponseBase:
    operator = signed_in(request)
    set_back = audit.set_back() if operator.is_staff else ""
    context = {"head": _head(), "owns_any": operator.is_staff, "set_back": set_back}

    def read(listing: TableListing) -> Mapping[str, Any]:
        learn_texts(listing.page.rows)
        return {}

    template = "accounts/audit.html"
    return list_response(request, AUDIT, _visible(operator), operator, template, context=context, read=read)


def _said(value: Any) -> Any:
    """A moment as pages say it."""
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) and "T" in value else None
    except ValueError:
        return value
    return full_time(moment) if moment is not None and moment.tzinfo is not None else value


@require_GET
def audit_entry(request: HttpRequest, pk: int) -> HttpResponseBase:
    entry = get_object_or_404(_visible(signed_in(request)), pk=pk)
    data = dict(entry.data)
    changes = data.pop("changes", {})
    data.pop("texts", None)
    data = {name: _said(value) for name, value in data.items()}
    context = {"entry": entry, "sentence": audit.sentence(entry), "changes": changes, "data": data}
    return render(request, "accounts/audit_entry.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
def audit_check(request: HttpRequest) -> HttpResponse:
    """The last check of the whole trail, and the order for another: a worker does it, so no page waits."""
    operator = signed_in(request)
    if request.method == "POST":
        audit_checks.start(actor=operator, request=request)
        return redirect("audit_check")
    check = audit_checks.last()
    context = {
        "check": check,
        "is_silent": check is not None and audit_checks.is_silent(check),
        "head": _head(),
        "waiting": audit_checks.waiting(),
        "set_back": audit.set_back(),
    }
    return render_page(request, "accounts/audit_check.html", context, fragment="live")


def _head() -> AuditHead | None:
    return AuditHead.objects.filter(pk=1, number__gt=0).first()
