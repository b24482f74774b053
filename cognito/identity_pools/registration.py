"""What identity pools add: what can be done with them, a link of the sidebar, search, lines of the overview."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from accounts.roles import SEE_IAM
from cognito import posture
from cognito.identity_pools import actions, mirrors, operations
from cognito.identity_pools.findings import all_findings
from cognito.identity_pools.views import identity_pools_of
from cognito.models import IdentityPool
from iamconsole.web.navigation import NavGroup, NavItem, ShellProvider, register_shell


def _count(request: HttpRequest, aws_account: Any) -> Any:
    return identity_pools_of(aws_account).filter(gone_at=None)


class IdentityPoolShell(ShellProvider):
    navigation = (
        NavGroup(
            "Cognito",
            (NavItem("Identity pools", "id-card", "identity_pools", _count, permission=SEE_IAM, position=20),),
            position=12,
        ),
    )


def register() -> None:
    mirrors.register()
    operations.register()
    actions.register()
    posture.register(IdentityPool, all_findings)
    register_shell(IdentityPoolShell())
