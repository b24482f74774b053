"""Signing in by the identity provider, as a browser does it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import requests
from django.test import Client


def go(client: Client, address: str = "/auth/sso/") -> Any:
    """From a link of the console to the provider, and back with its answer: what the console then says."""
    there = client.get(address)["Location"]
    assert there.startswith("http://127.0.0.1"), there
    return come_back(client, there)


def come_back(client: Client, there: str) -> Any:
    back = requests.get(there, allow_redirects=False, timeout=10).headers["Location"]
    return client.get(path_of(back))


def path_of(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}"


def said(client: Client, response: Any) -> str:
    """The text of the page that a redirect leads to."""
    page = client.get(response["Location"], follow=True)
    return str(page.content.decode()).replace("&#x27;", "'")
