"""One worker at one run: from the claim to the end of its slice of time, page by page.

It can be killed anywhere. What it wrote stays, and is safe to be written again; the cursor is saved after each page;
and every transaction proves that the claim is still ours, so a worker that was given up for dead can't write any more.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

from django.conf import settings
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from sync import mirror
from sync.aws.client import reader
from sync.aws.errors import AwsError, Invalid, Throttled
from sync.changes.errors import as_json, sentence_only
from sync.mirror import Counts, SourcePage, Visit, sources
from sync.mirror.merge import Merger
from sync.models import Run

logger = logging.getLogger(__name__)

State = Run.State

# How often in a row a page may be asked for in vain: each time the door has waited for the better part of a minute.
_PATIENCE = 5


def line(text: str) -> dict[str, str]:
    """A line of a run's log, as its page shows it."""
    return {"at": timezone.now().isoformat(), "line": text}


class ClaimLost(Exception):
    """Another worker has the run now, or it was cancelled."""


@contextmanager
def claim(run_id: int) -> Iterator[Slice | None]:
    """The run for us alone; None when somebody is at it, or it has ended. Whatever goes wrong within ends the run."""
    token, now = secrets.token_hex(16), timezone.now()
    dead = now - timedelta(seconds=settings.CLAIM_TIMEOUT_S)
    ours = (
        Run.objects.filter(pk=run_id, state__in=Run.ACTIVE)
        .filter(Q(claim="") | Q(heartbeat_at__isnull=True) | Q(heartbeat_at__lt=dead))
        .update(claim=token, state=State.RUNNING, heartbeat_at=now, started_at=Coalesce("started_at", now))
    )
    if not ours:
        yield None
        return
    at_work = Slice(Run.objects.select_related("aws_account").get(pk=run_id), token)
    try:
        yield at_work
    except ClaimLost:
        logger.info("run %s is no longer ours", run_id)
    except AwsError as error:
        at_work.fail(as_json(error))
    except Exception as error:
        logger.exception("run %s broke off", run_id)
        at_work.fail(sentence_only(type(error).__name__, "The console itself failed; its log has the details."))


