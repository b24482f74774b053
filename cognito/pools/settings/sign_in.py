"""What proves who somebody is: the settings of SetUserPoolMfaConfig, and of the forms for MFA and for sign-in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cognito.pools.settings.pool import ALIASES, CAPITALS, FIRST_FACTORS_SETTING, MFA_MODE, USERNAME
from cognito.pools.settings.rules import refuse_mfa
from cognito.pools.settings.values import EXTERNAL_ID, MFA_MODES
from cognito.setting import Setting, SettingLine, SettingsGroup, SettingValue, of_parts
from cognito.setting_fields import HostField
from cognito.setting_kinds import CODE, ArnSetting, ChoiceSetting, TextSetting, TickSetting, has
from cognito.setting_values import at
from iamconsole.web.words import some
from sync.mirror.differences import ContentPart

FACET = "mfa"
MEMBERS = (
    Setting("MfaConfiguration", facet=FACET, called="MFA", history=ContentPart("MFA"), refuses=refuse_mfa),
    Setting(
        "SmsMfaConfiguration",
        facet=FACET,
        called="MFA by text message",
        history=of_parts("MFA by text message"),
    ),
    Setting("SoftwareTokenMfaConfiguration", facet=FACET, called="MFA by app", history=of_parts("MFA by app")),
    Setting("EmailMfaConfiguration", facet=FACET, called="MFA by e-mail", history=of_parts("MFA by e-mail")),
    Setting("WebAuthnConfiguration", facet=FACET, called="passkeys", history=of_parts("Passkeys")),
)


@dataclass(frozen=True)
class MfaWays(Setting):
    """By what there is MFA, of all that the answer says of it."""

    def lines(self, settings: Mapping[str, Any]) -> Iterator[SettingLine]:
        ways = {
            "SoftwareTokenMfaConfiguration": "an authenticator app",
            "SmsMfaConfiguration": "text message",
            "EmailMfaConfiguration": "e-mail",
        }
        held = {name: settings.get(name, {}) for name in ways}
        found = [words for name, words in ways.items() if held[name].get("Enabled", bool(held[name]))]
        if found:
            yield SettingLine("By", some(found))


@dataclass(frozen=True)
class PresentSetting(TickSetting):
    """On where AWS has anything of it."""

    def initially(self, settings: Mapping[str, Any]) -> Any:
        return at(settings, self.path) is not None


def _check_mfa(cleaned: Mapping[str, Any]) -> Iterator[tuple[str | None, str]]:
    for name in ("email_subject", "email_message"):
        if cleaned.get("email") and not cleaned.get(name) and name in cleaned:
            yield name, "MFA by e-mail needs it."
    if cleaned.get("mode") != "OFF" and not (cleaned.get("app") or cleaned.get("sms_role") or cleaned.get("email")):
        yield None, "Choose by what: AWS turns no MFA on without a factor."


_CALLER = "SmsMfaConfiguration.SmsConfiguration"
MULTI_FACTOR = SettingsGroup(
    "mfa",
    "Multi-factor authentication",
    "Multi-factor authentication of {names}",
    "A second factor beside the password. Required, it is asked of everybody at the next sign-in.",
    (
        MFA_MODE,
        ChoiceSetting(
            "MfaConfiguration",
            "mode",
            "MFA",
            facet=FACET,
            of=MFA_MODES,
            default="OFF",
            shows_all=True,
            line=None,
        ),
        TickSetting(
            "SoftwareTokenMfaConfiguration.Enabled",
            "app",
            "By an authenticator app",
            facet=FACET,
            default=False,
            line=None,
        ),
        ArnSetting(
            f"{_CALLER}.SnsCallerArn",
            "sms_role",
            "Role that sends text messages",
            "ARN of the role that lets Cognito send by SNS; empty: no MFA by text message. Each costs money.",
            facet=FACET,
            of=("iam", "role"),
            what="a role",
            own=True,
            line=None,
        ),
        TextSetting(f"{_CALLER}.ExternalId", "sms_external_id", *EXTERNAL_ID, facet=FACET, most=131, line=None),
        PresentSetting(
            "EmailMfaConfiguration",
            "email",
            "By e-mail",
            "Amazon SES has to send the pool’s e-mail. Not with the plan Lite.",
            facet=FACET,
            line=None,
        ),
        TextSetting(
            "EmailMfaConfiguration.Subject",
            "email_subject",
            "Subject of that e-mail",
            facet=FACET,
            most=140,
            line=None,
        ),
        TextSetting(
            "EmailMfaConfiguration.Message",
            "email_message",
            "Text of that e-mail",
            "{####} stands for the code.",
            facet=FACET,
            least=6,
            most=20_000,
            rows=3,
            check=has(CODE),
            line=None,
        ),
        MfaWays("MfaConfiguration", facet=FACET),
    ),
    check=_check_mfa,
)

_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]*[a-z0-9])?", re.ASCII)


def _check_host(name: str) -> str:
    wrong = "A domain such as example.org: without https:// and without a path."
    return "" if _HOST.fullmatch(name) else wrong


def _check_sign_in(cleaned: Mapping[str, Any]) -> Iterator[tuple[str | None, str]]:
    if "factors" in cleaned and "PASSWORD" not in cleaned["factors"]:
        yield "factors", "AWS always allows a password: leave it chosen."


SIGN_IN = SettingsGroup(
    "signin",
    "Sign-in",
    "Sign-in of {names}",
    "What people sign in with first. Whether a username is an e-mail address or a phone number was fixed when the "
    "pool was made.",
    (
        USERNAME,
        ALIASES,
        CAPITALS,
        FIRST_FACTORS_SETTING,
        TextSetting(
            "WebAuthnConfiguration.RelyingPartyId",
            "site",
            "Domain of passkeys",
            "The site that passkeys belong to, such as example.org. After a change the old ones no longer work.",
            facet=FACET,
            whole="WebAuthnConfiguration",
            stays=True,
            most=256,
            check=_check_host,
            field_type=HostField,
            line="Passkeys are for",
            quiet=True,
        ),
        ChoiceSetting(
            "WebAuthnConfiguration.UserVerification",
            "verification",
            "A passkey’s own check",
            facet=FACET,
            whole="WebAuthnConfiguration",
            stays=True,
            line=None,
            of=(
                SettingValue(None, "As AWS has it", key=""),
                SettingValue("preferred", "Preferred"),
                SettingValue("required", "Required"),
            ),
        ),
    ),
    check=_check_sign_in,
)
MFA = (*MEMBERS, *(each for group in (MULTI_FACTOR, SIGN_IN) for each in group.entries if each.facet == FACET))
