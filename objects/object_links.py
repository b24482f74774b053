"""Links that apps above add to the menu of an object's page, to pages that stage nothing by themselves."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse


@dataclass(frozen=True)
class ObjectLink:
    """`kinds`: the names of kinds ("role"); `url_name` is formatted with one, and takes `account_id` and `aws_id`.

    `shows`: whether the operator is offered it for that object, beside what they may stage.
    """

    label: str
    icon: str
    kinds: Collection[str]
    url_name: str
    shows: Callable[[HttpRequest, Any], bool]


@dataclass(frozen=True)
class ShownLink:
    label: str
    icon: str
    url: str


_links: list[ObjectLink] = []


def register_object_link(link: ObjectLink) -> None:
    """Adds it; once only."""
    if link not in _links:
        _links.append(link)


def links_of(request: HttpRequest, kind: str, row: Any) -> list[ShownLink]:
    address = {"account_id": row.aws_account.account_id, "aws_id": row.aws_id}
    return [
        ShownLink(link.label, link.icon, reverse(link.url_name.format(kind), kwargs=address))
        for link in _links
        if kind in link.kinds and link.shows(request, row)
    ]
