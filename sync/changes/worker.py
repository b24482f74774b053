"""What a worker does with a change: claim it, take its leases, carry out step after step, say how it ended."""

from __future__ import annotations

import logging
import time

from django.conf import settings

from sync import operations
from sync.aws.client import AwsClient, writer
from sync.aws.errors import AwsError
from sync.changes import attempts, claims, endings, leases
from sync.changes.claims import Claim, ClaimLost
from sync.changes.errors import as_json, sentence_only
from sync.changes.guards import objection
from sync.changes.protocol import StepRun
from sync.changes.rows import say, wake_after_commit
from sync.changes.session_policy import session_policy
from sync.models import Change, Step

log = logging.getLogger(__name__)


def work(change_id: int) -> None:
    """Carries out a queued change. Called twice, or for a change that needs nothing, it does nothing."""
    claim = claims.take(change_id)
    if claim is None:
        return
    try:
        if _take_leases(claim):
            _carry_out(claim)
    except ClaimLost:
        log.warning("Another worker took over change %s.", change_id)
    except AwsError as error:  # the door didn't open; what goes wrong at a step is the step's
        endings.broken_off(claim, as_json(error))
    except Exception:
        log.exception("Change %s stopped by a fault of the console.", change_id)
        endings.broken_off(claim, sentence_only("ConsoleFault", "The console failed at this: its log says more."))


def _take_leases(claim: Claim) -> bool:
    """False: another change writes one of its objects, so this one waits."""
    with claim.held() as change:
        if leases.take(change):
            say(change, f"Claimed by worker {claims.worker_name()}.")
            return True
        change.state = Change.State.WAITING
        change.claim = ""
        waiting_for = leases.held_by_others(change, leases.keys_of(change)).values_list("change_id", flat=True)
        line = f"Waits for change {', '.join(str(pk) for pk in sorted(set(waiting_for)))}."
        newest = change.lines.last()
        if newest is None or newest.line != line:
            say(change, line)
    _wake_if_free(claim.change_id)
    return False


def _wake_if_free(change_id: int) -> None:
    """Its holder may have ended between our look at the leases and the commit, when it couldn't see us wait."""
    change = Change.objects.get(pk=change_id)
    if not leases.held_by_others(change, leases.keys_of(change)).exists():
        wake_after_commit(change_id)


def _carry_out(claim: Claim) -> None:
    change = Change.objects.select_related("aws_account", "requested_by", "applied_by").get(pk=claim.change_id)
    assert change.applied_by is not None  # noqa: S101  `apply` set it when it queued the change
    against = objection(change, change.applied_by)
    client = _open_door(claim, change, change.applied_by.email)
    end_of_slice = time.monotonic() + settings.PULL_SLICE_S
    for step in change.steps.exclude(state__in=Step.FINISHED):
        resuming = bool(attempts.perhaps_sent(step))  # find out first what became of it, whatever else
        if against and not resuming:
            return endings.turned_back(claim, against)
        if _cancel_asked(claim) and not resuming:
            return endings.cancelled(claim)
        if time.monotonic() > end_of_slice:
            return endings.handed_on(claim)
        outcome = StepRun(claim, change, step, client, against).run()
        if outcome.again_at:
            return endings.comes_again(claim, outcome.again_at)
        if outcome.state not in (*Step.FINISHED, Step.State.PENDING):
            return endings.stopped(claim, step, outcome)
        if outcome.state == Step.State.PENDING and against:
            return endings.turned_back(claim, against)
    endings.applied(claim)


def _open_door(claim: Claim, change: Change, email: str) -> AwsClient:
    """Signed in, so that wrong credentials show before any step is begun. Raises an AwsError."""
    calls = []
    for step in change.steps.all():
        operation = operations.registry[step.kind]
        calls += operation.calls(operation.parse(step.params))
    client = writer(change.aws_account, change_id=change.pk, operator=email, session_policy=session_policy(calls))
    arn = client.call("sts", "GetCallerIdentity")["Arn"]
    with claim.held() as ours:
        say(ours, f"Signed in to AWS as {arn}.")
        for note in client.notes:
            say(ours, note)
    return client


def _cancel_asked(claim: Claim) -> bool:
    return Change.objects.filter(pk=claim.change_id, cancel_asked=True).exists()
