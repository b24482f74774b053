"""Asking for pages in tests, by their URL name."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from django.http import HttpResponseBase
from django.test import Client
from django.urls import reverse

from sync.models import Change

ACCOUNT_ID = "123456789012"
BY_HTMX = {"HX-Request": "true"}  # headers by which htmx asks for a fragment


def address(name: str, *, account_id: str = ACCOUNT_ID, **kwargs: str) -> str:
    return reverse(name, kwargs={"account_id": account_id, **kwargs})


def get(client: Client, name: str, query: str = "", status: int = 200, **kwargs: Any) -> str:
    """The page's HTML."""
    response = client.get(f"{address(name, **kwargs)}{query}")
    assert response.status_code == status, response
    return response.content.decode()


def text_of(html: str) -> str:
    """What a reader of the page's main part gets to see, in one line."""
    main = html.partition('<main class="content"')[2] or html
    words = re.sub(r"<(script|style|svg|option)\b.*?</\1>", " ", main, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", words)).split())


def names_in(html: str) -> list[str]:
    """The names in the first column of a list."""
    return re.findall(r'<a class="name" href="[^"]+">([^<]+)</a>', html)


def exported(response: HttpResponseBase) -> str:
    return b"".join(response).decode()


def change_address(change: Change, name: str = "change") -> str:
    """Of its page, or of what is posted there."""
    return address(name, account_id=change.aws_account.account_id, pk=str(change.pk))


def press(client: Client, change: Change, action: str, **posted: str) -> str:
    """The page that a button of the change's page leads to."""
    return client.post(change_address(change, f"change_{action}"), posted, follow=True).content.decode()
