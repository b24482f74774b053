"""What operators decide about a change across AWS accounts: services, each in one transaction that holds all of it."""

from __future__ import annotations

from collections.abc import Mapping

from accounts import audit
from accounts.models import Operator
from sync import clock, sealed
from sync.changes import PlanError, approvals, lifecycle, temporary
from sync.changes.bookkeeping import log_line, record
from sync.changes.span import advance_after_commit
from sync.models import Change, LeftOutChange, SpanningChange, Step
from sync.spanning.events import (
    APPROVE_IT,
    ARRANGE,
    BREAK_GLASS,
    CANCEL,
    LEAVE_OUT,
    REJECT,
    RELEASE,
    RESUME,
    SpanAndOperator,
    check,
    may_leave_out,
)
from sync.spanning.locks import locked_span
from sync.spanning.state import SpanSituation

MOST_WAVES = 100
NOT_WHAT_YOU_READ = "It was changed since you opened this page: read it again."

audit.register(
    {
        "change.across_released": "applied change {across} across AWS accounts, of which change {change} is one",
        "change.across_resumed": "resumed change {across} across AWS accounts, of which change {change} is one",
        "change.across_halted": "halted change {across} across AWS accounts, since change {change} stopped: {why}",
        "change.across_cancelled": "cancelled change {across} across AWS accounts, of which change {change} is one",
        "change.across_applied": "applied all of change {across} across AWS accounts; change {change} was the last",
        "change.across_arranged": "put change {change} into wave {wave} of change {across} across AWS accounts",
        "change.across_left_out": "left change {change}, {title}, out of change {across} across AWS accounts",
    }
)


def _same(at: SpanSituation, digest: str) -> None:
    """What is decided about is what was read. Raises PlanError."""
    if digest != at.digest:
        raise PlanError(NOT_WHAT_YOU_READ)


def approve(*, span: SpanningChange, actor: Operator, digest: str, comment: str = "") -> SpanningChange:
    """Signs the plans of all AWS accounts in which the actor's approval is asked for. `digest`: of what they read.

    Raises PlanError.
    """
    with locked_span(span.pk) as at:
        _same(at, digest)
        asked = SpanAndOperator(at, actor)
        check(APPROVE_IT, asked)
        for change in asked.to_approve:
            approvals.approve(change=change, actor=actor, comment=comment)
    return at.span


def reject(*, span: SpanningChange, actor: Operator, comment: str) -> SpanningChange:
    """In all AWS accounts in which the actor may: nothing of it is begun then. Raises PlanError."""
    with locked_span(span.pk) as at:
        asked = SpanAndOperator(at, actor)
        check(REJECT, asked)
        for change in asked.to_reject:
            approvals.reject(change=change, actor=actor, comment=comment)
    return at.span


def arrange(*, span: SpanningChange, actor: Operator, waves: Mapping[int, int]) -> SpanningChange:
    """Which AWS account is changed in which wave, by the numbers of its changes; they are counted anew from 1.

    Approvals that were given are of another order then, and no longer count. Raises PlanError.
    """
    with locked_span(span.pk) as at:
        check(ARRANGE, SpanAndOperator(at, actor))
        wanted = {each.pk: waves.get(each.pk, each.wave) for each in at.included}
        if any(not 1 <= wave <= MOST_WAVES for wave in wanted.values()):
            raise PlanError(f"Waves are counted from 1 to {MOST_WAVES}.")
        numbers = {wave: number for number, wave in enumerate(sorted(set(wanted.values())), start=1)}
        for change in at.included:
            wave = numbers[wanted[change.pk]]
            if wave != change.wave:
                change.wave = wave
                change.save(update_fields=["wave"])
                record("change.across_arranged", change, actor=actor, wave=wave)
        advance_after_commit(at.span.pk)
    return at.span