class Slice:
    """Made by `claim`."""

    def __init__(self, run: Run, token: str) -> None:
        self._run, self._token = run, token
        self._source = sources[run.source]
        same = Run.objects.filter(aws_account=run.aws_account, region=run.region, source=run.source)
        client = reader(run.aws_account, region=run.region or None)
        self._visit = Visit(run, client, not same.filter(state=State.DONE).exists(), self._note)
        self._merger = Merger(run.cursor.get("held", {}))
        self._progress: Callable[[Run], None] = lambda run: None

    def go_on(self, *, until: float | None, progress: Callable[[Run], None] | None = None) -> bool:
        """True when the time (of `monotonic`) is up and there is more to do."""
        self._progress = progress or self._progress
        if not self._run.cursor.get("read"):
            # A page that a dead worker left half stored comes again, and is not to be counted twice.
            self._save(seen=self._run.cursor.get("seen", 0))
            if not self._run.cursor.get("marker"):
                self._begin()
            if not self._read_pages(until):
                self._save(claim="")
                return True
        self._end()
        return False

    def _begin(self) -> None:
        try:
            expected = self._source.expected(self._visit.client)
        except AwsError:
            expected = None  # only the progress bar misses it
        self._save(expected=expected, log=self._said("Begins to read."))

    def _read_pages(self, until: float | None) -> bool:
        """False when the time is up before the last page."""
        marker = self._run.cursor.get("marker")
        try:
            pages = self._source.pages(self._visit.client, marker)
            for page in pages:
                marker = None  # AWS took it
                self._take(page)
                if until is not None and page.marker and monotonic() > until:
                    return False
        except Invalid:
            if not marker:
                raise
            self._begin_again()
        except Throttled as error:
            self._give_way(error)
            if until is not None:
                return False
        else:
            return True
        return self._read_pages(until)

    def _begin_again(self) -> None:
        """AWS's markers expire: a run that waited too long starts over. What it stored is recognised."""
        self._merger = Merger({})
        log = self._said("AWS no longer knows where the last page ended: begins again.")
        self._save(cursor=self._cursor(), pages=0, seen=0, log=log)

    def _give_way(self, error: Throttled) -> None:
        """The page is asked for again, by the next slice where there is one. Raises `error` in the end."""
        in_vain = self._run.cursor.get("in_vain", 0) + 1
        if in_vain > _PATIENCE:
            raise error
        self._merger = Merger(self._run.cursor.get("held", {}))
        self._save(
            cursor={**self._run.cursor, "in_vain": in_vain},
            seen=self._run.cursor.get("seen", 0),
            log=self._said("AWS limits how often it may be asked: goes on in a moment."),
        )

    def _take(self, page: SourcePage) -> None:
        last = page.marker is None
        at = self._oldest(page.requested_at)
        complete = self._merger.take(page.items, last=last)
        for kind in self._source.kinds:
            if items := complete.get(kind):
                mirror.store(self._visit, mirror.registry[kind], items, requested_at=at)
        where: dict[str, Any] = {"read": True} if last else {"marker": page.marker, "held": self._merger.held}
        if self._merger.held:
            where["held_at"] = page.requested_at.isoformat()
        number, count = self._run.pages + 1, sum(map(len, page.items.values()))
        self._save(
            cursor=self._cursor(**where, seen=self._run.seen),
            pages=number,
            log=self._said(f"Page {number}: {count} objects."),
        )
        self._progress(self._run)

    def _cursor(self, **where: Any) -> dict[str, Any]:
        """Where to go on, with what `start` put there."""
        return {key: value for key, value in self._run.cursor.items() if key == "lift_brake"} | where

    def _oldest(self, requested_at: datetime) -> datetime:
        """What was held back is as old as its own page; the others of this page are treated likewise."""
        held_at = self._run.cursor.get("held_at")
        return min(requested_at, datetime.fromisoformat(held_at)) if held_at else requested_at

    def _end(self) -> None:
        kinds = self._source.kinds
        held = "" if self._run.cursor.get("lift_brake") else mirror.brake(self._visit, kinds)
        if not held:
            mirror.sweep(self._visit, kinds)
        mirror.tie_loose_ends(self._visit, kinds)
        run = self._run
        said = f"Complete: {run.seen} seen, {run.new} new, {run.changed} changed, {run.gone} gone."
        self._save(
            state=State.DONE,
            finished_at=timezone.now(),
            claim="",
            cursor={},
            error=sentence_only("Brake", _BRAKE_SENTENCE.format(held=held)) if held else {},
            log=[*(self._said(held) if held else run.log), line(said)],
        )
        self._progress(run)

    def fail(self, error: dict[str, Any]) -> None:
        """The mirror stays as it is."""
        try:
            self._save(
                state=State.FAILED,
                finished_at=timezone.now(),
                claim="",
                cursor={},
                error=error,
                log=self._said(f"Failed: {error['sentence']}"),
            )
        except ClaimLost:
            logger.info("run %s failed, and is no longer ours", self._run.pk)

    def _note(self, counts: Counts) -> None:
        """In the transaction of what was counted: a repetition counts what is left only, and no dead worker commits."""
        changed = {name: F(name) + count for name, count in vars(counts).items() if count}
        self._fenced(heartbeat_at=timezone.now(), **changed)
        for name, count in vars(counts).items():
            setattr(self._run, name, getattr(self._run, name) + count)

    def _save(self, **values: Any) -> None:
        self._fenced(heartbeat_at=timezone.now(), **values)
        for name, value in values.items():
            setattr(self._run, name, value)

    def _fenced(self, **values: Any) -> None:
        if not Run.objects.filter(pk=self._run.pk, claim=self._token, state=State.RUNNING).update(**values):
            raise ClaimLost

    def _said(self, text: str) -> list[dict[str, str]]:
        return [*self._run.log, line(text)]


_BRAKE_SENTENCE = (
    "Nothing was marked as gone: {held}. If that is right, lift the brake for one pull; if not, look at what the "
    "console's read role may see."
)
