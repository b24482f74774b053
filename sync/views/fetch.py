"""With what every view of this app begins: the change or the run, if the operator may."""

from __future__ import annotations

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from accounts.access import fetch_aws_account
from sync import selectors
from sync.models import Change, Run


def fetch_change(request: HttpRequest, account_id: str, pk: int, perm: str) -> Change:
    change: Change = get_object_or_404(selectors.changes_of(fetch_aws_account(request, account_id, perm)), pk=pk)
    return change


def fetch_run(request: HttpRequest, account_id: str, pk: int, perm: str) -> Run:
    return get_object_or_404(selectors.runs_of(fetch_aws_account(request, account_id, perm)), pk=pk)
