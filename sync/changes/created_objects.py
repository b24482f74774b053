"""Objects that the steps of a change created: its page links to them, and all of each is read when it has ended."""

from __future__ import annotations

from collections.abc import Sequence

from sync import mirror, operations, pull, refresh
from sync.changes.steps import created_ids
from sync.models import Change, MirroredRow, Run, Step
from sync.operations import object_made
from sync.placeholders import resolved

MOST_READ_ALONE = 20  # objects; of more, a pull of everything is the shorter way


def created_by_steps(change: Change) -> list[tuple[str, str]]:
    """Kind and id of each object, in the order of the steps."""
    ids = created_ids(change)
    created: list[tuple[str, str]] = []
    for step in change.steps.filter(position__in=ids, state__in=Step.FINISHED):
        operation = operations.registry[step.kind]
        if key := object_made(operation, operation.parse(resolved(step.params, ids))):
            created.append((key.partition(":")[0], ids[step.position]))
    return created


def rows_of(change: Change, created: Sequence[tuple[str, str]]) -> list[MirroredRow]:
    """Those that are still there. Asks the database for each."""
    rows = [refresh.row_of(change.aws_account, kind, object_id) for kind, object_id in created]
    return [row for row in rows if row is not None and row.gone_at is None]


def read_created(change: Change) -> None:
    """Queues the facets of new objects that no step reads, such as credentials: their pages would lack them."""
    created = [(kind, object_id) for kind, object_id in created_by_steps(change) if len(mirror.facets_of(kind)) > 1]
    actor = change.applied_by or change.requested_by
    if len(created) > MOST_READ_ALONE:
        pull.start_all(aws_account=change.aws_account, trigger=Run.Trigger.OPERATOR, actor=actor)
        return
    for row in rows_of(change, created):
        refresh.start(row=row, actor=actor)
