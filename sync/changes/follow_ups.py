"""Follow-up changes: the reverse of a change, and the same intent planned again on the present state."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import Operator
from sync import operations, sealed
from sync.changes import temporary, verbs
from sync.changes.errors import PlanError
from sync.changes.events import OperatorEvent
from sync.changes.plan import prefetch, propose, renew_spec
from sync.changes.rebasing import rebase_step
from sync.changes.rows import locked, log_line
from sync.changes.rules import check
from sync.changes.steps import created_ids, reversals
from sync.changes.transitions import REPLAN, REVERSE
from sync.checks import PlanFinding
from sync.models import Change, Step
from sync.operations import BadParams, Operation, Refusal, StepSpec
from sync.placeholders import placeholder_for, resolved
from sync.plan_draft import Draft


def propose_reverse(*, change: Change, actor: Operator, reason: str | None = None) -> Change:
    """A change that undoes what `change` did, in the opposite order. Raises PlanError."""
    check(REVERSE, change, actor)
    steps: list[StepSpec] = []
    for _, undoing in reversals(change):
        steps += _behind(undoing, len(steps))
    return propose(
        aws_account=change.aws_account,
        actor=actor,
        title=f"Reverse of change {change.pk}: {change.title}",
        reason=f"Reverses change {change.pk}, {change.title}." if reason is None else reason,
        steps=steps,
        reverses=change,
    )


def _behind(undoing: Sequence[StepSpec], before: int) -> list[StepSpec]:
    """What one step's reverse says of its own steps, by their positions in it, where so many come before them."""
    moved = {position: placeholder_for(before + position) for position in range(1, len(undoing) + 1)}
    return [StepSpec(spec.kind, resolved(spec.params, moved)) for spec in undoing]


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
        verbs.record("change.cancelled", change, actor=actor)
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
        left = list(left)
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
