"""The console password of a user: typed, and sealed at once, or thought up by the console."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms

from identities.account.password_check import refusals, think_up
from identities.account.selectors import settings_of
from identities.operations.credentials.logins import PASSWORD
from identities.operations.credentials.specs import on_user
from policies.acts import ActForm
from sync.operations import StepSpec
from sync.sealed import keep_typed

MADE_UP, TYPED = "made_up", "typed"


class PasswordForm(ActForm):
    kind: ClassVar[str]
    about = (
        "To sign in to AWS’s own console. It is kept sealed until it is sent, and checked against the password policy "
        "that the last pull saw."
    )
    how = forms.ChoiceField(
        label="The password",
        choices=[
            (MADE_UP, "The console thinks one up; whoever applies the change sees it once, for 15 minutes"),
            (TYPED, "I type one, and tell its user"),
        ],
        initial=MADE_UP,
        widget=forms.RadioSelect,
    )
    password = forms.CharField(
        required=False,
        strip=False,
        label="Typed password",
        help_text="Only where you type one. After a mistake it has to be typed again: no page ever has it.",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    reset_required = forms.BooleanField(
        required=False, initial=True, label="Its user must choose a new one at the next sign-in"
    )

    @property
    def policy(self) -> Any:
        """The password policy as the mirror has it; None: not held."""
        account = settings_of(self.aws_account)
        return account.password_policy if account is not None else None

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or self.cleaned_data
        if said.get("how") == TYPED:
            typed = said.get("password", "")
            for sentence in refusals(self.policy, typed) if typed else ["Type the password."]:
                self.add_error("password", sentence)
        return said

    def steps(self) -> Sequence[StepSpec]:
        said = self.cleaned_data
        made_up = said["how"] == MADE_UP
        text = think_up(self.policy) if made_up else said["password"]
        reference = keep_typed(text, name=PASSWORD, aws_account=self.aws_account, operator=self.operator)
        about = {"password": reference, "reset_required": said["reset_required"], "made_up": made_up}
        return [on_user(self.target, self.kind, **about)]


class NewPasswordForm(PasswordForm):
    heading = "Console password for {names}"
    kind = "iam.login.create"


class ResetPasswordForm(PasswordForm):
    heading = "Reset the console password of {names}"
    kind = "iam.login.reset"


class DeletePasswordForm(ActForm):
    heading = "Delete the console password of {names}"
    about = "They can’t sign in to AWS’s own console any more. Access keys and sessions that are open go on."

    def steps(self) -> Sequence[StepSpec]:
        return [on_user(self.target, "iam.login.delete")]
