"""A change and the operator who asks about it, with what the rules (sync/changes/rules.py) look up, each once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from accounts.models import Operator
from sync.changes.approvers import decides_alone, findings_without_override, to_review, valid_approvals
from sync.changes.demands import Demand, demands
from sync.changes.transitions import DELETE_APPEARED, LEAVE_OUT
from sync.checks import PlanFinding
from sync.models import BreakGlass, Change, Step


@dataclass(frozen=True)
class AppearedObjects:
    """What is there and wasn't when the step was sent, by AWS's ids."""

    step: Step
    ids: tuple[str, ...]


class ChangeSituation:
    """As it is now: whoever changes something asks with a new one."""

    def __init__(self, change: Change, operator: Operator) -> None:
        self.change, self.operator = change, operator

    @property
    def is_own(self) -> bool:
        return self.change.requested_by_id == self.operator.pk

    @cached_property
    def decides_alone(self) -> bool:
        return decides_alone(self.operator, self.change.aws_account)

    @cached_property
    def demands(self) -> list[Demand]:
        """All approvals that are asked for, each with how many count for it."""
        return demands(self.change, valid_approvals(self.change))

    @property
    def missing(self) -> list[Demand]:
        return [demand for demand in self.demands if demand.missing]

    @cached_property
    def has_approved(self) -> bool:
        return self.change.approvals.filter(operator=self.operator, approved=True, void=False).exists()

    @cached_property
    def protected(self) -> list[PlanFinding]:
        """What the plan said that it touches, that is protected, and that no owner has let through."""
        return findings_without_override(self.change, map(PlanFinding.from_json, self.change.findings))

    @cached_property
    def to_review(self) -> BreakGlass | None:
        return to_review(self.change)

    @cached_property
    def appeared(self) -> AppearedObjects | None:
        """What an operator has to decide about; None where there is nothing."""
        if self.change.state not in DELETE_APPEARED.starts_from:
            return None
        found = ((step, step.error.get("appeared")) for step in self._in(DELETE_APPEARED.steps))
        return next((AppearedObjects(step, tuple(ids)) for step, ids in found if ids), None)

    @cached_property
    def to_leave_out(self) -> Step | None:
        """The step that stopped it, where it is known not to be done."""
        return next(self._in(LEAVE_OUT.steps), None)

    def _in(self, states: tuple[Step.State, ...]) -> Iterator[Step]:
        return (step for step in self.change.steps.all() if step.state in states)
