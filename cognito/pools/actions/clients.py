"""App clients: new ones, OAuth, attributes, threat protection of their own, all settings as JSON, and their secrets."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django import forms

from cognito.models import PoolProvider, ResourceServer, UserPool
from cognito.people import schema
from cognito.people.guarded import VERIFIED
from cognito.pools.actions.base import ObjectSettingsForm, PoolObjectForm, UserPoolForm, by_member
from cognito.pools.operations import create_client, delete_secret, remove, rotate_secret, secrets_of, update
from cognito.pools.operations.shapes import CLIENT, CLIENT_RISK, RESOURCE_SERVER, RISK
from cognito.pools.settings import threats
from cognito.pools.settings.client import OAUTH, OF_PEOPLE
from cognito.setting_fields import AddressesField, JsonField, ManyField, SortedLinesField
from cognito.setting_values import merged
from iamconsole.web.words import some
from objects.fields import offer
from sync.aws.client import reader
from sync.aws.errors import AwsError
from sync.operations import Refusal, StepSpec


def check_scopes(pool: UserPool, scopes: Sequence[str]) -> None:
    """That the pool has them, as far as the mirror knows. Raises ValidationError."""
    servers = ResourceServer.objects.live().filter(pool=pool)
    scopes_of = {row.name: RESOURCE_SERVER.payload(row.settings).get("Scopes", []) for row in servers}
    known = {f"{name}/{each['ScopeName']}" for name, there in scopes_of.items() for each in there}
    if unknown := [each for each in scopes if each not in known and each not in OF_PEOPLE]:
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
    callbacks = AddressesField(label="Callback addresses", help_text="One a line. Empty: no pages of Cognito’s.")
    scopes = SortedLinesField(
        label="Scopes of the machine", help_text="One a line, such as https://api.example.org/read."
    )

    def clean_scopes(self) -> list[str]:
        value: list[str] = self.cleaned_data["scopes"]
        check_scopes(self.pool, value)
        return value

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        scopes = cleaned.get("scopes", ["unknown"])
        if cleaned.get("kind") == "machine" and (not scopes or set(scopes) & set(OF_PEOPLE)):
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


class ClientOAuthForm(ObjectSettingsForm):
    """Its providers and scopes are those of the pool. Without a flow all of it is off."""

    of = CLIENT
    group = OAUTH

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = PoolProvider.objects.live().filter(pool=self.pool).order_by("name_key")
        offer(self, "providers", [("COGNITO", "The pool itself"), *((row.name, row.name) for row in rows)])

    def clean_scopes(self) -> list[str]:
        value: list[str] = self.cleaned_data["scopes"]
        held = self.row.settings.get("AllowedOAuthScopes", []) if self.row is not None else []
        check_scopes(self.pool, [each for each in value if each not in held])
        return value

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if "client_credentials" in (cleaned.get("flows") or []) and not self.row.has_secret:
            self.add_error("flows", "Client credentials need an app client with a secret.")
        return cleaned

    def changes(self) -> dict[str, Any]:
        cleaned, changes = self.cleaned_data, super().changes()
        if not cleaned["flows"]:
            changes |= dict.fromkeys(("AllowedOAuthScopes", "CallbackURLs", "LogoutURLs"))
        default = self.row.settings.get("DefaultRedirectURI", "")
        if default and default not in cleaned["callbacks"]:
            changes["DefaultRedirectURI"] = None
        return {"AllowedOAuthFlowsUserPoolClient": bool(cleaned["flows"]), **changes}


class ClientJsonForm(ClientForm):
    heading = "All settings of {one} as JSON"
    about = "As UpdateUserPoolClient takes them. A member that is taken out goes back to AWS’s default."
    settings_json = JsonField(label="Settings")

    def begins_with(self, settings: Mapping[str, Any]) -> dict[str, Any]:
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
            client = reader(self.aws_account, urgent=True)
            return list(secrets_of(client, self.pool.arn, self.row.aws_id) or {}), ""
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
        offer(
            self,
            "secret_id",
            [(each, f"{each}{', the oldest' if not place else ''}") for place, each in enumerate(self.there)],
        )

    def all_steps(self) -> Sequence[StepSpec]:
        if len(self.there) < 2:
            raise Refusal("AWS deletes no app client’s last secret: make a new one first.")
        return [delete_secret(self.pool.arn, self.key, self.row.name, self.cleaned_data["secret_id"])]


class DeleteClientForm(ClientForm):
    heading = "Delete {one}"
    about = "Apps that use it stop working at once. A new app client has another id."

    def all_steps(self) -> Sequence[StepSpec]:
        return [remove(CLIENT, self.pool.arn, self.key, self.row.name)]


# ---- Which attributes of people an app client may read and write ---------------------------------------------------
DEFAULT, OWN = "default", "own"
_WAYS = [(DEFAULT, "No list: AWS’s default, which may let in all of them"), (OWN, "Those that are ticked below")]


class ClientAttributesForm(ClientForm):
    """`without`: of the address, an attribute that is proposed to be written no more."""

    heading = "Attributes of {one}"
    about = (
        "What the app may write, its people may write of themselves, at sign-up and later: nothing that rules of "
        "identity pools or your own code go by. What it may read stands in its ID tokens."
    )
    writes = forms.ChoiceField(label="It may write", choices=_WAYS, widget=forms.RadioSelect)
    write = ManyField([], label="Attributes that it may write", help_text="Those that the pool requires always can be.")
    reads = forms.ChoiceField(label="It may read", choices=_WAYS, widget=forms.RadioSelect)
    read = ManyField([], label="Attributes that it may read")
    without = forms.CharField(max_length=300, required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, names in (("write", self._writable()), ("read", self._readable())):
            offer(self, name, [(each, each) for each in names])
        if without := self.initial.get("without"):
            self.initial["write"] = [name for name in self.initial.get("write", []) if name != without]

    def _readable(self) -> list[str]:
        return sorted(name for name in schema.schema_of(self.pool) if name != "sub")

    def _writable(self) -> list[str]:
        """One that can't be changed is written at sign-up. Whether an address is verified, AWS alone says."""
        return sorted(name for name in schema.settable(self.pool, new=True) if name not in VERIFIED)

    def begins_with(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        write, read = settings.get("WriteAttributes"), settings.get("ReadAttributes")
        return {
            "writes": OWN if write else DEFAULT,
            "write": write or self._writable(),
            "reads": OWN if read else DEFAULT,
            "read": read or self._readable(),
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        for way, name in (("writes", "write"), ("reads", "read")):
            if cleaned.get(way) == OWN and name in cleaned and not cleaned[name]:
                self.add_error(name, "Tick one at least: an empty list is AWS’s default again.")
        if (
            cleaned.get("writes") == OWN
            and cleaned.get("write")
            and (missing := self._mapped() - set(cleaned["write"]))
        ):
            words = "providers of this app set it at each sign-in, which fails when the app may not write it"
            self.add_error("write", f"{some(sorted(missing))}: {words}. Take it out of the attribute mapping first.")
        return cleaned

    def _mapped(self) -> set[str]:
        """What providers of the app set ("Specifying identity provider attribute mappings for your user pool")."""
        used: Collection[str] = self.row.settings.get("SupportedIdentityProviders", ()) if self.row else ()
        rows = PoolProvider.objects.live().filter(pool=self.pool, name__in=used)
        mapped = {name for row in rows for name in row.settings.get("AttributeMapping", {})}
        return mapped & set(self._writable())

    def all_steps(self) -> Sequence[StepSpec]:
        cleaned = self.cleaned_data
        return self.update_one(
            {
                "WriteAttributes": cleaned["write"] if cleaned["writes"] == OWN else None,
                "ReadAttributes": cleaned["read"] if cleaned["reads"] == OWN else None,
            }
        )


# ---- Threat protection that one app client has instead of its pool's -----------------------------------------------
_POOLS, _OWN = "pool", "own"


class ClientRiskForm(ObjectSettingsForm):
    """A client without settings of its own follows the pool; its own begin with the pool's."""

    of = CLIENT_RISK
    group = threats.CLIENT_RISK
    holds = forms.ChoiceField(
        label="Which settings apply", choices=[(_POOLS, "As the pool"), (_OWN, "Its own")], widget=forms.RadioSelect
    )
    field_order = ("holds", "compromised")

    @property
    def own_or_pools(self) -> dict[str, Any]:
        return self.held or RISK.payload(self.pool.risk or {})

    def begins_with(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        return {"holds": _OWN if settings else _POOLS, **super().begins_with(self.own_or_pools)}

    def all_steps(self) -> Sequence[StepSpec]:
        if self.cleaned_data["holds"] == _OWN:
            return self.update_one(by_member(self.held, merged(self.own_or_pools, self.changes())))
        nothing = dict.fromkeys(self.held)
        return [update(self.of, self.pool.arn, self.row.name, nothing, self.key)] if nothing else []
