"""The sweep at the end of a complete pull: tombstones what it did not see, and updates edges."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence

from django.conf import settings
from django.db.models import Q, QuerySet

from sync.aws.errors import AwsError
from sync.mirror.base import Mirror, Source, mirror_of
from sync.mirror.facets import KnownFacet, known_facets
from sync.mirror.paced_writes import paced_write
from sync.mirror.revisions import add_tombstones, latest_contents
from sync.mirror.store import Counts, RunVisit, read_alone, settle_time
from sync.models import Facet
from sync.object_ref import ObjectRef

logger = logging.getLogger(__name__)

# The brake: a pull that would lose this share of a kind, and this many, is more likely wrong than right.
BRAKE_SHARE, BRAKE_COUNT = 0.20, 20
# How many missing objects a run asks AWS about, one by one; the others wait for what the next run says.
CONFIRMATIONS = 50
# Edges that lack one end take one statement for all of them: so many batches go into one transaction.
_EASILY_TIED = 5


def brake(visit: RunVisit, source: Source) -> str:
    """How much the sweep would mark as gone where that is too much ("35 of 39 IAM users"); "" when it may happen."""
    unseen_by_kind = []
    for mirror in _mirrors(source):
        unseen, live = _unseen(visit, mirror).count(), _live(visit, mirror).count()
        if unseen >= BRAKE_COUNT and unseen > BRAKE_SHARE * live:
            unseen_by_kind.append(f"{unseen} of {live} {_plural(mirror)}")
    return ", ".join(unseen_by_kind)


def sweep(visit: RunVisit, source: Source) -> None:
    """Tombstones what the run did not see. Only for a run that read everything; safe to repeat.

    A listing may miss an object that is there (AWS is eventually consistent): gone is what AWS, asked for it alone,
    doesn't find, or what the complete run before didn't see either.
    """
    confirmations = CONFIRMATIONS
    for mirror in _mirrors(source):
        for object_ids in _batches(_unseen(visit, mirror)):
            doubted = _missed_first(visit, mirror, object_ids) if source.confirms else []
            asked, waiting = doubted[:confirmations], doubted[confirmations:]
            confirmations -= len(asked)
            waiting += _not_known_to_be_gone(visit, mirror, asked)
            with paced_write():
                facets = known_facets(visit.place, mirror, object_ids, lock=True)
                _bury(visit, mirror, [facet for object_id, facet in facets.items() if object_id not in waiting])
                _unseen(visit, mirror).filter(object_id__in=waiting).update(missed_by=visit.run)
                visit.note(Counts())


def _missed_first(visit: RunVisit, mirror: Mirror, object_ids: Sequence[str]) -> list[str]:
    """The unseen objects that no complete run missed before this one."""
    missed = _unseen(visit, mirror).filter(object_id__in=object_ids)
    first = missed.filter(Q(missed_by__isnull=True) | Q(missed_by=visit.run))
    return list(first.order_by("pk").values_list("object_id", flat=True))


def _not_known_to_be_gone(visit: RunVisit, mirror: Mirror, object_ids: Sequence[str]) -> list[str]:
    """Asks AWS about each object. One that is there counts as seen; one without an answer is in doubt, and stays."""
    lost: list[ObjectRef] = []
    doubtful: list[str] = []
    for object_id, ref in mirror.refs(visit.place, object_ids).items():
        visit.note(Counts())  # it takes a while, and we live
        try:
            lost += [] if read_alone(visit, mirror, ref) else [ref]
        except AwsError as error:
            logger.info("%s %s may be gone, or not: %s", mirror.kind, object_id, error)
            doubtful.append(object_id)
    try:
        read_renamed(visit, mirror, lost)
    except AwsError as error:
        logger.info("%s of %s may have other names now: %s", len(lost), mirror.kind, error)
        doubtful += [ref.object_id for ref in lost]
    return doubtful


def read_renamed(visit: RunVisit, mirror: Mirror, lost: Sequence[ObjectRef]) -> bool:
    """Reads those that AWS has under other names now; whether there are any. Raises AwsError."""
    found = mirror.renamed(visit.client, lost) if lost else []
    there = [read_alone(visit, mirror, ref) for ref in found]
    return any(there)


def _bury(visit: RunVisit, mirror: Mirror, facets: Sequence[KnownFacet]) -> None:
    """Tombstones those that are still unseen. They are locked."""
    still = set(_unseen(visit, mirror).filter(pk__in=[facet.id for facet in facets]).values_list("pk", flat=True))
    unseen = [facet for facet in facets if facet.id in still]
    visit.note(Counts(gone=add_tombstones(visit.place, mirror, unseen, visit.now, visit.author)))


def tie_loose_ends(visit: RunVisit, source: Source) -> None:
    """Updates the edges of objects that name an object which came later, is gone, or was renamed.

    An item that didn't change is not looked into; that the group it names was deleted and made anew shows here only.
    """
    for mirror in _mirrors(source):
        _complete(visit, mirror)
        live = _live(visit, mirror)
        if loose := mirror.loose(visit.place):
            with paced_write():
                locked = known_facets(visit.place, mirror, loose, lock=True)
                live.filter(pk__in=[facet.id for facet in locked.values()]).update(loose_ends=True)
                visit.note(Counts())
        for object_ids in _batches(live.filter(loose_ends=True)):
            with paced_write():
                _tie_again(visit, mirror, object_ids)
                visit.note(Counts())


def _tie_again(visit: RunVisit, mirror: Mirror, object_ids: Sequence[str]) -> None:
    facets = known_facets(visit.place, mirror, object_ids, lock=True)
    said = latest_contents([facet.id for facet in facets.values()])
    contents = {object_id: said[facet.id] for object_id, facet in facets.items()}
    still = mirror.tie(visit.place, contents, visit.now, final=True)
    for loose in (True, False):
        changed = [facet.id for object_id, facet in facets.items() if (object_id in still) == loose]
        Facet.objects.filter(pk__in=changed, loose_ends=not loose).update(loose_ends=loose)


def _complete(visit: RunVisit, mirror: Mirror) -> None:
    most, done = settings.PULL_BATCH * _EASILY_TIED, None
    while done in (None, most):
        with paced_write():
            done = mirror.complete(visit.place, most)
            visit.note(Counts())


def _mirrors(source: Source) -> list[Mirror]:
    return [mirror_of(kind, source.facet) for kind in source.kinds]


def _live(visit: RunVisit, mirror: Mirror) -> QuerySet[Facet]:
    return Facet.objects.filter(
        aws_account=visit.place.aws_account,
        region=visit.place.region,
        kind=mirror.kind,
        source=mirror.source,
        gone_at__isnull=True,
    )


def _unseen(visit: RunVisit, mirror: Mirror) -> QuerySet[Facet]:
    """The facets that the run did not see, except what appeared or was written by us since it began: its pages may be
    older.
    """
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