def release(*, span: SpanningChange, actor: Operator, digest: str) -> SpanningChange:
    """Hands it to the workers, who begin its first wave. `digest`: of what the actor read. Raises PlanError."""
    with locked_span(span.pk) as at:
        _same(at, digest)
        check(RELEASE, SpanAndOperator(at, actor))
        at.span.released_at = clock.now()
        _go_on(at, actor, "change.across_released")
    return at.span


def break_glass(*, span: SpanningChange, actor: Operator, digest: str, reason: str) -> SpanningChange:
    """Hands it to the workers without the approvals that are missing; each is reviewed on its own page. Raises
    PlanError.
    """
    with locked_span(span.pk) as at:
        _same(at, digest)
        asked = SpanAndOperator(at, actor)
        check(BREAK_GLASS, asked)
        for change in asked.unapproved:
            approvals.pass_over_approvals(change, actor, reason)
        at.span.released_at = clock.now()
        _go_on(at, actor, "change.across_released")
    return at.span


def resume(*, span: SpanningChange, actor: Operator, digest: str) -> SpanningChange:
    """Goes on after it was halted, once what stopped is mended, planned again or left out. Raises PlanError."""
    with locked_span(span.pk) as at:
        _same(at, digest)
        check(RESUME, SpanAndOperator(at, actor))
        at.span.halted_at = None
        _go_on(at, actor, "change.across_resumed")
    return at.span


def _go_on(at: SpanSituation, actor: Operator, verb: str) -> None:
    """What the workers do from here on is done for the actor, and caused from where they are."""
    at.span.released_by, at.span.released_from = actor, audit.address()
    at.span.save()
    for change in at.remaining:
        log_line(change, f"{actor} lets change {at.span.pk} across AWS accounts go on.")
        record(verb, change, actor=actor, digest=at.digest)
    advance_after_commit(at.span.pk)


def leave_out(*, span: SpanningChange, actor: Operator, which: int, reason: str) -> SpanningChange:
    """Goes on without one AWS account. `which`: the number of its change, which is cancelled where nothing of it was
    sent, and an ordinary change otherwise. Raises PlanError.
    """
    with locked_span(span.pk) as at:
        asked = SpanAndOperator(at, actor)
        check(LEAVE_OUT, asked)
        change = next((each for each in at.included if each.pk == which), None)
        if change is None or not may_leave_out(asked, change):
            raise PlanError("That AWS account can’t be left out as it is now, or not by you.")
        if not reason.strip():
            raise PlanError("Say why it is left out: the approvers of the others read it.")
        LeftOutChange.objects.create(change=change, operator=actor, reason=reason.strip())
        if change.state in Change.UNDECIDED:
            _close(change)
        log_line(change, f"{actor} left it out of change {at.span.pk} across AWS accounts.")
        record("change.across_left_out", change, actor=actor, reason=reason)
        advance_after_commit(at.span.pk)
    return at.span


def _close(change: Change) -> None:
    change.state, change.finished_at = Change.State.CANCELLED, clock.now()
    change.save(update_fields=["state", "finished_at"])
    change.steps.exclude(state__in=Step.SETTLED).update(state=Step.State.SKIPPED)
    sealed.erase_typed(change)
    temporary.follow(change)


def cancel(*, span: SpanningChange, actor: Operator) -> SpanningChange:
    """Nothing more is begun; what runs stops after the step that does. What has stopped by itself waits for its people
    as before. Raises PlanError.
    """
    with locked_span(span.pk) as at:
        check(CANCEL, SpanAndOperator(at, actor))
        at.span.cancelled_at = clock.now()
        at.span.save(update_fields=["cancelled_at"])
        for change in at.remaining:
            record("change.across_cancelled", change, actor=actor)
            if change.state not in (*Change.STUCK, *Change.GIVEN_UP) and not _stops_already(change):
                lifecycle.cancel(change=change, actor=actor)
        advance_after_commit(at.span.pk)
    return at.span


def _stops_already(change: Change) -> bool:
    return change.state == Change.State.APPLYING and change.cancel_asked
