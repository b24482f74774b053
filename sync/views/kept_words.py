"""What an operator typed into a small form of a page, and that was refused, stands there again, once."""

from __future__ import annotations

from collections.abc import Mapping

from django.http import HttpRequest

_KEY = "words_of_change"
_MOST = 4_000  # characters: more than any of these forms takes


def keep_words(request: HttpRequest, page: str, place: str, words: str) -> None:
    """`page`: its address; `place`: which of its forms it is."""
    request.session[_KEY] = [page, place, words[:_MOST]]


def take_kept_words(request: HttpRequest, page: str) -> Mapping[str, str]:
    """By the place of the form. Asked for by the page, which shows it."""
    kept, place, words = request.session.get(_KEY) or ("", "", "")
    if kept != page:
        return {}
    del request.session[_KEY]
    return {place: words}
