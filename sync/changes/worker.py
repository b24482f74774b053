"""What a worker does with a change: claim it, take its leases, carry out step after step, say how it ended."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from django.conf import settings
from django.db import InterfaceError, OperationalError

from accounts import audit
from iamconsole import log_context
from sync import operations
from sync.aws.client import AwsClient, writer
from sync.aws.errors import AwsError, sentence_only
from sync.changes import attempts, claims, endings, records
from sync.changes.bookkeeping import log_line, wake_after_commit
from sync.changes.claims import ChangeClaimLost, Claim, keys_to_lease, leases_of_others, take_leases
from sync.changes.guards import Objection, objection
from sync.changes.protocol import StepRun, WaitingUntil, begin
from sync.changes.records import StepOutcome, write_down
from sync.changes.steps import created_ids, session_policy
from sync.changes.waves import DueStep, WaveSize, waves
from sync.counter import NotCounted
from sync.models import Attempt, Change, Step
from sync.operations import Gate, StepCondition

log = logging.getLogger(__name__)


def work(change_id: int) -> None:
    """Carries out a queued change. Called twice, or for a change that needs nothing, it does nothing."""
    claim = claims.take(change_id)
    if claim is None:
        return
    applied_from = Change.objects.values_list("applied_from", flat=True).get(pk=change_id)
    with log_context.of(change=str(change_id)), audit.caused_from(applied_from):
        _work(claim)


def _work(claim: Claim) -> None:
    change_id = claim.change_id
    try:
        if _take_leases(claim):
            _carry_out(claim)
    except ChangeClaimLost:
        log.warning("Another worker took over change %s.", change_id)
    except NotCounted as held:
        endings.hand_back(claim, str(held))
    except AwsError as error:  # no credentials; what goes wrong at a step is the step's
        endings.break_off(claim, error.as_json())
    except (OperationalError, InterfaceError) as error:  # whatever was to be written down: the next tick finds out
        log.error("The database failed under change %s, which another worker goes on with: %s", change_id, error)
    except Exception:
        log.exception("Change %s stopped by a fault of the console.", change_id)
        endings.break_off(claim, sentence_only("ConsoleFault", "The console failed at this: its log says more."))


def _take_leases(claim: Claim) -> bool:
    """Takes the change's leases. False: another change writes one of its objects, so this one waits."""
    with claim.held() as change:
        if take_leases(change):
            log_line(change, f"Claimed by worker {claims.worker_name()}.")
            return True
        change.state = Change.State.WAITING
        change.claim = ""
        waiting_for = leases_of_others(change, keys_to_lease(change)).values_list("change_id", flat=True)
        line = f"Waits for change {', '.join(str(pk) for pk in sorted(set(waiting_for)))}."
        newest = change.lines.last()
        if newest is None or newest.line != line:
            log_line(change, line)
    _wake_if_free(claim.change_id)
    return False


def _wake_if_free(change_id: int) -> None:
    """Its holder may have ended between our look at the leases and the commit, when it couldn't see us wait."""
    change = Change.objects.get(pk=change_id)
    if not leases_of_others(change, keys_to_lease(change)).exists():
        wake_after_commit(change_id)


def _carry_out(claim: Claim) -> None:
    change = Change.objects.select_related("aws_account", "requested_by", "applied_by").get(pk=claim.change_id)
    assert change.applied_by is not None  # noqa: S101  `apply` set it when it queued the change
    against = objection(change, change.applied_by)
    client = _open_door(claim, change, change.applied_by.email)
    end_of_slice = time.monotonic() + settings.WORKER_SLICE_S
    ids, room, ended_one = created_ids(change), WaveSize(), False
    for wave in waves(change, ids, room):
        if time.monotonic() > end_of_slice or (ended_one and claims.is_another_new(claim)):
            return endings.hand_on(claim)
        began = time.monotonic()
        ended = _Wave(claim, change, client, against).carry_out(wave)
        room.took(len(wave), time.monotonic() - began)
        ids |= {step.position: str(step.result["id"]) for step in _made(wave)}
        if ended is not None:
            return ended()
        ended_one = True
    endings.mark_each_tried(claim) if change.independent else endings.mark_applied(claim)


