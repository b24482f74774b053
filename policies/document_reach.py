"""Which documents may allow an action on a resource, found without reading them: by rows that are kept of each.

They are made once a minute of the documents that came since, and never again, since a document never changes. One of
which they aren't made yet may allow anything.
"""

from __future__ import annotations

from time import monotonic
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from policies.engine.compiled import CompiledDocument
from policies.engine.reach import ANY, begins_of, literal_begin, reach_of, service_in
from policies.engine.somewhere import is_pattern
from policies.engine.statements import document_in
from policies.models import AllowedPrefix, Document

VERSION = 1  # one more makes all rows anew
_BATCH = 500
_LONGEST_S = 15.0  # in one minute


def note_new() -> int:
    """Part of the minute's tick. Returns how many documents were looked at."""
    until, noted = monotonic() + _LONGEST_S, 0
    while monotonic() < until:
        due = list(Document.objects.filter(reach_version__lt=VERSION).order_by("pk").values_list("pk", "text")[:_BATCH])
        if not due:
            break
        _note(dict(due))
        noted += len(due)
    return noted


def _note(texts: dict[int, str]) -> None:
    rows = [
        AllowedPrefix(document_id=pk, service=service, prefix=prefix)
        for pk, text in texts.items()
        for service, prefix in reach_of(CompiledDocument(document_in(text)))
    ]
    with transaction.atomic():
        AllowedPrefix.objects.filter(document__in=list(texts)).delete()
        AllowedPrefix.objects.bulk_create(rows)
        Document.objects.filter(pk__in=list(texts)).update(reach_version=VERSION)


def documents_that_may_allow(action: str, on: str) -> list[QuerySet[Any]]:
    """Their primary keys, as parts of queries: of all that may, and perhaps of some that don't. `action`, `on`: an
    action in lower case and a resource, or patterns of them. What isn't noted yet may, too: that comes first, to be
    asked for first, since a document that is noted in between is found by the second query only."""
    begin = literal_begin(on) if is_pattern(on) else on
    about = Q(prefix__in=begins_of(begin))
    if is_pattern(on):
        about |= Q(prefix__startswith=begin)
    if (service := service_in(action)) != ANY:  # of a pattern of several services it may be any
        about &= Q(service__in={ANY, service})
    noted = AllowedPrefix.objects.filter(about).values("document")
    new = Document.objects.filter(reach_version__lt=VERSION).values("pk")
    return [new, noted] if new.exists() else [noted]
