"""What an operator typed into a small form of a page, and that was refused, stands there again, once."""

from __future__ import annotations

from collections.abc import Mapping

from django.http import HttpRequest

_KEY = "words_of_change"
_MOST = 4_000  # characters: more than any of these forms takes


def keep_words(request: HttpRequest, page: str, place: str, words: str, **others: str) -> None:
    """`page`: its address; `place`: which of its forms it is. `others`: of that form, by the names of their fields."""
    kept = {place: words} | {f"{place}.{name}": said for name, said in others.items()}
    request.session[_KEY] = [page, {name: said[:_MOST] for name, said in kept.items()}]


def take_kept_words(request: HttpRequest, page: str) -> Mapping[str, str]:
    """By the place of the form, and of its other fields by "place.name". Asked for by the page, which shows it."""
    kept, words = request.session.get(_KEY) or ("", {})
    if kept != page:
        return {}
    del request.session[_KEY]
    found: Mapping[str, str] = words
    return found
