"""Access until a date: a change that gives it, and a change of its own that takes it away then: its *removal*.

Both are made together, and the grant's digest has the date: who approves the one approves the other. The removal
waits for its grant until something of that was done; then it is scheduled, and the sweeper queues it when its time has
come. It stands on what the grant leaves, not on a pull. Ending access is always allowed: no approvals or checks are
asked then, only that writes are on. What is gone by then counts as done. Who may stop or delay it, and what becomes of
one that fails: sync/changes/removals.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from accounts.models import Operator
from iamconsole.web.words import full_time
from sync import clock, operations
from sync.changes import removals
from sync.changes.bookkeeping import PlanError, locked, locked_if_free, log_line, record
from sync.changes.plan import digest, extend, plan, propose, row_of
from sync.changes.rules import check
from sync.changes.steps import created_ids, title_of
from sync.changes.system_events import LET_END_GO
from sync.changes.transitions import MOVE_END
from sync.error_isolation import for_each_isolated
from sync.models import Change, Step
from sync.operation_mixins import RedoneByReverses
from sync.operations import BadParams, Gate, PlannedStep, Refusal, StepSpec
from sync.placeholders import resolved

LONGEST = timedelta(days=366)
WARNED_BEFORE = timedelta(hours=24)
_STAYS = timedelta(days=3650)  # a removal that couldn't run doesn't expire: somebody has to look


@transaction.atomic
def propose_until(*, until: datetime | None, steps: Sequence[StepSpec], **about: Any) -> Change:
    """As `propose`, and with `until` the removal too. Raises PlanError."""
    if until is None:
        return propose(steps=steps, **about)
    now = clock.now()
    if until <= now:
        raise PlanError("The end is in the past.", field="until")
    if until > now + LONGEST:
        raise PlanError("Temporary access ends within a year: this would be later.", field="until")
    change = propose(steps=steps, until=until, **about)
    _make_removal(change, _undoing(change, steps), about["actor"])
    return change


def _undoing(change: Change, specs: Sequence[StepSpec]) -> list[PlannedStep]:
    """The steps that take it away, on what the grant leaves. Raises PlanError."""
    draft = plan(change.aws_account, specs)
    granted = list(draft.steps)
    try:
        for step in reversed(granted):
            if isinstance(step.operation, Gate | RedoneByReverses):  # it sent nothing, or others undo it
                continue
            undoing = step.operation.reverse(step.params, step.before, {})
            if not undoing or not step.operation.may_end(step.params):
                raise PlanError(f"{step.operation.title(step.params)}: that can’t be temporary.")
            for spec in undoing:
                operation = operations.registry[spec.kind]
                extend(draft, operation, operation.parse(spec.params))
    except (BadParams, Refusal) as refusal:
        raise PlanError(str(refusal), field=refusal.field) from refusal
    return [replace(step, position=place) for place, step in enumerate(draft.steps[len(granted) :], start=1)]


def _make_removal(change: Change, planned: Sequence[PlannedStep], actor: Operator) -> None:
    assert change.until is not None  # noqa: S101  by the caller
    removal = Change(
        aws_account=change.aws_account,
        title=f"End of change {change.pk}: {change.title}"[:200],
        does=title_of(planned),
        reason=change.reason,
        state=Change.State.AWAITING_GRANT,
        requested_by=actor,
        expires_at=change.until + _STAYS,
        not_before=change.until,
        ends=change,
    )
    rows = [row_of(step, step.operation.spec(step.params)) for step in planned]
    removal.digest = digest(change.aws_account, rows)
    removal.save()
    for row in rows:
        row.change = removal
    Step.objects.bulk_create(rows)
    record("change.end_planned", removal, actor=actor, reason=change.reason, at=change.until.isoformat())
    log_line(change, f"Change {removal.pk} removes it: {full_time(change.until)}.")


def removal_of(change: Change) -> Change | None:
    """With `aws_account`."""
    return Change.objects.filter(ends=change).select_related("aws_account").first()


def follow(change: Change) -> None:
    """What becomes of the removals that depend on it, in the transaction that decided its state."""
    if change.until is not None and change.state not in Change.MOVING:
        _follow_grant(change)
    if change.reverses_id and change.state == Change.State.APPLIED:
        ahead = Change.objects.filter(ends=change.reverses_id, state__in=LET_END_GO.starts_from)
        for removal in ahead.select_for_update():
            if _is_all_taken_away(removal, change):
                _let_go(removal, f"Change {change.pk} has taken it away already.", change.applied_by)


def _is_all_taken_away(removal: Change, reverse: Change) -> bool:
    """Whether the reverse of a grant undid all that the removal would: of a grant that went on since, it didn't."""
    undone = set(reverse.steps.filter(state__in=Step.FINISHED).values_list("part", flat=True))
    return undone.issuperset(removal.steps.values_list("part", flat=True))


