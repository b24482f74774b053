"""A worker that reads a source: until the end of it or of its slice of time, page by page.

It can be killed anywhere. What it wrote stays, and is safe to be written again; the cursor is saved after each page.
"""

from __future__ import annotations

import gc
import logging
from collections import deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from contextvars import copy_context
from datetime import datetime, timedelta
from enum import Enum
from functools import partial, reduce
from hashlib import sha256
from time import monotonic, sleep
from typing import Any, TypeVar

from django.conf import settings
from django.db import OperationalError, connections
from django.utils import timezone

from sync import mirror
from sync.aws.client import reader
from sync.aws.errors import (
    AwsError,
    InvalidRequestError,
    MalformedAnswerError,
    MarkerExpired,
    RateTaken,
    ThrottlingError,
    TransientError,
    UnreachableError,
    sentence_only,
)
from sync.mirror import Batch, Batches, HeldBack, NotYet, PageEnd, RunVisit, SourcePage, sources
from sync.mirror.checked_answers import well_formed_pages
from sync.mirror.paced_writes import paced_write
from sync.models import Facet, Run, SourceState
from sync.runs import ClaimedRun, with_line

logger = logging.getLogger(__name__)

State = Run.State

# New objects until Python's collector looks through them, and how often it does until it looks at older ones, too.
_RARE = (50_000, 20, 50)

# How long somebody who waits for the end of a run waits before asking AWS again for what it is still making.
_LOOK_AGAIN_S = 2.0

# How long a run waits for what AWS is making, such as a report. They take seconds, of large AWS accounts minutes.
_LONGEST_WAIT = timedelta(hours=1)

# Objects that are looked into before they are wanted, about so many.
_AHEAD = 1000

# What the column holds.
_MOST_EXPECTED = 2**31 - 1

# How often in a row a page may be asked for in vain: each time the client has waited for the better part of a minute.
_PATIENCE = 5

# How often a run begins again since AWS has forgotten a marker: they last longer than a run waits for its next slice.
_RESTARTS = 3


class RemainingWork(Enum):
    """What is left to do of a run when a slice ends."""

    NOTHING = "nothing"
    NOW = "now"
    LATER = "later"  # at the next tick


def is_up(until: float | None) -> bool:
    return until is not None and monotonic() > until


@contextmanager
def rare_collections() -> Iterator[None]:
    """Pages are many small objects without a cycle: to look for cycles among them took a sixth of a pull."""
    usual = gc.get_threshold()
    gc.set_threshold(*_RARE)
    try:
        yield
    finally:
        gc.set_threshold(*usual)


