"""What a form does that waits for a fresh sign-in, in words: the page after the sign-in asks for that by its name.

Apps register the addresses that ask for one, by their URL names, in `AppConfig.ready()`. What stands in the address
stands in braces: "Apply change {pk}".
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from django.urls import Resolver404, resolve

from accounts.models import AwsAccount

_ADMIN = "Save it in the Django admin"
_words: dict[str, str] = {}


def register(words: Mapping[str, str]) -> None:
    _words.update(words)


def words_of(path: str) -> tuple[str, str]:
    """What a POST to `path` does, and to which AWS account: ("Apply change 5", "Acme (123456789012)"); "" for none."""
    try:
        match = resolve(urlsplit(path).path)
    except Resolver404:
        return "", ""
    said = _ADMIN if match.namespace == "admin" else _words.get(match.view_name, "")
    aws_account = AwsAccount.objects.filter(account_id=match.kwargs.get("account_id", "")).first()
    return said.format(**match.kwargs), str(aws_account or "")
