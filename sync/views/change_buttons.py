"""The buttons and forms that the page of a change offers an operator."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

from iamconsole.web.words import counted
from sync.changes import guards, transitions
from sync.changes.approvers import SAFER, AppearedObjects, ChangeSituation, nobody_reviews, why_no_override
from sync.changes.demands import Demand
from sync.changes.events import OperatorEvent
from sync.changes.follow_ups import undone_edits
from sync.changes.removals import is_alone
from sync.changes.rules import why_not
from sync.changes.stale_plan import MOST_LOOKED_INTO
from sync.changes.steps import reversals
from sync.checks import PlanFinding
from sync.forms import CommentForm, WordsForm
from sync.models import Approval, BreakGlass, Change, Comment, Override
from sync.views.change_actions import ACTIONS
from sync.views.plan import Plan
from sync.views.steps import name_to_type

State = Change.State
NOTES_OF = 12  # how many destructive steps are listed


@dataclass(frozen=True)
class ApprovalsView:
    """`demands`: what is asked for, each with how many count for it. `glass`: it was applied without."""

    demands: list[Demand]
    entries: list[Approval]
    glass: BreakGlass | None
    comments: list[Comment]

    @classmethod
    def of(cls, at: ChangeSituation) -> ApprovalsView:
        change = at.change
        entries = list(change.approvals.select_related("operator"))
        glass = change.broken_glass.filter(void=False).select_related("operator", "reviewed_by", "change__aws_account")
        return cls(at.demands, entries, glass.first(), list(change.comments.select_related("operator")))

    @property
    def words(self) -> str:
        """ "1 of 2", of all that is asked for together."""
        required = [demand.approvals for demand in self.demands]
        return f"{sum(min(each.received, each.approvals) for each in self.demands)} of {sum(required)}"


@dataclass(frozen=True)
class ApplyButton:
    """The one confirmation, with the reasons in words why it isn't possible (none: it is)."""

    label: str
    destructive: str  # a sentence; "" when everything can be undone
    expected: str  # what to type
    reasons: tuple[str, ...]
    step_up: bool
    asks_again: str = ""


@dataclass(frozen=True)
class ChangeButton:
    """What may be done now, by the label of its button and the form that goes with it.

    `reasons`: sentences about what stands against the plan, so that the button can't be pressed.
    """

    event: OperatorEvent
    label: str
    form: WordsForm | None
    reasons: tuple[str, ...] = ()


