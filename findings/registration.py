"""What `findings` adds to the shell: the link of the inbox, with how many findings are open."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.models import AwsAccount
from accounts.roles import SEE_IAM
from findings.models import Finding
from iamconsole.web.navigation import NavGroup, NavItem, ShellProvider, register_shell


def _open(request: HttpRequest, aws_account: AwsAccount) -> QuerySet[Finding]:
    return Finding.objects.filter(aws_account=aws_account, state=Finding.State.OPEN)


class FindingsShell(ShellProvider):
    navigation = (
        NavGroup(
            "",
            (
                NavItem(
                    "Findings",
                    "shield-alert",
                    "findings",
                    _open,
                    SEE_IAM,
                    position=5,
                    counts_none=False,  # nor where nobody has looked yet
                ),
            ),
            position=0,
        ),
    )


def register() -> None:
    register_shell(FindingsShell())
