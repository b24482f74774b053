"""Revisions: the states of a facet, each with its origin and when it was first seen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Protocol

from django.db.models import Max, OuterRef, Q, Subquery
from django.utils import timezone

from accounts.models import AwsAccount
from sync import clock
from sync.mirror import bulk
from sync.mirror.base import DETAILS, AccountRegion, Content, Mirror, facets_of
from sync.mirror.bulk import Columns
from sync.mirror.facets import KnownFacet
from sync.mirror.shared_objects import GONE, written_elsewhere
from sync.models import Facet, PendingReread, Revision, Run, Step

Origin = Revision.Origin

# AWS tells of whole seconds, and its clock isn't ours.
_CLOCKS_DIFFER = timedelta(minutes=1)


@dataclass(frozen=True)
class Author:
    """Who writes to the mirror: a run, or a step of a change of this console."""

    run: Run | None = None
    step: Step | None = None
    first: bool = False  # the run is the first one of its source to become complete
    since: datetime | None = None  # when that one began, where it is another one
    steps: Mapping[str, Step] = field(default_factory=dict)  # several steps of one change, by the object of each
    times: Mapping[str, datetime] = field(default_factory=dict)  # when each of their objects was asked for

    def step_id(self, object_id: str) -> int | None:
        step = self.steps.get(object_id, self.step)
        return step.pk if step else None

    @property
    def facet_columns(self) -> Columns:
        """What it writes of a facet."""
        by_step = {"written_at": clock.now()} if self.step else {}
        return ({"run_id": self.run.pk} if self.run else {}) | by_step

    def origin(self, mirror: Mirror, due: DueRevision, before: Content | None) -> Origin:
        """`before`: what the facet said until now, where that is known."""
        if self.step is not None:
            return Origin.CHANGE
        if due.first and (self.first or mirror.source != DETAILS):
            return Origin.IMPORT  # that the object is new, its details say
        if before and mirror.is_merely_read(before, due.content):
            return Origin.IMPORT
        if mirror.is_by_aws(due.content, due.arn) or (before and mirror.is_rewritten(before, due.content)):
            return Origin.AWS
        return Origin.IMPORT if due.first and self._was_there_before(due) else Origin.OUTSIDE

    def _was_there_before(self, due: DueRevision) -> bool:
        """Whether the object is older than the first pull: it was denied until now, or a listing left it out."""
        return due.created_at is not None and self.since is not None and due.created_at < self.since - _CLOCKS_DIFFER

    def origin_of_end(self, mirror: Mirror, last: Content) -> Origin:
        if self.step is not None:
            return Origin.CHANGE
        return Origin.AWS if mirror.is_by_aws(last) else Origin.OUTSIDE


@dataclass(frozen=True)
class DueRevision:
    """What a new revision is to say of a facet."""

    facet: int  # its pk
    object_id: str
    arn: str  # of its object
    fingerprint: str
    content: Content
    known: bool  # the facet was there, so it may have revisions
    created_at: datetime | None  # by AWS
    first: bool  # nothing was held of it before
    goes_on: bool  # something was, and it was not gone


def add_revisions(
    place: AccountRegion, mirror: Mirror, due: Sequence[DueRevision], at: datetime, author: Author
) -> None:
    numbers = _last_numbers([one.facet for one in due if one.known])
    before = latest_contents([one.facet for one in due if one.goes_on]) if author.step is None else {}
    then = {one.object_id: before[one.facet] for one in due if one.facet in before}
    ours = credited_steps(place, mirror, due, then) if author.step is None and due else {}
    states = {one.object_id: one.fingerprint for one in due}
    elsewhere = written_elsewhere(place, mirror, states) if author.step is None else set()
    rows = [
        _row(one.facet, numbers.get(one.facet, 0) + 1, author.times.get(one.object_id, at), author, one.object_id)
        | {
            "fingerprint": one.fingerprint,
            "content": one.content,
            "gone": False,
            **_from(place, _settled(author.origin(mirror, one, before.get(one.facet)), one.object_id in elsewhere)),
        }
        | (_of_step(ours[one.object_id]) if one.object_id in ours else {})
        for one in due
    ]
    bulk.insert(Revision, rows)
    close_reverted([one.facet for one in due if one.known])
    _tell_of_drift(place, rows)


def _of_step(step: Step) -> Columns:
    """The columns of a revision by the step that wrote the object and could not read it again."""
    return {"origin": Origin.CHANGE.value, "drift_in_id": None, "step_id": step.pk}


def _settled(origin: Origin, is_written_elsewhere: bool) -> Origin:
    """What this console wrote through another AWS account isn't drift; its step is that one's to show."""
    return Origin.CHANGE if origin is Origin.OUTSIDE and is_written_elsewhere else origin


def _from(place: AccountRegion, origin: Origin) -> Columns:
    return {"origin": origin.value, "drift_in_id": place.aws_account.pk if origin is Origin.OUTSIDE else None}


def _row(facet: int, number: int, at: datetime, author: Author, object_id: str) -> Columns:
    return {
        "facet_id": facet,
        "number": number,
        "seen_at": at,
        "run_id": author.run.pk if author.run else None,
        "step_id": author.step_id(object_id),
    }


def add_tombstones(
    place: AccountRegion, mirror: Mirror, facets: Sequence[Facet | KnownFacet], at: datetime, author: Author
) -> int:
    """Tombstones rows, edges and facets, and adds a last revision that says so. Returns how many were live."""
    live = [facet for facet in facets if facet.gone_at is None]
    if not live:
        return 0
    contents, numbers = latest_contents([facet.id for facet in live]), _last_numbers([facet.id for facet in live])
    mirror.remove(place, [facet.object_id for facet in live], at)
    own_write = {"written_at": clock.now()} if author.step else {}
    # An item that comes back is looked into, and not taken for unchanged: no raw hash equals "".
    Facet.objects.filter(pk__in=[facet.id for facet in live]).update(
        gone_at=at, raw_hash="", loose_ends=False, missed_by=None, **own_write
    )
    if mirror.source == DETAILS:
        _end_other_facets(place, mirror.kind, [facet.object_id for facet in live], at)
    if mirror.keeps_history:
        _say_gone(place, mirror, live, contents, numbers, at, author)
    return len(live)


def _end_other_facets(place: AccountRegion, kind: str, object_ids: Sequence[str], at: datetime) -> None:
    """Ends the object's other facets, without revisions: the facet `details` has the one that says it is gone."""
    for mirror in facets_of(kind):
        if mirror.source != DETAILS:
            mirror.remove(place, object_ids, at)
    Facet.objects.filter(
        aws_account=place.aws_account, region=place.region, kind=kind, object_id__in=object_ids, gone_at__isnull=True
    ).update(gone_at=at, raw_hash="")


