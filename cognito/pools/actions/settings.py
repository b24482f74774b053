"""Settings of a pool that take more than their entries (cognito/pools/settings), tags, domains, and all as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from django import forms

from cognito.pools.actions.base import SettingsForm, UserPoolForm, by_member
from cognito.pools.operations import (
    ADD_ATTRIBUTE,
    CREATE_DOMAIN,
    UPDATE_DOMAIN,
    delete_domain,
    plan_delete_pool,
    set_domain,
    tag,
    untag,
)
from cognito.pools.operations.pools import LONGEST_CUSTOM, TYPES
from cognito.pools.operations.shapes import MFA, POOL, Shape
from cognito.pools.settings.messages import BY_CODE, BY_LINK, DEVICES, MESSAGES
from cognito.pools.settings.pool import ACCOUNT_RECOVERY
from cognito.pools.settings.sign_in import MULTI_FACTOR
from cognito.setting_fields import ArnField, JsonField, check_own
from cognito.setting_values import at
from objects.fields import offer
from objects.operations.tags import LONGEST_KEY, LONGEST_VALUE
from sync.operations import StepSpec

_RESERVED = ("aws", "amazon", "cognito")


class MessagesForm(SettingsForm):
    """The verification's subject and text stand in other members with a link than with a code."""

    group = MESSAGES

    def initially(self, of: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
        found, settings = super().initially(of), of[POOL.facet]
        for name, path in _TEMPLATES[found["option"]].items():
            found[name] = at(settings, path) or ""
        return found

    def changes(self, of: Shape) -> dict[str, Any]:
        cleaned, changes = self.cleaned_data, super().changes(of)
        # AWS refuses the texts of both together ("The message is invalid.").
        changes |= {path: None for paths in _TEMPLATES.values() for path in paths.values()}
        return changes | {path: cleaned[name] for name, path in _TEMPLATES[cleaned["option"]].items()}


# Where the subject and the text stand (API reference, VerificationMessageTemplateType).
_TEMPLATE = "VerificationMessageTemplate"
_TEMPLATES = {
    BY_CODE: {"subject": f"{_TEMPLATE}.EmailSubject", "message": f"{_TEMPLATE}.EmailMessage"},
    BY_LINK: {"subject": f"{_TEMPLATE}.EmailSubjectByLink", "message": f"{_TEMPLATE}.EmailMessageByLink"},
}


class DevicesForm(SettingsForm):
    """DeviceConfigurationType in the API reference; nothing of it switches it off."""

    group = DEVICES

    def changes(self, of: Shape) -> dict[str, Any]:
        return super().changes(of) if self.cleaned_data["remembers"] else {"DeviceConfiguration": None}


class RecoveryForm(SettingsForm):
    group = ACCOUNT_RECOVERY

    def changes(self, of: Shape) -> dict[str, Any]:
        named = [name for name in (self.cleaned_data["first"], self.cleaned_data["second"]) if name]
        ways = [{"Name": name, "Priority": place} for place, name in enumerate(named, 1)]
        return {"AccountRecoverySetting": {"RecoveryMechanisms": ways} if ways else None}


class MfaForm(SettingsForm):
    """The mode and its factors go together, and a factor as a whole."""

    group = MULTI_FACTOR

    def changes(self, of: Shape) -> dict[str, Any]:
        cleaned = self.cleaned_data
        on = cleaned["mode"] != "OFF"
        email = {"Subject": cleaned["email_subject"], "Message": cleaned["email_message"]}
        sms: dict[str, Any] = self.settings(MFA).get("SmsMfaConfiguration", {})
        caller = {**sms.get("SmsConfiguration", {}), "SnsCallerArn": cleaned["sms_role"]}
        if cleaned["sms_external_id"]:
            caller["ExternalId"] = cleaned["sms_external_id"]
        return {
            "MfaConfiguration": cleaned["mode"],
            "SoftwareTokenMfaConfiguration": {"Enabled": True} if on and cleaned["app"] else None,
            "SmsMfaConfiguration": {**sms, "SmsConfiguration": caller} if cleaned["sms_role"] else None,
            "EmailMfaConfiguration": email if on and cleaned["email"] else None,
        }


class PoolJsonForm(UserPoolForm):
    """All that the call sends. Members that differ are what is meant."""

    heading = "All settings of {names} as JSON"
    about = "As UpdateUserPool takes them. A member that is taken out goes back to AWS’s default."
    settings_json = JsonField(label="Settings")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial = {"settings_json": self.settings(POOL), **self.initial}

    def all_steps(self) -> Sequence[StepSpec]:
        return self.update(POOL, by_member(self.settings(POOL), self.cleaned_data["settings_json"]))


class AttributeForm(UserPoolForm):
    named_otherwise = MappingProxyType({"attribute": "name"})
    heading = "Add an attribute to {names}"
    about = "Permanent: AWS neither changes nor removes an attribute of a pool."
    name = forms.CharField(max_length=LONGEST_CUSTOM, help_text="Without “custom:”, which AWS puts before it.")
    type = forms.ChoiceField(choices=[(name, name) for name in TYPES])
    longest = forms.IntegerField(
        label="Characters at most", min_value=1, max_value=2048, initial=2048, help_text="Counts with String only."
    )
    mutable = forms.BooleanField(label="It may be changed once it is set", required=False, initial=True)

    def all_steps(self) -> Sequence[StepSpec]:
        cleaned = self.cleaned_data
        params = {
            "pool_arn": self.pool.arn,
            "called": self.pool.name,
            "attribute": cleaned["name"],
            "type": cleaned["type"],
            "mutable": cleaned["mutable"],
            "longest": cleaned["longest"],
        }
        return [StepSpec(ADD_ATTRIBUTE, params)]


class PoolTagForm(UserPoolForm):
    heading = "Tag {names}"
    about = "A tag that is there gets the new value."
    key = forms.CharField(max_length=LONGEST_KEY)
    value = forms.CharField(max_length=LONGEST_VALUE, required=False)

    def all_steps(self) -> Sequence[StepSpec]:
        return [tag(self.pool.arn, self.pool.name, self.cleaned_data["key"], self.cleaned_data["value"])]


class PoolUntagForm(UserPoolForm):
    heading = "Remove a tag of {names}"
    about = "Policies and bills that go by it don’t see it any more."
    key = forms.ChoiceField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "key", [(key, f"{key}={value}") for key, value in sorted(self.pool.tags.items())])

    def all_steps(self) -> Sequence[StepSpec]:
        return [untag(self.pool.arn, self.pool.name, self.cleaned_data["key"])]


