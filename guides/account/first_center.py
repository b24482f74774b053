"""Administrators by Identity Center: a permission set that allows everything, assigned to two people.

The instance may be another AWS account's: then the changes are staged there, by whoever may.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django import forms

from accounts.models import AwsAccount, Operator
from directory.actions.fields import GroupOfDirectoryField, PersonField, SetField
from directory.instances import held_instance, instance_state
from directory.operations import assign
from directory.operations.assignments import params_of
from directory.operations.set_existence import LONGEST_NAME, plan_set
from directory.operations.sets_base import SetContent, region_of
from directory.people.names import sees_people
from guides.account import center_rules
from guides.account.by_hand import AwsPage, ByHand, ByHandStep
from guides.account.center_facts import center_facts
from guides.models import TaskRun
from guides.runs.steps import StepForm, StepFound, TaskStep, unknown
from sync.operations import Refusal, StepSpec

_GUIDE = "https://docs.aws.amazon.com/singlesignon/latest/userguide/"
_SESSION_S = 4 * 3600


class InstanceStep(ByHandStep):
    name = "instance"
    title = "Identity Center is switched on"
    by_hand = ByHand(
        (
            "In the management account of the organization: IAM Identity Center, Enable.",
            "Choose the Region with care: it can’t be changed later.",
            "Then add people: by hand, or from your identity provider under Settings, Identity source.",
            "Pull here, or wait for the next pull.",
        ),
        path="singlesignon/home",
        opens="Open Identity Center",
        source=AwsPage("Enable IAM Identity Center", f"{_GUIDE}enable-identity-center.html"),
    )

    def look(self, run: TaskRun) -> StepFound:
        return center_rules.instance_there(instance_state(run.aws_account))


class HeldStep(TaskStep):
    """What a change does where the AWS account administers the instance."""

    after: ClassVar[Sequence[str]] = ("instance",)

    def form(self, run: TaskRun, *args: Any, **kwargs: Any) -> StepForm | None:
        return super().form(run, *args, **kwargs) if held_instance(run.aws_account) else None


# ---- The set -------------------------------------------------------------------------------------------------
class AdministratorSetForm(StepForm):
    name = forms.CharField(
        max_length=LONGEST_NAME,
        initial="AdministratorAccess",
        help_text="It has AWS’s policy AdministratorAccess, and sessions of four hours. Its name can’t be changed.",
    )

    def steps(self) -> Sequence[StepSpec]:
        instance = held_instance(self.run.aws_account)
        if instance is None:
            raise Refusal("This AWS account doesn’t administer Identity Center.")
        content = SetContent("", session_s=_SESSION_S, managed=(everything(self.run.aws_account),))
        return plan_set(instance.arn, instance.primary_region, self.cleaned_data["name"], content)

    def titled(self, steps: Sequence[StepSpec]) -> str:
        return super().titled(steps[:1])


def everything(aws_account: AwsAccount) -> str:
    return f"arn:{aws_account.partition}:iam::aws:policy/AdministratorAccess"


class SetStep(HeldStep):
    name = "set"
    title = "A permission set that may do everything"
    form_class = AdministratorSetForm

    def look(self, run: TaskRun) -> StepFound:
        return center_rules.set_there(center_facts(run.aws_account))


# ---- Who has it ----------------------------------------------------------------------------------------------
class AssignAdministratorsForm(StepForm):
    set = SetField()
    group = GroupOfDirectoryField(required=False)
    person = PersonField()

    def __init__(self, run: TaskRun, operator: Operator, data: Mapping[str, Any] | None = None, **kwargs: Any) -> None:
        super().__init__(run, operator, data, **kwargs)
        sets = center_facts(run.aws_account).sets
        self.initial.setdefault("set", sets[0].name if sets else "")
        if not sees_people(operator, run.aws_account):
            del self.fields["person"]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        given = [name for name in ("group", "person") if cleaned.get(name)]
        if not self.errors and len(given) != 1:
            self.add_error("group", "Say one of the two: a group or a person." if given else "Say to whom.")
        return cleaned

    def steps(self) -> Sequence[StepSpec]:
        chosen, principal = self.cleaned_data["set"], self.cleaned_data["group"] or self.cleaned_data["person"]
        return assign(params_of(chosen, region_of(chosen), self.run.aws_account.account_id, principal))


class AssignedStep(HeldStep):
    name = "assigned"
    title = "Two people have it"
    after = ("instance", "set")
    form_class = AssignAdministratorsForm

    def look(self, run: TaskRun) -> StepFound:
        return center_rules.two_people(center_facts(run.aws_account))


class CenterMfaStep(ByHandStep):
    name = "center_mfa"
    title = "They are asked for MFA"
    by_hand = ByHand(
        (
            "IAM Identity Center, Settings, Authentication, Multi-factor authentication: Configure.",
            "Prompt users for MFA: every time they sign in, or only when their sign-in context changes.",
            "If a user does not yet have a registered MFA device: Require them to register an MFA device at sign in.",
            "With an identity provider of your own it is that one which asks for MFA.",
        ),
        path="singlesignon/home",
        opens="Open Identity Center",
        source=AwsPage("Prompt users for MFA", f"{_GUIDE}mfa-getting-started.html"),
    )

    def look(self, run: TaskRun) -> StepFound:
        return unknown("AWS has no call that tells of it: confirm it by hand.")


STEPS: Sequence[TaskStep] = (InstanceStep(), SetStep(), AssignedStep(), CenterMfaStep())
