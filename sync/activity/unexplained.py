"""What is to be explained of an object: its open revisions of others, each with what it changed and when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sync import drift
from sync.activity.matching import SeenChange
from sync.models import Authorship, Facet, MirroredRow, Revision, TrailQuestion
from sync.refresh import row_of

MOST_REVISIONS = 100  # of one object at once
_SINCE_UNKNOWN = timedelta(days=1)


def seen_changes(question: TrailQuestion) -> dict[int, SeenChange]:
    """What is to be explained, by the pk of the revision."""
    facets = Facet.objects.filter(
        aws_account=question.aws_account,
        region=question.region,
        kind=question.kind,
        object_id=question.object_id,
    )
    due = Authorship.objects.filter(revision__facet__in=facets, state__in=Authorship.OPEN)
    pks = list(due.order_by("-revision").values_list("revision", flat=True)[:MOST_REVISIONS])
    revisions = list(drift.drift_of(question.aws_account, ignored=True).filter(pk__in=pks))
    runs, earlier = drift.earlier_runs(revisions), _earlier(revisions)
    row = row_of(question.aws_account, question.kind, question.object_id) if revisions else None
    return {
        each.pk: _seen(each, row, earlier.get(each.pk), runs[each.earlier_run].started_at if each.earlier_run else None)
        for each in revisions
    }


def _earlier(revisions: Sequence[Any]) -> dict[int, datetime]:
    """When the state before each was first seen."""
    by_place = {(each.facet_id, each.number_before): each.pk for each in revisions if each.number > 1}
    rows = Revision.objects.filter(
        facet__in={facet for facet, _ in by_place}, number__in={number for _, number in by_place}
    )
    found = rows.order_by().values_list("facet", "number", "seen_at")
    return {by_place[facet, number]: at for facet, number, at in found if (facet, number) in by_place}


def _seen(
    revision: Any, row: MirroredRow | None, earlier: datetime | None, last_unchanged: datetime | None
) -> SeenChange:
    """`row`: the object as it is now. Contents of some facets don't say what it is called."""
    before, after = revision.before or {}, revision.content
    said = (after.get("name"), before.get("name"), revision.called, row.name if row else "")
    names = [str(name) for name in said if name]
    since = last_unchanged or earlier or revision.seen_at - _SINCE_UNKNOWN
    facet = revision.facet
    return SeenChange(
        kind=facet.kind,
        object_id=facet.object_id,
        names=tuple(dict.fromkeys(names)),
        arn=str(after.get("arn") or before.get("arn") or (row.arn if row else "")),
        facet=facet.source,
        before={} if revision.was_gone else before,
        after=after,
        appeared=drift.happening(revision) is drift.DriftKind.APPEARED,
        gone=revision.gone,
        since=min(since, revision.seen_at),
        until=revision.seen_at,
    )
