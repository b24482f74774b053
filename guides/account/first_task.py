"""The first administrators, as a guided task: of IAM's own users, or of Identity Center's people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from accounts.models import AwsAccount, Operator
from directory.instances import instance_state
from guides.account import first_center, first_group
from guides.models import TaskRun
from guides.runs.stepped import SteppedTask
from guides.runs.steps import AnswersForm, TaskStep

GROUP, CENTER = "group", "center"


class FirstAdministratorsForm(AnswersForm):
    about = "account"  # one run is open in an AWS account at a time
    way = forms.ChoiceField(
        label="How they sign in",
        choices=[
            (CENTER, "By Identity Center: one login for all AWS accounts of an organization, for hours at a time"),
            (GROUP, "As IAM users of this AWS account, in one group"),
        ],
        widget=forms.RadioSelect,
    )
    group = forms.RegexField(
        regex=r"^[\w+=,.@-]{1,128}$",
        initial="administrators",
        label="Name of the group",
        help_text="Only for IAM users. One that is there is used as it is, and gets what it lacks.",
        required=False,
        error_messages={"invalid": "Letters, digits and +=,.@_- only."},
    )

    def __init__(
        self, aws_account: AwsAccount, operator: Operator, data: Mapping[str, Any] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(aws_account, operator, data, **kwargs)
        has_center = instance_state(aws_account).state in ("held", "elsewhere")
        self.initial.setdefault("way", CENTER if has_center else GROUP)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("way") == GROUP and not cleaned.get("group") and "group" not in self.errors:
            self.add_error("group", "Give the group a name.")
        return cleaned


def steps_of(run: TaskRun) -> Sequence[TaskStep]:
    return first_center.STEPS if run.answers["way"] == CENTER else first_group.STEPS


def called(run: TaskRun, operator: Operator) -> str:
    return "Administrators by Identity Center" if run.answers["way"] == CENTER else "Administrators as IAM users"


FIRST = SteppedTask(
    "first_administrators",
    "First administrators",
    "Two people who may do everything, each with MFA: a group of IAM users, or a permission set of Identity Center.",
    "shield-user",
    "begin_first_administrators",
    words="administrator group identity center permission set user new account mfa begin start",
    position=8,
    begins=FirstAdministratorsForm,
    steps=steps_of,
    called=called,
)
