"""Fixes of several findings as one change; of several AWS accounts as one across them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from accounts.models import AwsAccount, Operator
from findings.fixes import FindingFix, fix_of
from findings.models import Finding
from iamconsole.web.words import counted
from sync import changes
from sync.models import Change, SpanningChange
from sync.operations import BadParams, Refusal, StepSpec
from sync.pending import ObjectsOfSteps, objects_of
from sync.placeholders import placeholder_for, resolved
from sync.spanning import AccountPlan, propose_across

_NONE = "The console has no change that puts it right: its page says what to do."


@dataclass(frozen=True)
class StagedFinding:
    """One of those that were picked. `why_not`: "" where its fix is in the plan."""

    finding: Finding
    label: str = ""
    url: str = ""  # of the form that stages it alone
    why_not: str = ""


@dataclass
class FixPlan:
    """The steps of one AWS account, each once however many findings it puts right."""

    aws_account: AwsAccount
    staged: list[StagedFinding] = field(default_factory=list)
    steps: list[StepSpec] = field(default_factory=list)
    _positions: dict[str, int] = field(default_factory=dict)  # in the plan, from 1, by what a step says
    _objects: ObjectsOfSteps = field(default_factory=lambda: ObjectsOfSteps())

    def add(self, finding: Finding, fix: FindingFix, operator: Operator) -> None:
        found, why_not = _steps(fix, operator)
        new, shared, positions = self._merged(found)
        touched = objects_of(self.aws_account, new).without(objects_of(self.aws_account, shared))
        if not why_not and self._objects.meet(touched):
            why_not = "Another fix of this plan changes the same object: stage it once that is applied."
        if not why_not:
            self._positions |= positions
            self._objects |= touched
            self.steps += new
        self.staged.append(StagedFinding(finding, fix.label, fix.url, why_not))

    def leave_out(self, finding: Finding, why_not: str) -> None:
        self.staged.append(StagedFinding(finding, why_not=why_not))

    def _merged(self, found: Sequence[StepSpec]) -> tuple[list[StepSpec], list[StepSpec], dict[str, int]]:
        """Those that the plan doesn't have yet, and those that it has; what steps say of each other, by their positions
        in the plan."""
        new: list[StepSpec] = []
        shared: list[StepSpec] = []
        positions: dict[str, int] = {}
        moved: dict[int, str] = {}
        for number, step in enumerate(found, start=1):
            there = StepSpec(step.kind, resolved(step.params, moved))
            at = self._positions.get(_key(there)) or positions.get(_key(there))
            if at is None:
                new.append(there)
                at = positions[_key(there)] = len(self.steps) + len(new)
            else:
                shared.append(there)
            moved[number] = placeholder_for(at)
        return new, shared, positions

    @property
    def planned(self) -> list[StagedFinding]:
        return [each for each in self.staged if not each.why_not]

    @property
    def left_out(self) -> list[StagedFinding]:
        return [each for each in self.staged if each.why_not]

    @property
    def title(self) -> str:
        return f"Put right {counted(len(self.planned), 'finding')}"


def _steps(fix: FindingFix, operator: Operator) -> tuple[list[StepSpec], str]:
    """With the sentence why there are none, "" where there are."""
    if fix.steps is None:
        return [], fix.why_form
    try:
        return list(fix.steps(operator)), ""
    except (Refusal, BadParams, changes.PlanError) as refusal:
        return [], str(refusal)


def _key(step: StepSpec) -> str:
    return json.dumps([step.kind, step.params], sort_keys=True, default=str)


def plans_of(findings: Sequence[Finding], operator: Operator) -> list[FixPlan]:
    """By AWS account, in the order of their names."""
    found: dict[AwsAccount, FixPlan] = {}

    def plan(aws_account: AwsAccount) -> FixPlan:
        return found.setdefault(aws_account, FixPlan(aws_account))

    for each in sorted(findings, key=lambda each: (each.aws_account.name.casefold(), each.pk)):
        fix = fix_of(each)
        if why_not := _NONE if fix is None else fix.why_not(operator):
            plan(each.aws_account).leave_out(each, why_not)
        elif fix is not None:
            plan(fix.at or each.aws_account).add(each, fix, operator)
    return list(found.values())


def stage(*, plans: Sequence[FixPlan], title: str, reason: str, actor: Operator) -> Change | SpanningChange:
    """What is in the plans. Raises PlanError with a sentence, also where there is nothing."""
    wanted = [each for each in plans if each.steps]
    if not wanted:
        raise changes.PlanError("None of these has a fix that the console could stage as it is.")
    if len(wanted) == 1:
        [plan] = wanted
        return changes.propose(
            aws_account=plan.aws_account, actor=actor, title=title or plan.title, reason=reason, steps=plan.steps
        )
    across = [
        AccountPlan(plan.aws_account, title or plan.title, plan.steps, 1 if place == 0 else 2)
        for place, plan in enumerate(wanted)
    ]
    return propose_across(actor=actor, reason=reason, plans=across)