def _say_gone(
    place: AccountRegion,
    mirror: Mirror,
    facets: Sequence[Facet | KnownFacet],
    contents: dict[int, Content],
    numbers: dict[int, int],
    at: datetime,
    author: Author,
) -> None:
    states = {facet.object_id: GONE for facet in facets}
    elsewhere = written_elsewhere(place, mirror, states) if author.step is None else set()
    rows = [
        _row(facet.id, numbers.get(facet.id, 0) + 1, at, author, facet.object_id)
        | {
            "fingerprint": "",
            "content": {},
            "gone": True,
            **_from(
                place,
                _settled(author.origin_of_end(mirror, contents.get(facet.id, {})), facet.object_id in elsewhere),
            ),
        }
        for facet in facets
    ]
    bulk.insert(Revision, rows)
    close_reverted([facet.id for facet in facets])
    _tell_of_drift(place, rows)


def latest_contents(facets: Collection[int]) -> dict[int, Content]:
    """The newest content of each facet, by the facet's pk."""
    newest = Revision.objects.filter(facet=OuterRef("pk"), gone=False).order_by("-number").values("pk")[:1]
    keys = Facet.objects.filter(pk__in=facets).values(newest=Subquery(newest))
    return dict(Revision.objects.filter(pk__in=keys).values_list("facet_id", "content"))


