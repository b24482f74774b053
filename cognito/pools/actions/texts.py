"""Text messages of a pool, and the devices that it remembers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django import forms

from cognito.pools.actions.base import SettingsForm
from cognito.pools.actions.fields import ArnField, check_own

ROLE_OF_TEXTS = r"iam::\d{12}:role/[\w+=,.@/-]+"
CODE, USERNAME = "{####}", "{username}"
_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-\d", re.ASCII)
# Where each text stands, and what has to be in it (API reference: SmsVerificationMessageType, MessageTemplateType,
# SmsAuthenticationMessage).
_TEXTS = {
    "verification": ("VerificationMessageTemplate.SmsMessage", (CODE,)),
    "invitation": ("AdminCreateUserConfig.InviteMessageTemplate.SMSMessage", (USERNAME, CODE)),
    "second_factor": ("SmsAuthenticationMessage", (CODE,)),
}


def check_text(text: str, needed: tuple[str, ...]) -> str:
    """Raises ValidationError for what stands nowhere in a text that isn't empty."""
    said = text.replace("\r\n", "\n")
    missing = [each for each in needed if each not in said] if said else []
    if missing:
        raise forms.ValidationError(f"{' and '.join(missing)} has to be in it.")
    return said


def _text(label: str, help_text: str) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": 2})
    return forms.CharField(
        label=label, required=False, min_length=6, max_length=140, widget=widget, help_text=help_text
    )


class TextsForm(SettingsForm):
    heading = "Text messages of {names}"
    about = "Amazon SNS sends them, and AWS bills each. Without a role nobody gets any."
    role = ArnField(
        ROLE_OF_TEXTS,
        "a role",
        label="Role that sends text messages",
        help_text="ARN of the role that lets Cognito send by SNS. MFA by text message goes by it, too.",
    )
    external_id = forms.CharField(
        label="External id of that role", required=False, max_length=131, help_text="As its trust policy asks for it."
    )
    region = forms.CharField(
        label="Region that sends them", required=False, max_length=32, help_text="Empty: AWS’s choice for this Region."
    )
    verification = _text("Text of verification", "{####} stands for the code. Empty: AWS’s own text.")
    invitation = _text(
        "Text of an invitation", "It must contain {username} and {####}, which stands for the temporary password."
    )
    second_factor = _text("Text of a second factor", "{####} stands for the code. Empty: AWS’s own text.")

    def initially(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        sending = settings.get("SmsConfiguration", {})
        template = settings.get("VerificationMessageTemplate", {})
        invitation = settings.get("AdminCreateUserConfig", {}).get("InviteMessageTemplate", {})
        return {
            "role": sending.get("SnsCallerArn", ""),
            "external_id": sending.get("ExternalId", ""),
            "region": sending.get("SnsRegion", ""),
            "verification": template.get("SmsMessage", ""),
            "invitation": invitation.get("SMSMessage", ""),
            "second_factor": settings.get("SmsAuthenticationMessage", ""),
        }

    def clean_role(self) -> str:
        return check_own(self.cleaned_data["role"], self.aws_account.account_id)

    def clean_region(self) -> str:
        value = str(self.cleaned_data["region"]).strip()
        if value and not _REGION.fullmatch(value):
            raise forms.ValidationError("Write a Region, such as eu-central-1.")
        return value

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for name, (_, needed) in _TEXTS.items():
            try:
                cleaned[name] = check_text(str(cleaned.get(name, "")), needed)
            except forms.ValidationError as wrong:
                self.add_error(name, wrong)
        if not cleaned.get("role") and "role" in cleaned and (cleaned.get("external_id") or cleaned.get("region")):
            self.add_error("role", "Name the role, or empty its external id and Region.")
        return cleaned

    def changes(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        sending = {
            "SnsCallerArn": cleaned["role"],
            "ExternalId": cleaned["external_id"],
            "SnsRegion": cleaned["region"],
        }
        kept = {name: value for name, value in sending.items() if value}
        return {"SmsConfiguration": kept or None, **{path: cleaned[name] for name, (path, _) in _TEXTS.items()}}


ALWAYS, ASKED = "always", "asked"
REMEMBERS = [("", "No"), (ALWAYS, "Always"), (ASKED, "When the person agrees (user opt-in)")]


class DevicesForm(SettingsForm):
    """DeviceConfigurationType in the API reference; nothing of it switches it off."""

    heading = "Remembered devices of {names}"
    about = "Whether the pool remembers the browsers and phones that people sign in on. Apps have to support it."
    remembers = forms.ChoiceField(label="Remember devices", choices=REMEMBERS, required=False, widget=forms.RadioSelect)
    replaces = forms.BooleanField(
        label="Skip MFA on remembered devices",
        required=False,
        help_text="The device’s key takes the place of the code: whoever has the device and the password gets in.",
    )

    def initially(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        held = settings.get("DeviceConfiguration")
        if not held:
            return {"remembers": "", "replaces": False}
        return {
            "remembers": ASKED if held.get("DeviceOnlyRememberedOnUserPrompt") else ALWAYS,
            "replaces": held.get("ChallengeRequiredOnNewDevice", False),
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("replaces") and not cleaned.get("remembers"):
            self.add_error("replaces", "That takes devices that are remembered.")
        return cleaned

    def changes(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        if not cleaned["remembers"]:
            return {"DeviceConfiguration": None}
        described = {
            "ChallengeRequiredOnNewDevice": cleaned["replaces"],
            "DeviceOnlyRememberedOnUserPrompt": cleaned["remembers"] == ASKED,
        }
        return {"DeviceConfiguration": described}
