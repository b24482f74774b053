"""What an operator says to try things out. Nothing that is secret is printed again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from cognito.identity_pools.actions.access import BucketField
from cognito.identity_pools.sign_in_paths import SignInPaths
from cognito.models import AppClient, IdentityPool, UserPool
from cognito.trying.sign_in import CHOICE, FACTORS, NEW_PASSWORD, SignInState, takes_passwords
from cognito.trying.sign_up import asked_for, clients_for
from objects.fields import offer
from sync.aws.secrets import Secret

_LONGEST_TOKEN = 16_000
_LONGEST_LOGIN = 50_000  # IdentityProviderToken in the API reference of identity pools
_HIDDEN = {"autocomplete": "off"}
_CODE = {"autocomplete": "one-time-code", "class": "mono"}
_PREFIX = "set-"


class TryCredentialsForm(forms.Form):
    who = forms.ChoiceField(label="As whom", required=False)
    token = forms.CharField(
        required=False,
        max_length=_LONGEST_LOGIN,
        label="Token",
        widget=forms.PasswordInput(attrs=_HIDDEN),
        help_text="Of somebody who signed in there: the ID token, of SAML the response. Try it on a user pool gives "
        "one. It isn’t kept.",
    )
    bucket = BucketField(required=False, help_text="To read an object with what was given, if you like.")
    key = forms.CharField(required=False, max_length=1024, help_text="Such as public/logo.svg.")

    def __init__(self, row: IdentityPool, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        providers = {path.login: path.title for path in SignInPaths(row).signed_in if path.login}
        offer(self, "who", [("", "As a guest"), *providers.items()])

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("who") and not cleaned.get("token"):
            self.add_error("token", "Paste the token that the provider gave.")
        if bool(cleaned.get("bucket")) is not bool(cleaned.get("key")):
            self.add_error("key", "To read an object, say both its bucket and its key.")
        return cleaned


class ClientFields(forms.Form):
    """By which app. The secret is asked for where an app client of the pool has one."""

    client = forms.ChoiceField(label="App client")
    secret = forms.CharField(
        required=False,
        max_length=64,
        label="Secret of the app client",
        widget=forms.PasswordInput(attrs=_HIDDEN),
        help_text="Only of an app client that has one: Cognito asks for a hash made with it. It isn’t kept.",
    )

    def offer(self, clients: Sequence[AppClient]) -> None:
        self.with_secret = {client.aws_id for client in clients if client.has_secret}
        _offer_clients(self, clients)
        if not self.with_secret:
            del self.fields["secret"]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("client") in self.with_secret and not cleaned.get("secret"):
            self.add_error("secret", "This app client has a secret: type it.")
        return cleaned

    @property
    def typed_secret(self) -> Secret | None:
        typed = self.cleaned_data.get("secret")
        return Secret(typed) if typed else None


class SignInTrialForm(ClientFields):
    """The first step: who signs in, by which app."""

    username = forms.CharField(
        max_length=128,
        help_text="Of a test user: a sign-in counts as that user’s.",
        widget=forms.TextInput(attrs=_HIDDEN),
    )
    password = forms.CharField(max_length=256, strip=False, widget=forms.PasswordInput(attrs=_HIDDEN))

    def __init__(self, pool: UserPool, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        clients = _clients_of(pool)
        takes = [client for client in clients if takes_passwords(client)]
        if len(takes) < len(clients):
            self.fields["client"].help_text = "Those that allow ALLOW_USER_PASSWORD_AUTH."
        self.offer(takes)
        self.fields["username"].label = _name_of(pool)


class AnswerForm(forms.Form):
    """A further step: what the challenge asks for. `state` is sealed."""

    state = forms.CharField(max_length=20_000, widget=forms.HiddenInput)
    answer = forms.CharField(max_length=256, widget=forms.TextInput(attrs=_CODE))

    def __init__(self, state: SignInState, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if state.challenge == NEW_PASSWORD:
            password = forms.PasswordInput(attrs={"autocomplete": "new-password"})
            self.fields["answer"] = forms.CharField(max_length=256, strip=False, widget=password)
            for name in state.asks:
                self.fields[f"{_PREFIX}{name}"] = forms.CharField(
                    label=name, max_length=2048, help_text="The pool requires it."
                )
        elif state.challenge == CHOICE:
            choices = [(name, FACTORS.get(name, name)) for name in state.asks]
            self.fields["answer"] = forms.ChoiceField(choices=choices, widget=forms.RadioSelect)

    @property
    def attributes(self) -> dict[str, str]:
        return _attributes(self.cleaned_data)

    @property
    def more(self) -> list[Any]:
        """The fields of attributes."""
        return [self[name] for name in self.fields if name.startswith(_PREFIX)]


class SignUpTrialForm(ClientFields):
    """Who signs up, by which app: what the pool requires, and where it can send a code to."""

    username = forms.CharField(max_length=128, widget=forms.TextInput(attrs=_HIDDEN))
    password = forms.CharField(
        max_length=256,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="It goes to Cognito and isn’t kept.",
    )

    def __init__(self, pool: UserPool, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer(clients_for(pool))
        self.fields["username"].label = _name_of(pool)
        sent = " A code may be sent there." if pool.username_attributes else ""
        self.fields["username"].help_text = f"Of a test user.{sent}"
        for name, required in asked_for(pool).items():
            hint = "The pool requires it." if required else "The pool sends a code to it."
            field = forms.CharField(label=name, max_length=2048, required=required, help_text=hint)
            self.fields[f"{_PREFIX}{name}"] = field
        self.order_fields(["client", "secret", "username", *(n for n in self.fields if n.startswith(_PREFIX))])

    @property
    def attributes(self) -> dict[str, str]:
        return _attributes(self.cleaned_data)


class CodeForm(forms.Form):
    """The code that was sent. `state` is sealed."""

    state = forms.CharField(max_length=20_000, widget=forms.HiddenInput)
    code = forms.CharField(max_length=2048, label="Code of the message", widget=forms.TextInput(attrs=_CODE))


class TokenForm(forms.Form):
    """Any token, to be checked."""

    client = forms.ChoiceField(label="Made for the app client")
    use = forms.ChoiceField(label="It should be", choices=[("id", "An ID token"), ("access", "An access token")])
    token = forms.CharField(max_length=_LONGEST_TOKEN, widget=forms.Textarea(attrs={"rows": 4, "class": "mono"}))

    def __init__(self, pool: UserPool, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "check_%s", **kwargs})
        _offer_clients(self, _clients_of(pool))


def _attributes(cleaned: Mapping[str, Any]) -> dict[str, str]:
    return {name.removeprefix(_PREFIX): cleaned[name] for name in cleaned if name.startswith(_PREFIX)}


def _name_of(pool: UserPool) -> str:
    """What people of the pool are called when they sign up, and so when they sign in."""
    words = {"email": "E-mail address", "phone_number": "Phone number"}
    return " or ".join(words[name] for name in pool.username_attributes) or "Username"


def _clients_of(pool: UserPool) -> Sequence[AppClient]:
    return list(AppClient.objects.live().filter(pool=pool).order_by("name_key"))


def _offer_clients(form: forms.Form, clients: Sequence[AppClient]) -> None:
    offer(form, "client", [(client.aws_id, client.name) for client in clients])
