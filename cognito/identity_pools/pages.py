"""What identity pools add to the frame: a link of the sidebar, search, lines of the overview."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from django.http import HttpRequest
from django.urls import reverse

from accounts.models import AwsAccount
from accounts.roles import SEE_IAM
from cognito.identity_pools import selectors
from cognito.models import IdentityPool
from iamconsole.web import panels, search
from iamconsole.web.navigation import NavGroup, NavItem, ShellProvider, register_shell

_SAID = ("critical", "high")  # of what is worth a line on the overview


def _count(request: HttpRequest, aws_account: Any) -> Any:
    return selectors.identity_pools(aws_account).filter(gone_at=None)


class IdentityPoolShell(ShellProvider):
    navigation: ClassVar[tuple[NavGroup, ...]] = (
        NavGroup(
            "Cognito",
            (NavItem("Identity pools", "id-card", "identity_pools", _count, permission=SEE_IAM, position=20),),
            position=12,
        ),
    )


def _attention(request: HttpRequest, aws_account: AwsAccount) -> Iterator[panels.Row]:
    """A line for each pool with something bad, its worst first."""
    names = dict(selectors.identity_pools(aws_account).filter(gone_at=None).values_list("aws_id", "name"))
    facts = selectors.facts_of(aws_account).filter(sort_key__in=_SAID, object_id__in=names) if names else ()
    for fact in facts:
        worst, *others = fact.value["findings"]
        also = f" Also: {'; '.join(each['title'] for each in others)}." if others else ""
        yield panels.Row(
            title=f"{names[fact.object_id]}: {worst['title']}",
            url=reverse("identity_pool", kwargs={"account_id": aws_account.account_id, "aws_id": fact.object_id}),
            text=f"{worst['text']}{also}",
            severity=worst["severity"],
            act="Review it",
        )


def register() -> None:
    register_shell(IdentityPoolShell())
    search.register(
        search.SearchKind(
            "identity_pools", "Identity pools", "id-card", position=71,
            rows=IdentityPool.objects.visible_to, url_name="identity_pool",
        )
    )  # fmt: skip
    panels.register(
        panels.Panel(
            "overview.attention", "identity_pools", "Needs attention", rows=_attention, permission=SEE_IAM, position=22
        )
    )
