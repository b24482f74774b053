"""Storing what AWS said: rows, facets and revisions, by the batch in short transactions.

An answer that was asked for before our own write of an object plus a minute (WRITE_SETTLE_S) may show the state before
that write. It never overwrites; the object is read again, alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from django.conf import settings
from django.db import transaction
from django.db.models import Min
from django.utils import timezone

from accounts.models import AwsAccount
from sync.mirror.base import Item, Mirror, ObjectRef, Place, Reader, Seen, registry
from sync.mirror.hashing import fingerprint, raw_hash
from sync.mirror.revisions import Author, add_revisions, add_tombstones
from sync.mirror.turns import turn
from sync.models import Facet, Revision, Run, Step

_HISTORY_LOOKED_AT = 20


@dataclass(frozen=True)
class Counts:
    """Objects by what became of them."""

    seen: int = 0
    new: int = 0
    changed: int = 0
    gone: int = 0


@dataclass(frozen=True)
class Visit:
    """A run at work."""

    run: Run
    client: Reader
    first: bool  # no pull of this source was complete before: what it shows is an import
    note: Callable[[Counts], None]  # called in each transaction; raises when the run is no longer ours

    @property
    def place(self) -> Place:
        return Place(self.run.aws_account, self.run.region)

    @property
    def author(self) -> Author:
        return Author(run=self.run, first=self.first)


@dataclass(frozen=True)
class _Sight:
    """An item with what identifies it, not looked into yet."""

    object_id: str
    item: Item
    raw_hash: str


def store(visit: Visit, mirror: Mirror, items: Sequence[Item], *, requested_at: datetime) -> None:
    """Takes the items of one kind from one answer. Safe to repeat."""
    sights = [_Sight(mirror.object_id(item), item, raw_hash(item)) for item in items]
    for begin in range(0, len(sights), settings.PULL_BATCH):
        with turn():
            settling, counts = _store_batch(visit, mirror, sights[begin : begin + settings.PULL_BATCH], requested_at)
            visit.note(counts)
        for seen in settling:
            _look_again(visit, mirror, seen)


def _store_batch(
    visit: Visit, mirror: Mirror, sights: Sequence[_Sight], requested_at: datetime
) -> tuple[list[Seen], Counts]:
    """Returns what has to be read again, too."""
    facets = locked_facets(visit.place, mirror, [sight.object_id for sight in sights])
    due: list[_Sight] = []
    settling: list[Seen] = []
    unchanged: list[int] = []
    for sight in sights:
        facet = facets.get(sight.object_id)
        if facet is not None and facet.raw_hash == sight.raw_hash:
            unchanged.append(facet.pk)
        elif facet is not None and _is_settling(facet, requested_at):
            settling.append(mirror.see(sight.item))
        else:
            due.append(sight)
    if unchanged:
        Facet.objects.filter(pk__in=unchanged).update(
            run=visit.run, read_at=requested_at, held=Facet.Held.HELD, held_why=""
        )
    counts = write(visit.place, mirror, due, facets, requested_at, visit.author)
    return settling, Counts(len(sights) - len(settling), counts.new, counts.changed)


def write(
    place: Place, mirror: Mirror, sights: Sequence[_Sight], facets: dict[str, Facet], at: datetime, author: Author
) -> Counts:
    """Rows, edges, facets and revisions of what differs from what `facets` say."""
    if not sights:
        return Counts()
    batch = [mirror.see(sight.item) for sight in sights]
    mirror.save(place, batch, at)
    contents = {seen.object_id: seen.content for seen in batch}
    loose = mirror.tie(place, contents, at, final=author.step is not None)
    fresh: list[Facet] = []
    for sight, seen in zip(sights, batch, strict=True):
        facet = _facet(place, mirror, seen, facets.get(seen.object_id), at, author)
        facet.raw_hash = sight.raw_hash
        facet.loose_ends = seen.object_id in loose
        fresh.append(facet)
    Facet.objects.bulk_create(
        fresh, update_conflicts=True, unique_fields=_FACET_KEY, update_fields=[*_FACET_WRITTEN, *author.facet_columns]
    )
    return _revise(mirror, batch, facets, fresh, at, author)


_FACET_KEY = ("aws_account", "region", "kind", "object_id", "source")
_FACET_WRITTEN = ("raw_hash", "fingerprint", "read_at", "loose_ends", "held", "held_why", "gone_at")


def _facet(place: Place, mirror: Mirror, seen: Seen, before: Facet | None, at: datetime, author: Author) -> Facet:
    return Facet(
        aws_account=place.aws_account,
        region=place.region,
        kind=mirror.kind,
        object_id=seen.object_id,
        source=mirror.source,
        fingerprint=fingerprint(seen.content),
        read_at=at,
        run=author.run,
        written_at=timezone.now() if author.step else before.written_at if before else None,
    )


def _revise(
    mirror: Mirror,
    batch: Sequence[Seen],
    before: dict[str, Facet],
    fresh: Sequence[Facet],
    at: datetime,
    author: Author,
) -> Counts:
    new = changed = 0
    due: list[tuple[Facet, Seen, bool]] = []
    for seen, facet in zip(batch, fresh, strict=True):
        known = before.get(seen.object_id)
        if known is None:
            new += 1
        elif known.gone_at is not None or known.fingerprint != facet.fingerprint:
            changed += 1
        else:
            continue
        due.append((facet, seen, known is None))
    add_revisions(mirror, due, at, author)
    return Counts(len(batch), new, changed)


def locked_facets(place: Place, mirror: Mirror, object_ids: Sequence[str]) -> dict[str, Facet]:
    found = Facet.objects.select_for_update().filter(
        aws_account=place.aws_account,
        region=place.region,
        kind=mirror.kind,
        source=mirror.source,
        object_id__in=object_ids,
    )
    return {facet.object_id: facet for facet in found.order_by("pk")}


# ---- The 60-second rule --------------------------------------------------------------------------------------
def _is_settling(facet: Facet, requested_at: datetime) -> bool:
    return facet.written_at is not None and requested_at < facet.written_at + settle_time()


def settle_time() -> timedelta:
    return timedelta(seconds=settings.WRITE_SETTLE_S)


def _look_again(visit: Visit, mirror: Mirror, old: Seen) -> None:
    """Reads one object alone, outside any transaction, and takes the answer unless it is older than our write."""
    requested_at = timezone.now()
    ref = ObjectRef(mirror.kind, old.object_id, old.name, old.arn, visit.place.region)
    item = mirror.read_one(visit.client, ref)
    if item is None:
        return  # gone by our own hand, or not to be seen yet; the sweep spares what was written just now
    with transaction.atomic():
        facets = locked_facets(visit.place, mirror, [old.object_id])
        facet = facets[old.object_id]
        stale = _is_settling(facet, requested_at) and _meaning(mirror, item) in _replaced_by_us(facet)
        if stale:
            Facet.objects.filter(pk=facet.pk).update(run=visit.run)
            visit.note(Counts(seen=1))
            return
        sight = _Sight(old.object_id, item, raw_hash(item))
        visit.note(write(visit.place, mirror, [sight], facets, requested_at, visit.author))


def _meaning(mirror: Mirror, item: Item) -> str:
    return fingerprint(mirror.see(item).content)


def _replaced_by_us(facet: Facet) -> set[str]:
    """Fingerprints of the states that our own writes of just now replaced."""
    since = (facet.written_at or timezone.now()) - settle_time()
    newest_first = list(facet.revisions.order_by("-number")[:_HISTORY_LOOKED_AT])
    ours = Revision.Origin.CHANGE
    return {
        older.fingerprint for newer, older in pairwise(newest_first) if newer.origin == ours and newer.seen_at >= since
    }


# ---- After a write of our own --------------------------------------------------------------------------------
def store_one(
    aws_account: AwsAccount, ref: ObjectRef, item: Item | None, *, requested_at: datetime, step: Step | None
) -> None:
    """Takes the answer of `Mirror.read_one`, in the caller's transaction. None: the object is no more.

    With a step, what is new in it is that step's doing, also where a pull that ran just then saw it first.
    """
    mirror, place, author = registry[ref.kind], Place(aws_account, ref.region), Author(step=step)
    object_id = ref.object_id if item is None else mirror.object_id(item)
    facets = locked_facets(place, mirror, [object_id])
    if item is None:
        add_tombstones(place, mirror, list(facets.values()), requested_at, author)
        return
    write(place, mirror, [_Sight(object_id, item, raw_hash(item))], facets, requested_at, author)
    if step is not None and object_id in facets:
        _claim_what_a_pull_saw_first(facets[object_id], step)


def _claim_what_a_pull_saw_first(facet: Facet, step: Step) -> None:
    began = step.attempts.aggregate(began=Min("started_at"))["began"]
    newest = facet.revisions.first()
    if newest is None or began is None or newest.seen_at < began:
        return
    if newest.origin in (Revision.Origin.OUTSIDE, Revision.Origin.AWS):
        newest.origin, newest.step = Revision.Origin.CHANGE, step
        newest.save(update_fields=["origin", "step"])
