"""The end of a complete pull: what it did not see is gone, and edges follow the objects that they lead to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone

from sync.mirror.base import Mirror, registry
from sync.mirror.revisions import add_tombstones, latest_contents
from sync.mirror.store import Counts, Visit, locked_facets, settle_time
from sync.mirror.turns import turn
from sync.models import Facet

# The brake: a pull that would lose this share of a kind, and this many, is more likely wrong than right.
BRAKE_SHARE, BRAKE_COUNT = 0.20, 20


def brake(visit: Visit, kinds: Sequence[str]) -> str:
    """Why the sweep must not happen, in words; "" when it may."""
    held = []
    for mirror in _mirrors(kinds):
        unseen, live = _unseen(visit, mirror).count(), _live(visit, mirror).count()
        if unseen >= BRAKE_COUNT and unseen > BRAKE_SHARE * live:
            held.append(f"{unseen} of {live} {_plural(mirror)}")
    return f"held by the brake: {', '.join(held)} would be marked as gone" if held else ""


def sweep(visit: Visit, kinds: Sequence[str]) -> None:
    """Tombstones what the run did not see. Only for a run that read everything; safe to repeat."""
    for mirror in _mirrors(kinds):
        for object_ids in _batches(_unseen(visit, mirror)):
            with turn():
                facets = locked_facets(visit.place, mirror, object_ids)
                still = set(_unseen(visit, mirror).filter(object_id__in=object_ids).values_list("pk", flat=True))
                unseen = [facet for facet in facets.values() if facet.pk in still]
                gone = add_tombstones(visit.place, mirror, unseen, timezone.now(), visit.author)
                visit.note(Counts(gone=gone))


def tie_loose_ends(visit: Visit, kinds: Sequence[str]) -> None:
    """Projects the edges again of who named an object that came later, is gone, or is called otherwise now.

    An item that didn't change is not looked into; that the group it names was deleted and made anew shows here only.
    """
    for mirror in _mirrors(kinds):
        loose = mirror.loose(visit.place)
        for object_ids in _batches(_live(visit, mirror).filter(Q(loose_ends=True) | Q(object_id__in=loose))):
            with turn():
                facets = locked_facets(visit.place, mirror, object_ids)
                said = latest_contents(facets.values())
                contents = {facet.object_id: said[facet.pk] for facet in facets.values()}
                still = mirror.tie(visit.place, contents, timezone.now(), final=True)
                ours = Facet.objects.filter(pk__in=[facet.pk for facet in facets.values()])
                ours.filter(loose_ends=True).exclude(object_id__in=still).update(loose_ends=False)
                ours.filter(loose_ends=False, object_id__in=still).update(loose_ends=True)
                visit.note(Counts())


def _mirrors(kinds: Sequence[str]) -> list[Mirror]:
    return [registry[kind] for kind in kinds]


def _live(visit: Visit, mirror: Mirror) -> QuerySet[Facet]:
    return Facet.objects.filter(
        aws_account=visit.place.aws_account,
        region=visit.place.region,
        kind=mirror.kind,
        source=mirror.source,
        gone_at__isnull=True,
    )


def _unseen(visit: Visit, mirror: Mirror) -> QuerySet[Facet]:
    """Never what appeared, or what we wrote, when the run had begun: its pages may be older."""
    began = visit.run.started_at or visit.run.created_at
    return (
        _live(visit, mirror)
        .exclude(run=visit.run)
        .filter(read_at__lt=began)
        .filter(Q(written_at__isnull=True) | Q(written_at__lt=began - settle_time()))
    )


def _batches(facets: QuerySet[Facet]) -> Iterator[list[str]]:
    """Object ids of what `facets` selects when it begins, batch by batch."""
    last = 0
    while True:
        batch = list(facets.filter(pk__gt=last).order_by("pk").values_list("pk", "object_id")[: settings.PULL_BATCH])
        if not batch:
            return
        last = batch[-1][0]
        yield [object_id for _, object_id in batch]


def _plural(mirror: Mirror) -> str:
    return str(mirror.model._meta.verbose_name_plural)
