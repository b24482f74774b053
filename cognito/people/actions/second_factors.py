"""Actions on a person’s second factors."""

from __future__ import annotations

from typing import Any

from django import forms

from cognito.models import CognitoUser
from cognito.people import messages
from cognito.people.actions.base import PersonForm
from cognito.people.messages import NO_MESSAGE
from cognito.people.operations.mfa import FACTORS


class FactorsForm(PersonForm):
    heading = "Second factors of {names}"
    kind = "cognito.user.mfa.preference"
    tells = "A factor must be set up before it can be on. AWS is asked for what is on now when the change is applied."
    preferred = forms.ChoiceField(label="Asked for first", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", "Stays as it is"), ("on", "On"), ("off", "Off")]
        for factor, (label, _) in FACTORS.items():
            self.fields[factor] = forms.ChoiceField(label=label.capitalize(), choices=choices, required=False)
        first = self.fields["preferred"]
        assert isinstance(first, forms.ChoiceField)  # noqa: S101  for the type checker
        first.choices = [("", "None of them"), *((factor, label) for factor, (label, _) in FACTORS.items())]
        self.order_fields([*FACTORS, "preferred"])

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        first = cleaned.get("preferred")
        if first and cleaned.get(first) != "on":
            self.add_error("preferred", f"Turn {FACTORS[first][0]} on, too: what is asked for first must be on.")
        elif not any(cleaned.get(factor) for factor in FACTORS):
            self.add_error(None, "Say which factor is to be on or off.")
        return cleaned

    def parameters(self, person: CognitoUser) -> dict[str, Any]:
        cleaned = self.cleaned_data
        on, off = ([factor for factor in FACTORS if cleaned[factor] == how] for how in ("on", "off"))
        return {"on": on, "off": off, "preferred": cleaned["preferred"]}


class LostTokenForm(PersonForm):
    heading = "Remove the authenticator app of {names}"
    kind = "cognito.user.mfa.delete_totp"
    tells = (
        "For a phone that was lost. Make sure that it is they who ask: who has the password gets in without the app."
    )

    def said(self, person: CognitoUser) -> str:
        return f"{NO_MESSAGE} {messages.after_lost_token(person.pool)}"
