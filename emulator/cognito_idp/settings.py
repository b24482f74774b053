"""The settings of a pool: what is left out is set to its default, at creation and at each update."""

from __future__ import annotations

import re
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from emulator.cognito_idp.errors import invalid
from emulator.wire import AwsError

if TYPE_CHECKING:
    from emulator.cognito_idp.pool import UserPool

Settings = dict[str, Any]

# Said at creation, once and for all.
FIXED = ("UsernameAttributes", "AliasAttributes", "UsernameConfiguration")
_TEMPORARY_DAYS = 7
_PASSWORD: Settings = {
    "MinimumLength": 8,
    "RequireUppercase": True,
    "RequireLowercase": True,
    "RequireNumbers": True,
    "RequireSymbols": True,
}
_DEFAULTS: Settings = {
    "DeletionProtection": "INACTIVE",
    "LambdaConfig": {},
    "MfaConfiguration": "OFF",
    "EmailConfiguration": {"EmailSendingAccount": "COGNITO_DEFAULT"},
    "UserPoolTags": {},
    "UserPoolTier": "ESSENTIALS",
}
_LINK = re.compile(r"\{##.+?##\}", re.DOTALL)
_OLD_NAMES = {
    "SmsVerificationMessage": "SmsMessage",
    "EmailVerificationMessage": "EmailMessage",
    "EmailVerificationSubject": "EmailSubject",
}


def checked(asked: Settings, pool: UserPool) -> Settings:
    """The settings that a pool has once this was asked of it; raises what AWS refuses.

    `UpdateUserPool` in the API reference: "If you don't provide a value for an attribute, it is set to its default."
    DcrConfiguration is the exception: left out, it stays.
    """
    _refuse(asked, pool)
    settings = deepcopy(_DEFAULTS) | {name: deepcopy(value) for name, value in asked.items() if value is not None}
    policies = settings.setdefault("Policies", {})
    given = policies.get("PasswordPolicy")
    policies["PasswordPolicy"] = dict(_PASSWORD) if given is None else _without_gaps(given)
    policies["PasswordPolicy"].setdefault("TemporaryPasswordValidityDays", _TEMPORARY_DAYS)
    policies.setdefault("SignInPolicy", {"AllowedFirstAuthFactors": ["PASSWORD"]})
    creation = {"AllowAdminCreateUserOnly": False} | settings.get("AdminCreateUserConfig", {})
    settings["AdminCreateUserConfig"] = creation
    template = settings.setdefault("VerificationMessageTemplate", {})
    template.setdefault("DefaultEmailOption", "CONFIRM_WITH_CODE")
    for old, new in _OLD_NAMES.items():
        if (said := settings.pop(old, None)) is not None:
            template.setdefault(new, said)
    if "DcrConfiguration" not in asked and "DcrConfiguration" in pool.settings:
        settings["DcrConfiguration"] = pool.settings["DcrConfiguration"]
    return settings


def described(settings: Settings) -> Settings:
    """As DescribeUserPool tells them, with the names of old beside the new ones."""
    in_words = deepcopy(settings)
    days = in_words["Policies"]["PasswordPolicy"]["TemporaryPasswordValidityDays"]
    in_words["AdminCreateUserConfig"]["UnusedAccountValidityDays"] = days
    for old, new in _OLD_NAMES.items():
        if new in in_words["VerificationMessageTemplate"]:
            in_words[old] = in_words["VerificationMessageTemplate"][new]
    return in_words


def _without_gaps(policy: Settings) -> Settings:
    """A password policy that is sent replaces the whole: what it doesn't require isn't required."""
    return {"MinimumLength": 8} | {name: False for name in _PASSWORD if name.startswith("Require")} | policy


def _refuse(asked: Settings, pool: UserPool) -> None:
    if "UnusedAccountValidityDays" in asked.get("AdminCreateUserConfig", {}):
        raise invalid("Please use TemporaryPasswordValidityDays in PasswordPolicy instead of UnusedAccountValidityDays")
    if asked.get("MfaConfiguration", "OFF") != "OFF" and not ("SmsConfiguration" in asked or pool.has_factor):
        raise invalid(
            "SMS configuration and Auto verification for phone_number are required when MFA is required/optional"
        )
    if asked.get("AliasAttributes") and asked.get("UsernameAttributes"):
        raise invalid("Only one of the aliasAttributes or usernameAttributes can be set in a user pool.")
    _refuse_messages(asked)
    tier = str(asked.get("UserPoolTier", _DEFAULTS["UserPoolTier"]))
    factors = asked.get("Policies", {}).get("SignInPolicy", {}).get("AllowedFirstAuthFactors", ["PASSWORD"])
    if tier == "LITE" and set(factors) != {"PASSWORD"}:
        raise not_in_tier("Choice-based authentication", tier)
    mode = asked.get("UserPoolAddOns", {}).get("AdvancedSecurityMode", "OFF")
    history = asked.get("Policies", {}).get("PasswordPolicy", {}).get("PasswordHistorySize")
    if (mode != "OFF" and tier != "PLUS") or (history and tier == "LITE"):
        raise not_in_tier("Threat protection" if mode != "OFF" and tier != "PLUS" else "Password history", tier)


def not_in_tier(feature: str, tier: str) -> AwsError:
    words = f"{feature} is not available in the {tier} tier of this user pool."
    return AwsError("FeatureUnavailableInTierException", words)


def sends_by_ses(settings: Settings) -> bool:
    return bool(settings.get("EmailConfiguration", {}).get("EmailSendingAccount") == "DEVELOPER")


def _refuse_messages(asked: Settings) -> None:
    """API reference, VerificationMessageTemplateType and MessageTemplateType: own texts "only if the value of
    EmailSendingAccount is DEVELOPER", with the placeholder of their pattern. A text by code and one by link together
    are refused, in the names of old as well.
    """
    template = asked.get("VerificationMessageTemplate", {})
    invitation = asked.get("AdminCreateUserConfig", {}).get("InviteMessageTemplate", {})
    old = [name for name in ("EmailVerificationMessage", "EmailVerificationSubject") if asked.get(name)]
    own = [name for said in (template, invitation) for name in said if name.startswith("Email")]
    if (own or old) and not sends_by_ses(asked):
        raise invalid("Email message customization requires EmailSendingAccount DEVELOPER.")
    code = template.get("EmailMessage") or asked.get("EmailVerificationMessage")
    link = template.get("EmailMessageByLink")
    if (code and link) or (code and "{####}" not in code) or (link and not _LINK.search(link)):
        raise invalid("The message is invalid.")