class ChangeButtons:
    """By the same rules as the services, which decide anew when they are asked."""

    def __init__(
        self, plan: Plan, at: ChangeSituation, approvals: ApprovalsView, typed: Mapping[str, str], *, fresh: bool
    ) -> None:
        """`typed`: words that stand in a form already, by its place."""
        self._typed, self._fresh, self._at = typed, fresh, at
        self.plan, self.change, self.operator = plan, at.change, at.operator
        self.approvals = approvals

    @cached_property
    def shown(self) -> Mapping[str, ChangeButton]:
        """The buttons by the name of their event."""
        events = (event for event in transitions.OPERATOR_EVENTS if not why_not(event, self._at))
        return {
            event.name: ChangeButton(event, self._label(event), self._form(event), self._reasons(event))
            for event in events
        }

    def _label(self, event: OperatorEvent) -> str:
        return _LABELS[event](self.plan) if event in _LABELS else event.button.label

    def _reasons(self, event: OperatorEvent) -> tuple[str, ...]:
        """All that shows at a glance; whoever presses the button is told the rest."""
        if event not in (transitions.RETRY, transitions.LEAVE_OUT):
            return ()
        return tuple(each.sentence for each in guards.at_a_glance(self._at))

    def _form(self, event: OperatorEvent) -> WordsForm | None:
        """One of several on the page, so its fields have ids of their own."""
        form = CommentForm if event is transitions.REJECT else ACTIONS[event.name].form
        if not issubclass(form, WordsForm):
            return None
        name, *others = form.base_fields
        more = {each: self._typed.get(f"{form.place}.{each}", "") for each in others}
        return form(auto_id=f"{form.place}_%s", initial={name: self._typed.get(form.place, ""), **more})

    @cached_property
    def apply(self) -> ApplyButton | None:
        if self.change.state not in transitions.APPLY_IT.starts_from:
            return None
        destructive = _destructive_sentence(self.plan)
        return ApplyButton(
            label=f"{transitions.APPLY_IT.button.label} {counted(self.plan.total, 'step')}",
            destructive=destructive,
            expected=name_to_type(self.change) if destructive else "",
            reasons=tuple(each.sentence for each in self._against_apply if each.safeguards is None),
            step_up=not self._fresh,
            asks_again=next((each.sentence for each in self._against_apply if each.safeguards is not None), ""),
        )

    @cached_property
    def _against_apply(self) -> list[guards.Objection]:
        """All that shows at a glance; of a long plan whoever presses the button is told the rest: it takes a while."""
        found = guards.at_a_glance(self._at)
        if (
            not found
            and self.plan.total <= MOST_LOOKED_INTO
            and (against := guards.objection(self.change, self.operator))
        ):
            found = [against]
        return found

    @property
    def protected(self) -> list[PlanFinding]:
        return self._at.protected

    @property
    def why_not_let_through(self) -> str:
        """Who can let through what is protected, where the operator can't."""
        return next((why_no_override(self.operator, each, self.change) for each in self.protected), "")

    @property
    def guarded(self) -> list[PlanFinding]:
        return self._at.guarded

    @property
    def why_no_override(self) -> str:
        """Why the operator can't override the guard rails that stand against it; "" where they can."""
        return why_not(transitions.OVERRIDE_GUARD_RAIL, self._at) if self._at.guarded else ""

    @cached_property
    def _all_overrides(self) -> list[Override]:
        return list(self.change.overrides.select_related("operator"))

    @property
    def overrides(self) -> list[Override]:
        """Of what is protected."""
        return [made for made in self._all_overrides if not made.is_of_guard_rails and not made.is_of_code]

    @property
    def guard_rail_overrides(self) -> list[Override]:
        return [made for made in self._all_overrides if made.is_of_guard_rails]

    @property
    def owned(self) -> list[PlanFinding]:
        return self._at.owned

    @property
    def code_overrides(self) -> list[Override]:
        return [made for made in self._all_overrides if made.is_of_code]

    @property
    def why_no_code_override(self) -> str:
        """Why the operator can't override the code that owns it; "" where they can."""
        return why_not(transitions.OVERRIDE_CODE, self._at) if self._at.owned else ""

    @property
    def safer(self) -> str:
        return SAFER if transitions.APPROVE_ALONE.name in self.shown else ""

    @cached_property
    def nobody_reviews(self) -> str:
        """What to do where nobody is left to review what was applied without its approvals, or would be now."""
        glass = self.approvals.glass
        if glass is not None:
            return "" if glass.reviewed_at else nobody_reviews(self.change, glass.operator)
        return nobody_reviews(self.change, self.operator) if transitions.BREAK_GLASS.name in self.shown else ""

    @cached_property
    def approve_reason(self) -> str:
        """Why the operator isn't asked, of a change that waits for approvals."""
        answered = (transitions.APPROVE_IT, transitions.APPROVE_ALONE, transitions.WITHDRAW)
        if self.change.state not in Change.UNDECIDED or any(event.name in self.shown for event in answered):
            return ""
        return why_not(transitions.APPROVE_IT, self._at) if self._at.missing else ""

    @cached_property
    def cancels_alone(self) -> bool:
        """Whether that takes a reason: they stop the end of access that they asked for."""
        is_end = transitions.CANCEL.name in self.shown and self.change.ends_id is not None
        return is_end and is_alone(self.change, self.operator)

    @cached_property
    def undoes(self) -> list[str]:
        """Whose edits a new plan would undo: that has to be ticked."""
        looks = transitions.REPLAN.name in self.shown and self.plan.total <= MOST_LOOKED_INTO
        return undone_edits(self.change) if looks else []

    @property
    def appeared(self) -> AppearedObjects | None:
        """What an operator has to decide about."""
        return self._at.appeared


def _cancel_label(plan: Plan) -> str:
    if plan.change.state != State.APPLYING:
        return transitions.CANCEL.button.label
    return f"Stop after step {plan.running.position if plan.running else plan.next_position}"


def _leave_out_label(plan: Plan) -> str:
    return f"Leave out step {plan.stopped.position if plan.stopped else plan.next_position} and go on"


def _reverse_label(plan: Plan) -> str:
    label = transitions.REVERSE.button.label
    if plan.total == 1 or plan.change.state == State.APPLIED:
        return label
    return f"{label} of step{_span(sorted(step.position for step, undoing in reversals(plan.change) if undoing))}"


_LABELS: Mapping[OperatorEvent, Callable[[Plan], str]] = {
    transitions.CANCEL: _cancel_label,
    transitions.RETRY: lambda plan: f"{transitions.RETRY.button.label} from step {plan.next_position}",
    transitions.LEAVE_OUT: _leave_out_label,
    transitions.REVERSE: _reverse_label,
}


def _span(positions: list[int]) -> str:
    first, last = positions[0], positions[-1]
    return f" {first}" if first == last else f"s {first} to {last}"


def _destructive_sentence(plan: Plan) -> str:
    steps = plan.destructive
    if not steps:
        return ""
    if len(steps) == 1:
        only = plan.view(steps[0])
        return f"Step {only.position}: {only.title}. {only.note}"
    listed = _listed([step.position for step in steps])
    return f"Steps {listed} take away what can’t come back as it was. Each says how."


def _listed(positions: list[int]) -> str:
    """ "1, 3 and 4", "1, 3 … and 998 more"."""
    if len(positions) > NOTES_OF:
        shown = ", ".join(map(str, positions[:NOTES_OF]))
        return f"{shown} and {len(positions) - NOTES_OF} more"
    *others, last = map(str, positions)
    return f"{', '.join(others)} and {last}"
