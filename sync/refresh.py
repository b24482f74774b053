"""Reads one object again, with all its facets, because somebody looks at it and wants to know how it is now.

The run waits in the queue of changes: people wait for it, and no long pull is in its way.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import partial

from accounts.models import AwsAccount, Operator
from sync import clock, mirror, pull
from sync.aws.client import reader
from sync.aws.errors import AccessDeniedError, AwsError, InvalidRequestError, UnsupportedError
from sync.mirror import Counts, Mirror, NotYet, RereadObject, RunVisit
from sync.mirror.base import DETAILS
from sync.mirror.facets import locked_facets
from sync.mirror.paced_writes import paced_write
from sync.mirror.revisions import add_tombstones
from sync.mirror.store import is_settling, read_alone
from sync.mirror.sweep import read_renamed
from sync.models import Facet, MirroredRow, Run
from sync.object_ref import ObjectRef
from sync.runs import ClaimedRun, State, claim

_AT_IT = "AWS is still making it."


def start(*, row: MirroredRow, actor: Operator) -> Run:
    """The new run, or the active one of this object."""
    return pull.start(
        aws_account=row.aws_account,
        source=Run.OBJECT,
        region=row.region,
        of=(row.kind, row.aws_id),
        trigger=Run.Trigger.OPERATOR,
        actor=actor,
    )


def work(run_id: int, *, first: ObjectRef | None = None) -> None:
    """Does nothing when another worker has it, or it has ended. `first`: how AWS is asked about an object that the
    mirror may not have yet.
    """
    with claim(run_id, partial(Refresh, first=first)) as at_work:
        if at_work is not None:
            at_work.read()


def row_of(aws_account: AwsAccount, kind: str, object_id: str) -> MirroredRow | None:
    """The mirrored object, gone ones too. None where there is none, and where there is no such kind."""
    if (kind, DETAILS) not in mirror.registry:
        return None
    rows = mirror.mirror_of(kind).model.objects.select_related("aws_account")
    found: MirroredRow | None = rows.filter(aws_account=aws_account, aws_id=object_id).first()
    return found


class Refresh(ClaimedRun):
    """Safe to repeat: a worker that died left what it read."""

    def __init__(self, run: Run, token: str, first: ObjectRef | None = None) -> None:
        super().__init__(run, token)
        self._first = first
        self._visit = RunVisit(run, reader(run.aws_account, region=run.region or None, urgent=True), False, self._note)

    def read(self) -> None:
        """Raises AwsError about its details; what is wrong with another facet is that facet's."""
        kind = self._run.object_kind
        if self._ref_of(mirror.mirror_of(kind)) is None:
            self._finish(State.DONE, {}, "The mirror doesn’t have it: the next pull shows whether AWS does.")
            return
        if mirror.mirror_of(kind).keeps_own_books:
            self._read_own(mirror.mirror_of(kind))
            return
        if gone := self._read_details(mirror.mirror_of(kind)):
            self._finish(State.DONE, {}, gone)
            return
        before = self._held()
        for about in mirror.facets_of(kind):
            if about.source != DETAILS and (about.keeps_history or not self._is_by_event):
                self._read_facet(about)
        self._finish(State.DONE, {}, _said_of(self._run, is_first=bool(self._held() - before)))

    @property
    def _is_by_event(self) -> bool:
        """Then what is volatile, such as its last use, is left to pulls: no event tells of it."""
        return self._run.trigger == Run.Trigger.EVENT

    def _held(self) -> set[str]:
        """What of the object was read: the sources of its facets."""
        facets = Facet.objects.filter(
            aws_account=self._run.aws_account,
            region=self._run.region,
            kind=self._run.object_kind,
            object_id=self._run.object_id,
            coverage=Facet.Coverage.READ,
        )
        return set(facets.values_list("source", flat=True))

    def _read_own(self, about: Mirror) -> None:
        requested_at, ref = clock.now(), self._ref(about)
        item = about.read_one(self._visit.client, ref)
        with paced_write():
            changed = about.keep(self._visit.place, [RereadObject(ref, item, requested_at)], ours=False)
            self._note(Counts(seen=item is not None, changed=changed))
        what = "it had changed" if changed else "nothing had changed"
        line = f"Read again: {what}." if item else "AWS has it no more."
        self._finish(State.DONE, {}, line)

    def _read_details(self, about: Mirror) -> str:
        """A sentence where AWS shows it no more."""
        requested_at, ref = clock.now(), self._ref(about)
        if read_alone(self._visit, about, ref) or (
            self._is_mirrored(about) and read_renamed(self._visit, about, [ref])
        ):
            return ""
        return self._bury(about, ref, requested_at)

    def _bury(self, about: Mirror, ref: ObjectRef, requested_at: datetime) -> str:
        with paced_write():
            facets = list(locked_facets(self._visit.place, about, [ref.object_id]).values())
            if any(is_settling(facet, requested_at) for facet in facets):
                return "AWS doesn’t show it yet: this console wrote it a moment ago."
            gone = add_tombstones(self._visit.place, about, facets, requested_at, self._visit.author)
            self._note(Counts(gone=gone))
        return "AWS has it no more." if facets else "AWS doesn’t have it."

    def _read_facet(self, about: Mirror) -> None:
        self._save()  # it takes a while, and we live
        requested_at, ref = clock.now(), self._ref(about)
        try:
            read_alone(self._visit, about, ref)
        except (AccessDeniedError, InvalidRequestError, UnsupportedError) as error:
            coverage = Facet.Coverage.DENIED if isinstance(error, AccessDeniedError) else Facet.Coverage.UNSUPPORTED
            why = {ref.object_id: error.sentence()}
            mirror.store_not_read(self._visit, about, why, coverage, requested_at=requested_at)
            self._save(log=self._said(f"{about.title}: {error.sentence()}"))
        except AwsError as error:
            self._save(log=self._said(f"{about.title}: {error.sentence()}"))
        except NotYet as waits:
            self._save(log=self._said(f"{about.title}: {self._meanwhile(about, str(waits))}"))

    def _meanwhile(self, about: Mirror, why: str) -> str:
        """`why`: "" while AWS is at it."""
        there = Facet.objects.filter(
            aws_account=self._run.aws_account,
            region=self._run.region,
            kind=about.kind,
            object_id=self._run.object_id,
            source=about.source,
            coverage=Facet.Coverage.READ,
            gone_at__isnull=True,
        )
        if there.exists():
            return f"{why or _AT_IT} What is shown is from the older one."
        return why or f"{_AT_IT} Refresh again in a minute."

    def _ref(self, about: Mirror) -> ObjectRef:
        ref = self._ref_of(about)
        if ref is None:
            raise LookupError(f"{self._run.object_id} is not in the mirror.")
        return ref

    def _is_mirrored(self, about: Mirror) -> bool:
        """One that isn't has no other name that we could know: nobody lists all of them for it."""
        return bool(about.refs(self._visit.place, [self._run.object_id]))

    def _ref_of(self, about: Mirror) -> ObjectRef | None:
        held = about.refs(self._visit.place, [self._run.object_id]).get(self._run.object_id)
        return held or (replace(self._first, facet=about.source) if self._first else None)


def _said_of(run: Run, *, is_first: bool) -> str:
    """What came of it; what wasn't read before has not changed."""
    if run.changed:
        return "Read again: it had changed."
    return "Read: some of it for the first time." if is_first else "Read again: nothing had changed."
