"""What a form does that waits for a fresh sign-in, in words: the page after the sign-in asks for that by its name.

Apps register the addresses that ask for one, by their URL names, in `AppConfig.ready()`. What stands in the address
stands in braces: "Apply change {pk}". "name?field" is said instead where that field was filled in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

from django.urls import Resolver404, resolve

from accounts.models import AwsAccount

_ADMIN = "Save it in the Django admin"
_words: dict[str, str] = {}


def register(words: Mapping[str, str]) -> None:
    _words.update(words)


def words_of(path: str, fields: Iterable[tuple[str, str]] = ()) -> tuple[str, str]:
    """What a POST of these fields to `path` does, and to which AWS account; "" for none.

    For example ("Apply change 5", "Acme (123456789012)").
    """
    try:
        match = resolve(urlsplit(path).path)
    except Resolver404:
        return "", ""
    names = [f"{match.view_name}?{name}" for name, value in fields if value]
    words = _ADMIN if match.namespace == "admin" else _first([*names, match.view_name])
    aws_account = AwsAccount.objects.filter(account_id=match.kwargs.get("account_id", "")).first()
    return words.format(**match.kwargs), str(aws_account or "")


def _first(names: Iterable[str]) -> str:
    return next((_words[name] for name in names if name in _words), "")
