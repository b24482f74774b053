"""Locks of a change across AWS accounts: its own row first, then those of its changes by number, then its operator.

Its row is locked so that others may still refer to it (`FOR NO KEY UPDATE`): who plans one of its changes again holds
that one, and adds another. Nobody who holds one of its changes waits for its row.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction

from sync.models import Change, SpanningChange
from sync.spanning.state import SpanSituation


@contextmanager
def locked_span(pk: int) -> Iterator[SpanSituation]:
    """A transaction that holds the row and all its changes: nobody else decides about them meanwhile."""
    with transaction.atomic():
        span = SpanningChange.objects.select_for_update(of=("self",), no_key=True).get(pk=pk)
        of_it = Change.objects.select_for_update(of=("self",)).filter(span=span).order_by("pk")
        list(of_it.values_list("pk"))
        yield SpanSituation(span)


@contextmanager
def locked_span_alone(pk: int, *, waits: bool) -> Iterator[SpanSituation | None]:
    """A transaction that holds its row, and none of its changes.

    `waits`: for who holds it; otherwise None where somebody does.
    """
    with transaction.atomic():
        rows = SpanningChange.objects.select_for_update(of=("self",), no_key=True, skip_locked=not waits)
        span = rows.filter(pk=pk).first()
        yield None if span is None else SpanSituation(span)


@contextmanager
def lock_if_free(change: Change) -> Iterator[Change | None]:
    """The row of one of its changes as it is now; None where somebody holds it: whoever comes next looks again."""
    rows = Change.objects.select_for_update(of=("self",), skip_locked=True)
    yield rows.select_related("aws_account", "requested_by").filter(pk=change.pk).first()
