"""What `cognito` adds to the frame: links of the sidebar, search, a tab of user pools."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.access import signed_in
from accounts.models import AwsAccount
from accounts.roles import SEE_IAM, SEE_PEOPLE
from cognito import kinds
from cognito.object_pages import pools, pools_within
from cognito.selectors import people_of
from iamconsole.web import panels
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


def register() -> None:
    register_shell(CognitoShell())
    kinds.register()
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
