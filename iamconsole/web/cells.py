"""Cells that several lists have. A cell gets the row and what the list is of, such as an AWS account."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from django.urls import get_script_prefix, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from iamconsole.web.elements import ago, day, joined, muted, small

Cell = Callable[[Any, Any], str]

NONE, NOT_HELD = muted("None"), muted("Not read yet")


def _unmarked(row: Any, aws_account: Any) -> str:
    return ""


def named(url_name: str, mark: Cell = _unmarked) -> Cell:
    """The name of a mirrored row, as a link to its page, perhaps with a mark beside it; and a second line."""

    def cell(row: Any, aws_account: Any) -> SafeString:
        below = joined((mark(row, aws_account), second_line(row)))
        return name_link(object_url(url_name, aws_account.account_id, row.aws_id), row.name, below)

    return cell


def name_link(url: str, name: str, below: str = "") -> SafeString:
    return format_html('<a class="name" href="{}">{}</a>{}', url, name, below)


def second_line(row: Any) -> str:
    """Since when it is gone, or its tag `Name`, or its path."""
    if row.gone_at:
        return gone_since(row)
    if said := (getattr(row, "tags", None) or {}).get("Name"):
        return small(said)
    path = getattr(row, "path", "/")
    return small(path) if path != "/" else ""


def gone_since(row: Any) -> SafeString:
    return format_html('<span class="small ink-warn">Gone since {}</span>', ago(row.gone_at))


def created(row: Any, aws_account: Any) -> SafeString:
    return day(row.created_at, "unknown")


def object_url(url_name: str, account_id: str, aws_id: str) -> str:
    """The address of a mirrored object's page: `reverse`, without its work for each of many rows."""
    before, after = _around_id(url_name, account_id, get_script_prefix())
    return f"{before}{quote(aws_id, safe='~:@')}{after}"


@lru_cache(maxsize=1024)
def _around_id(url_name: str, account_id: str, script_prefix: str) -> tuple[str, str]:
    before, _, after = reverse(url_name, kwargs={"account_id": account_id, "aws_id": "~"}).partition("~")
    return before, after
