"""Closes drift that was reverted: what somebody changed outside this console, and somebody has changed back since."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from itertools import takewhile

from django.db.models import Q
from django.utils import timezone

from sync.models import Revision

_OUTSIDE = Revision.Origin.OUTSIDE
OPEN = Q(drift_in__isnull=False, accepted_at__isnull=True, reverted_at__isnull=True)
_LOOKED_AT = 50


def close(facets: Collection[int]) -> None:
    """Of facets that have a new revision: is it what the facet said before the drift, that drift is closed.

    Only where nobody but others wrote in between: who takes back a change of this console, or what somebody accepted,
    has brought about drift.
    """
    drifted = set(Revision.objects.filter(OPEN, facet__in=facets).values_list("facet", flat=True))
    if not drifted:
        return
    revisions: defaultdict[int, list[Revision]] = defaultdict(list)
    rows = Revision.objects.filter(facet__in=drifted).order_by("facet", "-number").defer("content")
    for revision in rows:
        revisions[revision.facet_id].append(revision)
    reverted = [each.pk for newest_first in revisions.values() for each in _reverted(newest_first[:_LOOKED_AT])]
    Revision.objects.filter(pk__in=reverted).update(reverted_at=timezone.now())


def _reverted(newest_first: Sequence[Revision]) -> list[Revision]:
    newest, *older = newest_first
    between = list(takewhile(lambda each: _state(each) != _state(newest) and _is_open(each), older))
    if not between:
        return []
    came_and_went = newest.gone and between[-1].number == 1
    is_back = came_and_went or any(_state(each) == _state(newest) for each in older[len(between) : len(between) + 1])
    taken_back = [*between, newest] if newest.origin == _OUTSIDE else between
    return taken_back if is_back else []


def _state(revision: Revision) -> tuple[str, bool]:
    return revision.fingerprint, revision.gone


def _is_open(revision: Revision) -> bool:
    return revision.origin == _OUTSIDE and revision.accepted_at is None
