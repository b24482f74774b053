"""Stores what AWS answered: rows, facets and revisions, in batches and short transactions.

An answer that was asked for before our own write of an object plus a minute (WRITE_SETTLE_S) may show the state before
that write. It never overwrites; the object is read again, alone.
"""

from __future__ import annotations

import logging
from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from django.conf import settings
from django.db import transaction
from django.db.models import Min

from accounts.models import AwsAccount
from sync import clock, ownership
from sync.aws.errors import AccessDeniedError, InvalidRequestError, UnsupportedError
from sync.mirror.base import (
    DETAILS,
    AccountRegion,
    Item,
    Mirror,
    ParsedItem,
    Reader,
    RereadObject,
    Source,
    SourcePage,
    mirror_of,
)
from sync.mirror.batches import ObservedItem
from sync.mirror.checked_answers import NameReused, raising_malformed, read_confirmed
from sync.mirror.facets import KnownFacet, gone_objects, known_facets, locked_facets, upsert_facets
from sync.mirror.hashing import fingerprint, plain
from sync.mirror.paced_writes import paced_write
from sync.mirror.revisions import Author, DueRevision, add_revisions, add_tombstones
from sync.models import Attempt, Facet, Revision, Run, Step
from sync.object_ref import ObjectRef

logger = logging.getLogger(__name__)

_HISTORY_LOOKED_AT = 20
_LONGEST = 400  # of the reason why a facet is not read


@dataclass(frozen=True)
class Counts:
    """Objects by what became of them."""

    seen: int = 0
    new: int = 0
    changed: int = 0
    gone: int = 0


@dataclass(frozen=True)
class RunVisit:
    """A run at work."""

    run: Run
    client: Reader
    first: bool  # no pull of this source was complete before: what it shows is an import
    note: Callable[[Counts], None]  # called in each transaction; raises when the run is no longer ours
    since: datetime | None = None  # when the first complete pull of this source began

    @property
    def place(self) -> AccountRegion:
        return AccountRegion(self.run.aws_account, self.run.region)

    @property
    def now(self) -> datetime:
        """The time of what the run finds at its end: of an imported file, when the file was made."""
        return self.run.taken_at or clock.now()

    @property
    def author(self) -> Author:
        return Author(run=self.run, first=self.first, since=self.since)


def store(visit: RunVisit, mirror: Mirror, observed_items: Sequence[ObservedItem], *, requested_at: datetime) -> None:
    """Takes what one answer shows of objects of one kind, PULL_BATCH at most. Safe to repeat."""
    if not visit.first:  # then all of them are looked into already
        with raising_malformed():
            _look_into_what_differs(visit.place, mirror, observed_items)
    with paced_write():
        settling, counts = _store_batch(visit, mirror, observed_items, requested_at)
        visit.note(counts)
    for seen in settling:
        _look_again(visit, mirror, seen)


def _look_into_what_differs(place: AccountRegion, mirror: Mirror, observed_items: Sequence[ObservedItem]) -> None:
    """Parses what differs before the transaction, to keep that short."""
    known = known_facets(place, mirror, [observed.object_id for observed in observed_items])
    for observed in observed_items:
        before = known.get(observed.object_id)
        if before is None or before.raw_hash != observed.raw_hash:
            observed.look_into()


def _store_batch(
    visit: RunVisit, mirror: Mirror, observed_items: Sequence[ObservedItem], requested_at: datetime
) -> tuple[list[ParsedItem], Counts]:
    """Stores one batch. Also returns the objects that have to be read again."""
    gone = gone_objects(visit.place, mirror, [observed.object_id for observed in observed_items])
    observed_items = [observed for observed in observed_items if observed.object_id not in gone]
    known = known_facets(visit.place, mirror, [observed.object_id for observed in observed_items], lock=True)
    due: list[ObservedItem] = []
    settling: list[ParsedItem] = []
    unchanged: list[int] = []
    older: list[int] = []
    for observed in observed_items:
        facet = known.get(observed.object_id)
        if facet is not None and is_older(facet, requested_at):
            older.append(facet.id)
        elif facet is not None and facet.raw_hash == observed.raw_hash:
            unchanged.append(facet.id)
        elif facet is not None and is_settling(facet, requested_at):
            settling.append(observed.seen)
        else:
            due.append(observed)
    if unchanged:
        Facet.objects.filter(pk__in=unchanged).update(
            run=visit.run, read_at=requested_at, coverage=Facet.Coverage.READ, coverage_why="", missed_by=None
        )
    if older:
        Facet.objects.filter(pk__in=older).update(run=visit.run, missed_by=None)
    counts = write(visit.place, mirror, due, known, requested_at, visit.author)
    return settling, Counts(len(observed_items) - len(settling), counts.new, counts.changed)