def _last_numbers(facets: Sequence[int]) -> dict[int, int]:
    """The number of each facet's newest revision, by its pk."""
    if not facets:
        return {}
    found = Revision.objects.filter(facet__in=facets).values("facet").annotate(last=Max("number"))
    return dict(found.order_by().values_list("facet", "last"))


# ---- Pending rereads -----------------------------------------------------------------------------------------------
# Objects that a step wrote and nobody read again yet. The first pull or refresh credits the step.
class ObjectDifference(Protocol):
    """What differs from what the mirror had."""

    @property
    def object_id(self) -> str: ...
    @property
    def arn(self) -> str: ...
    @property
    def content(self) -> Content: ...


# Whether what the mirror has now, and had before (None: nothing), is what these steps brought about and no more.
Judge = Callable[[AccountRegion, Mirror, str, Sequence[Step], Content | None, Content], bool]
_judges: list[Judge] = []


def register_judge(judge: Judge) -> None:
    """To be called in `AppConfig.ready()`, by what knows of steps."""
    _judges[:] = [judge]


def credited_steps(
    place: AccountRegion, mirror: Mirror, shown: Sequence[ObjectDifference], before: Mapping[str, Content]
) -> dict[str, Step]:
    """The step that made each difference, by object id. Deletes the rereads that are settled. Called in the transaction
    that stored the rows.
    """
    rows = PendingReread.objects.filter(
        aws_account=place.aws_account, region=place.region, kind=mirror.kind, source=mirror.source
    )
    owed: defaultdict[str, list[PendingReread]] = defaultdict(list)
    for row in rows.select_related("step__change__aws_account").order_by("pk"):
        owed[row.object_id or row.arn].append(row)
    found: dict[str, Step] = {}
    for one in shown if owed else ():
        theirs = owed.get(one.object_id) or owed.get(one.arn) or []
        steps = [row.step for row in theirs]
        then = before.get(one.object_id)
        if steps and all(judge(place, mirror, one.object_id, steps, then, one.content) for judge in _judges):
            found[one.object_id] = steps[-1]
            PendingReread.objects.filter(pk__in=[row.pk for row in theirs]).delete()
    return found


# ---- Reverted drift ------------------------------------------------------------------------------------------------
# What somebody changed outside this console, and somebody has changed back since.
_OUTSIDE = Revision.Origin.OUTSIDE
OPEN_DRIFT = Q(drift_in__isnull=False, accepted_at__isnull=True, reverted_at__isnull=True)
_LOOKED_AT = 50


def close_reverted(facets: Collection[int]) -> None:
    """Of facets that have a new revision: is it what the facet said before the drift, that drift is closed.

    Only where nobody but others wrote in between: who takes back a change of this console, or what somebody accepted,
    has brought about drift.
    """
    drifted = set(Revision.objects.filter(OPEN_DRIFT, facet__in=facets).values_list("facet", flat=True))
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


# ---- Who is told of drift ------------------------------------------------------------------------------------------
DriftListener = Callable[[AwsAccount, Collection[int]], None]
_drift_listeners: list[DriftListener] = []


def register_drift_listener(listener: DriftListener) -> None:
    """It is told, in the transaction, of facets with a new revision of origin `outside`. For `AppConfig.ready()`."""
    _drift_listeners.append(listener)


def _tell_of_drift(place: AccountRegion, rows: Sequence[Columns]) -> None:
    facets = [row["facet_id"] for row in rows if row["drift_in_id"] is not None]
    for listener in _drift_listeners if facets else ():
        listener(place.aws_account, facets)
