"""Who may do what: the permission backend, and the fetches with which every view begins."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest

from accounts.models import AwsAccount, Grant, Operator
from accounts.roles import ALL_PERMISSIONS, roles_with


class GrantBackend:
    """Answers `operator.has_perm("propose", aws_account)` from the grants; knows no other permission."""

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> None:
        return None

    def has_perm(self, operator: Operator, perm: str, obj: object = None) -> bool:
        if perm not in ALL_PERMISSIONS or not isinstance(operator, Operator):
            return False
        grants = Grant.objects.of(operator).filter(role__in=roles_with(perm))
        if isinstance(obj, AwsAccount):
            grants = grants.on(obj)
        elif obj is None:
            grants = grants.filter(aws_account__isnull=True)  # on all AWS accounts: what is not of any one of them
        else:
            return False
        return grants.exists()


def may(operator: Operator, perm: str, aws_account: AwsAccount | None) -> bool:
    """Whether `operator` holds `perm` on `aws_account` (None: on all of them). Superusers don't bypass it."""
    return GrantBackend().has_perm(operator, perm, aws_account)


def signed_in(request: HttpRequest) -> Operator:
    """The operator who sent the request; in every view, since SignInRequired lets nobody else in."""
    operator = request.user
    assert isinstance(operator, Operator)  # noqa: S101  the middleware says so
    return operator


def fetch_aws_account(request: HttpRequest, account_id: str, perm: str) -> AwsAccount:
    """The AWS account, if the operator may do `perm` there; puts it on the request for the page shell.

    Raises Http404 for strangers (no grant on it, or there is none) and PermissionDenied for those who may only read.
    """
    operator = signed_in(request)
    aws_account = AwsAccount.objects.filter(account_id=account_id).first()
    if aws_account is None or not Grant.objects.of(operator).on(aws_account).exists():
        raise Http404("No such AWS account.")
    if not may(operator, perm, aws_account):
        raise PermissionDenied
    request.aws_account = aws_account  # type: ignore[attr-defined]
    return aws_account