def write(
    place: AccountRegion,
    mirror: Mirror,
    observed_items: Sequence[ObservedItem],
    facets: Mapping[str, Facet | KnownFacet],
    at: datetime,
    author: Author,
) -> Counts:
    """Rows, edges, facets and revisions of what differs from what `facets` say."""
    if not observed_items:
        return Counts()
    mirror.save(place, [observed.seen for observed in observed_items], at)
    ownership.settle(mirror.model, place.aws_account, [observed.object_id for observed in observed_items])
    contents = {observed.object_id: observed.seen.content for observed in observed_items}
    loose = mirror.tie(place, contents, at, final=author.step is not None)
    rows = [
        {
            "object_id": observed.object_id,
            "raw_hash": observed.raw_hash,
            "fingerprint": observed.fingerprint,
            "read_at": author.times.get(observed.object_id, at),
            "coverage": Facet.Coverage.READ.value,
            "coverage_why": "",
            "extra": _extra(mirror, observed.item),
            "missed_by_id": None,
            "loose_ends": observed.object_id in loose,
            "gone_at": None,
        }
        | author.facet_columns
        for observed in observed_items
    ]
    return _revise(place, mirror, observed_items, facets, upsert_facets(place, mirror, rows), at, author)


def _extra(mirror: Mirror, item: Item) -> Item:
    """Members of AWS's answer that the mirror doesn't know, such as newer ones."""
    unknown = item.keys() - mirror.known if mirror.known else ()
    return plain({name: item[name] for name in unknown}) if unknown else {}


def _revise(
    place: AccountRegion,
    mirror: Mirror,
    observed_items: Sequence[ObservedItem],
    before: Mapping[str, Facet | KnownFacet],
    pks: Mapping[str, int],
    at: datetime,
    author: Author,
) -> Counts:
    new = changed = 0
    due: list[DueRevision] = []
    for observed in observed_items:
        known = before.get(observed.object_id)
        first, is_back = known is None or not known.fingerprint, known is not None and known.gone_at is not None
        if (
            known is not None
            and known.fingerprint == observed.fingerprint
            and not (is_back and mirror.source == DETAILS)
        ):
            continue
        new, changed = new + first, changed + (not first)
        due.append(
            DueRevision(
                pks[observed.object_id],
                observed.object_id,
                observed.seen.arn,
                observed.fingerprint,
                observed.seen.content,
                created_at=observed.seen.volatile.get("created_at"),
                known=known is not None,
                first=first,
                goes_on=not first and not is_back,
            )
        )
    if mirror.keeps_history:
        add_revisions(place, mirror, due, at, author)
    return Counts(len(observed_items), new, changed)


def store_not_read(
    visit: RunVisit, mirror: Mirror, why: Mapping[str, str], coverage: Facet.Coverage, *, requested_at: datetime
) -> None:
    """Stores why these objects (by id) could not be read. What was read before stays, with its age."""
    if not why:
        return
    with paced_write():
        gone = gone_objects(visit.place, mirror, list(why))
        known = known_facets(visit.place, mirror, why, lock=True)
        older = {object_id for object_id, facet in known.items() if is_older(facet, requested_at)}
        refused = [
            {
                "object_id": object_id,
                "read_at": requested_at,
                "run_id": visit.run.pk,
                "coverage": coverage.value,
                "coverage_why": reason[:_LONGEST],
                "raw_hash": "",
            }
            for object_id, reason in why.items()
            if object_id not in gone | older
        ]
        Facet.objects.filter(pk__in=[known[one].id for one in older]).update(run=visit.run, missed_by=None)
        upsert_facets(visit.place, mirror, refused, kept=["read_at"])
        visit.note(Counts(seen=len(refused) + len(older - gone)))


# ---- What came first, and the 60-second rule ------------------------------------------------------------------
def is_older(facet: Facet | KnownFacet, requested_at: datetime) -> bool:
    """Whether an answer that was asked for later is stored already: a page waits while one object is read again.

    One that is of a time still to come says only that this machine's clock was set back.
    """
    newest = max(facet.read_at, facet.gone_at or facet.read_at)
    return requested_at < newest <= clock.now()


def is_settling(facet: Facet | KnownFacet, requested_at: datetime) -> bool:
    """Whether an answer that was asked for then may show the state before our own last write."""
    return facet.written_at is not None and requested_at < facet.written_at + settle_time()


def settle_time() -> timedelta:
    return timedelta(seconds=settings.WRITE_SETTLE_S)


def _look_again(visit: RunVisit, mirror: Mirror, old: ParsedItem) -> None:
    ref = ObjectRef(mirror.kind, old.object_id, old.name, old.arn, visit.place.region, mirror.source)
    # None: gone by our own hand, or not to be seen yet; the sweep spares what was written just now.
    try:
        read_alone(visit, mirror, ref)
    except (
        AccessDeniedError,
        InvalidRequestError,
        UnsupportedError,
    ) as error:  # it stays as we wrote it; the next pull sees it in the listing
        logger.info("%s %s was not looked at again: %s", mirror.kind, old.object_id, error)