class DomainForm(UserPoolForm):
    named_otherwise = MappingProxyType({"certificate_arn": "certificate"})
    heading = "Domain of {names}"
    about = (
        "Where people sign in on pages of Cognito’s. A pool has one prefix and one domain of its own at most: another "
        "name takes the place of the old one, and nobody signs in at that address any more."
    )
    domain = forms.CharField(
        max_length=63, help_text="A prefix such as acme-shop, or your own such as id.acme.example."
    )
    version = forms.TypedChoiceField(
        label="Pages", coerce=int, choices=[(2, "Managed login"), (1, "Hosted UI (classic)")]
    )
    certificate = ArnField(
        "acm",
        "certificate",
        "a certificate of ACM in us-east-1",
        region="us-east-1",
        help_text="ARN in ACM, in us-east-1; for a domain of your own.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name = self.pool.custom_domain or self.pool.domain
        held = (self.pool.domains or {}).get(name, {})
        config = held.get("CustomDomainConfig", {})
        described = {
            "domain": name,
            "version": held.get("ManagedLoginVersion", 2),
            "certificate": config.get("CertificateArn"),
        }
        self.initial = {**described, **self.initial}

    def clean_domain(self) -> str:
        """ "Using your own domain for managed login" and "Configuring a user pool domain" in the Developer Guide."""
        value = str(self.cleaned_data["domain"]).strip()
        if "." not in value and (word := next((each for each in _RESERVED if each in value), "")):
            raise forms.ValidationError(f"AWS takes no prefix with “{word}” in it.")
        return value

    def clean_certificate(self) -> str:
        return check_own(self.cleaned_data["certificate"], self.aws_account.account_id)

    def all_steps(self) -> Sequence[StepSpec]:
        """Another name is another domain: the old one has to go first."""
        cleaned, pool = self.cleaned_data, self.pool
        new = set_domain(
            CREATE_DOMAIN, pool.arn, pool.name, cleaned["domain"], cleaned["version"], cleaned["certificate"]
        )
        old = pool.custom_domain if "." in cleaned["domain"] else pool.domain
        if not old:
            return [new]
        if old != cleaned["domain"]:
            return [delete_domain(pool.arn, pool.name, old), new]
        return [StepSpec(UPDATE_DOMAIN, new.params)]


class DeleteDomainForm(UserPoolForm):
    heading = "Delete a domain of {names}"
    about = "Nobody signs in there any more, and somebody else may take a prefix."
    domain = forms.ChoiceField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "domain", [(each, each) for each in (self.pool.domain, self.pool.custom_domain) if each])

    def all_steps(self) -> Sequence[StepSpec]:
        return [delete_domain(self.pool.arn, self.pool.name, self.cleaned_data["domain"])]


class DeleteUserPoolForm(UserPoolForm):
    heading = "Delete {names}"
    about = (
        "Its people, groups and app clients go with it. What stands in the way goes first: the protection, and domains."
    )

    def all_steps(self) -> Sequence[StepSpec]:
        return plan_delete_pool(self.pool)
