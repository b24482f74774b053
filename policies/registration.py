"""What `policies` adds to the frame: a link of the sidebar, search, and lines of the overview."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from django.http import HttpRequest
from django.urls import reverse

from accounts.models import AwsAccount
from accounts.roles import SEE_IAM
from iamconsole.web import panels
from iamconsole.web.counts import first_of
from iamconsole.web.navigation import NavGroup, NavItem, ShellProvider, register_shell
from iamconsole.web.words import SOME, counted, number, some
from objects.selectors import count_live
from policies import kinds, selectors
from policies.models import ManagedPolicy


def _unused(request: HttpRequest, aws_account: AwsAccount) -> Iterator[panels.PanelRow]:
    names = first_of(selectors.unused(aws_account).order_by("name_key").values_list("name", flat=True), SOME)
    if names:
        url = reverse("policies", kwargs={"account_id": aws_account.account_id})
        yield panels.PanelRow(
            title=f"{counted(names.total, 'policy is', 'policies are')} attached to nobody",
            url=f"{url}?managed_by=customer&use=unused",
            text=f"{some(names.rows, names.total)}. Nobody would lose anything without "
            f"{'it' if names.total == 1 else 'them'}.",
            severity="low",
            action=f"Review {number(names.total)}",
        )


class PoliciesShell(ShellProvider):
    navigation: ClassVar[tuple[NavGroup, ...]] = (
        NavGroup(
            "IAM",
            (NavItem("Policies", "file-lock", "policies", count_live(ManagedPolicy), SEE_IAM, position=40),),
            position=10,
        ),
    )


def register() -> None:
    register_shell(PoliciesShell())
    kinds.register()
    panels.register(
        panels.Panel(
            "overview.attention", "unused_policies", "Unused policies", rows=_unused, permission=SEE_IAM, position=90
        )
    )
