"""One step at AWS, in the four points of the protocol (docs/architecture.md, "Writing"):

1. [transaction] a new attempt; the step is `sending`.
2. Read the part of the live object that the step depends on. What an earlier attempt of ours brought about is adopted;
   anything else than what the plan expects is a conflict, and nothing is sent. What was found is kept with the attempt.
3. Call AWS, outside any transaction; then read until the effect shows.
4. [transaction] the step is done, with the mirror's rows, their revisions and the audit entry.

Every transaction holds the claim: a worker that lost it writes nothing more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import timezone

from accounts import audit
from sync import sealed
from sync.aws import errors
from sync.aws.client import AwsClient
from sync.changes import attempts, effects, verbs
from sync.changes.claims import Claim
from sync.changes.errors import as_json, sentence_only
from sync.changes.guards import Objection
from sync.changes.patience import look_until
from sync.changes.rows import say
from sync.changes.steps import ids_made, planned_step
from sync.mirror import ObjectRef
from sync.mirror.base import mirror_of
from sync.models import Attempt, Change, Step
from sync.operations import Done, Gate, Guarantee, Tried, Value
from sync.sealed import NotKept

State = Step.State

# How often in a row a step of unknown outcome is tried before an operator is asked.
TRIES = 3
# AWS was busy with another write of the same object: nothing was done, look again.
_AGAIN = frozenset({"ConcurrentModification"})
# What was there a moment ago, or wasn't, has changed under our hands.
_MOVED = (errors.NotFound, errors.Exists, errors.Conflict)


@dataclass(frozen=True)
class Outcome:
    """How a step ended. PENDING: it was not sent, and nothing is wrong with it."""

    state: State
    error: dict[str, Any] = field(default_factory=dict)
    again_at: datetime | None = None  # it waits for something: when to look again


@dataclass(frozen=True)
class Found:
    live: Value
    done: Done | None


class StepRun:
    """Carries out one step under a claim."""

    def __init__(self, claim: Claim, change: Change, step: Step, client: AwsClient, against: Objection | None) -> None:
        """`against`: nothing more may be sent; only what became of an earlier attempt is found out."""
        self._claim = claim
        self._change = change
        self._step = step
        self._client = client
        self._against = against
        self._planned = planned_step(step, ids_made(change))
        self._operation, self._params, self._expects = (
            self._planned.operation,
            self._planned.params,
            self._planned.expects,
        )
        self._refs = self._operation.refs(change.aws_account, self._params)

    def run(self) -> Outcome:
        """Raises ClaimLost."""
        if isinstance(self._operation, Gate):
            return self._wait(self._operation)
        if self._nobody_can_tell():
            return self._end_unknown("Nobody can see from outside whether it was done: look, then decide.")
        for _ in range(TRIES):
            outcome = self._attempt()
            if outcome is not None:
                return outcome
        return self._end_unknown(f"It was tried {TRIES} times, and AWS gave no clear answer.")

    def _wait(self, gate: Gate[Any]) -> Outcome:
        if self._against:
            return Outcome(State.PENDING)
        try:
            why = gate.waits_for(self._client, self._params, self._since())
        except errors.AwsError as error:
            return self._end(self._begin(), State.FAILED, as_json(error))
        if not why:
            return self._finish(self._begin(), State.DONE, {})
        with self._claim.held() as change:
            if self._step.error.get("sentence") != why:
                self._step.error = sentence_only("Waiting", why)
                self._step.save(update_fields=["error"])
                say(change, f"Step {self._step.position}: {why}")
        return Outcome(State.PENDING, again_at=timezone.now() + gate.every)

    def _since(self) -> datetime:
        """When the step before this one ended."""
        before = self._change.steps.filter(position__lt=self._step.position).order_by("-position").first()
        return (before and before.finished_at) or self._change.started_at or self._change.created_at

    def _begin(self) -> Attempt:
        with self._claim.held():
            return attempts.begin(self._step)

    # ---- 1 and 2 ---------------------------------------------------------------------------------------------
    def _attempt(self) -> Outcome | None:
        """None: nobody knows what became of it, and it may be tried again."""
        sent = attempts.as_tried(attempts.perhaps_sent(self._step))
        attempt = self._begin()
        try:
            found = self._find(sent)
        except errors.AwsError as error:
            return self._end(attempt, State.UNKNOWN if sent else State.FAILED, as_json(error))
        matches = found.live == self._expects
        with self._claim.held() as change:
            attempts.keep_snapshot(attempt, found.live)
            if matches and not found.done:
                say(change, f"Step {self._step.position}: what is live matches the plan.")
        if found.done:
            return self._finish(attempt, State.ALREADY_DONE, found.done.result)
        if not matches:
            return self._end(attempt, State.CONFLICTED, self._difference(found.live, tried_before=bool(sent)))
        if self._against:
            return self._end(attempt, State.PENDING, {})
        return self._send(attempt, Tried(attempt.started_at, found.live))

    def _find(self, sent: Sequence[Tried]) -> Found:
        """What is live; looked at for longer where our own write may be about to show."""

        def look() -> Found:
            live = self._operation.live(self._client, self._params)
            return Found(live, self._operation.done(self._client, self._params, live, sent) if sent else None)

        def enough(found: Found) -> bool:
            if found.done:
                return True
            sure = not sent or self._operation.guarantee is not Guarantee.DETECTABLE
            return sure and bool(found.live == self._expects)

        patient = bool(sent) or self._follows_own_write()
        seconds = settings.VERIFY_DEADLINE_S if patient else 0
        return look_until(look, enough, seconds=seconds, beat=self._claim.beat)

    def _follows_own_write(self) -> bool:
        """Whether a step before this one wrote the same part."""
        before = self._change.steps.filter(position__lt=self._step.position, part=self._step.part)
        return before.filter(state__in=Step.FINISHED).exists()

    def _difference(self, live: Value, *, tried_before: bool) -> dict[str, Any]:
        expected, found = self._operation.told(self._expects), self._operation.told(live)
        so = "and an earlier try may have been done" if tried_before else "so nothing was sent"
        sentence = f"It was changed in AWS since the plan was made, {so}: expected {expected}, found {found}."
        return {**sentence_only("Conflicted", sentence), "expected": self._expects, "live": live}

    # ---- 3 ---------------------------------------------------------------------------------------------------
    def _send(self, attempt: Attempt, tried: Tried) -> Outcome | None:
        try:
            answer = self._operation.send(self._client, self._params)
        except errors.AwsError as error:
            return self._not_sent(attempt, error)
        except NotKept as gone:
            return self._end(attempt, State.FAILED, sentence_only("NotKept", str(gone)))
        request_id = self._client.request_id
        self._keep_secrets(answer)
        result = self._operation.result(answer)
        shown = self._verify(tried)
        return self._finish(attempt, State.DONE, shown.result if shown else result, request_id, visible=bool(shown))

    def _keep_secrets(self, answer: Mapping[str, Any]) -> None:
        """At once: AWS doesn't say them again."""
        if secrets := self._operation.secrets(answer):
            with self._claim.held() as change:
                sealed.keep_returned(self._step, secrets, operator=change.applied_by or change.requested_by)

    def _not_sent(self, attempt: Attempt, error: errors.AwsError) -> Outcome | None:
        told = as_json(error)
        if error.sent is not False:
            self._end(attempt, State.UNKNOWN, told)
            return None if self._operation.guarantee is not Guarantee.AT_MOST_ONCE else Outcome(State.UNKNOWN, told)
        if error.code in _AGAIN:
            self._end(attempt, State.FAILED, told)
            return None
        return self._end(attempt, State.CONFLICTED if isinstance(error, _MOVED) else State.FAILED, told)

    def _verify(self, tried: Tried) -> Done | None:
        """Reads until the write shows; None when it doesn't within the deadline, or can't be read."""

        def look() -> Done | None:
            live = self._operation.live(self._client, self._params)
            return self._operation.done(self._client, self._params, live, [tried])

        try:
            return look_until(look, bool, seconds=settings.VERIFY_DEADLINE_S, beat=self._claim.beat)
        except errors.AwsError:
            return None

    # ---- 4 ---------------------------------------------------------------------------------------------------
    def _finish(
        self, attempt: Attempt, state: State, result: Mapping[str, Any], request_id: str = "", *, visible: bool = True
    ) -> Outcome:
        reread = self._read_again()
        about = _about(self._refs, reread)
        title = self._operation.title(self._params)
        left = self._operation.after(self._params, self._step.expects)
        with self._claim.held() as change:
            attempts.finish(attempt, state, error={}, request_id=request_id)
            self._step.state = state
            self._step.result = dict(result) if visible else {**result, "visible": False}
            self._step.error = {}
            self._step.finished_at = timezone.now()
            self._step.save(update_fields=["state", "result", "error", "finished_at"])
            effects.store(change.aws_account, reread, self._step)
            audit.record(
                f"step.{state.value}",
                actor=change.applied_by,
                aws_account=change.aws_account,
                obj=(about.kind, about.object_id, about.name),
                reason=change.reason,
                data=verbs.of_step(self._step, title, request_id, left),
            )
            say(change, f"Step {self._step.position}: {_said(state, visible)}")
        return Outcome(state)

    # ---- Anything else ---------------------------------------------------------------------------------------
    def _end(self, attempt: Attempt, state: State, error: dict[str, Any]) -> Outcome:
        # After a conflict the mirror is behind: who plans again should see what is live.
        reread = self._read_again() if state is State.CONFLICTED else []
        with self._claim.held() as change:
            effects.store(change.aws_account, reread, None)
            attempts.finish(attempt, State.SKIPPED if state is State.PENDING else state, error=error)
            self._step.state = state
            self._step.error = error
            self._step.save(update_fields=["state", "error"])
            if error:
                say(change, f"Step {self._step.position}, attempt {attempt.number}: {error['sentence']}")
        return Outcome(state, error)

    def _read_again(self) -> list[effects.Reread]:
        return effects.read_again(self._client, self._refs)

    def _nobody_can_tell(self) -> bool:
        """A worker died over a call that can't be seen from outside. (An operator who retries has looked.)"""
        left_open = self._step.attempts.filter(outcome="", snapshot__isnull=False)
        return self._operation.guarantee is Guarantee.AT_MOST_ONCE and left_open.exists()

    def _end_unknown(self, sentence: str) -> Outcome:
        error = sentence_only("UnknownOutcome", sentence)
        with self._claim.held() as change:
            attempts.close_open(self._step)
            self._step.state = State.UNKNOWN
            self._step.error = error
            self._step.save(update_fields=["state", "error"])
            say(change, f"Step {self._step.position}: {sentence}")
        return Outcome(State.UNKNOWN, error)


def _said(state: State, visible: bool) -> str:
    if state is State.ALREADY_DONE:
        return "found done, nothing sent."
    return "done." if visible else "accepted by AWS, not yet visible."


def _about(refs: Sequence[ObjectRef], reread: Sequence[effects.Reread]) -> ObjectRef:
    """What the audit entry is about; what a step made has an id by now."""
    first = refs[0]
    for each in reread:
        if each.ref == first and each.item is not None:
            return replace(first, object_id=mirror_of(first.kind, first.facet).object_id(each.item))
    return first
