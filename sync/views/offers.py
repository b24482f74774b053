"""What a change's page offers an operator to do. The services decide anew when they are asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from accounts.access import may
from accounts.models import Grant, Operator
from accounts.roles import ADMINISTER, APPLY, APPROVE, CARE, PROPOSE
from iamconsole.web.words import counted
from sync.changes.approvals import may_comment, valid, why_not_alone
from sync.changes.decisions import AppearedObjects, appeared_objects
from sync.changes.demands import Demand, demands
from sync.changes.follow_ups import undone_edits
from sync.changes.guards import objection
from sync.changes.lifecycle import CAN_BE_LEFT_OUT, why_needed
from sync.changes.overrides import findings_without_override
from sync.changes.removals import is_alone, why_not
from sync.changes.reviews import may_review, nobody_reviews
from sync.changes.sole_approver import SAFER
from sync.changes.stale_plan import MOST_LOOKED_INTO
from sync.checks import PlanFinding
from sync.forms import ApproveAloneForm, BreakGlassForm, CommentForm, OverrideForm, ReviewForm, WordForm, WordsForm
from sync.models import Approval, BreakGlass, Change, Comment, Override, Step
from sync.operations import Undo
from sync.selectors import STUCK, UNDECIDED
from sync.views.fetch import WITH_ONES_OWN
from sync.views.plan import Plan
from sync.views.steps import name_to_type, undo_of

F = TypeVar("F", bound=WordsForm)
State = Change.State
NOTES_OF = 12  # how many destructive steps are listed
CANCELLABLE = (*UNDECIDED, State.SCHEDULED, State.QUEUED, State.WAITING, *STUCK)
REVERSIBLE = (State.APPLIED, State.CANCELLED, *STUCK)


@dataclass(frozen=True)
class ApprovalsView:
    """`demands`: what is asked for, each with how many count for it. `glass`: it was applied without."""

    demands: list[Demand]
    entries: list[Approval]
    glass: BreakGlass | None
    comments: list[Comment]
    form: CommentForm

    @classmethod
    def of(cls, change: Change, typed: Mapping[str, str]) -> ApprovalsView:
        """`typed`: words that stand in a form already, by its place."""
        entries = list(change.approvals.select_related("operator"))
        glass = change.broken_glass.filter(void=False).select_related("operator", "reviewed_by", "change__aws_account")
        comments = list(change.comments.select_related("operator"))
        form = CommentForm(initial={"comment": typed.get(CommentForm.place, "")})
        return cls(demands(change, valid(change)), entries, glass.first(), comments, form)

    @property
    def words(self) -> str:
        """ "1 of 2", of all that is asked for together."""
        asked = [demand.approvals for demand in self.demands]
        return f"{sum(min(each.given, each.approvals) for each in self.demands)} of {sum(asked)}"


@dataclass(frozen=True)
class ApplyButton:
    """The one confirmation, with the reasons in words why it isn't possible (none: it is)."""

    label: str
    destructive: str  # a sentence; "" when everything can be undone
    expected: str  # what to type
    reasons: tuple[str, ...]
    step_up: bool


