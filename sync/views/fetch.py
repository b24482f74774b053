"""With what every view of this app begins: the change or the run, if the operator may."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from accounts.access import fetch_aws_account, permission_of, signed_in
from accounts.models import AwsAccount
from accounts.roles import CARE
from sync import selectors
from sync.models import Change, Run


def fetch_for_changes(request: HttpRequest, account_id: str) -> tuple[AwsAccount, bool]:
    """The AWS account, and whether the operator may so with changes of their own only: to look after people."""
    return fetch_aws_account(request, account_id), permission_of(request) == CARE


def fetch_change(request: HttpRequest, account_id: str, pk: int) -> Change:
    aws_account, own_only = fetch_for_changes(request, account_id)
    change: Change = get_object_or_404(selectors.changes_of(aws_account), pk=pk)
    if own_only and change.requested_by != signed_in(request):
        raise PermissionDenied
    return change


def fetch_run(request: HttpRequest, account_id: str, pk: int) -> Run:
    return get_object_or_404(selectors.runs_of(fetch_aws_account(request, account_id)), pk=pk)
