"""App clients: how they sign people in, OAuth, lives of tokens, and their secrets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import SplitResult, urlsplit

from django import forms

from cognito.models import PoolProvider, ResourceServer, UserPool
from cognito.pools.actions.base import PoolObjectForm, UserPoolForm, by_member
from cognito.pools.actions.fields import JsonField, LastingField, ManyField, SortedLinesField
from cognito.pools.operations import create_client, delete_secret, remove, rotate_secret, secrets_of
from cognito.pools.operations.shapes import CLIENT, RESOURCE_SERVER
from sync.aws.client import reader
from sync.aws.errors import AwsError
from sync.operations import Refusal, StepSpec

FLOWS = [
    ("ALLOW_USER_AUTH", "Choice of first factor (passkeys, codes)"),
    ("ALLOW_USER_SRP_AUTH", "Password (SRP)"),
    ("ALLOW_USER_PASSWORD_AUTH", "Password (sent to AWS)"),
    ("ALLOW_ADMIN_USER_PASSWORD_AUTH", "Password, by a server with AWS credentials"),
    ("ALLOW_CUSTOM_AUTH", "Custom challenges (Lambda triggers)"),
    ("ALLOW_REFRESH_TOKEN_AUTH", "Refresh"),
]
OAUTH = [
    ("code", "Authorization code (with PKCE): recommended for people"),
    ("implicit", "Implicit: tokens in the address, not recommended"),
    ("client_credentials", "Client credentials: for machines only"),
]
UNITS = [("minutes", "minutes"), ("hours", "hours"), ("days", "days")]
_SECONDS = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86_400}
_NO_ADDRESSES = ("javascript", "data", "vbscript", "file")
_OF_PEOPLE = ("openid", "email", "profile", "phone", "aws.cognito.signin.user.admin")
# Least and most seconds, and the unit where AWS says none (API reference, UpdateUserPoolClient).
LIVES = {
    "access": ("AccessToken", 300, 86_400, "hours", 1),
    "id": ("IdToken", 300, 86_400, "hours", 1),
    "refresh": ("RefreshToken", 3600, 315_360_000, "days", 30),
}


def check_addresses(urls: list[str]) -> list[str]:
    """As AWS takes them. Raises ValidationError."""
    if len(urls) > 100:
        raise forms.ValidationError("AWS takes 100 addresses at most.")
    for url in urls:
        parts = _parts(url)
        if parts is None or not parts.scheme or parts.fragment or "*" in url:
            raise forms.ValidationError(f"{url[:100]}: give the whole address, with https://, without * and #.")
        if parts.scheme in _NO_ADDRESSES:
            raise forms.ValidationError(f"{url[:100]}: {parts.scheme}: is no address that people come back to.")
        if parts.scheme == "http" and parts.hostname not in ("localhost", "127.0.0.1", "::1"):
            raise forms.ValidationError(f"{url[:100]}: AWS takes http:// for localhost only; anybody reads along.")
    return urls


def _parts(url: str) -> SplitResult | None:
    try:
        return urlsplit(url)
    except ValueError:
        return None


def check_scopes(pool: UserPool, scopes: Sequence[str]) -> None:
    """That the pool has them, as far as the mirror knows. Raises ValidationError."""
    servers = ResourceServer.objects.live().filter(pool=pool)
    scopes_of = {row.name: RESOURCE_SERVER.payload(row.settings).get("Scopes", []) for row in servers}
    known = {f"{name}/{each['ScopeName']}" for name, there in scopes_of.items() for each in there}
    if unknown := [each for each in scopes if each not in known and each not in _OF_PEOPLE]:
        raise forms.ValidationError(
            f"No resource server of the pool has the scope {unknown[0][:100]}: make it first, or pull."
        )


class ClientForm(PoolObjectForm):
    of = CLIENT


class NewClientForm(UserPoolForm):
    heading = "New app client of {names}"
    about = "For one app. Whether it has a secret is fixed for ever: apps on people’s devices can’t keep one."
    name = forms.CharField(max_length=128)
    kind = forms.ChoiceField(
        label="What kind of app",
        choices=[
            ("public", "In a browser or on a phone: no secret"),
            ("server", "On a server: with a secret"),
            ("machine", "A machine that calls an API: with a secret, no people"),
        ],
        widget=forms.RadioSelect,
    )
    callbacks = SortedLinesField(label="Callback addresses", help_text="One a line. Empty: no pages of Cognito’s.")
    scopes = SortedLinesField(
        label="Scopes of the machine", help_text="One a line, such as https://api.example.org/read."
    )

    def clean_callbacks(self) -> list[str]:
        return check_addresses(self.cleaned_data["callbacks"])

    def clean_scopes(self) -> list[str]:
        value: list[str] = self.cleaned_data["scopes"]
        check_scopes(self.pool, value)
        return value

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        scopes = cleaned.get("scopes", ["unknown"])
        if cleaned.get("kind") == "machine" and (not scopes or set(scopes) & set(_OF_PEOPLE)):
            self.add_error("scopes", "A machine’s tokens are for something: name the scopes of a resource server.")
        if cleaned.get("kind") == "machine" and cleaned.get("callbacks"):
            self.add_error("callbacks", "Nobody comes back to a machine: leave it empty.")
        if cleaned.get("kind") in ("public", "server") and cleaned.get("scopes"):
            self.add_error("scopes", "For a machine only: with people it gets email, openid and profile.")
        return cleaned

    def all_steps(self) -> Sequence[StepSpec]:
        cleaned = self.cleaned_data
        settings: dict[str, Any] = {"PreventUserExistenceErrors": "ENABLED", "EnableTokenRevocation": True}
        if cleaned["kind"] == "machine":
            settings |= self._oauth("client_credentials", cleaned["scopes"])
        else:
            settings["ExplicitAuthFlows"] = ["ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH"]
            if cleaned["callbacks"]:
                settings |= self._oauth("code", ["email", "openid", "profile"])
                settings |= {"CallbackURLs": cleaned["callbacks"], "SupportedIdentityProviders": ["COGNITO"]}
        return [create_client(self.pool.arn, cleaned["name"], settings, secret=cleaned["kind"] != "public")]

    def _oauth(self, flow: str, scopes: list[str]) -> dict[str, Any]:
        return {"AllowedOAuthFlowsUserPoolClient": True, "AllowedOAuthFlows": [flow], "AllowedOAuthScopes": scopes}


class ClientSignInForm(ClientForm):
    heading = "Sign-in by {one}"
    about = "How this app may sign people in without pages of Cognito’s, and what it is told."
    name = forms.CharField(max_length=128)
    flows = ManyField(FLOWS, label="Ways to sign in")
    hides = forms.BooleanField(
        label="Don’t tell whether somebody exists",
        required=False,
        help_text="Else a wrong username gets another answer than a wrong password, and names can be guessed.",
    )
    revokes = forms.BooleanField(label="Tokens can be revoked", required=False)

    def clean_flows(self) -> list[str]:
        value: list[str] = self.cleaned_data["flows"]
        if not value:
            raise forms.ValidationError("Choose one at least: without any, AWS takes its defaults.")
        return value

    def initially(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "name": settings.get("ClientName", ""),
            "flows": settings.get("ExplicitAuthFlows", []),
            "hides": settings.get("PreventUserExistenceErrors") == "ENABLED",
            "revokes": settings.get("EnableTokenRevocation", False),
        }

    def all_steps(self) -> Sequence[StepSpec]:
        cleaned = self.cleaned_data
        return self.update_one(
            {
                "ClientName": cleaned["name"],
                "ExplicitAuthFlows": cleaned["flows"],
                "PreventUserExistenceErrors": "ENABLED" if cleaned["hides"] else "LEGACY",
                "EnableTokenRevocation": cleaned["revokes"],
            }
        )


class ClientOAuthForm(ClientForm):
    heading = "OAuth of {one}"
    about = "How it signs people in on Cognito’s own pages, and where they come back to."
    flows = ManyField(OAUTH, label="Flows", help_text="None: no OAuth.")
    scopes = SortedLinesField(
        label="Scopes", help_text="One a line: openid, email, profile, phone, or a resource server’s."
    )
    callbacks = SortedLinesField(label="Callback addresses", help_text="One a line, exactly as the app names them.")
    logouts = SortedLinesField(label="Sign-out addresses", help_text="One a line.")
    providers = ManyField([], label="Who they sign in with")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = PoolProvider.objects.live().filter(pool=self.pool).order_by("name_key")
        field = self.fields["providers"]
        assert isinstance(field, ManyField)  # noqa: S101  as declared
        field.choices = [("COGNITO", "The pool itself"), *((row.name, row.name) for row in rows)]

    def initially(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "flows": settings.get("AllowedOAuthFlows", []),
            "scopes": settings.get("AllowedOAuthScopes", []),
            "callbacks": settings.get("CallbackURLs", []),
            "logouts": settings.get("LogoutURLs", []),
            "providers": settings.get("SupportedIdentityProviders", []),
        }

    def clean_scopes(self) -> list[str]:
        value: list[str] = self.cleaned_data["scopes"]
        held = self.row.settings.get("AllowedOAuthScopes", []) if self.row is not None else []
        check_scopes(self.pool, [each for each in value if each not in held])
        return value

    def clean_callbacks(self) -> list[str]:
        return check_addresses(self.cleaned_data["callbacks"])

    def clean_logouts(self) -> list[str]:
        return check_addresses(self.cleaned_data["logouts"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        flows = cleaned.get("flows") or []
        if flows and "scopes" in cleaned and not cleaned["scopes"]:
            self.add_error("scopes", "With a flow, AWS asks for at least one scope.")
        if "client_credentials" in flows and len(flows) > 1:
            self.add_error(
                "flows", "Client credentials go with no other flow: machines get an app client of their own."
            )
        if "client_credentials" in flows and set(cleaned.get("scopes") or []) & set(_OF_PEOPLE):
            self.add_error("scopes", "Client credentials are nobody’s: they take scopes of resource servers only.")
        if "client_credentials" in flows and self.row is not None and not self.row.has_secret:
            self.add_error("flows", "Client credentials need an app client with a secret.")
        if flows and "client_credentials" not in flows and not cleaned.get("callbacks") and "callbacks" in cleaned:
            self.add_error("callbacks", "Say where people come back to.")
        return cleaned

    def all_steps(self) -> Sequence[StepSpec]:
        cleaned = self.cleaned_data
        on = bool(cleaned["flows"])
        default = self.row.settings.get("DefaultRedirectURI", "")
        kept = {} if not default or default in cleaned["callbacks"] else {"DefaultRedirectURI": None}
        return self.update_one(
            {
                "AllowedOAuthFlowsUserPoolClient": on,
                "AllowedOAuthFlows": cleaned["flows"],
                "AllowedOAuthScopes": cleaned["scopes"] if on else None,
                "CallbackURLs": cleaned["callbacks"] if on else None,
                "LogoutURLs": cleaned["logouts"] if on else None,
                "SupportedIdentityProviders": cleaned["providers"],
                **kept,
            }
        )


class ClientTokensForm(ClientForm):
    heading = "Tokens of {one}"
    about = (
        "How long they are valid. A disabled person’s access and ID tokens are taken until then by whoever checks them "
        "offline."
    )
    access = LastingField("access_unit", label="Access tokens")
    access_unit = forms.ChoiceField(label="Unit of access tokens", choices=UNITS)
    id = LastingField("id_unit", label="ID tokens")
    id_unit = forms.ChoiceField(label="Unit of ID tokens", choices=UNITS)
    refresh = LastingField(
        "refresh_unit", label="Refresh tokens", help_text="So long somebody stays signed in without a password."
    )
    refresh_unit = forms.ChoiceField(label="Unit of refresh tokens", choices=UNITS)

    def initially(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        units = settings.get("TokenValidityUnits", {})
        described: dict[str, Any] = {}
        for name, (member, _, _, unit, usual) in LIVES.items():
            said = settings.get(f"{member}Validity") or usual
            held = units.get(member, unit)
            seconds = said * _SECONDS[held]
            if held == "seconds":
                said, held = max(1, seconds // 60), "minutes"
            described |= {name: said, f"{name}_unit": held}
        return described

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        for name, (_, least, most, _, _) in LIVES.items():
            if name not in cleaned or f"{name}_unit" not in cleaned:
                continue
            seconds = cleaned[name] * _SECONDS[cleaned[f"{name}_unit"]]
            if not least <= seconds <= most:
                span = "an hour to 3,650 days" if name == "refresh" else "5 minutes to a day"
                self.add_error(name, f"AWS takes {span}.")
        lives = {
            name: cleaned[name] * _SECONDS[cleaned[f"{name}_unit"]]
            for name in LIVES
            if {name, f"{name}_unit"} <= {*cleaned}
        }
        if len(lives) == len(LIVES) and lives["refresh"] < max(lives.values()) and not self.errors:
            self.add_error("refresh", "AWS takes no refresh tokens that end before the others.")
        return cleaned

    def all_steps(self) -> Sequence[StepSpec]:
        cleaned = self.cleaned_data
        lives = {f"{member}Validity": cleaned[name] for name, (member, *_) in LIVES.items()}
        units = {member: cleaned[f"{name}_unit"] for name, (member, *_) in LIVES.items()}
        return self.update_one({**lives, "TokenValidityUnits": units})


class ClientJsonForm(ClientForm):
    heading = "All settings of {one} as JSON"
    about = "As UpdateUserPoolClient takes them. A member that is taken out goes back to AWS’s default."
    settings_json = JsonField(label="Settings")

    def initially(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        return {"settings_json": settings}

    def all_steps(self) -> Sequence[StepSpec]:
        return self.update_one(by_member(CLIENT.payload(self.row.settings), self.cleaned_data["settings_json"]))


class SecretForm(ClientForm):
    """AWS is asked for the client's secrets: the mirror keeps none."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.there, self.why = self._ask() if self.row is not None else ([], "")

    def _ask(self) -> tuple[list[str], str]:
        """Their ids, the oldest first; or why AWS doesn't tell."""
        try:
            door = reader(self.aws_account, urgent=True)
            return list(secrets_of(door, self.pool.arn, self.row.aws_id) or {}), ""
        except AwsError as error:
            return [], error.sentence()

    def clean(self) -> dict[str, Any]:
        if self.why:
            raise forms.ValidationError(f"AWS doesn’t tell its secrets’ ids. {self.why}")
        return super().clean()