class Slice(ClaimedRun):
    """Reads a source, page by page."""

    def __init__(self, run: Run, token: str) -> None:
        super().__init__(run, token)
        self._source = sources[run.source]
        state = SourceState.objects.filter(aws_account=run.aws_account, region=run.region, source=run.source)
        first = next((each.first_done for each in state.select_related("first_done")), None)
        client = reader(run.aws_account, region=run.region or None)
        self._visit = RunVisit(run, client, first is None, self._note, first.started_at if first else None)
        self._progress: Callable[[Run], None] = lambda run: None

    def go_on(self, *, until: float | None, progress: Callable[[Run], None] | None = None) -> RemainingWork:
        """Works until the time (of `monotonic`) is up; None: to the end."""
        self._progress = progress or self._progress
        with rare_collections():
            return self._go_on(until)

    def _go_on(self, until: float | None) -> RemainingWork:
        """A transaction that the database took back, since it and another waited for each other, comes again."""
        while True:
            try:
                return self._work(until)
            except OperationalError as error:
                self._give_way(error)
                if until is not None:
                    self._save(claim="")
                    return RemainingWork.NOW

    def _work(self, until: float | None) -> RemainingWork:
        if not self._run.cursor.get("read"):
            # A page that a dead worker left half stored comes again, and is not to be counted twice.
            self._save(seen=self._run.cursor.get("seen", 0))
            if not self._run.log:
                self._begin()
            more = None
            while more is None:
                more = self._read_pages(until)
            if more is not RemainingWork.NOTHING:
                self._save(claim="", rests=more is RemainingWork.LATER)
                return more
        self._end()
        return RemainingWork.NOTHING

    def _begin(self) -> None:
        try:
            expected = self._source.expected(self._visit.client, self._visit.place)
        except AwsError:
            expected = None  # only the progress bar misses it
        within = expected is not None and expected <= _MOST_EXPECTED
        self._save(expected=expected if within else None, log=self._said("Begins to read."))

    def _read_pages(self, until: float | None) -> RemainingWork | None:
        """None: something came between, and it goes on right away."""
        marker = self._run.cursor.get("marker")
        page: SourcePage | None = None
        try:
            with closing(self._batches(marker, until)) as batches:
                for found in batches:
                    marker = None  # AWS took it
                    if isinstance(found, Batch):
                        mirror.store(self._visit, found.mirror, found.observed_items, requested_at=found.at)
                    else:
                        page = found.page
                        self._take_own(page)
                        self._end_page(found)
            if page is not None and page.marker and is_up(until):
                return RemainingWork.NOW
        except InvalidRequestError as error:
            if not marker and not isinstance(error, MarkerExpired):
                raise
            self._begin_again(error)
        except TransientError as error:
            self._give_way(error)
            if until is not None:
                return RemainingWork.LATER if isinstance(error, RateTaken) else RemainingWork.NOW
        except NotYet as waits:
            self._wait(waits)
            if until is not None:
                return RemainingWork.LATER
            sleep(_LOOK_AGAIN_S)
        else:
            return RemainingWork.NOTHING
        return None

    def _batches(self, marker: str | None, until: float | None) -> Generator[Batch | PageEnd]:
        """From `marker` on, until the time is up at the end of a page."""
        client = reader(self._run.aws_account, region=self._run.region or None)  # perhaps for a thread of its own
        pages = well_formed_pages(self._source.pages(client, marker, self._visit.place))
        cursor = self._run.cursor
        held_at = datetime.fromisoformat(cursor["held_at"]) if "held_at" in cursor else None
        batches = Batches(self._source, self._visit.first, cursor.get("held", {}), held_at)
        coming = batches.of(pages, may_read=lambda: not is_up(until))
        # A page of its own rows is as much as one transaction takes.
        most = 1 if isinstance(self._source, mirror.SelfStoringSource) else 1 + _AHEAD // settings.PULL_BATCH
        yield from read_ahead(coming, most=most) if self._source.reads_ahead else coming

    def _begin_again(self, error: InvalidRequestError) -> None:
        """AWS's markers expire: a run that waited too long starts over. What it stored is recognised.

        Raises MalformedAnswerError in the end.
        """
        restarts = self._run.cursor.get("restarts", 0) + 1
        if restarts > _RESTARTS:
            raise MalformedAnswerError(
                f"The pull began again {_RESTARTS} times, since AWS didn't know where the last page had ended.",
                operation=error.operation,
            ) from error
        log = self._said("AWS no longer knows where the last page ended: begins again.")
        self._save(cursor=self._cursor(restarts=restarts), pages=0, seen=0, log=log)

    def _give_way(self, error: TransientError | OperationalError) -> None:
        """The page is asked for again, by the next slice where there is one: others in the queue come first.

        Raises `error` in the end, and where there is nobody to ask.
        """
        in_vain = self._run.cursor.get("in_vain", 0) + 1
        if in_vain > _PATIENCE or isinstance(error, UnreachableError):
            raise error
        self._run.refresh_from_db(fields=["new", "changed", "gone"])  # what was taken back isn't counted
        self._save(
            cursor={**self._run.cursor, "in_vain": in_vain},
            seen=self._run.cursor.get("seen", 0),
            log=self._said(f"{_why(error)}: goes on {'later' if isinstance(error, RateTaken) else 'in a moment'}."),
        )

    def _wait(self, waits: NotYet) -> None:
        """Raises TransientError in the end: each look takes a worker's time, and there is another pull to come."""
        since = self._run.cursor.get("waits_since") or timezone.now().isoformat()
        is_late = timezone.now() - datetime.fromisoformat(since) > _LONGEST_WAIT
        if is_late and not isinstance(waits, HeldBack):
            raise TransientError(str(waits) or "AWS is still making what it was asked for.")
        self._save(cursor={**self._run.cursor, "waits_since": since}, seen=self._run.cursor.get("seen", 0))

    def _take_own(self, page: SourcePage) -> None:
        if isinstance(self._source, mirror.SelfStoringSource):
            with paced_write():
                self._visit.note(self._source.take(self._visit, page))

    def _end_page(self, end: PageEnd) -> None:
        page = end.page
        for kind in self._source.kinds:
            about = mirror.mirror_of(kind, self._source.facet)
            denied, unsupported = page.denied.get(kind, {}), page.unsupported.get(kind, {})
            mirror.store_not_read(self._visit, about, denied, Facet.Coverage.DENIED, requested_at=end.at)
            mirror.store_not_read(self._visit, about, unsupported, Facet.Coverage.UNSUPPORTED, requested_at=end.at)
        where: dict[str, Any] = {"read": True, "whole": page.whole}
        if page.marker is not None:
            where = {"marker": page.marker, "held": end.held}
        if end.held:
            where["held_at"] = page.requested_at.isoformat()
        number, count = self._run.pages + 1, sum(map(len, page.items.values())) + sum(map(len, page.own))
        where["landmark"] = self._landmark(page.marker, number)
        log = reduce(with_line, page.remarks, self._said(f"Page {number}: {count} objects."))
        self._save(cursor=self._cursor(**where, seen=self._run.seen), pages=number, log=log)
        self._progress(self._run)

    def _cursor(self, **where: Any) -> dict[str, Any]:
        """Where to go on, with what is true of the whole run."""
        return {key: value for key, value in self._run.cursor.items() if key in ("lift_brake", "restarts")} | where

    def _landmark(self, marker: str | None, number: int) -> str:
        """The hash of a marker that was passed, the newest of pages 1, 2, 4, 8 … Raises MalformedAnswerError when it
        comes again.

        So a listing that repeats itself is noticed, in whatever slices it is read, and only one marker is kept.
        """
        passed: str = self._run.cursor.get("landmark", "")
        here = sha256((marker or "").encode()).hexdigest()
        if marker and here == passed:
            raise MalformedAnswerError("It leads in a circle: it goes on where the pull has been before.")
        return here if number.bit_count() == 1 else passed

    def _end(self) -> None:
        unseen = self._sweep()
        mirror.tie_loose_ends(self._visit, self._source)
        run = self._run
        summary = f"{run.seen} seen, {run.new} new, {run.changed} changed, {run.gone} gone."
        if self._is_whole:
            error = sentence_only("Brake", _BRAKE_SENTENCE.format(unseen=unseen)) if unseen else {}
            self._finish(State.DONE, error, f"Complete: {summary}")
        else:
            self._finish(State.FAILED, sentence_only("Partial", _PARTIAL_SENTENCE), f"Not complete: {summary}")
        self._progress(run)

    @property
    def _is_whole(self) -> bool:
        """Whether the last page came, and was the end: a source that just stops has shown nothing."""
        cursor = self._run.cursor
        return bool(cursor.get("read") and cursor.get("whole", True))

    def _sweep(self) -> str:
        """What the brake holds, in words; "" where it was free to go."""
        if not self._source.sweeps:
            return ""
        if not self._is_whole:
            self._save(log=self._said(_PARTIAL_SENTENCE))
            return ""
        own = self._source if isinstance(self._source, mirror.SelfStoringSource) else None
        brake = own.brake if own else partial(mirror.brake, source=self._source)
        unseen = "" if self._run.cursor.get("lift_brake") else brake(self._visit)
        if unseen:
            self._save(log=self._said(f"Held by the brake: {unseen} would be marked as gone."))
        elif own:
            own.sweep(self._visit)
        else:
            mirror.sweep(self._visit, self._source)
        return unseen


