"""The other settings of a pool: messages, triggers, protection, plan, threat protection, tags, domain, all as JSON."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from django import forms

from cognito.pools.actions.base import JsonForm, SettingsForm, UserPoolForm
from cognito.pools.actions.fields import ArnField, JsonField, PairsField, check_own
from cognito.pools.operations import (
    AddAttribute,
    CreateDomain,
    UpdateDomain,
    delete_domain,
    plan_delete_pool,
    set_domain,
    tag,
    untag,
)
from cognito.pools.operations.details import LONGEST_CUSTOM, TYPES
from objects.operations.tags import LONGEST_KEY, LONGEST_VALUE
from sync.operations import StepSpec

# API reference, LambdaConfigType: those that are an ARN and nothing else.
TRIGGERS = (
    "PreSignUp",
    "CustomMessage",
    "PostConfirmation",
    "PreAuthentication",
    "PostAuthentication",
    "DefineAuthChallenge",
    "CreateAuthChallenge",
    "VerifyAuthChallengeResponse",
    "PreTokenGeneration",
    "UserMigration",
)

_BY_CODE, _BY_LINK = "CONFIRM_WITH_CODE", "CONFIRM_WITH_LINK"
# Where the subject and the text stand (API reference, VerificationMessageTemplateType).
_TEMPLATES = {_BY_CODE: ("EmailSubject", "EmailMessage"), _BY_LINK: ("EmailSubjectByLink", "EmailMessageByLink")}
_LINK = re.compile(r"\{##.+?##\}", re.DOTALL)
_FUNCTION = re.compile(r"arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:[\w-]+(:[\w$-]+)?", re.ASCII)
_RESERVED = ("aws", "amazon", "cognito")


class MessagesForm(SettingsForm):
    heading = "Messages of {names}"
    about = "The e-mails that people get. Cognito itself sends at most 50 a day; Amazon SES sends up to your SES quota."
    sender = forms.ChoiceField(
        label="E-mail is sent by", choices=[("COGNITO_DEFAULT", "Cognito"), ("DEVELOPER", "Amazon SES")]
    )
    source_arn = ArnField(
        r"ses:[a-z0-9-]+:\d{12}:identity/.+",
        "an identity in SES",
        label="SES identity",
        help_text="The ARN of a verified identity. Needed with SES.",
    )
    sender_name = forms.CharField(
        label="From", required=False, max_length=320, help_text="Such as Acme <hello@acme.example>. With SES only."
    )
    reply_to = forms.EmailField(label="Reply-to address", required=False, max_length=320)
    option = forms.ChoiceField(
        label="Verification by",
        choices=[(_BY_CODE, "A code to type"), (_BY_LINK, "A link to follow")],
    )
    subject = forms.CharField(label="Verification subject", required=False, max_length=140)
    message = forms.CharField(
        label="Verification message",
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="{####} stands for the code; with a link, {##Click here##} for the link and its words. "
        "Empty: AWS’s own text.",
    )
    invite_subject = forms.CharField(label="Invitation subject", required=False, max_length=140)
    invite_message = forms.CharField(
        label="Invitation message",
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="It must contain {username} and {####}, which stands for the temporary password.",
    )

    def initially(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        mail, template = settings.get("EmailConfiguration", {}), settings.get("VerificationMessageTemplate", {})
        invitation = settings.get("AdminCreateUserConfig", {}).get("InviteMessageTemplate", {})
        option = template.get("DefaultEmailOption", _BY_CODE)
        return {
            "sender": mail.get("EmailSendingAccount", "COGNITO_DEFAULT"),
            "source_arn": mail.get("SourceArn", ""),
            "sender_name": mail.get("From", ""),
            "reply_to": mail.get("ReplyToEmailAddress", ""),
            "option": option,
            "subject": template.get(_TEMPLATES[option][0], ""),
            "message": template.get(_TEMPLATES[option][1], ""),
            "invite_subject": invitation.get("EmailSubject", ""),
            "invite_message": invitation.get("EmailMessage", ""),
        }

    def clean_sender_name(self) -> str:
        value = str(self.cleaned_data["sender_name"])
        if not value.isprintable():
            raise forms.ValidationError("It has characters that nobody sees, such as the end of a line.")
        return value

    def clean_message(self) -> str:
        value = str(self.cleaned_data["message"]).replace("\r\n", "\n")
        if value and self.cleaned_data.get("option") == _BY_CODE and "{####}" not in value:
            raise forms.ValidationError("{####} has to be in it: there the code stands.")
        if value and self.cleaned_data.get("option") == _BY_LINK and not _LINK.search(value):
            raise forms.ValidationError("{##Click here##}, in your own words, has to be in it: there the link stands.")
        return value

    def clean_invite_message(self) -> str:
        value = str(self.cleaned_data["invite_message"]).replace("\r\n", "\n")
        if value and not ("{####}" in value and "{username}" in value):
            raise forms.ValidationError("{username} and {####} have to be in it.")
        return value

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("sender") == "DEVELOPER" and not cleaned.get("source_arn"):
            self.add_error("source_arn", "With SES, AWS asks for the identity that it sends from.")
        for name in ("subject", "message", "invite_subject", "invite_message"):
            if cleaned.get("sender") != "DEVELOPER" and cleaned.get(name):
                self.add_error(name, "AWS takes texts of your own only where SES sends: choose that, or empty this.")
        return cleaned

    def changes(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        subject, message = _TEMPLATES[cleaned["option"]]
        # AWS refuses the texts of both together ("The message is invalid.").
        unused = [name for option, names in _TEMPLATES.items() if option != cleaned["option"] for name in names]
        return {
            **{f"VerificationMessageTemplate.{name}": None for name in unused},
            "EmailConfiguration.EmailSendingAccount": cleaned["sender"],
            "EmailConfiguration.SourceArn": cleaned["source_arn"],
            "EmailConfiguration.From": cleaned["sender_name"],
            "EmailConfiguration.ReplyToEmailAddress": cleaned["reply_to"],
            "VerificationMessageTemplate.DefaultEmailOption": cleaned["option"],
            f"VerificationMessageTemplate.{subject}": cleaned["subject"],
            f"VerificationMessageTemplate.{message}": cleaned["message"],
            "AdminCreateUserConfig.InviteMessageTemplate.EmailSubject": cleaned["invite_subject"],
            "AdminCreateUserConfig.InviteMessageTemplate.EmailMessage": cleaned["invite_message"],
        }


class TriggersForm(SettingsForm):
    heading = "Triggers of {names}"
    about = "Functions that Cognito calls at sign-up and sign-in. One that fails refuses the sign-in."
    functions = PairsField(
        label="Functions",
        required=False,
        help_text=f"One a line, such as PreSignUp = arn:aws:lambda:… There are {', '.join(TRIGGERS)}. Others stay.",
    )

    def initially(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        held = settings.get("LambdaConfig", {})
        return {"functions": {name: held[name] for name in TRIGGERS if name in held}}

    def clean_functions(self) -> dict[str, str]:
        value: dict[str, str] = self.cleaned_data["functions"]
        if unknown := value.keys() - set(TRIGGERS):
            raise forms.ValidationError(f"There is no trigger {', '.join(sorted(unknown))}.")
        if bad := [arn for arn in value.values() if not _FUNCTION.fullmatch(arn)]:
            raise forms.ValidationError(f"{bad[0][:80]} isn’t the ARN of a function.")
        return value

    def changes(self) -> dict[str, Any]:
        value = self.cleaned_data["functions"]
        return {f"LambdaConfig.{name}": value.get(name) for name in TRIGGERS}


class ProtectionForm(SettingsForm):
    heading = "Deletion protection of {names}"
    about = "While it is on, AWS refuses to delete the pool, whoever asks."
    protected = forms.BooleanField(label="Protected from deletion", required=False)

    def initially(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        return {"protected": settings.get("DeletionProtection") == "ACTIVE"}

    def changes(self) -> dict[str, Any]:
        return {"DeletionProtection": "ACTIVE" if self.cleaned_data["protected"] else "INACTIVE"}


class PlanForm(SettingsForm):
    heading = "Plan of {names}"
    about = "What the pool can do, and what AWS bills for each monthly active person."
    tier = forms.ChoiceField(
        label="Plan",
        choices=[("LITE", "Lite"), ("ESSENTIALS", "Essentials: passkeys, codes"), ("PLUS", "Plus: threat protection")],
    )
    protection = forms.ChoiceField(
        label="Threat protection",
        choices=[("OFF", "Off"), ("AUDIT", "Audit only"), ("ENFORCED", "Full function")],
        help_text="With Plus only.",
    )

    def initially(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        add_ons = settings.get("UserPoolAddOns", {})
        return {
            "tier": settings.get("UserPoolTier", "ESSENTIALS"),
            "protection": add_ons.get("AdvancedSecurityMode", "OFF"),
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("protection", "OFF") != "OFF" and cleaned.get("tier") != "PLUS":
            self.add_error("protection", "Threat protection takes the plan Plus.")
        return cleaned

    def changes(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        off = cleaned["protection"] == "OFF" and "UserPoolAddOns" not in self.settings(self.of)
        mode = None if off else cleaned["protection"]
        return {"UserPoolTier": cleaned["tier"], "UserPoolAddOns.AdvancedSecurityMode": mode}


class PoolJsonForm(JsonForm):
    heading = "All settings of {names} as JSON"
    about = "As UpdateUserPool takes them. A member that is taken out goes back to AWS’s default."
    settings_json = JsonField(label="Settings")


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
        return [StepSpec(AddAttribute.kind, params)]


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
        field = self.fields["key"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  as declared
        field.choices = [(key, f"{key}={value}") for key, value in sorted(self.pool.tags.items())]

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
        r"acm:us-east-1:\d{12}:certificate/.+",
        "a certificate of ACM in us-east-1",
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
            CreateDomain.kind, pool.arn, pool.name, cleaned["domain"], cleaned["version"], cleaned["certificate"]
        )
        old = pool.custom_domain if "." in cleaned["domain"] else pool.domain
        if not old:
            return [new]
        if old != cleaned["domain"]:
            return [delete_domain(pool.arn, pool.name, old), new]
        return [StepSpec(UpdateDomain.kind, new.params)]


class DeleteDomainForm(UserPoolForm):
    heading = "Delete a domain of {names}"
    about = "Nobody signs in there any more, and somebody else may take a prefix."
    domain = forms.ChoiceField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["domain"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  as declared
        field.choices = [(each, each) for each in (self.pool.domain, self.pool.custom_domain) if each]

    def all_steps(self) -> Sequence[StepSpec]:
        return [delete_domain(self.pool.arn, self.pool.name, self.cleaned_data["domain"])]


class DeleteUserPoolForm(UserPoolForm):
    heading = "Delete {names}"
    about = (
        "Its people, groups and app clients go with it. What stands in the way goes first: the protection, and domains."
    )

    def all_steps(self) -> Sequence[StepSpec]:
        return plan_delete_pool(self.pool)