def _made(wave: Sequence[DueStep]) -> list[Step]:
    return [due.step for due in wave if due.step.state in Step.FINISHED and "id" in due.step.result]


Ending = Callable[[], None]


class _Wave:
    """Steps that are begun and written down together, and sent one after the other."""

    def __init__(self, claim: Claim, change: Change, client: AwsClient, against: Objection | None) -> None:
        self._claim, self._change, self._client, self._against = claim, change, client, against

    def carry_out(self, wave: Sequence[DueStep]) -> Ending | None:
        """How the change ends there; None: it goes on."""
        if (ending := self._not_begun(wave[0])) is not None:
            return ending
        begun = begin(self._claim, wave) if len(wave) > 1 else [None]
        ended: list[StepOutcome] = []
        for due, attempt in zip(wave, begun, strict=True):
            if (ending := self._run(due, attempt, ended)) is not None:
                break
        if len(wave) > 1:
            ended = self._with_shared(ended)
        left = zip(wave[len(ended) :], begun[len(ended) :], strict=True)
        ended += [StepOutcome(due, attempt, Step.State.PENDING) for due, attempt in left if attempt is not None]
        write_down(self._claim, ended)
        return ending

    def _run(self, due: DueStep, attempt: Attempt | None, ended: list[StepOutcome]) -> Ending | None:
        alone = attempt is None
        found = StepRun(self._claim, self._change, due, self._client, self._against, alone=alone).run(attempt)
        if isinstance(found, WaitingUntil):
            return partial(endings.postpone, self._claim, found.again_at)
        ended.append(found)
        if found.is_done or found.state is Step.State.LEFT_OUT:
            return None
        if found.state is Step.State.PENDING:
            return self._let_go()
        operation = due.planned.operation
        if self._change.independent and (isinstance(operation, StepCondition) or not isinstance(operation, Gate)):
            return None  # the others are none the worse for it; what comes after a gate waits for it
        return partial(endings.mark_stopped, self._claim, due.step, found.error, found.state)

    def _with_shared(self, ended: list[StepOutcome]) -> list[StepOutcome]:
        """What several steps refer to is read again once, and written down with the last that was done."""
        done = [each for each in ended if each.is_done]
        if not done:
            return ended
        last = done[-1]
        shared = dict.fromkeys(ref for each in done for ref in each.due.affected_objects[1:])
        last = replace(last, reread=[*last.reread, *records.reread_objects(self._client, list(shared))])
        return [last if each.due is last.due else each for each in ended]

    def _not_begun(self, due: DueStep) -> Ending | None:
        """A look before anything else. That at the claim comes again just before each call that writes."""
        cancel_asked = self._claim.is_cancel_asked()
        if not due.is_first_try and attempts.perhaps_sent(due.step):
            return None  # find out first what became of it, whatever else
        return self._let_go() if self._against or cancel_asked else None

    def _let_go(self) -> Ending:
        """Stops: nothing more may be sent."""
        if self._against:
            return partial(endings.turn_back, self._claim, self._against)
        return partial(endings.mark_cancelled, self._claim)


def _open_door(claim: Claim, change: Change, email: str) -> AwsClient:
    """Opens a client that is signed in, so that wrong credentials show before any step is begun. Raises an AwsError."""
    calls = []
    for step in change.steps.all():
        operation = operations.registry[step.kind]
        calls += operation.calls(operation.parse(step.params))
    client = writer(change.aws_account, change_id=change.pk, operator=email, session_policy=session_policy(calls))
    arn = client.call("sts", "GetCallerIdentity")["Arn"]
    with claim.held() as ours:
        log_line(ours, f"Signed in to AWS as {arn}.")
        for note in client.notes:
            log_line(ours, note)
    return client
