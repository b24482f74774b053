"""One form for several AWS accounts: what is typed once is understood in each by itself, and is a plan for each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from accounts.models import AwsAccount, Operator
from estate.staging.selection import PickedAcross
from objects.fields import NamedField
from objects.object_actions import ActionForm, ObjectAction
from sync.changes import PlanError
from sync.models import SpanningChange
from sync.operations import BadParams, Refusal, StepSpec
from sync.spanning import AccountPlan, propose_across
from sync.spanning.proposing import PlanErrorIn

BY_NAME = "Its name: it is looked for in each AWS account."


@dataclass(frozen=True)
class AccountProblem:
    """Why it can't be done there, in a sentence."""

    aws_account: AwsAccount
    sentence: str


@dataclass
class AcrossForm:
    """`problems`: of the AWS accounts in which it can't be done."""

    action: ObjectAction
    picked: PickedAcross
    operator: Operator
    data: Mapping[str, Any] | None
    problems: list[AccountProblem] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.forms = [
            self.action.form(group.aws_account, group.rows, self.operator, {}, self.data)
            for group in self.picked.groups
        ]
        for form in self.forms:
            for each in form.fields.values():
                if isinstance(each, NamedField):
                    each.help_text = BY_NAME
        self.shown: ActionForm = self.forms[0]

    @property
    def leaves_out(self) -> bool:
        return bool(self.data and self.data.get("leave_out"))

    def stage(self) -> SpanningChange | None:
        """None where it has to be shown again: with errors of its fields, or with problems of some AWS accounts."""
        valid = [form for form in self.forms if form.is_valid()]
        if not valid:
            return None
        self.shown = valid[0]
        self.problems = [AccountProblem(form.aws_account, _errors(form)) for form in self.forms if form not in valid]
        plans = [plan for form in valid if (plan := self._plan(form))]
        return self._propose(plans)

    def _plan(self, form: ActionForm) -> AccountPlan | None:
        try:
            steps: Sequence[StepSpec] = list(form.steps())
        except (Refusal, BadParams) as refusal:
            self.problems.append(AccountProblem(form.aws_account, str(refusal)))
            return None
        return AccountPlan(form.aws_account, form.titled(steps) if steps else "", steps)

    def _propose(self, plans: Sequence[AccountPlan]) -> SpanningChange | None:
        """Where the plan of an AWS account is refused, without it, so that all of these are known."""
        left = list(plans)
        while left:
            try:
                with transaction.atomic():
                    made = self._proposed(left)
                    if not self.problems or self.leaves_out:
                        return made
                    transaction.set_rollback(True)  # it would be possible without these: that has to be ticked
                return None
            except PlanErrorIn as refused:
                self.problems.append(AccountProblem(refused.aws_account, str(refused.error)))
                left = [plan for plan in left if plan.aws_account != refused.aws_account]
            except PlanError as refused:
                self.shown.refuse(refused)
                return None
        return None

    def _proposed(self, plans: Sequence[AccountPlan]) -> SpanningChange:
        """The first alone, then the others, as long as nobody puts them otherwise."""
        in_waves = [
            AccountPlan(plan.aws_account, plan.title, plan.steps, 1 if place == 0 else 2)
            for place, plan in enumerate(plans)
        ]
        cleaned = self.shown.cleaned_data
        return propose_across(actor=self.operator, reason=cleaned["reason"], plans=in_waves, until=self.shown.until)


def _errors(form: ActionForm) -> str:
    return " ".join(str(error) for errors in form.errors.values() for error in errors)
