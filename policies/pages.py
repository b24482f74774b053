"""What `policies` adds to the frame: a link of the sidebar, search, and lines of the overview."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, ClassVar

from django.db.models import F, QuerySet
from django.http import HttpRequest
from django.urls import reverse

from accounts.models import AwsAccount, Operator
from accounts.roles import SEE_IAM
from iamconsole.web import panels, search
from iamconsole.web.navigation import NavGroup, NavItem, ShellProvider, register_shell
from iamconsole.web.words import counted
from policies import selectors
from policies.models import ManagedPolicy


def mirrored_search(model: Any, url_name: str, fields: Sequence[str]) -> Callable[[Operator, str, int], search.Found]:
    """How to look for rows of a mirrored model in every AWS account that the operator may see."""

    def find(operator: Operator, words: str, limit: int) -> search.Found:
        rows: QuerySet[Any] = model.objects.visible_to(operator, SEE_IAM).select_related("aws_account")
        rows = search.narrowed(rows, words, fields)
        live_first = rows.order_by(F("gone_at").desc(nulls_first=True), "name_key", "pk")
        return search.Found(rows.count(), [_hit(row, url_name) for row in live_first[:limit]])

    return find


def _hit(row: Any, url_name: str) -> search.Hit:
    url = reverse(url_name, kwargs={"account_id": row.aws_account.account_id, "aws_id": row.aws_id})
    return search.Hit(row.name, url, row.arn, str(row.aws_account), row.gone_at)


def _unused(request: HttpRequest, aws_account: AwsAccount) -> Iterator[panels.Row]:
    names = list(selectors.unused(aws_account).order_by("name_key").values_list("name", flat=True))
    if names:
        url = reverse("policies", kwargs={"account_id": aws_account.account_id})
        yield panels.Row(
            title=f"{counted(len(names), 'policy is', 'policies are')} attached to nobody",
            url=f"{url}?managed_by=customer&use=unused",
            text=f"{some(names)}. Nobody would lose anything without {'it' if len(names) == 1 else 'them'}.",
            severity="low",
            act=f"Review {len(names)}",
        )


def some(names: Sequence[str], shown: int = 3) -> str:
    """ "a, b, c and 4 more"."""
    rest = len(names) - shown
    if rest > 0:
        return f"{', '.join(names[:shown])} and {rest} more"
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else names[0]


def count_live(model: Any) -> Callable[[HttpRequest, AwsAccount], int]:
    """For the sidebar."""
    return lambda request, aws_account: model.objects.live().filter(aws_account=aws_account).count()


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
    find = mirrored_search(ManagedPolicy, "policy", ("name", "arn", "path", "aws_id"))
    search.register(search.SearchKind("policies", "Policies", "file-lock", find, position=40))
    panels.register(
        panels.Panel("overview.attention", "unused_policies", "Unused policies", rows=_unused, permission=SEE_IAM,
                     position=90)
    )  # fmt: skip
