"""What owners decide about a held change: it goes on, was done already, or is given up.

Who decides has looked at what AWS says of it now (`sync.held.saying`). Where the change needed approvals, another owner
confirms what is decided, unless there is none.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts import audit
from accounts.access import may, who_may
from accounts.models import AwsAccount, Operator
from accounts.roles import ADMINISTER
from sync import clock, counter, sealed
from sync.changes import attempts, lifecycle, removals, temporary
from sync.changes.approvers import valid_approvals
from sync.changes.bookkeeping import PlanError, locked, log_line, record, texts_of
from sync.changes.demands import demands
from sync.changes.dry_run import look_at
from sync.held.changes import HeldChange, held_change, open_at
from sync.held.saying import Says
from sync.models import Change, HeldDecision, Step

Choice = HeldDecision.Choice
NOT_ON_HOLD = "The queue isn’t on hold."
LOOK_FIRST = "AWS was looked at again, or not yet: read what it says now, and decide then."
NOT_DONE = "AWS doesn’t show whether some of its steps were done: tick that you found out that they weren’t."
GIVEN = "AWS shows that it gave temporary access: mark it as done, so that the access ends."
_OVER = "It isn’t held: it was decided already, or is newer than the hold."

audit.register(
    {
        "change.held_decided": "decided about the held change {change}, {title}: {choice}",
        "change.held_confirmed": "confirmed what was decided about the held change {change}, {title}: {choice}",
        "change.marked_done": "marked change {change}, {title}, as done while the queue was on hold",
    }
)


@transaction.atomic
def look(*, actor: Operator, changes: list[Change]) -> int:
    """Asks workers to read what AWS says of them now, and to write nothing; how many. Raises PlanError."""
    _since()
    for change in changes:
        _check_owner(actor, change)
        look_at(change, actor)
    return len(changes)


def decide(
    *, change: Change, actor: Operator, choice: str, reason: str, seen: int | None, is_not_done: bool = False
) -> HeldDecision:
    """`seen`: the dry run that the owner read. `is_not_done`: of the steps that AWS doesn't show. Raises PlanError."""
    since = _since()
    if not reason.strip():
        raise PlanError("Say what you found out: it is kept in the audit trail.")
    with locked(change.pk) as change:
        _check_owner(actor, change)
        held = _held(change, since)
        if (held.looked.pk if held.looked else None) != seen:
            raise PlanError(LOOK_FIRST)
        _check_choice(held, Choice(choice), actor, reason, is_not_done=is_not_done)
        HeldDecision.objects.filter(change=change).delete()
        made = HeldDecision(change=change, choice=choice, reason=reason.strip()[:2_000], decided_by=actor)
        made.decided_at = clock.now()
        made.done_positions = [step.position for step in held.steps if step.says is Says.SO_ALREADY]
        made.is_in_force = choice == Choice.GIVE_UP or not needs_second_owner(change, besides=actor)
        made.save()
        _record("change.held_decided", made, actor)
        if made.is_in_force:
            _carry_out(made, actor, held)
    return made


def confirm(*, change: Change, actor: Operator) -> None:
    """Raises PlanError."""
    since = _since()
    with locked(change.pk) as change:
        _check_owner(actor, change)
        held = _held(change, since)
        made = held.decision
        if made is None or made.is_in_force:
            raise PlanError("There is nothing to confirm: it was decided anew, or confirmed already.")
        if made.decided_by == actor:
            raise PlanError("Somebody else who owns this AWS account confirms what you decided.")
        made.is_in_force = True
        made.save(update_fields=["is_in_force"])
        _record("change.held_confirmed", made, actor)
        _carry_out(made, actor, held)


def needs_second_owner(change: Change, *, besides: Operator | None) -> bool:
    """Whether another owner confirms that it goes on, or is done. An only owner decides alone.

    `besides` is who decided; None on the command line, where nobody is known to be an owner.
    """
    if change.ends_id or not demands(change, valid_approvals(change)):
        return False
    owners = who_may(ADMINISTER, change.aws_account)
    return (owners.exclude(pk=besides.pk) if besides else owners).exists()


