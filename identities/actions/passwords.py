"""The console password of a user: typed, and sealed at once, or thought up by the console."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.db import transaction

from accounts.models import AwsAccount, Operator
from identities.account.password_policy import refusals, think_up
from identities.account.selectors import settings_of
from identities.models import IamUser
from identities.operations.credentials.logins import PASSWORD
from identities.operations.credentials.of_user import on_user
from objects.object_actions import ActionForm
from sync.operations import StepSpec
from sync.sealed import keep_typed

NO_PASSWORD, MADE_UP, TYPED = "none", "made_up", "typed"
PASSWORD_CHOICES = (
    (MADE_UP, "Generate a password; whoever applies the change sees it once, for 15 minutes"),
    (TYPED, "Type a password, and give it to the user yourself"),
)


def policy_of(aws_account: AwsAccount) -> Any:
    """The password policy as the mirror has it; None: not read."""
    account = settings_of(aws_account)
    return account.password_policy if account is not None else None


def thought_up(aws_account: AwsAccount, operator: Operator) -> str:
    """The reference of a password that the policy takes, sealed."""
    return keep_typed(think_up(policy_of(aws_account)), name=PASSWORD, aws_account=aws_account, operator=operator)


class ConsolePasswordFields(ActionForm):
    """What is asked wherever a console password is set."""

    how = forms.ChoiceField(
        label="Console password",
        choices=PASSWORD_CHOICES,
        initial=MADE_UP,
        widget=forms.RadioSelect,
    )
    password = forms.CharField(
        required=False,
        strip=False,
        label="Typed password",
        help_text="Only if you type one. After an error in the form you type it again: pages never contain it.",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    reset_required = forms.BooleanField(
        required=False, initial=True, label="The user must choose a new password at the next sign-in"
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("how") == TYPED:
            typed = cleaned.get("password", "")
            for sentence in refusals(policy_of(self.aws_account), typed) if typed else ["Type the password."]:
                self.add_error("password", sentence)
        return cleaned

    def password_step(self, target: IamUser, kind: str) -> StepSpec:
        """Of the cleaned form: a step of `kind` that sets the password of `target`, sealed by now."""
        cleaned = self.cleaned_data
        made_up = cleaned.get("how", MADE_UP) == MADE_UP
        sealed = self._sealed(made_up)
        return on_user(target, kind, password=sealed, reset_required=cleaned["reset_required"], made_up=made_up)

    def _sealed(self, made_up: bool) -> str:
        if made_up:
            return thought_up(self.aws_account, self.operator)
        typed = self.cleaned_data["password"]
        return keep_typed(typed, name=PASSWORD, aws_account=self.aws_account, operator=self.operator)


class PasswordForm(ConsolePasswordFields):
    kind: ClassVar[str]
    about = (
        "To sign in to the AWS Management Console. It is kept sealed until it is sent, and checked against the "
        "password policy that the last pull saw."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if len(self.targets) > 1:  # each gets one of its own
            del self.fields["how"], self.fields["password"]

    def steps(self) -> Sequence[StepSpec]:
        with transaction.atomic():
            return [self.password_step(target, self.kind) for target in self.targets]


class NewPasswordForm(PasswordForm):
    heading = "Console password for {names}"
    kind = "iam.login.create"


class ResetConsolePasswordForm(PasswordForm):
    heading = "Reset the console password of {names}"
    kind = "iam.login.reset"


class DeletePasswordForm(ActionForm):
    heading = "Delete the console password of {names}"
    about = "They can’t sign in to the AWS Management Console any more. Access keys and open sessions keep working."

    def steps(self) -> Sequence[StepSpec]:
        return [on_user(self.target, "iam.login.delete")]
