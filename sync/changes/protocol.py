"""Steps at AWS, in the four points of the protocol (docs/architecture.md, "Writing"):

1. [transaction] a new attempt; the step is `sending`.
2. Read the part of the live object that the step depends on. What an earlier attempt of ours brought about is adopted;
   anything else than what the plan expects is a conflict, and nothing is sent. What was found is kept with the attempt.
3. Call AWS, outside any transaction; then read until the effect shows.
4. [transaction] the step is done, with the mirror's rows, their revisions and the audit entry (`records`).

Every transaction holds the claim: a worker that lost it writes nothing more. An idempotent step is sent only on what
the plan expects, so its attempt begins with that as what was found: one transaction less.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

from django.conf import settings
from django.db.models import Max

from sync import clock, counter, sealed
from sync.aws import errors
from sync.aws.client import AwsClient
from sync.aws.errors import sentence_only
from sync.changes import attempts, failpoints, records
from sync.changes.bookkeeping import log_line
from sync.changes.claims import Claim
from sync.changes.conditions import UNMET, is_begun
from sync.changes.failpoints import FailPoint
from sync.changes.guards import Objection
from sync.changes.records import StepOutcome, write_down
from sync.changes.waves import DueStep
from sync.models import Attempt, Change, Step
from sync.object_ref import ObjectRef
from sync.operation_mixins import AppearsAfterwards, FollowsRenames, HasSecrets, difference_described
from sync.operations import Gate, Guarantee, PreviousAttempt, StepCondition, StepResult, Value
from sync.sealed import NotKept

State = Step.State

# How often in a row a step of unknown outcome is tried before an operator is asked.
TRIES = 3
# AWS was busy with another write of the same object: nothing was done, look again.
_AGAIN = frozenset({"ConcurrentModification", "ConcurrentModificationException"})
# What was there a moment ago, or wasn't, has changed under our hands.
_MOVED = (errors.NotFound, errors.AlreadyExists, errors.Conflict)


@dataclass(frozen=True)
class WaitingUntil:
    """A gate that isn't open yet: the step waits."""

    again_at: datetime


@dataclass(frozen=True)
class LiveState:
    live: Value
    done: StepResult | None


def begin(claim: Claim, wave: Sequence[DueStep]) -> list[Attempt]:
    """The attempts at the steps of a wave. Raises ChangeClaimLost, and NotCounted where nothing may be sent."""
    failpoints.passing(FailPoint.BEFORE_ATTEMPT)
    with claim.held():
        begun = attempts.begin([(due.step, _surely_found(due)) for due in wave])
        counted = counter.count()
    failpoints.passing(FailPoint.ATTEMPT_SAVED)
    try:
        counter.pass_on(counted)
    except counter.NotCounted:
        with claim.held():
            attempts.take_back(begun)
        raise
    return begun


def _surely_found(due: DueStep) -> Mapping[str, Any] | None:
    """What an attempt keeps as found from its beginning; None where it is looked up first."""
    known = due.planned.operation.guarantee is Guarantee.IDEMPOTENT and due.is_first_try
    return attempts.as_snapshot(due.planned.expects) if known else None


