"""With what every view of this app begins: the change or the run, if the operator may."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from accounts.access import fetch_aws_account, signed_in
from accounts.models import AwsAccount
from accounts.roles import APPLY, CARE, PROPOSE, SEE_IAM
from sync import selectors
from sync.models import Change, Run

# What who looks after people may do with changes of their own, although they may not with others'.
WITH_ONES_OWN = frozenset({SEE_IAM, PROPOSE, APPLY})


def fetch_for_changes(request: HttpRequest, account_id: str, perm: str) -> tuple[AwsAccount, bool]:
    """The AWS account, and whether the operator may so with changes of their own only."""
    try:
        return fetch_aws_account(request, account_id, perm), False
    except PermissionDenied:
        if perm not in WITH_ONES_OWN:
            raise
        return fetch_aws_account(request, account_id, CARE), True


def fetch_change(request: HttpRequest, account_id: str, pk: int, perm: str) -> Change:
    aws_account, own_only = fetch_for_changes(request, account_id, perm)
    change: Change = get_object_or_404(selectors.changes_of(aws_account), pk=pk)
    if own_only and change.requested_by != signed_in(request):
        raise PermissionDenied
    return change


def fetch_run(request: HttpRequest, account_id: str, pk: int, perm: str) -> Run:
    return get_object_or_404(selectors.runs_of(fetch_aws_account(request, account_id, perm)), pk=pk)
