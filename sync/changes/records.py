"""Point 4 of the protocol: how steps ended, with what is read again, its revisions and the audit entries."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils import timezone

from accounts import audit
from accounts.models import AuditEntry, AwsAccount
from sync import clock, empty_regions, mirror, pull, reversals, sealed
from sync.aws.client import AwsClient
from sync.aws.errors import AwsError
from sync.changes import attempts, failpoints
from sync.changes.bookkeeping import log_lines, reason_of, step_entry_data
from sync.changes.claims import Claim
from sync.changes.conditions import leave_out
from sync.changes.failpoints import FailPoint
from sync.changes.steps import created_ids, planned_step
from sync.changes.waves import DueStep
from sync.error_isolation import for_each_isolated
from sync.mirror import Mirror, RereadObject, bulk
from sync.mirror.base import AccountRegion, Content, mirror_of
from sync.mirror.facets import lock_details
from sync.mirror.store import settle_time
from sync.models import Attempt, Change, Facet, PendingReread, Run, Step
from sync.object_ref import ObjectRef
from sync.operation_mixins import HasSecrets
from sync.operations import Refusal, Value
from sync.plan_draft import Draft

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
        unmet = [each for each in ended if each.state is State.LEFT_OUT]
        leave_out(change, [each.due.step for each in unmet])
        reread = [(seen, each.due.step if each.is_done else None) for each in ended for seen in each.reread]
        store_reread(change.aws_account, reread)
        record_pending_rereads(change.aws_account, _not_read(ended))
        empty_regions.ask_again(change.aws_account, {seen.ref.region for seen, step in reread if step and seen.item})
        for each in ended:
            if each.is_done:
                _hand_over(change, each)
        done = [each for each in ended if each.is_done]
        texts = reason_of(change) if done or unmet else {}
        audit.record_all([_entry(change, each, texts) for each in (*done, *unmet)])
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
        data={
            **step_entry_data(step, planned.operation.title(planned.params), ended.request_id, left),
            **({"why": ended.error["sentence"]} if ended.error else {}),
        },
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


# ---- Pending rereads -----------------------------------------------------------------------------------------------
# Objects that a step wrote, and that could not be read again after it.
# After that whoever looks knows no better than we do.
_GIVEN_UP = timedelta(days=7)
_AT_ONCE = 20
_NOT_AGAIN = timedelta(minutes=5)


def record_pending_rereads(aws_account: AwsAccount, owed: Iterable[tuple[ObjectRef, Step]]) -> None:
    """Records the objects, in the transaction that marks the steps as done."""
    PendingReread.objects.bulk_create(
        PendingReread(
            aws_account=aws_account,
            region=ref.region,
            kind=ref.kind,
            source=ref.facet,
            object_id=ref.object_id,
            arn=ref.arn,
            step=step,
            since=clock.now(),
        )
        for ref, step in owed
        if not mirror.mirror_of(ref.kind, ref.facet).keeps_own_books
    )


def is_own_write(
    place: AccountRegion,
    its_mirror: Mirror,
    object_id: str,
    steps: Sequence[Step],
    before: Content | None,
    now: Content,
) -> bool:
    """Each step's part is as that step left it, and undoing all of the difference takes no more than undoing them."""
    if not all(_is_as_left(step) for step in steps):
        return False
    if before is None:
        return True
    ref = ObjectRef(its_mirror.kind, object_id, "", "", facet=its_mirror.source)
    undone = reversals.reversal(place.aws_account, ref, before, now)
    return len(undone.steps) <= sum(max(1, len(_undoing(step))) for step in steps)


def _is_as_left(step: Step) -> bool:
    planned = planned_step(step, created_ids(step.change))
    try:
        found = planned.operation.mirrored(Draft(step.change.aws_account), planned.params)
    except Refusal:
        found = None
    return bool(found == planned.operation.after(planned.params, planned.expects))


def _undoing(step: Step) -> Sequence[object]:
    planned = planned_step(step, created_ids(step.change))
    return planned.operation.reverse(planned.params, step.before, step.result)


def read_pending() -> None:
    """Rereads them, once a minute, and deletes those that were read since without a difference."""
    PendingReread.objects.filter(since__lt=clock.now() - _GIVEN_UP).delete()
    settled = PendingReread.objects.filter(since__lt=clock.now() - settle_time())
    known = Facet.objects.filter(
        aws_account=OuterRef("aws_account"),
        region=OuterRef("region"),
        kind=OuterRef("kind"),
        source=OuterRef("source"),
        object_id=OuterRef("object_id"),
        read_at__gt=OuterRef("since") + settle_time(),
    )
    settled.filter(Exists(known)).delete()
    rows = PendingReread.objects.exclude(object_id="").order_by("pk").select_related("aws_account")[:_AT_ONCE]
    for_each_isolated(list(rows), _read)


def _read(row: PendingReread) -> None:
    lately = clock.now() - _NOT_AGAIN
    if Run.objects.filter(source=Run.OBJECT, object_id=row.object_id, created_at__gt=lately).exists():
        return
    pull.start(
        aws_account=row.aws_account,
        region=row.region,
        source=Run.OBJECT,
        of=(row.kind, row.object_id),
        trigger=Run.Trigger.SCHEDULE,
    )