class RotateSecretForm(SecretForm):
    heading = "New secret for {one}"
    about = (
        "In stages: AWS makes a second secret and shows it once; both are valid for a while; then the old one is "
        "deleted. AWS doesn’t tell when a secret was last used, so you say how long the app needs."
    )
    days = forms.IntegerField(label="Days in which both are valid", min_value=0, max_value=90, initial=7)

    def all_steps(self) -> Sequence[StepSpec]:
        if len(self.there) != 1:
            words = "It has two secrets already: delete the old one first." if self.there else "It has no secret."
            raise Refusal(words)
        return rotate_secret(self.pool.arn, self.key, self.row.name, self.there[0], self.cleaned_data["days"])


class DeleteSecretForm(SecretForm):
    heading = "Delete a secret of {one}"
    about = "Apps that still use it can’t sign people in any more. The last one can’t be deleted."
    secret_id = forms.ChoiceField(label="Secret")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["secret_id"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  as declared
        field.choices = [
            (each, f"{each}{', the oldest' if not place else ''}") for place, each in enumerate(self.there)
        ]

    def all_steps(self) -> Sequence[StepSpec]:
        if len(self.there) < 2:
            raise Refusal("AWS deletes no app client’s last secret: make a new one first.")
        return [delete_secret(self.pool.arn, self.key, self.row.name, self.cleaned_data["secret_id"])]


class DeleteClientForm(ClientForm):
    heading = "Delete {one}"
    about = "Apps that use it stop working at once. A new app client has another id."

    def all_steps(self) -> Sequence[StepSpec]:
        return [remove(CLIENT, self.pool.arn, self.key, self.row.name)]