def read_alone(visit: RunVisit, mirror: Mirror, ref: ObjectRef) -> bool:
    """Reads one mirrored object, outside any transaction, and stores the answer unless it is older than our write.

    False when there is none; nothing is written then. Raises AwsError.
    """
    requested_at = clock.now()
    known = known_facets(visit.place, mirror, [ref.object_id]).get(ref.object_id)
    try:
        with raising_malformed():
            item = read_confirmed(visit.client, mirror, ref, known)
    except NameReused:
        return False
    if item is None:
        return False
    with transaction.atomic():
        if gone_objects(visit.place, mirror, [ref.object_id]):
            return False
        facets = locked_facets(visit.place, mirror, [ref.object_id])
        facet = facets.get(ref.object_id)
        if facet is not None and (
            is_older(facet, requested_at) or _shows_what_we_replaced(facet, mirror, item, requested_at)
        ):
            Facet.objects.filter(pk=facet.pk).update(run=visit.run, missed_by=None)
            visit.note(Counts(seen=1))
            return True
        observed = ObservedItem(mirror, item)
        visit.note(write(visit.place, mirror, [observed], facets, requested_at, visit.author))
    return True


def _shows_what_we_replaced(facet: Facet, mirror: Mirror, item: Item, requested_at: datetime) -> bool:
    return is_settling(facet, requested_at) and fingerprint(mirror.see(item).content) in _replaced_by_us(facet)


def _replaced_by_us(facet: Facet) -> set[str]:
    """Fingerprints of the states that our own writes of just now replaced."""
    since = (facet.written_at or clock.now()) - settle_time()
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
    mirror, place, author = mirror_of(ref.kind, ref.facet), AccountRegion(aws_account, ref.region), Author(step=step)
    if mirror.keeps_own_books:
        mirror.keep(place, [RereadObject(ref, item, requested_at)], ours=step is not None)
        return
    object_id = ref.object_id if item is None else mirror.object_id(item)
    facets = locked_facets(place, mirror, [object_id])
    if item is None:
        add_tombstones(place, mirror, list(facets.values()), requested_at, author)
        return
    write(place, mirror, [ObservedItem(mirror, item)], facets, requested_at, author)
    if step is not None and object_id in facets:
        _claim_what_a_pull_saw_first(facets[object_id], step)


def store_many(aws_account: AwsAccount, reread: Sequence[tuple[RereadObject, Step | None]]) -> None:
    """As `store_one`, of different objects of one facet, each after a step of its own, in few statements."""
    (first, step), *_ = reread
    mirror, place = mirror_of(first.ref.kind, first.ref.facet), AccountRegion(aws_account, first.ref.region)
    if mirror.keeps_own_books:
        mirror.keep(place, [each for each, _ in reread], ours=step is not None)
        return
    observed_items = [ObservedItem(mirror, each.item) for each, _ in reread if each.item is not None]
    steps = {observed.object_id: by for observed, (_, by) in zip(observed_items, reread, strict=True) if by is not None}
    times = {observed.object_id: each.requested_at for observed, (each, _) in zip(observed_items, reread, strict=True)}
    facets = locked_facets(place, mirror, list(steps))
    at = min(each.requested_at for each, _ in reread)
    write(place, mirror, observed_items, facets, at, Author(step=step, steps=steps, times=times))
    began = Attempt.objects.filter(step__in=list(steps.values())).aggregate(began=Min("started_at"))["began"]
    others = Revision.objects.filter(
        facet__in=[facet.pk for facet in facets.values()], origin__in=_OTHERS, seen_at__gte=began
    )
    for object_id in others.values_list("facet__object_id", flat=True).distinct():
        _claim_what_a_pull_saw_first(facets[object_id], steps[object_id])


_OTHERS = (Revision.Origin.OUTSIDE, Revision.Origin.AWS)


def _claim_what_a_pull_saw_first(facet: Facet, step: Step) -> None:
    began = step.attempts.aggregate(began=Min("started_at"))["began"]
    newest = facet.revisions.first()
    if newest is None or began is None or newest.seen_at < began:
        return
    if newest.origin in _OTHERS:
        newest.origin, newest.step, newest.drift_in = Revision.Origin.CHANGE, step, None
        newest.save(update_fields=["origin", "step", "drift_in"])


# ---- Sources that store their own rows -----------------------------------------------------------------------------
# They have the mirror's book-keeping in them: they are too many for facets.
class SelfStoringSource(Source):
    """Stores its pages by itself (`SourcePage.own`), and tombstones what it didn't see."""

    kinds = ()
    facet = "details"

    @abstractmethod
    def take(self, visit: RunVisit, page: SourcePage) -> Counts:
        """Stores a page, in the caller's transaction. Safe to repeat."""

    @abstractmethod
    def brake(self, visit: RunVisit) -> str:
        """How much the sweep would mark as gone where that is too much; "" when it may happen."""

    @abstractmethod
    def sweep(self, visit: RunVisit) -> None:
        """Tombstones what the run did not see, in transactions of its own. Safe to repeat."""