class StepRun:
    """Carries out one step under a claim."""

    def __init__(
        self,
        claim: Claim,
        change: Change,
        due: DueStep,
        client: AwsClient,
        against: Objection | None,
        *,
        alone: bool = True,
    ) -> None:
        """`against`: nothing more may be sent; only what became of an earlier attempt is found out.

        `alone`: all that the step refers to is read again after it, and not the object alone that it is about.
        """
        self._claim = claim
        self._change = change
        self._due = due
        self._step = due.step
        self._client = client
        self._against = against
        self._affected_objects = due.affected_objects if alone else due.affected_objects[:1]
        self._operation, self._params, self._expects = due.planned.operation, due.planned.params, due.planned.expects

    def run(self, begun: Attempt | None = None) -> StepOutcome | WaitingUntil:
        """Carries the step out and returns its outcome, for the caller to record. `begun`: its attempt of a wave.
        Raises ChangeClaimLost.
        """
        if isinstance(self._operation, StepCondition):
            return self._decide(self._operation)
        if isinstance(self._operation, Gate):
            return self._wait(self._operation)
        if self._at_most_once and self._step.result:  # a worker died with the answer in hand, its secrets kept
            return self._done(self._begin(), State.DONE, self._step.result, self._expects)
        if begun is None and self._nobody_can_tell():
            return self._unknown("Nobody can see from outside whether it was done: look, then decide.")
        for _ in range(TRIES):
            ended = self._attempt(begun)
            if ended is not None:
                return ended
            begun = None
        return self._unknown(f"It was tried {TRIES} times, and AWS gave no clear answer.")

    def _wait(self, gate: Gate[Any]) -> StepOutcome | WaitingUntil:
        try:
            why = gate.waits_for(self._client, self._params, self._since())
        except errors.AwsError as error:
            return self._end(self._begin(), State.FAILED, error.as_json())
        if not why:
            return self._end(self._begin(), State.DONE)
        with self._claim.held() as change:
            if self._step.error.get("sentence") != why:
                self._step.error = sentence_only("Waiting", why)
                self._step.save(update_fields=["error"])
                log_line(change, f"Step {self._step.position}: {why}")
        return WaitingUntil(clock.now() + gate.every)

    def _decide(self, condition: StepCondition[Any]) -> StepOutcome:
        try:
            why = condition.unmet(self._client, self._params, begun=is_begun(self._step))
        except errors.AwsError as error:
            return self._end(self._begin(), State.FAILED, error.as_json())
        if why:
            return self._end(self._begin(), State.LEFT_OUT, sentence_only(UNMET, why))
        return self._end(self._begin(), State.DONE)

    def _since(self) -> datetime:
        """When the last of the steps before this one ended: one that was retried did so later than its neighbours."""
        ended = self._change.steps.filter(position__lt=self._step.position).aggregate(at=Max("finished_at"))["at"]
        return ended or self._change.started_at or self._change.created_at

    def _begin(self) -> Attempt:
        return begin(self._claim, [self._due])[0]

    # ---- 1 and 2 ---------------------------------------------------------------------------------------------
    def _attempt(self, begun: Attempt | None) -> StepOutcome | None:
        """None: nobody knows what became of it, and it may be tried again."""
        sent = attempts.previous_attempts(attempts.perhaps_sent(self._step)) if begun is None else []
        attempt = begun or self._begin()
        try:
            found = self._find(sent)
        except errors.AwsError as error:
            return self._end(attempt, State.UNKNOWN if sent else State.FAILED, error.as_json())
        self._keep(attempt, found.live)
        if found.done:
            return self._done(attempt, State.ALREADY_DONE, found.done.result, found.live)
        if (self._change.ends_id or self._change.independent) and not sent and self._is_gone(found.live):
            return self._of_what_is_gone(attempt, found.live)
        if found.live != self._expects:
            return self._conflict(attempt, found.live, sent)
        if self._against:
            return self._end(attempt, State.PENDING, live=found.live)
        return self._send(attempt, PreviousAttempt(attempt.started_at, found.live))

    def _is_gone(self, live: Value) -> bool:
        """Whether nothing is left to do for a step of a removal, or of independent steps, whoever did it."""
        return live is None or not self._operation.changes(self._params, live)

    def _of_what_is_gone(self, attempt: Attempt, live: Value) -> StepOutcome:
        """Done, unless AWS has its objects under other names now: then they still have what was given to them."""
        try:
            there = self._elsewhere(live)
        except errors.AwsError as error:
            return self._end(attempt, State.FAILED, error.as_json(), live=live)
        if not there:
            return self._done(attempt, State.ALREADY_DONE, {"gone": True} if live is None else {}, live)
        names = " and ".join(ref.name for ref in there)
        sentence = f"It was renamed in AWS: it is {names} now, and keeps what was given to it. It is tried again so."
        ended = self._end(attempt, State.CONFLICTED, sentence_only("Conflicted", sentence), live=live)
        return replace(ended, reread=records.reread_objects(self._client, there))

    def _keep(self, attempt: Attempt, live: Value) -> None:
        """From here on it may have been sent."""
        if attempt.snapshot is None:
            with self._claim.held():
                attempts.keep_snapshot(attempt, live)

    def _find(self, sent: Sequence[PreviousAttempt]) -> LiveState:
        """What is live; looked at for longer where our own write may be about to show."""
        adopts = bool(sent) and self._operation.shows and not self._at_most_once

        def look() -> LiveState:
            live = self._operation.live(self._client, self._params)
            return LiveState(live, self._operation.done(self._client, self._params, live, sent) if adopts else None)

        def enough(found: LiveState) -> bool:
            if found.done:
                return True
            sure = not sent or self._operation.guarantee is not Guarantee.DETECTABLE
            return sure and bool(found.live == self._expects)

        seconds = settings.VERIFY_DEADLINE_S if sent or self._due.follows else 0
        return poll_until(look, enough, seconds=seconds, beat=self._claim.beat)

    def _elsewhere(self, live: Value) -> list[ObjectRef]:
        operation = self._operation
        if not isinstance(operation, FollowsRenames):
            return []
        return operation.elsewhere(self._client, self._expects, live)

    def _conflict(self, attempt: Attempt, live: Value, sent: Sequence[PreviousAttempt]) -> StepOutcome:
        so = "and an earlier try may have been done" if sent else "so nothing was sent"
        sentence = (
            f"It was changed in AWS since the plan was made, {so}: "
            f"{difference_described(self._operation, self._expects, live)}."
        )
        error = {**sentence_only("Conflicted", sentence), "expected": self._expects, "live": live}
        if sent and (new := self._new_since(sent[0], live)):
            error["appeared"] = new
        return self._end(attempt, State.CONFLICTED, error, live=live)

    # ---- 3 ---------------------------------------------------------------------------------------------------
    def _send(self, attempt: Attempt, tried: PreviousAttempt) -> StepOutcome | None:
        failpoints.passing(FailPoint.TO_BE_SENT)
        # Just before it: reading may have taken long, or this process was stopped.
        if self._claim.is_cancel_asked():
            return self._end(attempt, State.PENDING, live=tried.found)
        try:
            with sealed.sending(self._change):
                answer = self._operation.send(self._client, self._params)
        except errors.AwsError as error:
            return self._not_sent(attempt, error, tried)
        except NotKept as gone:
            return self._end(attempt, State.FAILED, sentence_only("NotKept", str(gone)), live=tried.found)
        failpoints.passing(FailPoint.ANSWERED)
        request_id = self._client.request_id
        self._keep_secrets(answer)
        result = self._operation.result(answer)
        shown = self._verify(tried) if self._operation.shows else StepResult()
        if shown:
            result = {**shown.result, **result}
        return self._done(attempt, State.DONE, result, tried.found, request_id, visible=bool(shown))

    def _keep_secrets(self, answer: Mapping[str, Any]) -> None:
        """At once, and with them what shows that there was an answer: AWS doesn't say them again."""
        operation = self._operation
        if isinstance(operation, HasSecrets) and (secrets := operation.secrets(answer)):
            with self._claim.held() as change:
                sealed.keep_returned(self._step, secrets, operator=change.applied_by or change.requested_by)
                self._step.result = dict(self._operation.result(answer))
                self._step.save(update_fields=["result"])

    def _not_sent(self, attempt: Attempt, error: errors.AwsError, tried: PreviousAttempt) -> StepOutcome | None:
        described, live = error.as_json(), tried.found
        if error.sent is not False and self._at_most_once:
            return self._end(attempt, State.UNKNOWN, {**described, **self._appeared(tried)}, live=live)
        if error.sent is not False:
            write_down(self._claim, [self._end(attempt, State.UNKNOWN, described, live=live)])
            return None
        if error.code in _AGAIN:
            write_down(self._claim, [self._end(attempt, State.FAILED, described, live=live)])
            return None
        return self._end(attempt, State.CONFLICTED if isinstance(error, _MOVED) else State.FAILED, described, live=live)

    def _verify(self, tried: PreviousAttempt) -> StepResult | None:
        """Reads until the write shows; None when it doesn't within the deadline, or can't be read."""

        def look() -> StepResult | None:
            live = self._operation.live(self._client, self._params)
            return self._operation.done(self._client, self._params, live, [tried])

        try:
            return poll_until(look, bool, seconds=settings.VERIFY_DEADLINE_S, beat=self._claim.beat)
        except errors.AwsError:
            return None

    @property
    def _at_most_once(self) -> bool:
        return self._operation.guarantee is Guarantee.AT_MOST_ONCE

    def _new_since(self, tried: PreviousAttempt, live: Value) -> list[str] | None:
        operation = self._operation
        return operation.appeared(tried.found, live) if isinstance(operation, AppearsAfterwards) else None

    def _appeared(self, tried: PreviousAttempt) -> dict[str, list[str]]:
        """After a call at most once whose answer was lost: what is there now and wasn't before it."""

        def look() -> list[str] | None:
            return self._new_since(tried, self._operation.live(self._client, self._params))

        def enough(new: list[str] | None) -> bool:
            return new is None or bool(new)

        try:
            new = poll_until(look, enough, seconds=settings.VERIFY_DEADLINE_S, beat=self._claim.beat)
        except errors.AwsError:
            return {}
        return {"appeared": new} if new else {}

    # ---- How it ended ----------------------------------------------------------------------------------------
    def _done(
        self,
        attempt: Attempt,
        state: State,
        result: Mapping[str, Any],
        live: Value,
        request_id: str = "",
        *,
        visible: bool = True,
    ) -> StepOutcome:
        reread = records.reread_objects(self._client, self._affected_objects)
        return StepOutcome(
            self._due,
            attempt,
            state,
            live=live,
            is_live_known=True,
            result=result,
            request_id=request_id,
            visible=visible,
            reread=reread,
        )

    def _end(self, attempt: Attempt, state: State, error: dict[str, Any] | None = None, **more: Any) -> StepOutcome:
        """`live`: what was live, where that is known."""
        # Then the mirror is behind: who plans again, or decides whose it is, should see what is live; and what was
        # waited for has come to pass.
        error = error or {}
        behind = state in (State.CONFLICTED, State.DONE, State.LEFT_OUT) or bool(error.get("appeared"))
        reread = records.reread_objects(self._client, self._affected_objects) if behind else []
        return StepOutcome(self._due, attempt, state, error, is_live_known="live" in more, reread=reread, **more)

    def _nobody_can_tell(self) -> bool:
        """A worker died over a call that can't be seen from outside. (An operator who retries has looked.)"""
        left_open = self._step.attempts.filter(outcome="", snapshot__isnull=False)
        return self._at_most_once and left_open.exists()

    def _unknown(self, sentence: str) -> StepOutcome:
        """By the newest attempt: those that a dead worker left are closed."""
        sent = attempts.previous_attempts(attempts.perhaps_sent(self._step))
        new = self._appeared(sent[-1]) if self._at_most_once else {}
        with self._claim.held():
            attempts.close_open(self._step)
        newest = self._step.attempts.order_by("-number")[0]
        return self._end(newest, State.UNKNOWN, {**sentence_only("UnknownOutcome", sentence), **new})


# ---- Polling -------------------------------------------------------------------------------------------------------
# IAM is eventually consistent, so a read just after a write may miss it.
T = TypeVar("T")

_FIRST_S, _LONGEST_S = 0.1, 2.0


def poll_until(read: Callable[[], T], enough: Callable[[T], bool], *, seconds: float, beat: Callable[[], None]) -> T:
    """Returns what `read` gives as soon as it is enough, or what it gave last at the deadline. Reads at least once."""
    deadline = time.monotonic() + seconds
    wait = _FIRST_S
    while True:
        found = read()
        left = deadline - time.monotonic()
        if enough(found) or left <= 0:
            return found
        time.sleep(min(wait, left))
        wait = min(wait * 2, _LONGEST_S)
        beat()
