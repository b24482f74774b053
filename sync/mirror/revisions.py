"""Revisions: what a facet said, since when, and who brought it about."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max, OuterRef, Subquery
from django.utils import timezone

from sync.mirror.base import Content, Mirror, Place, Seen
from sync.models import Facet, Revision, Run, Step

Origin = Revision.Origin


@dataclass(frozen=True)
class Author:
    """On whose account the mirror is written: a run's, or a step's of a change of ours."""

    run: Run | None = None
    step: Step | None = None
    first: bool = False  # the run is the first one of its source to become complete

    @property
    def facet_columns(self) -> tuple[str, ...]:
        """What it writes of a facet that is there already."""
        return ("run",) * (self.run is not None) + ("written_at",) * (self.step is not None)

    def origin(self, mirror: Mirror, content: Content, *, new: bool) -> Origin:
        if self.step is not None:
            return Origin.CHANGE
        if new and self.first:
            return Origin.IMPORT
        return Origin.AWS if mirror.is_by_aws(content) else Origin.OUTSIDE


def add_revisions(mirror: Mirror, due: Sequence[tuple[Facet, Seen, bool]], at: datetime, author: Author) -> None:
    """`due`: facet (saved), what was seen, and whether the facet is new."""
    numbers = _last_numbers([facet for facet, _, _ in due])
    Revision.objects.bulk_create(
        Revision(
            facet=facet,
            number=numbers.get(facet.pk, 0) + 1,
            fingerprint=facet.fingerprint,
            content=seen.content,
            seen_at=at,
            run=author.run,
            step=author.step,
            origin=author.origin(mirror, seen.content, new=new),
        )
        for facet, seen, new in due
    )


def add_tombstones(place: Place, mirror: Mirror, facets: Sequence[Facet], at: datetime, author: Author) -> int:
    """Marks what is no more: rows, edges, facets; the last revision says so. Returns how many were live."""
    live = [facet for facet in facets if facet.gone_at is None]
    if not live:
        return 0
    contents, numbers = latest_contents(live), _last_numbers(live)
    mirror.remove(place, [facet.object_id for facet in live], at)
    own_write = {"written_at": timezone.now()} if author.step else {}
    # An item that comes back is looked into, and not taken for unchanged: no raw hash equals "".
    Facet.objects.filter(pk__in=[facet.pk for facet in live]).update(
        gone_at=at, raw_hash="", loose_ends=False, **own_write
    )
    Revision.objects.bulk_create(
        Revision(
            facet=facet,
            number=numbers.get(facet.pk, 0) + 1,
            fingerprint="",
            content={},
            gone=True,
            seen_at=at,
            run=author.run,
            step=author.step,
            origin=author.origin(mirror, contents.get(facet.pk, {}), new=False),
        )
        for facet in live
    )
    return len(live)


def latest_contents(facets: Iterable[Facet]) -> dict[int, Content]:
    """What each facet said last, by its pk."""
    newest = Revision.objects.filter(facet=OuterRef("pk"), gone=False).order_by("-number").values("pk")[:1]
    keys = Facet.objects.filter(pk__in=[facet.pk for facet in facets]).values(newest=Subquery(newest))
    return dict(Revision.objects.filter(pk__in=keys).values_list("facet_id", "content"))


def _last_numbers(facets: Sequence[Facet]) -> dict[int, int]:
    if not facets:
        return {}
    found = Revision.objects.filter(facet__in=facets).values("facet").annotate(last=Max("number"))
    return dict(found.order_by().values_list("facet", "last"))
