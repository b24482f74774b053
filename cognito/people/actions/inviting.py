"""Inviting somebody new to a pool."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms

from cognito.models import UserPool
from cognito.people import messages
from cognito.people.actions.base import MADE_UP, TYPED, AttributeFields, PersonPasswordFields
from cognito.people.messages import EMAIL, NO_MESSAGE, SMS
from cognito.people.operations.making import USERNAME, called_by, new_person
from objects.object_actions import ObjectAction
from sync.operations import StepSpec

BY_AWS = "by_aws"
NONE = "none"


class InviteForm(PersonPasswordFields, AttributeFields):
    heading = "Invite somebody to {names}"
    new: ClassVar[bool] = True

    username = forms.CharField(max_length=128)
    channel = forms.ChoiceField(
        label="The invitation goes",
        choices=[(EMAIL, "By e-mail"), (SMS, "By text message"), (NONE, "Not at all: I tell them the password myself")],
        initial=EMAIL,
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        pool = self.pool
        self.fields["username"].label = self._label(pool)
        how = self.fields["how"]
        assert isinstance(how, forms.ChoiceField)  # noqa: S101  for the type checker
        how.choices = [(BY_AWS, "AWS generates one and sends it in the invitation only"), *how.choices]  # type: ignore[misc]
        how.initial = BY_AWS
        invited = f"{messages.invitation(pool, EMAIL)} They must choose a password of their own at the first sign-in."
        self.about = " ".join(filter(None, (invited, self.about)))
        order = ["username", "channel", "how", "password"]
        self.order_fields([*order, *(name for name in self.fields if name not in (*order, "title", "reason"))])

    @staticmethod
    def _label(pool: UserPool) -> str:
        words = {"email": "E-mail address", "phone_number": "Phone number"}
        return " or ".join(words[name] for name in pool.username_attributes) or "Username"

    def names(self) -> list[str]:
        """What they sign in with is the first field."""
        return [name for name in super().names() if name not in self.pool.username_attributes]

    def known_values(self) -> dict[str, str]:
        username = self.cleaned_data.get("username", "")
        by = called_by(self.pool, username)
        return self.values() | ({by: username} if by != USERNAME and username else {})

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("channel") == NONE and cleaned.get("how") == BY_AWS:
            self.add_error(
                "how", "Without an invitation nobody learns a password that AWS generates: choose another way."
            )
        return cleaned

    def steps(self) -> Sequence[StepSpec]:
        cleaned = self.cleaned_data
        channel = "" if cleaned["channel"] == NONE else cleaned["channel"]
        password = self.sealed_password() if cleaned["how"] in (MADE_UP, TYPED) else {}
        tells = messages.invitation(self.pool, channel) if channel else NO_MESSAGE
        return [new_person(self.pool, cleaned["username"], self.values(), channel=channel, said=tells, **password)]


INVITE = ObjectAction("invite", "Invite somebody…", InviteForm, icon="user-plus", position=10)
