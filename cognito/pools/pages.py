"""What this adds to the frame: tabs of a pool, findings on its first tab, lines of the overview."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from accounts.access import may, signed_in
from accounts.models import AwsAccount
from accounts.roles import PROPOSE, SEE_IAM
from cognito.models import AppClient, UserPool
from cognito.pools import logos
from cognito.pools.findings import findings_of
from cognito.pools.operations.pools import identity_pools
from iamconsole.web import panels
from iamconsole.web.counts import lately

_LOGO = "Of the classic sign-in pages: what is there, and what the change sends"
_SAID = ("critical", "high")  # what is worth a line on the overview
_MOST_POOLS = 200  # that the overview looks at


def _posture(request: HttpRequest, pool: UserPool) -> Iterator[panels.Row]:
    """A line for each finding."""
    may_mend = pool.gone_at is None and may(signed_in(request), PROPOSE, pool.aws_account)
    for each in findings_of(pool):
        url = each.url(pool) if may_mend else ""
        act = "Mend it" if may_mend else ""
        yield panels.Row(title=each.title, url=url, text=each.text, severity=each.severity, act=act)


def _attention(request: HttpRequest, aws_account: AwsAccount) -> Iterator[panels.Row]:
    """A line for each pool that has something bad: its worst, and how much else."""
    pools = list(UserPool.objects.live().filter(aws_account=aws_account).order_by("name_key", "pk")[:_MOST_POOLS])
    clients: defaultdict[int, list[AppClient]] = defaultdict(list)
    for client in AppClient.objects.live().filter(pool__in=[pool.pk for pool in pools]).order_by("name_key", "pk"):
        clients[client.pool_id].append(client)
    taking = identity_pools(aws_account) if pools else []
    for pool in pools:
        found = [each for each in findings_of(pool, clients[pool.pk], taking) if each.severity in _SAID]
        if not found:
            continue
        worst, *others = found
        also = f" Also: {'; '.join(each.title for each in others)}." if others else ""
        yield panels.Row(
            title=f"{pool.name}: {worst.title}",
            url=reverse("cognito_pool", kwargs={"account_id": aws_account.account_id, "aws_id": pool.aws_id}),
            text=f"{worst.text}{also}",
            severity=worst.severity,
            act="Review it",
        )


def _number(relation: str) -> Any:
    return lambda pool: lately(getattr(pool, relation).live())


def register() -> None:
    for name, title, position, count in (
        ("settings", "Settings", 15, None),
        ("clients", "App clients", 20, _number("appclients")),
        ("providers", "Providers", 40, _number("poolproviders")),
    ):
        panels.register(
            panels.Panel(
                "cognito_pool", name, title, url_name=f"cognito_pool_{name}", permission=SEE_IAM, count=count,
                position=position,
            )
        )  # fmt: skip
    panels.register(panels.Panel("cognito_pool.posture", "findings", "Findings", rows=_posture, permission=SEE_IAM))
    panels.register(
        panels.Panel(
            "overview.attention", "user_pools", "Needs attention", rows=_attention, permission=SEE_IAM, position=21
        )
    )
    panels.register(panels.Panel("change", "logo", "Logo", "change_logo", lede=_LOGO, shows=logos.is_in, position=60))
