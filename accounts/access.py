"""Authorization: the permission backend, and the fetches of permitted rows with which every view begins."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest

from accounts.models import AwsAccount, Grant, Operator
from accounts.roles import ALL_PERMISSIONS, CHANGING, SEE_IAM, SEE_PEOPLE, TOKEN_ROLES, Role, roles_with
from accounts.sign_in import READS
from iamconsole.web.addresses import Access, AddressScope

ALL_ROLES = frozenset(Role.values) | TOKEN_ROLES
FROM_A_FILE = "This AWS account was imported from a file: the console can’t reach it, so it is read-only here."


class GrantBackend:
    """Answers `operator.has_perm("propose", aws_account)` from the grants; knows no other permission."""

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> None:
        return None

    def has_perm(self, operator: Operator, perm: str, obj: object = None) -> bool:
        if perm not in ALL_PERMISSIONS or not isinstance(operator, Operator):
            return False
        granted = operator.aws_accounts_with(roles_with(perm))
        if isinstance(obj, AwsAccount):
            if perm in CHANGING and not obj.is_connected:
                return False
            return bool(granted & {obj.pk, None})
        return obj is None and None in granted  # on all AWS accounts: what is not of any one of them


def may(operator: Operator, perm: str, aws_account: AwsAccount | None) -> bool:
    """Whether `operator` holds `perm` on `aws_account` (None: on all of them). Superusers don't bypass it."""
    return GrantBackend().has_perm(operator, perm, aws_account)


def pools_of(operator: Operator, perm: str, aws_account: AwsAccount) -> frozenset[str] | None:
    """The ids of the user pools with whose people `operator` may do `perm`; None: with those of all pools."""
    if not may(operator, perm, aws_account):
        return frozenset()
    roles, where = roles_with(perm), (aws_account.pk, None)
    held = [grant for grant in operator.held_grants() if grant.role in roles and grant.aws_account_id in where]
    return None if any(not grant.pool_id for grant in held) else frozenset(grant.pool_id for grant in held)


def may_in_pool(operator: Operator, perm: str, aws_account: AwsAccount, pool_id: str) -> bool:
    """… in the user pool of that id."""
    pools = pools_of(operator, perm, aws_account)
    return pools is None or pool_id in pools


def sees_people(operator: Operator, held_by: AwsAccount, perm: str = SEE_PEOPLE) -> bool:
    """Whether the operator is told the names, addresses and session names of people who are no pool's.

    `held_by`: the AWS account in whose mirror they are. A grant for the people of one user pool doesn't count: it is
    for those alone.
    """
    return pools_of(operator, perm, held_by) is None


def who_may(perm: str, aws_account: AwsAccount) -> QuerySet[Operator]:
    """The operators who hold `perm` on the AWS account, by a grant of their own or of a group of theirs."""
    if perm in CHANGING and not aws_account.is_connected:
        return Operator.objects.none()
    return with_roles(roles_with(perm), aws_account)


def with_roles(roles: Iterable[str], aws_account: AwsAccount) -> QuerySet[Operator]:
    """The active operators who hold one of `roles` on the AWS account."""
    grants = Grant.objects.on(aws_account).filter(role__in=list(roles))
    holding = Q(grants__in=grants) | Q(groups__grants__in=grants)
    return Operator.objects.filter(holding, is_active=True).distinct()


def signed_in(request: HttpRequest) -> Operator:
    """The operator who sent the request; in every view, since SignInRequired lets nobody else in."""
    operator = request.user
    assert isinstance(operator, Operator)  # noqa: S101  the middleware says so
    return operator


def visible_aws_accounts(request: HttpRequest) -> Sequence[AwsAccount]:
    """Those whose IAM or people the operator may see, asked for once a request: every page's shell offers them."""
    known: Sequence[AwsAccount] | None = getattr(request, "_visible_aws_accounts", None)
    if known is None:
        known = list(AwsAccount.objects.visible_to(signed_in(request), SEE_IAM, SEE_PEOPLE))
        request._visible_aws_accounts = known  # type: ignore[attr-defined]
    return known


def _named(request: HttpRequest, account_id: str) -> AwsAccount | None:
    if request.method in READS:
        for aws_account in visible_aws_accounts(request):
            if aws_account.account_id == account_id:
                return aws_account
    return AwsAccount.objects.filter(account_id=account_id).first()


def enter(request: HttpRequest, access: Access, account_id: str) -> None:
    """Lets the operator come to an address that asks `access`; notes by which permission they do.

    Raises Http404 for strangers and PermissionDenied for those who have other grants.
    """
    if not access.permissions:
        return
    operator = signed_in(request)
    if access.scope is AddressScope.NAMED:
        request.permission = _fetch(request, account_id, access.permissions)  # type: ignore[attr-defined]
        return
    if access.scope is AddressScope.ANY and operator.is_stranger:
        raise Http404
    [perm] = access.permissions
    where = operator.aws_accounts_with(roles_with(perm))
    if not (where if access.scope is AddressScope.ANY else None in where):
        raise PermissionDenied(access.refusal)


def permission_of(request: HttpRequest) -> str:
    """The permission by which the operator came in: of those that the address asks for, the first that they hold."""
    permission: str = request.permission  # type: ignore[attr-defined]
    return permission


def fetch_aws_account(request: HttpRequest, account_id: str, perm: str = "") -> AwsAccount:
    """The AWS account that the address names, and into which the operator came by what the address asks.

    `perm`: what the view asks beyond that. Raises PermissionDenied where the operator doesn't hold it.
    """
    if perm:
        _fetch(request, account_id, (perm,))
    aws_account: AwsAccount = request.aws_account  # type: ignore[attr-defined]
    return aws_account


def _fetch(request: HttpRequest, account_id: str, perms: Sequence[str]) -> str:
    """Puts the AWS account on the request, for the view and the page shell; which of `perms` the operator holds there.

    Raises Http404 for strangers (no grant on it, or there is none) and PermissionDenied for those who may only read.
    """
    operator = signed_in(request)
    aws_account = _named(request, account_id)
    if aws_account is None or not operator.aws_accounts_with(ALL_ROLES) & {aws_account.pk, None}:
        raise Http404("No such AWS account.")
    held = next((perm for perm in perms if may(operator, perm, aws_account)), "")
    if not held:
        raise PermissionDenied(FROM_A_FILE if CHANGING.issuperset(perms) and not aws_account.is_connected else "")
    request.aws_account = aws_account  # type: ignore[attr-defined]
    return held
