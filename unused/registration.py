"""What this app adds: the link of its page, a line of the overview, its source, its steps, links of findings to it."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse

from accounts.models import AwsAccount
from accounts.roles import SEE_IAM
from findings import sources
from iamconsole.web import panels
from iamconsole.web.counts import first_of
from iamconsole.web.filters import ANY
from iamconsole.web.navigation import NavGroup, NavItem, ShellProvider, register_shell
from iamconsole.web.words import SOME, counted, number, some
from unused import finding_links, operations
from unused.being_cleaned import kept_off, not_off, under_way
from unused.kinds.nobodys import UnusedPolicies
from unused.models import UnusedObject
from unused.source import UnusedSource


def _policies(request: HttpRequest, aws_account: AwsAccount) -> Iterator[panels.PanelRow]:
    """Of as many as the list has to which it leads: those that have been attached to nobody for long enough."""
    there = UnusedObject.objects.filter(aws_account=aws_account, kind=UnusedPolicies.slug)
    if not there.exists():
        return
    rows = not_off(aws_account, under_way(aws_account), kept_off(aws_account))
    rows = rows.filter(kind=UnusedPolicies.slug, state=UnusedObject.State.UNUSED)
    names = first_of(rows.order_by("name_key", "pk").values_list("name", flat=True), SOME)
    if names:
        url = reverse("unused", kwargs={"account_id": aws_account.account_id})
        yield panels.PanelRow(
            title=f"{counted(names.total, 'policy is', 'policies are')} attached to nobody",
            url=f"{url}?{urlencode({'kind': UnusedPolicies.slug, 'age': ANY})}",
            text=f"{some(names.rows, names.total)}. Nobody would lose anything without "
            f"{'it' if names.total == 1 else 'them'}.",
            severity="low",
            action=f"Review {number(names.total)}",
        )


def register() -> None:
    sources.register(UnusedSource())
    operations.register()
    finding_links.register()
    link = NavItem("Unused", "archive", "unused", permission=SEE_IAM, position=25)
    register_shell(ShellProvider(NavGroup("Access", (link,))))
    panels.register(
        panels.Panel(
            "overview.attention", "unused_policies", "Unused policies", rows=_policies, permission=SEE_IAM, position=90
        )
    )
