"""Follow-up changes: the reverse of a change, and the same intent planned again on the present state."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import Operator
from sync import operations, sealed
from sync.changes import temporary
from sync.changes.approvers import AppearedObjects
from sync.changes.bookkeeping import PlanError, locked, log_line, record
from sync.changes.conditions import with_conditions
from sync.changes.events import OperatorEvent
from sync.changes.plan import prefetch, propose, renew_spec
from sync.changes.rules import check
from sync.changes.span import place_of
from sync.changes.steps import created_ids, planned_step, reversals
from sync.changes.transitions import DELETE_APPEARED, LEAVE_APPEARED, REPLAN, REVERSE
from sync.checks import PlanFinding
from sync.models import Change, Step
from sync.operation_mixins import AppearsAfterwards, WritesDocument
from sync.operations import BadParams, Operation, Refusal, StepSpec
from sync.placeholders import placeholder_for, resolved
from sync.plan_draft import Draft


def propose_reverse(*, change: Change, actor: Operator, reason: str | None = None) -> Change:
    """A change that undoes what `change` did, in the opposite order. Raises PlanError."""
    check(REVERSE, change, actor)
    return propose(
        aws_account=change.aws_account,
        actor=actor,
        title=f"Reverse of change {change.pk}: {change.title}",
        reason=f"Reverses change {change.pk}, {change.title}." if reason is None else reason,
        steps=reversing(change),
        reverses=change,
    )


def reversing(change: Change) -> list[StepSpec]:
    """The steps that undo what was done of it, the last one first; none where nothing can be undone."""
    steps: list[StepSpec] = []
    for _, undoing in reversals(change):
        steps += behind(undoing, len(steps))
    return steps


def behind(undoing: Sequence[StepSpec], before: int) -> list[StepSpec]:
    """What steps say of each other, by their positions among themselves, where so many (`before`) come before them."""
    moved = {position: placeholder_for(before + position) for position in range(1, len(undoing) + 1)}
    return [replace(spec, params=resolved(spec.params, moved)) for spec in undoing]


def replan(*, change: Change, actor: Operator, undoes: bool = False) -> Change:
    """A new change with what is left of the intent, on what the mirror has now; the old one is closed.

    Raises PlanError. Edits of a text that others made since are kept where they fit together with this one; where they
    don't, `undoes` says that they are meant to be undone.
    """
    return plan_again(change, actor, REPLAN, undoes=undoes)


def undone_edits(change: Change) -> list[str]:
    """Sentences: whose edits a new plan would undo. None where nothing would be planned again."""
    try:
        return _on_what_is_there(change, (), _left_of(change)).undoes
    except PlanError:
        return []


@transaction.atomic
def plan_again(
    change: Change,
    actor: Operator,
    event: OperatorEvent,
    *,
    first: Sequence[StepSpec] = (),
    undoes: bool = False,
) -> Change:
    """`event`: by which it comes to that; `first`: what is done before what is left. Raises PlanError."""
    with locked(change.pk) as change:
        check(event, change, actor)
        left = _left_of(change)
        found = _on_what_is_there(change, first, left)
        if not found.specs:
            raise PlanError("There is nothing left to do: AWS has it so already.")
        if found.undoes and not undoes:
            raise PlanError(f"{' '.join(found.undoes)} Tick that this is meant, or edit what is live.")
        new = temporary.propose_until(
            until=change.until,
            aws_account=change.aws_account,
            actor=actor,
            title=change.title,
            reason=change.reason,
            steps=found.specs,
            reverses=change.reverses,
            place=place_of(change),
            not_before=change.scheduled_for,
            independent=change.independent,
            findings=[PlanFinding("UNDOES", "warning", sentence, about=(sentence,)) for sentence in found.undoes],
        )
        if change.state != Change.State.EXPIRED:
            change.state = Change.State.CANCELLED
            change.finished_at = timezone.now()
            left.update(state=Step.State.SKIPPED)
        sealed.erase_typed(change)  # what the new plan doesn't send again
        log_line(change, f"Planned again as change {new.pk}.")
        change.save()
        temporary.follow(change)
        record("change.cancelled", change, actor=actor)
    return new


def _left_of(change: Change) -> QuerySet[Step]:
    return change.steps.exclude(state__in=Step.SETTLED).select_related("change")


@dataclass(frozen=True)
class FollowUpPlan:
    """`undoes`: sentences about edits of others that the steps would undo."""

    specs: list[StepSpec]
    undoes: list[str]


def _on_what_is_there(change: Change, first: Iterable[StepSpec], left: Iterable[Step]) -> FollowUpPlan:
    """What a step that is left makes has another position in the new plan, and goes by that one there."""
    draft = Draft(change.aws_account)
    ids = created_ids(change)
    specs: list[StepSpec] = []
    undoes: list[str] = []
    try:
        for spec in first:
            specs += renew_spec(draft, spec)
        left = with_conditions(left)
        prefetch(draft, [_parsed(StepSpec(step.kind, resolved(step.params, ids))) for step in left])
        for step in left:
            on_now = rebase_step(draft, step, ids)
            steps = renew_spec(draft, on_now.spec)
            undoes += [on_now.undoes] if steps and on_now.undoes else []
            specs += [replace(spec, is_optional=step.is_optional) for spec in steps]
            ids[step.position] = placeholder_for(len(draft.steps))
    except (BadParams, Refusal) as refusal:
        raise PlanError(str(refusal)) from refusal
    return FollowUpPlan(specs, list(dict.fromkeys(undoes)))


def _parsed(spec: StepSpec) -> tuple[Operation[Any], Any]:
    operation = operations.registry[spec.kind]
    return operation, operation.parse(spec.params)


# ---- An earlier plan on what is there now --------------------------------------------------------------------------
# Between the plan and now somebody else may have edited the same text. Where both edits fit together, the new plan
# has both (Operation.merged). Where they don't, it would put back what was there before: that is said, and has to be
# meant.
@dataclass(frozen=True)
class RebasedStep:
    """`undoes`: a sentence about what it would undo; "" where it undoes nothing. `merges`: it has both edits."""

    spec: StepSpec
    undoes: str = ""
    merges: bool = False


def rebase_step(draft: Draft, step: Step, ids: Mapping[int, str]) -> RebasedStep:
    """Raises BadParams."""
    spec = StepSpec(step.kind, resolved(step.params, ids))
    operation = operations.registry[step.kind]
    params, expects = operation.parse(spec.params), resolved(step.expects, ids)
    if not isinstance(operation, WritesDocument) or not operation.replaces_text:
        return RebasedStep(spec)
    if operation.part(params) in draft.parts:  # it stands on a step before it
        return RebasedStep(spec)
    try:
        now = operation.mirrored(draft, params)
    except Refusal:
        return RebasedStep(spec)
    if now == expects:
        return RebasedStep(spec)
    return _on_another(draft, step, operation, params, (expects, now))


def _on_another(
    draft: Draft, step: Step, operation: WritesDocument[Any], params: Any, values: tuple[Any, Any]
) -> RebasedStep:
    spec = operation.spec(params)
    base, live = (operation.document(draft.aws_account, params, value) for value in values)
    if base == live:
        return RebasedStep(spec)
    if base is not None and live is not None:
        both = operation.merged(params, base, live)
        if both is not None:
            return RebasedStep(operation.spec(both), merges=both != params)
    if not operation.changes(params, values[1]):
        return RebasedStep(spec)  # it is so already
    return RebasedStep(spec, undoes=_whose(step))


def _whose(step: Step) -> str:
    """By the part: which change wrote it since, or else that nobody here did."""
    since = Step.objects.filter(
        change__aws_account=step.change.aws_account_id,
        part=step.part,
        state__in=Step.FINISHED,
        finished_at__gt=step.change.created_at,
    )
    last = since.exclude(change=step.change_id).order_by("-finished_at").select_related("change__requested_by").first()
    if last is None:
        return "This undoes what somebody changed outside this console since it was planned."
    other: Change = last.change
    return f"This undoes change {other.pk} by {other.requested_by}: {other.titled}."


# ---- Objects that appeared -----------------------------------------------------------------------------------------
# Lets an operator decide whether an object that appeared while a call of ours had no answer is ours.
# A call at most once, such as one that makes an access key, may have been done although its answer was lost: then
# what it made is of no use, since AWS said its secret in that answer. Or a colleague made it in the same moment.
# Nothing is deleted by guess.
@transaction.atomic
def leave_what_appeared(*, change: Change, actor: Operator) -> Change:
    """Leaves the object, which isn't ours, and plans again what is left. Raises PlanError."""
    found = _appeared(check(LEAVE_APPEARED, change, actor).appeared)
    new = plan_again(change, actor, LEAVE_APPEARED)
    record("change.left_what_appeared", change, actor=actor, what=", ".join(found.ids))
    return new


@transaction.atomic
def delete_what_appeared(*, change: Change, which: str, actor: Operator) -> Change:
    """Plans to delete `which`, which is ours, and then to do what is left. Raises PlanError."""
    found = _appeared(check(DELETE_APPEARED, change, actor).appeared)
    if which not in found.ids:
        raise PlanError(f"{which[:80]} didn't appear while the change was carried out.")
    planned = planned_step(found.step, created_ids(change))
    operation = planned.operation
    first = operation.discard(planned.params, which) if isinstance(operation, AppearsAfterwards) else ()
    new = plan_again(change, actor, DELETE_APPEARED, first=first)
    record("change.owned_what_appeared", change, actor=actor, what=which)
    return new


def _appeared(found: AppearedObjects | None) -> AppearedObjects:
    assert found is not None  # noqa: S101  by the rule of both events
    return found
