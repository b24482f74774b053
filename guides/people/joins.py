"""A person joins: an IAM user with groups and a password, or somebody of Identity Center who gets in; then their first
sign-in, and MFA.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django import forms

from accounts.models import AwsAccount, Operator
from directory.actions.fields import PersonField
from directory.instances import held_instance
from directory.models import DirectoryUser
from directory.people.names import sees_people
from guides.models import TaskRun
from guides.people.joining_user import STEPS as STEPS_OF_USER
from guides.people.memberships import PersonGetsForm, groups_said, is_so, is_staged
from guides.people.whom import PERSON, USER, name_of, note_look, page_of, whom
from guides.runs.stepped import SteppedTask
from guides.runs.steps import AnswersForm, StepForm, StepFound, TaskStep, done, to_do, unknown
from identities.models import IamUser

_WHO = "Say who joins."
_USER_NAME = re.compile(r"[\w+=,.@-]{1,64}", re.ASCII)  # IAM API Reference, "CreateUser"


class JoinerForm(AnswersForm):
    user = forms.CharField(
        label="Name of a new IAM user",
        required=False,
        max_length=64,
        help_text="Letters, digits and +=,.@_- only.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    person = PersonField(
        label="Or a person of Identity Center",
        help_text="Their user name, e-mail address or id. Who isn’t there yet is made first: People, New person.",
    )

    def __init__(self, aws_account: AwsAccount, operator: Operator, *args: Any, **kwargs: Any) -> None:
        super().__init__(aws_account, operator, *args, **kwargs)
        if held_instance(aws_account) is None or not sees_people(operator, aws_account):
            del self.fields["person"]
            self.fields["user"].required = True
            self.fields["user"].error_messages["required"] = _WHO

    def clean_user(self) -> str:
        name = str(self.cleaned_data["user"])
        if name and not _USER_NAME.fullmatch(name):
            raise forms.ValidationError("That can’t be the name of a user: letters, digits and +=,.@_- only.")
        if IamUser.objects.live().filter(aws_account=self.aws_account, name_key=name.casefold()).exists():
            raise forms.ValidationError(
                f"There is a user {name} already: names are unique, whatever their case. If it is theirs and they "
                "change teams, that is “A person moves”."
            )
        return name

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        given = [name for name in ("user", "person") if cleaned.get(name)]
        if not self.errors and len(given) != 1:
            both = "Say one of the two: an IAM user or a person of Identity Center. Each is a task of its own."
            self.add_error("user", both if given else _WHO)
        return cleaned

    def answers(self) -> dict[str, Any]:
        if person := self.cleaned_data.get("person"):
            return {"slug": PERSON, "id": person.aws_id, "name": ""}
        return {"slug": USER, "id": "", "name": self.cleaned_data["user"]}

    @property
    def about(self) -> str:
        person = self.cleaned_data.get("person")
        return f"{person.kind}:{person.aws_id}" if person else f"name:{self.cleaned_data['user'].casefold()}"


# ---- A person of Identity Center ---------------------------------------------------------------------------------
class GetsStep(TaskStep):
    name = "memberships"
    title = "Groups, or a permission set in an AWS account"
    form_class = PersonGetsForm

    def look(self, run: TaskRun) -> StepFound:
        row = whom(run)
        if row is None:
            return unknown("They are gone from Identity Center. Close the task.")
        now = f"They are in {groups_said(row)}."
        if not is_staged(run):
            return to_do(f"{now} The plan says what access they gain.")
        if is_so(run, row):
            return done(now, page_of(run), "Their page")
        return to_do(f"{now} That isn’t yet what was staged.")

    def form(self, run: TaskRun, operator: Operator, data: Mapping[str, Any] | None = None) -> StepForm | None:
        row = whom(run)
        if not isinstance(row, DirectoryUser):
            return None
        return PersonGetsForm(row, run, operator, data, auto_id=f"id_{self.name}_%s")


class PortalStep(TaskStep):
    name = "sign_in"
    title = "They sign in once"
    after = ("memberships",)

    def look(self, run: TaskRun) -> StepFound:
        words = "AWS doesn’t tell this console who signed in to the access portal: ask them."
        return unknown(words, page_of(run), "Their page")


class PortalMfaStep(TaskStep):
    name = "mfa"
    title = "MFA is asked for"
    after = ("memberships",)

    def look(self, run: TaskRun) -> StepFound:
        row = whom(run)
        if isinstance(row, DirectoryUser) and row.issuer:
            return unknown(f"{row.issuer}, from which they come, asks for it or doesn’t: look there.")
        return unknown(
            "No API tells whether Identity Center asks for it: look in AWS’s console, Identity Center, Settings, "
            "Authentication."
        )


_OF_PERSON = (GetsStep(), PortalStep(), PortalMfaStep())

JOINS = SteppedTask(
    "person_joins",
    "A person joins",
    "An IAM user with groups and a password, or groups and assignments of Identity Center; then their first sign-in, "
    "and MFA.",
    "user-round-plus",
    "begin_person_joins",
    words="onboard onboarding new colleague hire hired first day",
    position=10,
    begins=JoinerForm,
    steps=lambda run: _OF_PERSON if run.answers.get("slug") == PERSON else STEPS_OF_USER,
    called=lambda run, operator: f"{name_of(run, operator)} joins",
    told=note_look,
)
