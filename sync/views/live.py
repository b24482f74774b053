"""What pages of changes and pulls begin with: the one that the operator may see; and how they ask for what is new."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from accounts.access import fetch_aws_account, permission_of, signed_in
from accounts.models import AwsAccount
from accounts.roles import CARE
from iamconsole.web.fragments import wants_fragment
from sync import selectors
from sync.changes.events import is_asked_for
from sync.models import Change, Run


def fetch_for_changes(request: HttpRequest, account_id: str) -> tuple[AwsAccount, bool]:
    """The AWS account, and whether the operator may so with changes of their own only: to look after people."""
    return fetch_aws_account(request, account_id), permission_of(request) == CARE


def fetch_change(request: HttpRequest, account_id: str, pk: int) -> Change:
    aws_account, own_only = fetch_for_changes(request, account_id)
    change: Change = get_object_or_404(selectors.changes_of(aws_account), pk=pk)
    if own_only and (change.requested_by != signed_in(request) or is_asked_for(change)):
        raise PermissionDenied
    return change


def fetch_run(request: HttpRequest, account_id: str, pk: int) -> Run:
    return get_object_or_404(selectors.runs_of(fetch_aws_account(request, account_id)), pk=pk)


NOTHING_NEW = 204  # htmx leaves the page as it is
STOP_POLLING = 286  # htmx shows the answer and asks no more


def signature(*parts: object) -> str:
    """A short name for what a fragment shows; the next question carries it along."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def poll_response(
    request: HttpRequest, template: str, context: Mapping[str, Any], *, moving: bool, page: str
) -> HttpResponse:
    """The fragment; nothing while it would look the same (an open fold stays open, a screen reader is left alone).

    Opened as a page, such as in a new tab, it leads to the page that it is a part of.
    """
    if not wants_fragment(request):
        return redirect(page)
    if moving and request.GET.get("seen") == context["signature"]:
        return HttpResponse(status=NOTHING_NEW)
    return render(request, template, dict(context), status=200 if moving else STOP_POLLING)
