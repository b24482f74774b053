"""How people sign up and sign in, and what proves who they are."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from cognito.pools.actions.base import SettingsForm, UserPoolForm
from cognito.pools.actions.fields import ArnField, ManyField, check_own
from cognito.pools.actions.texts import CODE, ROLE_OF_TEXTS, check_text
from cognito.pools.operations.shapes import MFA, POOL
from sync.operations import StepSpec

ADDRESSES = [("email", "E-mail address"), ("phone_number", "Phone number")]
FIRST_FACTORS = [
    ("PASSWORD", "Password"),
    ("EMAIL_OTP", "A code by e-mail"),
    ("SMS_OTP", "A code by text message"),
    ("WEB_AUTHN", "A passkey"),
]
REQUIRED = [
    ("RequireUppercase", "An upper-case letter"),
    ("RequireLowercase", "A lower-case letter"),
    ("RequireNumbers", "A digit"),
    ("RequireSymbols", "A symbol"),
]

_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]*[a-z0-9])?", re.ASCII)


class SignUpSettingsForm(SettingsForm):
    heading = "Sign-up of {names}"
    about = "Who may make an account, and what is verified of it before it counts."
    who = forms.ChoiceField(
        label="Who makes accounts",
        choices=[("self", "Anybody, by signing up"), ("admin", "Administrators only")],
        widget=forms.RadioSelect,
        help_text="With administrators only, every sign-up by an app is refused from then on.",
    )
    verified = ManyField(
        ADDRESSES, label="Verified at sign-up", help_text="A code goes there. Nothing chosen: nothing is verified."
    )
    kept = ManyField(
        ADDRESSES,
        label="Verified before it changes",
        help_text="Until the code of a new address is typed, the old one stays. AWS takes what is verified at sign-up.",
    )

    def initially(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        only = settings.get("AdminCreateUserConfig", {}).get("AllowAdminCreateUserOnly", False)
        kept = settings.get("UserAttributeUpdateSettings", {}).get("AttributesRequireVerificationBeforeUpdate", [])
        verified = settings.get("AutoVerifiedAttributes", [])
        return {"who": "admin" if only else "self", "verified": verified, "kept": kept}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if set(cleaned.get("kept") or []) - set(cleaned.get("verified") or []):
            self.add_error("kept", "Choose it above, too: AWS verifies before a change what it verifies at sign-up.")
        return cleaned

    def changes(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        return {
            "AdminCreateUserConfig.AllowAdminCreateUserOnly": cleaned["who"] == "admin",
            "AutoVerifiedAttributes": cleaned["verified"],
            "UserAttributeUpdateSettings.AttributesRequireVerificationBeforeUpdate": cleaned["kept"],
        }


class PoolPasswordPolicyForm(SettingsForm):
    heading = "Password policy of {names}"
    about = "For passwords that are set from then on. Those that people have stay valid."
    minimum = forms.IntegerField(label="Characters at least", min_value=6, max_value=99)
    kinds = ManyField(REQUIRED, label="Each has to have")
    temporary = forms.IntegerField(
        label="Days that a temporary password is valid",
        min_value=0,
        max_value=365,
        help_text="An invitation that nobody took up by then has to be sent again.",
    )
    history = forms.IntegerField(
        label="Old passwords that can’t be used again",
        min_value=0,
        max_value=24,
        help_text="0 for none. The plan Lite has no memory.",
    )

    def initially(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        policy = settings.get("Policies", {}).get("PasswordPolicy", {})
        return {
            "minimum": policy.get("MinimumLength", 8),
            "temporary": policy.get("TemporaryPasswordValidityDays", 7),
            "history": policy.get("PasswordHistorySize", 0),
            "kinds": [member for member, _ in REQUIRED if policy.get(member)],
        }

    def changes(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        policy = {
            "MinimumLength": cleaned["minimum"],
            "TemporaryPasswordValidityDays": cleaned["temporary"],
            **{member: member in cleaned["kinds"] for member, _ in REQUIRED},
        }
        has = self.settings(POOL).get("Policies", {}).get("PasswordPolicy", {})
        if cleaned["history"] or "PasswordHistorySize" in has:
            policy["PasswordHistorySize"] = cleaned["history"]
        return {"Policies.PasswordPolicy": policy}


class MfaForm(SettingsForm):
    of = MFA
    heading = "Multi-factor authentication of {names}"
    about = "A second factor beside the password. Required, it is asked of everybody at the next sign-in."
    mode = forms.ChoiceField(
        label="MFA",
        choices=[("OFF", "Off"), ("OPTIONAL", "For those who set it up"), ("ON", "Required of everybody")],
        widget=forms.RadioSelect,
    )
    app = forms.BooleanField(label="By an authenticator app", required=False)
    sms_role = ArnField(
        ROLE_OF_TEXTS,
        "a role",
        label="Role that sends text messages",
        help_text="ARN of the role that lets Cognito send by SNS; empty: no MFA by text message. Each costs money.",
    )
    sms_external_id = forms.CharField(
        label="External id of that role", required=False, max_length=131, help_text="As its trust policy asks for it."
    )

    email = forms.BooleanField(
        label="By e-mail", required=False, help_text="Amazon SES has to send the pool’s e-mail. Not with the plan Lite."
    )
    email_subject = forms.CharField(label="Subject of that e-mail", required=False, max_length=140)
    email_message = forms.CharField(
        label="Text of that e-mail",
        required=False,
        min_length=6,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="{####} stands for the code.",
    )

    def initially(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        email = settings.get("EmailMfaConfiguration")
        sms = settings.get("SmsMfaConfiguration", {}).get("SmsConfiguration", {})
        return {
            "mode": settings.get("MfaConfiguration", "OFF"),
            "app": settings.get("SoftwareTokenMfaConfiguration", {}).get("Enabled", False),
            "sms_role": sms.get("SnsCallerArn", ""),
            "sms_external_id": sms.get("ExternalId", ""),
            "email": email is not None,
            "email_subject": (email or {}).get("Subject", ""),
            "email_message": (email or {}).get("Message", ""),
        }

    def clean_email_message(self) -> str:
        return check_text(str(self.cleaned_data["email_message"]), (CODE,))

    def clean_sms_role(self) -> str:
        return check_own(self.cleaned_data["sms_role"], self.aws_account.account_id)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for name in ("email_subject", "email_message"):
            if cleaned.get("email") and not cleaned.get(name) and name in cleaned:
                self.add_error(name, "MFA by e-mail needs it.")
        if cleaned.get("mode") != "OFF" and not (cleaned.get("app") or cleaned.get("sms_role") or cleaned.get("email")):
            raise forms.ValidationError("Choose by what: AWS turns no MFA on without a factor.")
        return cleaned

    def changes(self) -> dict[str, Any]:
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


class SignInForm(UserPoolForm):
    """Ways to sign in are set with the pool, the site of passkeys with MFA: two calls where both differ."""

    heading = "Sign-in of {names}"
    about = (
        "What people sign in with first. Whether a username is an e-mail address or a phone number was fixed when the "
        "pool was made."
    )
    factors = ManyField(FIRST_FACTORS, label="First factors", help_text="The plan Lite has passwords only.")
    site = forms.CharField(
        label="Domain of passkeys",
        required=False,
        max_length=256,
        help_text="The site that passkeys belong to, such as example.org. After a change the old ones no longer work.",
    )
    verification = forms.ChoiceField(
        label="A passkey’s own check",
        required=False,
        choices=[("", "As AWS has it"), ("preferred", "Preferred"), ("required", "Required")],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        policy = self.settings(POOL).get("Policies", {}).get("SignInPolicy", {})
        passkeys = self.settings(MFA).get("WebAuthnConfiguration", {})
        held = {
            "factors": policy.get("AllowedFirstAuthFactors", ["PASSWORD"]),
            "site": passkeys.get("RelyingPartyId", ""),
            "verification": passkeys.get("UserVerification", ""),
        }
        self.initial = {**held, **self.initial}

    def clean_factors(self) -> list[str]:
        value: list[str] = self.cleaned_data["factors"]
        if "PASSWORD" not in value:
            raise forms.ValidationError("AWS always allows a password: leave it chosen.")
        return value

    def clean_site(self) -> str:
        value = str(self.cleaned_data["site"]).strip().lower()
        if value and not _HOST.fullmatch(value):
            raise forms.ValidationError("A domain such as example.org: without https:// and without a path.")
        return value

    def all_steps(self) -> Sequence[StepSpec]:
        cleaned = self.cleaned_data
        held = self.settings(MFA).get("WebAuthnConfiguration", {})
        named = {"RelyingPartyId": cleaned["site"], "UserVerification": cleaned["verification"]}
        passkeys = {**held, **{name: value for name, value in named.items() if value}}
        first = self.update(POOL, {"Policies.SignInPolicy.AllowedFirstAuthFactors": cleaned["factors"]})
        return [*first, *self.update(MFA, {"WebAuthnConfiguration": passkeys})]


RECOVERY = [
    ("verified_email", "By e-mail, to a verified address"),
    ("verified_phone_number", "By text message, to a verified number"),
    ("admin_only", "By administrators only"),
]


class RecoveryForm(SettingsForm):
    heading = "Account recovery of {names}"
    about = (
        "How somebody who forgot the password gets back in. The second way is taken where the first isn’t there. With "
        "MFA by text message nobody gets back in by text message, and with MFA by e-mail not by e-mail."
    )
    first = forms.ChoiceField(
        label="First",
        choices=[("", "Not set: to a verified number, else to a verified address"), *RECOVERY],
        required=False,
    )
    second = forms.ChoiceField(label="Second", choices=[("", "None"), *RECOVERY[:2]], required=False)

    def initially(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        ways = settings.get("AccountRecoverySetting", {}).get("RecoveryMechanisms", [])
        names = [each["Name"] for each in sorted(ways, key=lambda each: each["Priority"])]
        return {"first": names[0] if names else "", "second": names[1] if len(names) > 1 else ""}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("second") and cleaned.get("first") in ("", "admin_only", cleaned["second"]):
            raise forms.ValidationError("A second way is another one; beside administrators AWS takes none.")
        return cleaned

    def changes(self) -> dict[str, Any]:
        named = [name for name in (self.cleaned_data["first"], self.cleaned_data["second"]) if name]
        ways = [{"Name": name, "Priority": place} for place, name in enumerate(named, 1)]
        return {"AccountRecoverySetting": {"RecoveryMechanisms": ways} if ways else None}
