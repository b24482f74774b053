"""The console password of a user: typed, and sealed at once, or thought up by the console."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.db import transaction

from accounts.models import AwsAccount, Operator
from identities.account.password_check import refusals, think_up
from identities.account.selectors import settings_of
from identities.operations.credentials.logins import PASSWORD
from identities.operations.credentials.specs import on_user
from policies.acts import ActForm
from sync.operations import StepSpec
from sync.sealed import keep_typed

MADE_UP, TYPED = "made_up", "typed"


def policy_of(aws_account: AwsAccount) -> Any:
    """The password policy as the mirror has it; None: not held."""
    account = settings_of(aws_account)
    return account.password_policy if account is not None else None


def thought_up(aws_account: AwsAccount, operator: Operator) -> str:
    """The reference of a password that the policy takes, sealed."""
    return keep_typed(think_up(policy_of(aws_account)), name=PASSWORD, aws_account=aws_account, operator=operator)


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

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if len(self.targets) > 1:  # each gets one of its own
            del self.fields["how"], self.fields["password"]

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or self.cleaned_data
        if said.get("how") == TYPED:
            typed = said.get("password", "")
            for sentence in refusals(policy_of(self.aws_account), typed) if typed else ["Type the password."]:
                self.add_error("password", sentence)
        return said

    def steps(self) -> Sequence[StepSpec]:
        said = self.cleaned_data
        made_up = said.get("how", MADE_UP) == MADE_UP
        about = {"reset_required": said["reset_required"], "made_up": made_up}
        with transaction.atomic():
            return [on_user(target, self.kind, password=self._sealed(made_up), **about) for target in self.targets]

    def _sealed(self, made_up: bool) -> str:
        if made_up:
            return thought_up(self.aws_account, self.operator)
        typed = self.cleaned_data["password"]
        return keep_typed(typed, name=PASSWORD, aws_account=self.aws_account, operator=self.operator)


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
