"""What an operator typed into a small form of a change's page that was refused: it stands there again, once."""

from __future__ import annotations

from django.http import HttpRequest

from sync.forms import WordsForm
from sync.models import Change

_KEY = "words_of_change"
_MOST = 4_000  # characters: more than any of these forms takes


def keep_words(request: HttpRequest, change: Change, form: WordsForm) -> None:
    [name] = form.fields
    request.session[_KEY] = [change.pk, form.place, str(form.data.get(name, ""))[:_MOST]]


def take_kept_words(request: HttpRequest, change: Change) -> dict[str, str]:
    """By the place of the form. Asked for by the page, which shows it."""
    pk, place, words = request.session.get(_KEY) or (None, "", "")
    if pk != change.pk:
        return {}
    del request.session[_KEY]
    return {place: words}
