"""Pending rereads: objects that a step wrote, and that could not be read again after it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

from django.db.models import Exists, OuterRef

from accounts.models import AwsAccount
from sync import clock, mirror, pull, reversals
from sync.changes.steps import created_ids, planned_step
from sync.error_isolation import for_each_isolated
from sync.mirror import Mirror
from sync.mirror.base import AccountRegion, Content
from sync.mirror.store import settle_time
from sync.models import Facet, PendingReread, Run, Step
from sync.object_ref import ObjectRef
from sync.operations import Refusal
from sync.plan_draft import Draft

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
