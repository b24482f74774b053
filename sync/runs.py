"""One worker at one run: the claim, writes that prove it, and the log that people read.

A worker can be killed anywhere. Every transaction proves that the claim is still its own, so one that was given up for
dead can't write any more.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.models import AwsAccount
from iamconsole import log_context
from monitoring import catalogue, counting
from sync import clock
from sync.aws.errors import AwsError, sentence_only
from sync.mirror import Counts
from sync.models import Run
from sync.pull_notices import notify_failed

logger = logging.getLogger(__name__)

State = Run.State
Log = list[dict[str, str]]

# A run of many pages has a line for each: kept are how it began and how it went lately. The whole log is written with
# each page, so that it must not grow with them.
FIRST_LINES, LAST_LINES = 20, 200


def line(text: str) -> dict[str, str]:
    """A line of a run's log, as its page shows it."""
    return {"at": timezone.now().isoformat(), "line": text}


def with_line(log: Log, text: str) -> Log:
    """The log with one more line. Of a long one the middle is left out, and a line says so."""
    longer = [*log, line(text)]
    if len(longer) <= FIRST_LINES + LAST_LINES:
        return longer
    gap = {"at": longer[-LAST_LINES]["at"], "line": LEFT_OUT}
    return [*longer[: FIRST_LINES - 1], gap, *longer[-LAST_LINES:]]


LEFT_OUT = "Lines in between are left out."


class RunClaimLost(Exception):
    """Another worker has the run now, or it was cancelled."""


class ClaimedRun:
    """A run that is this worker's. Made by `claim`."""

    def __init__(self, run: Run, token: str) -> None:
        self._run, self._token = run, token

    @property
    def aws_account(self) -> AwsAccount:
        return self._run.aws_account

    def fail(self, error: dict[str, Any]) -> None:
        """The mirror stays as it is."""
        try:
            self._finish(State.FAILED, error, f"Failed: {error['sentence']}")
        except RunClaimLost:
            logger.info("run %s failed, and is no longer ours", self._run.pk)

    def _finish(self, state: Run.State, error: dict[str, Any], said: str) -> None:
        log = self._said(said)
        with transaction.atomic():
            self._save(state=state, finished_at=clock.now(), claim="", cursor={}, error=error, log=log)
            if state == State.FAILED:
                notify_failed(self._run)
            result = str(state if state == State.DONE else error.get("class") or state)
            transaction.on_commit(partial(counting.count, PULLS, self.aws_account.account_id, result))

    def _note(self, counts: Counts) -> None:
        """In the transaction of what was counted: a repetition counts what is left only, and no dead worker commits."""
        changed = {name: F(name) + count for name, count in vars(counts).items() if count}
        self._fenced(heartbeat_at=clock.now(), **changed)
        for name, count in vars(counts).items():
            setattr(self._run, name, getattr(self._run, name) + count)

    def _save(self, **values: Any) -> None:
        self._fenced(heartbeat_at=clock.now(), **values)
        for name, value in values.items():
            setattr(self._run, name, value)

    def _fenced(self, **values: Any) -> None:
        if not Run.objects.filter(pk=self._run.pk, claim=self._token, state=State.RUNNING).update(**values):
            raise RunClaimLost

    def _said(self, text: str) -> Log:
        return with_line(self._run.log, text)


PULLS = catalogue.counter(
    "pulls", "Pulls that ended, by their result: done, or the error as the console calls it", "aws_account", "result"
)

W = TypeVar("W", bound=ClaimedRun)


def _is_taken(run_id: int, token: str) -> bool:
    """Whoever holds the row works at it just now, or was stopped in the middle of that: the tick comes back."""
    now = clock.now()
    free = Run.objects.filter(Q(claim="") | clock.is_silent(), pk=run_id, state__in=Run.ACTIVE)
    with transaction.atomic():
        if not free.select_for_update(skip_locked=True).values_list("pk").first():
            return False
        taken = free.update(
            claim=token, state=State.RUNNING, heartbeat_at=now, rests=False, started_at=Coalesce("started_at", now)
        )
    return bool(taken)


@contextmanager
def claim(run_id: int, kind_of_work: Callable[[Run, str], W]) -> Iterator[W | None]:
    """The run for us alone; None when somebody is at it, or it has ended. Whatever goes wrong within ends the run."""
    token = secrets.token_hex(16)
    if not _is_taken(run_id, token):
        yield None
        return
    with log_context.of(pull=str(run_id)):
        at_work = kind_of_work(Run.objects.select_related("aws_account").get(pk=run_id), token)
        try:
            yield at_work
        except RunClaimLost:
            logger.info("run %s is no longer ours", run_id)
        except AwsError as error:
            at_work.fail(error.as_json())
        except Exception as error:
            logger.exception("run %s broke off", run_id)
            at_work.fail(sentence_only(type(error).__name__, "The console itself failed; its log has the details."))
