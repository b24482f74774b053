"""What a plan provisions: a panel of its page, and a page. Whom that is, by number alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from accounts.models import AwsAccount
from directory import selectors
from directory.object_pages import role_urls
from directory.plan_check import NAME
from iamconsole.web.fragments import render_page
from sync.models import Change
from sync.views.live import fetch_change

LEDE = "Each AWS account has a role of the set"


@dataclass(frozen=True)
class TouchedRole:
    """`role_url` is "" where the operator may not see it, or it isn't read."""

    set_name: str
    set_id: str
    account_id: str
    name: str
    people: int
    disabled: int
    role_url: str
    is_connected: bool


def is_measured(change: Change) -> bool:
    return NAME in change.measured


@require_GET
def change_touched(request: HttpRequest, account_id: str, pk: int) -> HttpResponse:
    change = fetch_change(request, account_id, pk)
    kept = change.measured.get(NAME) or {"touched": [], "more": 0}
    context = {
        "change": change,
        "touched": _roles(request, change, kept["touched"]),
        "more": kept["more"],
        "lede": LEDE,
    }
    return render_page(request, "directory/touched.html", context, fragment="touched")


def _roles(request: HttpRequest, change: Change, kept: list[dict[str, Any]]) -> list[TouchedRole]:
    ids = {each["account_id"] for each in kept}
    names = selectors.account_names(change.aws_account, ids)
    urls = role_urls(request, {(each["account_id"], each["set"]) for each in kept})
    connected = {each.account_id for each in AwsAccount.objects.filter(account_id__in=ids) if each.is_connected}
    return [
        TouchedRole(
            each["set"],
            each["set_id"],
            each["account_id"],
            names[each["account_id"]],
            each["people"],
            each["disabled"],
            urls.get((each["account_id"], each["set"]), ""),
            each["account_id"] in connected,
        )
        for each in kept
    ]
