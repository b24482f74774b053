"""Groups, identity providers and resource servers of a pool; and a new pool."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from django import forms

from cognito.models import AppClient, UserPool
from cognito.people.schema import fixed_ones
from cognito.pools.actions.base import NewObjectForm, ObjectSettingsForm, PoolObjectForm, UserPoolForm
from cognito.pools.operations import create_pool, make, remove, update
from cognito.pools.operations.belonging import using
from cognito.pools.operations.shapes import AS_AWS_HAS_IT, CLIENT, GROUP, METADATA, PROVIDER, RESOURCE_SERVER, SECRETS
from cognito.pools.settings.belonging import GROUP_SETTINGS, IDENTIFIERS, MAPPING, NEW_GROUP, NEW_SERVER, ROLE
from cognito.setting_fields import ManyField, PairsField
from cognito.setting_form import different_from
from iamconsole.web.words import some
from identities.forms import RoleField
from objects.object_actions import ActionForm
from sync.operations import StepSpec
from sync.sealed import keep_typed


class GroupForm(ObjectSettingsForm):
    of = GROUP
    group = GROUP_SETTINGS
    role = RoleField(required=False, help_text=ROLE.help)


class NewGroupForm(NewObjectForm):
    group = NEW_GROUP
    role = RoleField(required=False, help_text=ROLE.help)
    name = forms.CharField(max_length=128, help_text="No spaces. It can’t be changed later.")
    field_order = ("name",)

    def all_steps(self) -> Sequence[StepSpec]:
        return [make(GROUP, self.pool.arn, self.cleaned_data["name"], self.chosen())]


class DeleteGroupForm(PoolObjectForm):
    of = GROUP
    heading = "Delete the group {one}"
    about = "Its members stay people of the pool, and lose what the group gives. The reverse puts them back."

    def all_steps(self) -> Sequence[StepSpec]:
        return [remove(GROUP, self.pool.arn, self.key)]


# ---- Identity providers --------------------------------------------------------------------------------------
# What AWS asks for (API reference, CreateIdentityProvider, ProviderDetails); of several in one text, any one will do.
_SOCIAL = ("client_id", "authorize_scopes")
NEEDS: dict[str, tuple[str, ...]] = {
    "OIDC": ("client_id", "oidc_issuer", "authorize_scopes", "attributes_request_method"),
    "SAML": ("MetadataURL or MetadataFile",),
    "Google": _SOCIAL,
    "Facebook": _SOCIAL,
    "LoginWithAmazon": _SOCIAL,
    "SignInWithApple": ("client_id", "team_id", "key_id", "authorize_scopes"),
}
_WITHOUT_SECRET = ("OIDC", "SAML")
TYPES = tuple(NEEDS)
_ASKED_FOR = "; ".join(
    f"{some([name for name in NEEDS if NEEDS[name] == needs])}: {', '.join(needs)}"
    for needs in dict.fromkeys(NEEDS.values())
)


class ProviderFields(forms.Form):
    details = PairsField(
        label="Details",
        help_text=f"One a line, such as client_id = … No secret here. AWS asks for these. {_ASKED_FOR}.",
    )
    secret = forms.CharField(
        label="Client secret",
        required=False,
        max_length=4096,
        strip=True,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text="Sealed until it is sent. With Apple: the private key.",
    )
    mapping = MAPPING.field()
    identifiers = IDENTIFIERS.field()

    def clean_details(self) -> dict[str, str]:
        value: dict[str, str] = self.cleaned_data["details"]
        if typed := [name for name in SECRETS if name in value and value[name] != AS_AWS_HAS_IT]:
            raise forms.ValidationError(f"{typed[0]} is a secret: type it in its own field.")
        for name in ("oidc_issuer", "MetadataURL"):
            if name in value and not value[name].startswith("https://"):
                raise forms.ValidationError(f"{name} is an address that begins with https://.")
        return value

    def check_needs(self, kind: str, held: Mapping[str, str] | None = None) -> None:
        """`held`: of a provider that is there, which may do without what it never had."""
        value = self.cleaned_data.get("details")
        if value is None:
            return
        needs = [each.split(" or ") for each in NEEDS.get(kind, ())]
        if held is not None:
            needs = [names for names in needs if any(name in held for name in names)]
        missing = [" or ".join(names) for names in needs if not any(name in value for name in names)]
        if missing:
            self.add_error("details", f"AWS asks for {some(missing)}, too.")

    def check_mapping(self, pool: UserPool) -> None:
        """Only attributes that the pool has; AWS knows “username” besides."""
        known = {str(each.get("Name", "")) for each in pool.settings.get("SchemaAttributes", ())}
        unknown = [each for each in self.cleaned_data.get("mapping") or {} if each not in {*known, "username"}]
        if known and unknown:
            self.add_error("mapping", f"The pool has no attribute {unknown[0][:60]}.")
        if fixed := fixed_ones(pool, self.cleaned_data.get("mapping") or {}):
            words = "can’t be changed once it is set, and AWS sets what is mapped at each sign-in: it would refuse that"
            self.add_error("mapping", f"{fixed[0]} {words}.")


class NewProviderForm(ProviderFields, UserPoolForm):
    heading = "New identity provider of {names}"
    about = "Its people sign in to the pool. No app client offers it until you say so there."
    name = forms.CharField(min_length=3, max_length=32, help_text="It can’t be changed later.")
    type = forms.ChoiceField(choices=[(name, name) for name in TYPES])
    field_order = ("name", "type", "details", "secret", "mapping", "identifiers")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if kind := cleaned.get("type"):
            self.check_needs(kind)
            if not cleaned.get("secret") and kind not in _WITHOUT_SECRET:
                self.add_error("secret", "AWS asks for it with this type.")
        self.check_mapping(self.pool)
        return cleaned

    def all_steps(self) -> Sequence[StepSpec]:
        cleaned = self.cleaned_data
        details = dict(cleaned["details"])
        if cleaned["secret"]:
            which = "private_key" if cleaned["type"] == "SignInWithApple" else "client_secret"
            details[which] = _sealed(self, cleaned["secret"])
        settings: dict[str, Any] = {"ProviderDetails": details}
        if cleaned["mapping"]:
            settings["AttributeMapping"] = cleaned["mapping"]
        if cleaned["identifiers"]:
            settings["IdpIdentifiers"] = cleaned["identifiers"]
        return [make(PROVIDER, self.pool.arn, cleaned["name"], settings, cleaned["type"])]


def _sealed(form: ActionForm, secret: str) -> str:
    return keep_typed(secret, name="Client secret", aws_account=form.aws_account, operator=form.operator)


class ProviderForm(ProviderFields, PoolObjectForm):
    of = PROVIDER
    heading = "Identity provider {one}"
    about = "A secret that is left empty stays as AWS has it."

    def begins_with(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        details = settings.get("ProviderDetails", {})
        return {
            "details": {name: value for name, value in details.items() if name not in SECRETS},
            "mapping": settings.get("AttributeMapping", {}),
            "identifiers": settings.get("IdpIdentifiers", []),
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        self.check_needs(self.row.provider_type, PROVIDER.payload(self.row.settings).get("ProviderDetails", {}))
        self.check_mapping(self.pool)
        return cleaned

    def all_steps(self) -> Sequence[StepSpec]:
        cleaned = self.cleaned_data
        held = PROVIDER.payload(self.row.settings).get("ProviderDetails", {})
        names = {*held, *cleaned["details"]} - set(SECRETS)
        changes = {f"ProviderDetails.{name}": cleaned["details"].get(name) for name in names}
        if changes.get(f"ProviderDetails.{METADATA}") == AS_AWS_HAS_IT:
            del changes[f"ProviderDetails.{METADATA}"]
        changes |= {"AttributeMapping": cleaned["mapping"], "IdpIdentifiers": cleaned["identifiers"]}
        differing = different_from(PROVIDER.payload(self.row.settings), changes)
        if cleaned["secret"]:
            which = "private_key" if self.row.provider_type == "SignInWithApple" else "client_secret"
            differing[f"ProviderDetails.{which}"] = _sealed(self, cleaned["secret"])
        return [update(PROVIDER, self.pool.arn, self.row.name, differing, self.key)] if differing else []


class DeleteProviderForm(PoolObjectForm):
    of = PROVIDER
    heading = "Delete the identity provider {one}"
    about = "It is taken from the app clients that offer it first. Its people can’t sign in any more."

    def all_steps(self) -> Sequence[StepSpec]:
        return [*_let_go(self), remove(PROVIDER, self.pool.arn, self.key)]


def _let_go(form: PoolObjectForm) -> list[StepSpec]:
    """The app clients that name it do so no longer."""
    return [
        update(CLIENT, form.pool.arn, client.name, _without(client, form), client.aws_id)
        for client in using(form.of, form.aws_account, form.pool.arn, form.key)
    ]


def _without(client: AppClient, form: PoolObjectForm) -> dict[str, Any]:
    settings = client.settings
    if form.of is PROVIDER:
        left = [each for each in settings["SupportedIdentityProviders"] if each != form.key]
        return {"SupportedIdentityProviders": left or None}
    scopes = [each for each in settings["AllowedOAuthScopes"] if not each.startswith(f"{form.key}/")]
    if scopes:
        return {"AllowedOAuthScopes": scopes}
    off = {"AllowedOAuthScopes": None, "AllowedOAuthFlows": None, "AllowedOAuthFlowsUserPoolClient": False}
    return {**off, "CallbackURLs": None, "LogoutURLs": None, "DefaultRedirectURI": None}


# ---- Resource servers ----------------------------------------------------------------------------------------
class NewServerForm(NewObjectForm):
    named_otherwise = MappingProxyType({"name": "identifier"})
    group = NEW_SERVER
    identifier = forms.CharField(max_length=256, help_text="Such as https://api.example.org. It can’t be changed.")
    field_order = ("identifier",)

    def all_steps(self) -> Sequence[StepSpec]:
        return [make(RESOURCE_SERVER, self.pool.arn, self.cleaned_data["identifier"], self.chosen())]


class DeleteServerForm(PoolObjectForm):
    of = RESOURCE_SERVER
    heading = "Delete the resource server {one}"
    about = "Its scopes are taken from the app clients that ask for them first."

    def all_steps(self) -> Sequence[StepSpec]:
        return [*_let_go(self), remove(RESOURCE_SERVER, self.pool.arn, self.key)]


# ---- A new pool ----------------------------------------------------------------------------------------------
class NewPoolForm(ActionForm):
    heading = "New user pool"
    about = "Secure defaults: deletion protection, passwords of twelve characters, accounts by administrators only."
    name = forms.CharField(max_length=128)
    region = forms.CharField(label="Region", max_length=32, help_text="Such as eu-central-1. It can’t be changed.")
    signs_in_with = ManyField(
        [("email", "E-mail address"), ("phone_number", "Phone number")],
        label="Username is",
        help_text="Nothing: a name of their own. It can’t be changed later.",
    )
    self_signup = forms.BooleanField(label="Anybody may sign up", required=False)

    def steps(self) -> Sequence[StepSpec]:
        cleaned = self.cleaned_data
        settings: dict[str, Any] = {
            "DeletionProtection": "ACTIVE",
            "AdminCreateUserConfig": {"AllowAdminCreateUserOnly": not cleaned["self_signup"]},
            "UsernameConfiguration": {"CaseSensitive": False},
            "Policies": {
                "PasswordPolicy": {
                    "MinimumLength": 12,
                    "RequireUppercase": True,
                    "RequireLowercase": True,
                    "RequireNumbers": True,
                    "RequireSymbols": True,
                    "TemporaryPasswordValidityDays": 7,
                }
            },
        }
        if cleaned["signs_in_with"]:
            settings["UsernameAttributes"] = cleaned["signs_in_with"]
            settings["AutoVerifiedAttributes"] = cleaned["signs_in_with"]
        return [create_pool(self.aws_account, cleaned["region"].strip(), cleaned["name"], settings)]