_PARTIAL_SENTENCE = (
    "This was not all there is: it says of itself that it was cut off. What it has is in the mirror, and nothing is "
    "marked as gone."
)
_BRAKE_SENTENCE = (
    "Nothing was marked as gone: {unseen} would be. If that is right, lift the brake for one pull; if not, look at "
    "what the console’s read role may see."
)


def _why(error: TransientError | OperationalError) -> str:
    if isinstance(error, OperationalError):
        logger.warning("a transaction of a pull was rolled back: %s", error)
        return "The database took back what was written, since others wrote there too"
    return "AWS limits how often it may be asked" if isinstance(error, ThrottlingError) else "AWS gave no clear answer"


# ---- Reading ahead -------------------------------------------------------------------------------------------------
T = TypeVar("T")


def read_ahead(coming: Iterator[T], *, most: int) -> Generator[T]:
    """The items of `coming`, of which up to `most` are made before they are asked for.

    `coming` runs in a thread of its own, with a connection to the database of its own: it may do there what commits by
    itself, such as taking a place in a line (`sync.aws.shared_pace`), and nothing of the caller's. What it raises comes
    in its turn. Whoever stops before the end closes this; that waits for the one that is under way.
    """
    end = object()
    cause = copy_context()  # so that its lines of the log, and its calls of AWS, say which pull they belong to
    with ThreadPoolExecutor(1, "read-ahead") as thread:

        def ask() -> Future[T | object]:
            return thread.submit(lambda: cause.run(next, coming, end))

        pending = deque(ask() for _ in range(most))
        try:
            while (one := pending.popleft().result()) is not end:
                pending.append(ask())
                yield one  # type: ignore[misc]  # it is no `object()` but the end
        finally:
            for future in pending:
                future.cancel()
            thread.submit(connections.close_all)
            thread.shutdown(wait=False)