def _follow_grant(change: Change) -> None:
    removal = Change.objects.select_for_update().filter(ends=change, state__in=LET_END_GO.starts_from).first()
    if removal is None:
        return
    _name_created(change, removal)
    if removal.state == Change.State.SCHEDULED:  # the grant went on after a step of it had failed
        return
    if change.steps.filter(state__in=(*Step.FINISHED, Step.State.UNKNOWN)).exists():
        removal.state, removal.applied_by = Change.State.SCHEDULED, change.applied_by or change.requested_by
        removal.applied_from = change.applied_from
        removal.save(update_fields=["state", "applied_by", "applied_from"])
        log_line(removal, f"Scheduled: change {change.pk} was carried out.")
        assert removal.not_before is not None  # noqa: S101  as it was made
        record("change.scheduled", removal, actor=change.applied_by, at=removal.not_before.isoformat())
    elif change.state in Change.GIVEN_UP:
        _let_go(removal, f"Change {change.pk} gave nothing.", None)


def _name_created(change: Change, removal: Change) -> None:
    """The removal stands on what the grant made: by now AWS has given ids to that."""
    ids = created_ids(change)
    if not ids:
        return
    steps = list(removal.steps.all())
    for step in steps:
        step.params, step.expects = resolved(step.params, ids), resolved(step.expects, ids)
    Step.objects.bulk_update(steps, ["params", "expects"])
    removal.digest = digest(removal.aws_account, steps)
    removal.save(update_fields=["digest"])


def _let_go(removal: Change, line: str, actor: Operator | None) -> None:
    removal.state, removal.finished_at = Change.State.CANCELLED, clock.now()
    removal.save(update_fields=["state", "finished_at"])
    removal.steps.update(state=Step.State.SKIPPED)
    log_line(removal, line)
    record("change.cancelled", removal, actor=actor)


def move_end(*, change: Change, until: datetime, actor: Operator, reason: str = "") -> Change:
    """An earlier or later end; one in the past ends it within a minute. Raises PlanError.

    `reason`: where who asked for the access decides about its end alone (sync/changes/removals.py).
    """
    with locked(change.pk) as removal:
        check(MOVE_END, removal, actor)
        assert removal.not_before is not None  # noqa: S101  by the rule of the event
        if until > removal.not_before:
            removals.check_may_decide(removal, actor, reason)
        if until > clock.now() + LONGEST:
            raise PlanError("Temporary access ends within a year: this would be later.", field="until")
        put_end(removal, until, actor)
    return removal


def put_end(removal: Change, until: datetime, actor: Operator | None) -> None:
    """The caller holds the row, and has looked whether it may be. `actor`: None where the console does it."""
    assert removal.not_before is not None  # noqa: S101  as it was made
    until = max(until, min(clock.now(), removal.not_before))  # long ago, it would have expired, and the access stay
    before, removal.not_before, removal.warned_at = removal.not_before, until, None
    removal.expires_at = until + _STAYS
    removal.save()
    log_line(removal, f"{actor or 'This console'} moved the end to {full_time(until)}.")
    record("change.end_moved", removal, actor=actor, at=until.isoformat(), before=before.isoformat())


def warn_of_ends() -> None:
    """Once for each, a day ahead."""
    soon = Change.objects.filter(
        state=Change.State.SCHEDULED,
        ends__isnull=False,
        warned_at=None,
        not_before__lte=clock.now() + WARNED_BEFORE,
    )
    for_each_isolated(list(soon.values_list("pk", flat=True)), _warn_of_end)


def _warn_of_end(pk: int) -> None:
    with locked_if_free(pk) as removal:
        if removal is not None and removal.state == Change.State.SCHEDULED and removal.warned_at is None:
            removal.warned_at = clock.now()
            removal.save(update_fields=["warned_at"])
            assert removal.not_before is not None  # noqa: S101  as it was made
            record("change.ends_soon", removal, actor=None, at=removal.not_before.isoformat())
