"""Thins old history, where it is asked for: states that came and went. How long: iamconsole/retention.py.

Where a facet was A, then B, then A again, B and the second A go, once both were replaced before the time that is kept
begins. "As of" any moment since stays right; while B was in force it says A. What came after says what it followed
(`Revision.follows`), so that each state that stays still says what it changed.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.core.cache import cache
from django.db import transaction

from sync import clock
from sync.models import Authorship, Facet, Revision
from sync.tombstones import named_in_audit

BATCH = 500  # facets that are looked at in one turn
_PLACE = "retention-equal-place"  # the last facet that was looked at; lost, it begins anew

log = logging.getLogger("iamconsole.retention")


def thin() -> int:
    """Looks at the next facets. Returns how many revisions it removed."""
    if not settings.KEEP_EQUAL_STATES_DAYS:
        return 0
    since = clock.now() - timedelta(days=settings.KEEP_EQUAL_STATES_DAYS)
    facets = list(Facet.objects.filter(pk__gt=cache.get(_PLACE, 0)).order_by("pk").values_list("pk", flat=True)[:BATCH])
    removed = _thin(facets, since) if facets else 0
    if removed:
        log.info("%s revisions from before %s that came and went were removed.", removed, since.date())
    cache.set(_PLACE, facets[-1] if len(facets) == BATCH else 0, timeout=None)
    return removed


@transaction.atomic
def _thin(facets: Sequence[int], since: datetime) -> int:
    history: defaultdict[int, list[Revision]] = defaultdict(list)
    old = Revision.objects.filter(facet__in=facets, seen_at__lt=since).order_by("facet", "number").defer("content")
    for revision in old:
        history[revision.facet_id].append(revision)
    came_back = [each for each in history.values() if len(each) > _FEWEST]
    kept = _referred_to([revision.pk for each in came_back for revision in each])
    gone: list[int] = []
    follow: list[Revision] = []
    for revisions in came_back:
        for between, again, following in _pairs(revisions, kept):
            gone += [between.pk, again.pk]
            follow.append(following)
    Revision.objects.bulk_update([each for each in follow if each.pk not in gone], ["follows"])
    Revision.objects.filter(pk__in=gone).delete()
    return len(gone)


_FEWEST = 3  # A, B, A, and behind them what replaced the second A


def _pairs(revisions: Sequence[Revision], kept: set[int]) -> list[tuple[Revision, Revision, Revision]]:
    """What came between, the state that it was again, and what followed that, which follows the first one from now."""
    found = []
    stays: list[Revision] = []
    for revision, following in zip(revisions, [*revisions[1:], None], strict=True):
        if following is not None and _came_back(stays[-2:], revision, following, kept):
            between = stays.pop()
            following.follows = stays[-1].number
            found.append((between, revision, following))
        else:
            stays.append(revision)
    return found


def _came_back(before: Sequence[Revision], again: Revision, following: Revision, kept: set[int]) -> bool:
    """Whether it was the first of the two `before`, then the second, then `again` the first."""
    if len(before) < 2:
        return False
    first, between = before
    is_next = (between.number_before, again.number_before, following.number_before) == (
        *(first.number, between.number),
        again.number,
    )
    is_equal = first.fingerprint == again.fingerprint and not (first.gone or between.gone or again.gone)
    return is_next and is_equal and not any(each.pk in kept or _is_decided(each) for each in (between, again))


def _is_decided(revision: Revision) -> bool:
    """A change of ours made it or is to undo it, or it is drift that isn't taken back."""
    is_drift = revision.drift_in_id is not None
    return (
        revision.step_id is not None
        or revision.reversal_id is not None
        or (is_drift and (revision.reverted_at is None or revision.accepted_at is not None))
    )


def _referred_to(revisions: Sequence[int]) -> set[int]:
    """By the audit trail, or by who is still to be asked about."""
    asked = Authorship.objects.filter(revision__in=revisions, state__in=Authorship.OPEN)
    return named_in_audit(revisions) | set(asked.values_list("revision", flat=True))
