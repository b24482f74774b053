"""Point 4 of the protocol: how steps ended, with what is read again, its revisions and the audit entries."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import groupby
from typing import Any

from django.utils import timezone

from accounts import audit
from accounts.models import AuditEntry, AwsAccount
from sync import clock, mirror, sealed
from sync.aws.client import AwsClient
from sync.aws.errors import AwsError
from sync.changes import attempts, failpoints, pending_rereads, verbs
from sync.changes.claims import Claim
from sync.changes.failpoints import FailPoint
from sync.changes.rows import log_lines
from sync.changes.waves import DueStep
from sync.mirror import RereadObject, bulk
from sync.mirror.base import mirror_of
from sync.mirror.facets import lock_details
from sync.models import Attempt, Change, Step
from sync.object_ref import ObjectRef
from sync.operation_mixins import HasSecrets
from sync.operations import Value

State = Step.State


@dataclass(frozen=True)
class StepOutcome:
    """How a try at a step ended, before it is written down. PENDING: it was not sent, and nothing is wrong with it."""

    due: DueStep
    attempt: Attempt
    state: State
    error: dict[str, Any] = field(default_factory=dict)
    live: Value = None  # the part as it was live
    is_live_known: bool = False
    result: Mapping[str, Any] = field(default_factory=dict)
    request_id: str = ""
    visible: bool = True
    reread: Sequence[RereadObject] = ()
    at: datetime = field(default_factory=timezone.now)

    @property
    def is_done(self) -> bool:
        return self.state in Step.FINISHED

    @property
    def line(self) -> str:
        position = self.due.step.position
        if self.error:
            return f"Step {position}, attempt {self.attempt.number}: {self.error['sentence']}"
        return f"Step {position}: {_said(self)}" if self.is_done else ""


def write_down(claim: Claim, ended: Sequence[StepOutcome]) -> None:
    """One transaction under the claim. Raises ChangeClaimLost."""
    if not ended:
        return
    with claim.held() as change:
        _attempts(ended)
        _steps(ended)
        reread = [(seen, each.due.step if each.is_done else None) for each in ended for seen in each.reread]
        store_reread(change.aws_account, reread)
        pending_rereads.record_pending_rereads(change.aws_account, _not_read(ended))
        for each in ended:
            if each.is_done:
                _hand_over(change, each)
        done = [each for each in ended if each.is_done]
        texts = verbs.reason_of(change) if done else {}
        audit.record_all([_entry(change, each, texts) for each in done])
        log_lines(change, [each.line for each in ended if each.line])
        failpoints.passing(FailPoint.BEFORE_COMMIT)
    failpoints.passing(FailPoint.COMMITTED)


def _not_read(ended: Sequence[StepOutcome]) -> Iterator[tuple[ObjectRef, Step]]:
    """What steps that are done wrote, or touched, and AWS didn't show again."""
    read = {seen.ref for each in ended for seen in each.reread}
    for each in ended:
        if each.is_done:
            yield from ((ref, each.due.step) for ref in each.due.affected_objects if ref not in read)


def _attempts(ended: Sequence[StepOutcome]) -> None:
    for each in ended:
        attempt = each.attempt
        attempt.outcome = State.SKIPPED if each.state is State.PENDING else each.state
        attempt.error, attempt.finished_at = each.error, each.at
        attempt.request_id = each.request_id or str(each.error.get("request_id") or "")
        if each.is_live_known:
            attempt.snapshot = attempts.as_snapshot(each.live)
    names = ["id", "snapshot", "outcome", "error", "request_id", "finished_at"]
    bulk.update(Attempt, [{name: getattr(each.attempt, name) for name in names} for each in ended])


def _steps(ended: Sequence[StepOutcome]) -> None:
    for each in ended:
        step = each.due.step
        step.state, step.error = each.state, each.error
        if each.is_done:
            step.result = dict(each.result) if each.visible else {**each.result, "visible": False}
            step.finished_at = each.at
    names = ["id", "state", "error", "result", "finished_at"]
    bulk.update(Step, [{name: getattr(each.due.step, name) for name in names} for each in ended])


def _hand_over(change: Change, ended: StepOutcome) -> None:
    """Hands secrets that the console generated and sent to the operator."""
    planned = ended.due.planned
    operation = planned.operation
    if isinstance(operation, HasSecrets) and (made_up := operation.made_up(planned.params)):
        sealed.hand_over(ended.due.step, made_up, operator=change.applied_by or change.requested_by)


def _entry(change: Change, ended: StepOutcome, texts: Mapping[str, str]) -> AuditEntry:
    planned, step = ended.due.planned, ended.due.step
    about = _about(ended.due.affected_objects, ended.reread)
    left = planned.operation.after(planned.params, planned.expects)
    return audit.entry(
        f"step.{ended.state.value}",
        actor=change.applied_by,
        aws_account=change.aws_account,
        obj=(about.kind, about.object_id, about.name),
        texts=texts,
        data=verbs.step_entry_data(step, planned.operation.title(planned.params), ended.request_id, left),
    )


def _about(refs: Sequence[ObjectRef], reread: Sequence[RereadObject]) -> ObjectRef:
    """What the entry is about; what a step made has an id by now."""
    first = refs[0]
    for each in reread:
        if each.ref == first and each.item is not None:
            return replace(first, object_id=mirror_of(first.kind, first.facet).object_id(each.item))
    return first


def _said(ended: StepOutcome) -> str:
    if ended.state is State.ALREADY_DONE:
        return "found done, nothing sent."
    return "found as the plan expects, done." if ended.visible else "accepted by AWS, not yet visible."


# ---- Rereading -----------------------------------------------------------------------------------------------------
log = logging.getLogger(__name__)


def reread_objects(client: AwsClient, refs: Sequence[ObjectRef]) -> list[RereadObject]:
    """What can't be read is left out: the step was done all the same, and the next pull brings it."""
    found = []
    for ref in refs:
        requested_at = clock.now()
        try:
            there = client.at(ref.region) if ref.region else client
            item = mirror.mirror_of(ref.kind, ref.facet).read_one(there, ref)
        except AwsError as error:
            log.warning("%s %s could not be read again: %s", ref.kind, ref.object_id or ref.name, error)
            continue
        found.append(RereadObject(ref, item, requested_at))
    return found


def store_reread(aws_account: AwsAccount, reread: Sequence[tuple[RereadObject, Step | None]]) -> None:
    """In the transaction that says how the steps ended; without a step, what is new is somebody else's doing.

    What others refer to comes first: it is last among what a step read again.
    """
    lock_details(aws_account, [each.ref for each, _ in reread])
    for together, group in groupby(reversed(reread), key=_what_goes_together):
        listed = list(group)
        if together is not None and len({each.ref for each, _ in listed}) == len(listed) > 1:
            mirror.store_many(aws_account, listed)
            continue
        for each, step in listed:
            mirror.store_one(aws_account, each.ref, each.item, requested_at=each.requested_at, step=step)


def _what_goes_together(stored: tuple[RereadObject, Step | None]) -> tuple[str, ...] | None:
    """None for what is gone, and for what is nobody's step."""
    each, step = stored
    return None if each.item is None or step is None else (each.ref.kind, each.ref.facet, each.ref.region)