def _since() -> datetime:
    """Since when the queue is on hold. Raises PlanError where it isn't."""
    status = counter.status()
    if status.on_hold_since is None:
        raise PlanError(NOT_ON_HOLD)
    if status.why == counter.UNFINISHED:
        raise PlanError(counter.UNFINISHED)
    return status.on_hold_since


def may_decide(operator: Operator, aws_account: AwsAccount) -> bool:
    return may(operator, ADMINISTER, aws_account)


def _check_owner(actor: Operator, change: Change) -> None:
    if not may_decide(actor, change.aws_account):
        raise PlanError("Only owners of the AWS account decide about a held change.")


def _held(change: Change, since: datetime) -> HeldChange:
    if not open_at(since).filter(pk=change.pk).exists():
        raise PlanError(_OVER)
    if change.state == Change.State.APPLYING and not clock.is_silent_since(change.heartbeat_at):
        raise PlanError("A worker hasn't released it yet. Try again in two minutes.")
    return held_change(change, since)


def _check_choice(held: HeldChange, choice: Choice, actor: Operator, reason: str, *, is_not_done: bool) -> None:
    if choice is Choice.RELEASE:
        if held.why_not_released:
            raise PlanError(held.why_not_released)
        if held.is_uncertain and not is_not_done:
            raise PlanError(NOT_DONE)
    elif choice is Choice.GIVE_UP and held.gives_until:
        raise PlanError(GIVEN)
    elif choice is Choice.GIVE_UP or not held.is_all_done:
        # Of the end of temporary access: that it doesn't end is for those to decide who may stop it.
        removals.check_may_decide(held.change, actor, reason)


def _record(verb: str, made: HeldDecision, actor: Operator) -> None:
    change = made.change
    audit.record(
        verb,
        actor=actor,
        aws_account=change.aws_account,
        obj=("change", change.pk, ""),
        data={"change": change.pk, "choice": made.get_choice_display().lower(), "done": made.done_positions},
        texts=texts_of(change, made.reason),
    )


# ---- What comes of it ----------------------------------------------------------------------------------------------
def _carry_out(made: HeldDecision, actor: Operator, held: HeldChange) -> None:
    change = made.change
    if made.choice == Choice.RELEASE:
        _close_attempts(change)
        _mark(change, held, made.done_positions)
        log_line(change, f"{actor} released it: it goes on when the queue does.")
    elif made.choice == Choice.DONE:
        _close_attempts(change)
        _mark(change, held, [step.position for step in held.steps])
        _end_as_applied(change, actor)
    else:
        _close_attempts(change)
        change.state = Change.State.UNKNOWN if change.state == Change.State.APPLYING else change.state
        lifecycle.stop(change, actor)


def _close_attempts(change: Change) -> None:
    """A worker's that died over a step; who decides has looked what became of it."""
    for step in change.steps.filter(state=Step.State.SENDING):
        attempts.close_open(step)
    change.steps.exclude(state__in=Step.SETTLED).update(state=Step.State.PENDING, error={})


def _mark(change: Change, held: HeldChange, positions: list[int]) -> None:
    results = {step.position: dict(step.result) for step in held.steps}
    for step in change.steps.filter(position__in=positions).exclude(state__in=Step.SETTLED):
        step.state, step.result, step.finished_at = Step.State.ALREADY_DONE, results.get(step.position, {}), clock.now()
        step.save(update_fields=["state", "result", "finished_at"])
        log_line(change, f"Step {step.position}: found done, while the queue was on hold.")


def _end_as_applied(change: Change, actor: Operator) -> None:
    change.state, change.claim, change.finished_at, change.error = Change.State.APPLIED, "", clock.now(), {}
    change.applied_by = change.applied_by or actor
    change.save()
    change.leases.all().delete()
    log_line(change, f"{actor} marked it as done, while the queue was on hold.")
    record("change.marked_done", change, actor=actor)
    sealed.erase_typed(change)
    temporary.follow(change)
