"""What `cognito` adds to the frame: links of the sidebar, search, a tab of user pools."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from django.http import HttpRequest

from accounts.access import signed_in
from accounts.models import AwsAccount, Operator
from accounts.roles import SEE_IAM, SEE_PEOPLE, roles_with
from cognito.models import AppClient, CognitoGroup, UserPool
from cognito.object_pages import pools, pools_within
from cognito.selectors import people_of
from iamconsole.web import panels, search
from iamconsole.web.counts import lately
from iamconsole.web.navigation import NavGroup, NavItem, ShellProvider, register_shell

SEE_POOLS = (SEE_IAM, SEE_PEOPLE)


def _pools(request: HttpRequest, aws_account: AwsAccount) -> QuerySet[Any]:
    operator = signed_in(request)
    perm = SEE_IAM if operator.has_perm(SEE_IAM, aws_account) else SEE_PEOPLE
    return pools_within(operator, perm, aws_account, pools(aws_account)).filter(gone_at__isnull=True)


class CognitoShell(ShellProvider):
    navigation: ClassVar[tuple[NavGroup, ...]] = (
        NavGroup(
            "Cognito", (NavItem("User pools", "book-user", "user_pools", _pools, SEE_POOLS, position=10),), position=15
        ),
    )


def _visible_pools(operator: Operator) -> QuerySet[Any]:
    """Those whose settings or people the operator may see."""
    visible = Q(aws_account__in=AwsAccount.objects.visible_to(operator, SEE_IAM))
    rows: QuerySet[Any] = UserPool.objects.all()
    for grant in operator.held_grants():
        if grant.role in roles_with(SEE_PEOPLE):
            if grant.aws_account_id is None:
                return rows
            of = Q(aws_account=grant.aws_account_id)
            visible |= of & Q(aws_id=grant.pool_id) if grant.pool_id else of
    return rows.filter(visible)


def register() -> None:
    register_shell(CognitoShell())
    visible_groups: Any = CognitoGroup.objects.visible_to
    visible_clients: Any = AppClient.objects.visible_to
    for name, label, icon, rows, url_name, position in (
        ("user_pools", "User pools", "book-user", _visible_pools, "cognito_pool", 60),
        ("app_clients", "App clients", "app-window", visible_clients, "cognito_client", 61),
        ("pool_groups", "Groups of user pools", "users", visible_groups, "cognito_group", 62),
    ):
        search.register(search.SearchKind(name, label, icon, rows=rows, url_name=url_name, position=position))
    panels.register(
        panels.Panel(
            "cognito_pool",
            "people",
            "People",
            "cognito_pool_people",
            count=lambda pool: lately(people_of(pool)),
            permission=SEE_PEOPLE,
            position=20,
        )
    )
