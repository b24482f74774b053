"""What an operator says to try things out. Nothing that is secret is printed again."""

from __future__ import annotations

from typing import Any

from django import forms

from cognito.identity_pools.ways import Chain, without_client
from cognito.models import AppClient, IdentityPool, UserPool

_LONGEST_TOKEN = 16_000
_HIDDEN = {"autocomplete": "off"}


class TryCredentialsForm(forms.Form):
    who = forms.ChoiceField(label="As whom")
    token = forms.CharField(
        required=False,
        max_length=_LONGEST_TOKEN,
        label="ID token",
        widget=forms.PasswordInput(attrs=_HIDDEN),
        help_text="Of somebody who signed in at that provider; trying a sign-in gives one. It isn’t kept.",
    )
    bucket = forms.CharField(
        required=False, max_length=63, help_text="To read an object with what was given, if you like."
    )
    key = forms.CharField(required=False, max_length=1024, help_text="Such as public/logo.svg.")

    def __init__(self, row: IdentityPool, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        providers = {without_client(way.key): way.title for way in Chain(row).signed_in}
        field = self.fields["who"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  as declared
        field.choices = [("", "As a guest"), *providers.items()]
        field.required = False

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        if said.get("who") and not said.get("token"):
            self.add_error("token", "Paste the ID token that the provider gave.")
        if bool(said.get("bucket")) is not bool(said.get("key")):
            self.add_error("key", "To read an object, say both its bucket and its key.")
        return said


class BeginForm(forms.Form):
    """The first step: who signs in, by which app."""

    client = forms.ChoiceField(label="App client", help_text="It has to allow ALLOW_USER_PASSWORD_AUTH.")
    username = forms.CharField(
        max_length=128, help_text="Of a test user: a sign-in counts as hers.", widget=forms.TextInput(attrs=_HIDDEN)
    )
    password = forms.CharField(max_length=256, strip=False, widget=forms.PasswordInput(attrs=_HIDDEN))

    def __init__(self, pool: UserPool, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer_clients(self.fields["client"], pool)


class AnswerForm(forms.Form):
    """A further step: what the challenge asks for. `state` is sealed."""

    state = forms.CharField(max_length=20_000, widget=forms.HiddenInput)
    answer = forms.CharField(max_length=256, strip=False, widget=forms.PasswordInput(attrs=_HIDDEN))


class TokenForm(forms.Form):
    """Any token, to be checked."""

    client = forms.ChoiceField(label="Made for the app client")
    use = forms.ChoiceField(label="It should be", choices=[("id", "An ID token"), ("access", "An access token")])
    token = forms.CharField(max_length=_LONGEST_TOKEN, widget=forms.Textarea(attrs={"rows": 4, "class": "mono"}))

    def __init__(self, pool: UserPool, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "check_%s", **kwargs})
        _offer_clients(self.fields["client"], pool)


def _offer_clients(field: forms.Field, pool: UserPool) -> None:
    assert isinstance(field, forms.ChoiceField)  # noqa: S101  as declared
    clients = AppClient.objects.live().filter(pool=pool).order_by("name_key")
    field.choices = [(client.aws_id, client.name) for client in clients]
