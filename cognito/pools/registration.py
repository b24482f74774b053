"""What user pools add: what can be done with them, tabs and findings of their pages, lines of the overview."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse

from accounts.access import may, signed_in
from accounts.models import AwsAccount
from accounts.roles import PROPOSE, SEE_IAM, SEE_PEOPLE
from cognito import posture
from cognito.models import UserPool
from cognito.object_pages import pools, pools_within
from cognito.pools import actions, logos, mirrors, operations
from cognito.pools.findings import findings_of
from iamconsole.web import panels
from iamconsole.web.counts import lately
from iamconsole.web.navigation import NavGroup, NavItem, ShellProvider, register_shell

SEE_POOLS = (SEE_IAM, SEE_PEOPLE)


def _pools(request: HttpRequest, aws_account: AwsAccount) -> QuerySet[Any]:
    operator = signed_in(request)
    perm = SEE_IAM if operator.has_perm(SEE_IAM, aws_account) else SEE_PEOPLE
    return pools_within(operator, perm, aws_account, pools(aws_account)).filter(gone_at__isnull=True)


class CognitoShell(ShellProvider):
    navigation = (
        NavGroup(
            "Cognito", (NavItem("User pools", "book-user", "user_pools", _pools, SEE_POOLS, position=10),), position=15
        ),
    )


_LOGO = "Of the classic sign-in pages: what is there, and what the change sends"


def _posture(request: HttpRequest, pool: UserPool) -> Iterator[panels.PanelRow]:
    """A line for each finding, as it is now."""
    may_fix = pool.gone_at is None and may(signed_in(request), PROPOSE, pool.aws_account)
    for each in findings_of(pool):
        fixes = bool(may_fix and each.action)
        url = f"{_action_url(pool, each.action)}{each.query}" if fixes else ""
        action = each.label if fixes else ""
        yield panels.PanelRow(title=each.title, url=url, text=each.text, severity=each.severity, action=action)


def _action_url(pool: UserPool, action: str) -> str:
    kwargs = {"account_id": pool.aws_account.account_id, "aws_id": pool.aws_id, "action": action}
    return reverse("cognito_pool_action", kwargs=kwargs)


def _number(relation: str) -> Any:
    return lambda pool: lately(getattr(pool, relation).live())


def register() -> None:
    register_shell(CognitoShell())
    mirrors.register()
    operations.register()
    actions.register()
    posture.register(UserPool, findings_of)
    for name, title, position, count in (
        ("settings", "Settings", 15, None),
        ("clients", "App clients", 20, _number("appclients")),
        ("providers", "Providers", 40, _number("poolproviders")),
    ):
        panels.register(
            panels.Panel(
                "cognito_pool",
                name,
                title,
                url_name=f"cognito_pool_{name}",
                permission=SEE_IAM,
                count=count,
                position=position,
            )
        )
    panels.register(panels.Panel("cognito_pool.posture", "findings", "Findings", rows=_posture, permission=SEE_IAM))
    panels.register(panels.Panel("change", "logo", "Logo", "change_logo", lede=_LOGO, shows=logos.is_in, position=60))