class ChangeButtons:
    """Each is the label of a button, or "" (None for `apply`) where the button isn't shown."""

    def __init__(
        self, plan: Plan, operator: Operator, approvals: ApprovalsView, typed: Mapping[str, str], *, fresh: bool
    ) -> None:
        self._typed = typed
        self.plan, self.change, self.operator = plan, plan.change, operator
        self.approvals = approvals
        self._fresh = fresh

    @cached_property
    def apply(self) -> ApplyButton | None:
        if self.change.state not in UNDECIDED:
            return None
        destructive = _destructive_sentence(self.plan)
        return ApplyButton(
            label=f"Apply {counted(self.plan.total, 'step')}",
            destructive=destructive,
            expected=name_to_type(self.change) if destructive else "",
            reasons=tuple(self._why_not_apply()),
            step_up=not self._fresh,
        )

    def _why_not_apply(self) -> list[str]:
        reasons = []
        if not self._may(APPLY):
            reasons.append(f"{self._roles} can’t apply changes here.")
        if not self.change.aws_account.writes_enabled:
            reasons.append("Writes are off for this AWS account: an owner can turn them on.")
        reasons += [_still_missing(demand) for demand in self.approvals.demands if demand.missing]
        if self.protected:
            reasons.append("It touches what is protected: an owner has to let it through.")
        # Who presses the button is told the rest: of a long plan it takes a while to find out.
        if not reasons and self.plan.total <= MOST_LOOKED_INTO and (against := objection(self.change, self.operator)):
            reasons.append(against.sentence)
        return reasons

    @cached_property
    def protected(self) -> list[PlanFinding]:
        """What it touches that is protected, and that no owner has overridden."""
        return findings_without_override(self.change, map(PlanFinding.from_json, self.change.findings))

    def _form(self, form: type[F], name: str) -> F:
        """One of several on the page, so its fields have ids of their own."""
        return form(auto_id=f"{form.place}_%s", initial={name: self._typed.get(form.place, "")})

    @cached_property
    def override(self) -> OverrideForm | None:
        offered = self.protected and self.change.state in UNDECIDED and self._may(ADMINISTER)
        return self._form(OverrideForm, "reason") if offered else None

    @property
    def overrides(self) -> list[Override]:
        return list(self.change.overrides.select_related("operator"))

    @cached_property
    def alone(self) -> ApproveAloneForm | None:
        """Of an only owner, to approve a change of their own."""
        if not self._is_own or not self._undecided or why_not_alone(self.change, self.operator):
            return None
        return self._form(ApproveAloneForm, "reason")

    @property
    def safer(self) -> str:
        return SAFER if self.alone else ""

    @cached_property
    def break_glass(self) -> BreakGlassForm | None:
        if self.alone:
            return None
        missing = [_still_missing(demand) for demand in self.approvals.demands if demand.missing]
        offered = missing and self._may(ADMINISTER) and self.apply is not None and self.apply.reasons == tuple(missing)
        return self._form(BreakGlassForm, "reason") if offered else None

    @cached_property
    def review(self) -> ReviewForm | None:
        glass = self.approvals.glass
        if glass is None or glass.reviewed_at or self.change.state in Change.MOVING:
            return None
        return self._form(ReviewForm, "comment") if may_review(self.operator, glass) else None

    @cached_property
    def nobody_reviews(self) -> str:
        """What to do where nobody is left to review what was applied without its approvals, or would be now."""
        glass = self.approvals.glass
        if glass is not None:
            return "" if glass.reviewed_at else nobody_reviews(self.change, glass.operator)
        return nobody_reviews(self.change, self.operator) if self.break_glass else ""

    @cached_property
    def approve(self) -> bool:
        may = self._undecided and self._may(APPROVE) and not self._is_own and not self.withdraw
        return bool(may and any(self._would_count(demand) for demand in self.approvals.demands))

    @cached_property
    def approve_reason(self) -> str:
        """Why the operator isn't asked."""
        if not self._undecided:
            return ""
        if self.alone:
            return ""
        if self._is_own:
            return "You proposed it: somebody else has to approve it."
        if not self._may(APPROVE):
            return f"{self._roles} can’t approve here."
        missing = any(demand.missing for demand in self.approvals.demands)
        return "None of these approvals is asked of you." if missing and not (self.approve or self.withdraw) else ""

    @cached_property
    def comment(self) -> WordForm | None:
        return self._form(WordForm, "comment") if may_comment(self.operator, self.change) else None

    @cached_property
    def withdraw(self) -> bool:
        mine = [entry for entry in self.approvals.entries if entry.operator_id == self.operator.pk]
        return bool(self._undecided and any(entry.approved and not entry.void for entry in mine))

    @cached_property
    def cancel(self) -> str:
        if why_not(self.change, self.operator) if self.change.ends_id else not self._may(PROPOSE):
            return ""
        if self.change.state == State.APPLYING and not self.change.cancel_asked:
            running = self.plan.running
            return f"Stop after step {running.position if running else self.plan.next_position}"
        return "Cancel the change" if self.change.state in CANCELLABLE else ""

    @cached_property
    def cancels_alone(self) -> bool:
        """Whether that takes a reason: they stop the end of access that they asked for."""
        return bool(self.cancel and self.change.ends_id) and is_alone(self.change, self.operator)

    @cached_property
    def retry(self) -> str:
        if self.change.state not in (State.FAILED, State.UNKNOWN) or self.appeared or not self._may(APPLY):
            return ""
        return f"Retry from step {self.plan.next_position}"

    @cached_property
    def leave_out(self) -> str:
        stopped = self.plan.stopped.step if self.plan.stopped else None
        if self.change.state not in (State.FAILED, State.CONFLICTED) or stopped is None or not self._may(APPLY):
            return ""
        if stopped.state not in CAN_BE_LEFT_OUT or why_needed(stopped):
            return ""
        return f"Leave out step {stopped.position} and go on"

    @cached_property
    def reverse(self) -> str:
        never = [row for row in self.plan.rows if undo_of(row) is Undo.NEVER]
        taken = {row.position for row in [*self.plan.destructive, *never]}
        done = [row.position for row in self.plan.rows if row.state == Step.State.DONE and row.position not in taken]
        if self.change.state not in REVERSIBLE or not done or not self._may(PROPOSE):
            return ""
        if self.plan.total == 1 or self.change.state == State.APPLIED:
            return "Propose the reverse"
        return f"Propose the reverse of step{_span(done)}"

    @cached_property
    def replan(self) -> str:
        if self.change.state not in (State.CONFLICTED, State.EXPIRED) or self.appeared or not self._may(PROPOSE):
            return ""
        if self.change.ends_id:
            return ""
        return "Make a new plan on what is live"

    @cached_property
    def undoes(self) -> list[str]:
        """Whose edits a new plan would undo: that has to be ticked."""
        looks = self.replan and self.plan.total <= MOST_LOOKED_INTO
        return undone_edits(self.change) if looks else []

    @cached_property
    def look(self) -> str:
        """Of a change that waits in the middle."""
        return "Look again now" if self.plan.waits and self._may(APPLY) else ""

    @cached_property
    def appeared(self) -> AppearedObjects | None:
        """What an operator has to decide about."""
        return appeared_objects(self.change)

    @cached_property
    def may_decide(self) -> bool:
        return self._may(PROPOSE)

    @property
    def _roles(self) -> str:
        """ "Your role (viewer)" """
        grants = Grant.objects.of(self.operator).on(self.change.aws_account)
        names = sorted({grant.get_role_display().lower() for grant in grants})
        return f"Your role{'s' if len(names) > 1 else ''} ({', '.join(names)})"

    @property
    def _undecided(self) -> bool:
        return self.change.state in UNDECIDED and bool(self.approvals.demands)

    def _would_count(self, demand: Demand) -> bool:
        return demand.takes(self.operator, self.change.aws_account)

    @property
    def _is_own(self) -> bool:
        return self.change.requested_by_id == self.operator.pk

    def _may(self, perm: str) -> bool:
        """Who looks after people may with changes of their own; the services look what is in them."""
        its = self.change.aws_account
        return may(self.operator, perm, its) or (
            perm in WITH_ONES_OWN and self._is_own and may(self.operator, CARE, its)
        )


def _still_missing(demand: Demand) -> str:
    """ "1 of 2 approvals by owners is still missing." """
    return f"{demand.missing} of {demand.words} {'is' if demand.missing == 1 else 'are'} still missing."


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
