"""The settings of a user pool that UpdateUserPool takes, as DescribeUserPool names them.

First what AWS's answer has, member by member; then the settings of each form. The defaults are the API reference's
("UpdateUserPool": "If you don't provide a value for an attribute, Amazon Cognito sets it to its default value").
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import KW_ONLY, dataclass
from typing import Any

from cognito.pools.settings.rules import refuse_first_factors, refuse_templates
from cognito.pools.settings.values import (
    ADDRESSES,
    FIRST_FACTORS,
    FIXED_AT_BIRTH,
    MFA_MODES,
    RECOVERY,
    REQUIRED_KINDS,
)
from cognito.setting import (
    NAME,
    TAGS,
    Setting,
    SettingLine,
    SettingsGroup,
    SettingValue,
    ValueFinding,
    in_words,
    of_list,
    of_parts,
)
from cognito.setting_kinds import (
    ChoiceSetting,
    FlagsSetting,
    NumberSetting,
    SeveralSetting,
    TickSetting,
)
from iamconsole.web.words import counted, some
from sync.mirror.differences import ContentPart

MFA_MODE = ChoiceSetting(
    "MfaConfiguration",
    of=MFA_MODES,
    label="MFA",
    default="OFF",
    called="MFA",
    history=ContentPart("MFA"),
)
PROTECTED = TickSetting(
    "DeletionProtection",
    "protected",
    "Protected from deletion",
    line="Protected",
    default="INACTIVE",
    called="deletion protection",
    history=ContentPart("Deletion protection"),
    on=SettingValue("ACTIVE", "Yes", means="AWS refuses to delete the pool while this is on."),
    off=SettingValue(
        "INACTIVE",
        "No",
        means="One call deletes the pool, with all its people.",
        finding=ValueFinding(
            "NOT_PROTECTED",
            "medium",
            "No deletion protection",
            "One call deletes the pool with all its people, and AWS brings nobody back.",
            "protection",
            (("protected", "on"),),
        ),
    ),
)
PLAN = ChoiceSetting(
    "UserPoolTier",
    "tier",
    "Plan",
    called="plan",
    history=ContentPart("Plan"),
    default="ESSENTIALS",
    of=(
        SettingValue("LITE", "Lite"),
        SettingValue("ESSENTIALS", "Essentials: passkeys, codes", short="Essentials"),
        SettingValue("PLUS", "Plus: threat protection", short="Plus"),
    ),
)
VERIFIED = SeveralSetting(
    "AutoVerifiedAttributes",
    "verified",
    "Verified at sign-up",
    "A code goes there. Nothing chosen: nothing is verified.",
    called="what is verified",
    history=of_list("Verified at sign-up"),
    of=ADDRESSES,
)


def _own_attributes(held: Any) -> str:
    names = [each["Name"] for each in held if ":" in each["Name"]]
    return some(names) if names else "None"


OWN_ATTRIBUTES = Setting(
    "SchemaAttributes",
    is_sent=False,
    history=ContentPart(
        "Attributes", "attribute {name} added", "attribute {name} removed", describe=lambda each: str(each["Name"])
    ),
    line="Attributes of its own",
    default=(),
    means="Permanent, once they are there.",
    describe=_own_attributes,
)
USERNAME = Setting(
    "UsernameAttributes",
    is_sent=False,
    line="Username",
    default=(),
    means=FIXED_AT_BIRTH,
    describe=lambda held: in_words(ADDRESSES, held) if held else "A name of their own",
)
ALIASES = Setting(
    "AliasAttributes",
    is_sent=False,
    line="Also sign in with",
    quiet=True,
    means=FIXED_AT_BIRTH,
    describe=lambda held: in_words(ADDRESSES, held),
)
# In the order in which history describes them. Not DcrConfiguration in the call: left out, it stays, and sent, its own
# members that are left out are reset.
MEMBERS = (
    Setting("Name", sent_as="PoolName", called="name", history=NAME),
    PLAN,
    PROTECTED,
    MFA_MODE,
    Setting(
        "Policies",
        called="passwords and ways to sign in",
        history=of_parts("Password and sign-in policy"),
        refuses=refuse_first_factors,
    ),
    Setting("AdminCreateUserConfig", called="sign-up and invitations", history=of_parts("Sign-up")),
    Setting("LambdaConfig", called="triggers", history=of_parts("Triggers")),
    OWN_ATTRIBUTES,
    VERIFIED,
    Setting("AccountRecoverySetting", called="account recovery", history=of_parts("Account recovery")),
    Setting("UserPoolAddOns", called="threat protection", history=of_parts("Threat protection")),
    Setting("DeviceConfiguration", called="remembered devices", history=of_parts("Devices")),
    Setting("EmailConfiguration", called="e-mail", history=of_parts("E-mail")),
    Setting("SmsConfiguration", called="text messages", history=of_parts("Text messages")),
    Setting(
        "VerificationMessageTemplate",
        called="verification messages",
        history=of_parts("Verification messages"),
        refuses=refuse_templates,
    ),
    Setting(
        "UserAttributeUpdateSettings",
        called="what is verified before it changes",
        history=of_parts("Changes of addresses"),
    ),
    Setting("Domain", is_sent=False, history=ContentPart("Domain")),
    Setting("CustomDomain", is_sent=False, history=ContentPart("Own domain")),
    Setting("UserPoolTags", called="tags", history=TAGS),
    USERNAME,
    ALIASES,
    Setting("UsernameConfiguration", is_sent=False),
    Setting("SmsVerificationMessage", is_sent=False),
    Setting("EmailVerificationMessage", is_sent=False),
    Setting("EmailVerificationSubject", is_sent=False),
    Setting("DcrConfiguration", is_sent=False),
    Setting("SmsAuthenticationMessage", called="text of MFA messages"),
    Setting("KeyConfiguration", called="encryption key"),
    Setting("IssuerConfiguration", called="issuer of tokens"),
    Setting("AcrConfiguration", called="levels of authentication (acr)"),
    # What several settings of a form stand in.
    Setting("Policies.PasswordPolicy", called="password policy"),
    Setting("Policies.SignInPolicy", called="ways to sign in"),
    Setting("AdminCreateUserConfig.InviteMessageTemplate", called="invitation"),
)

SELF_SIGN_UP = ChoiceSetting(
    "AdminCreateUserConfig.AllowAdminCreateUserOnly",
    "who",
    "Who makes accounts",
    "With administrators only, every sign-up by an app is refused from then on.",
    line="Accounts are made by",
    called="who may sign up",
    default=False,
    shows_all=True,
    of=(
        SettingValue(
            False,
            "Anybody, by signing up",
            key="self",
            short="Anybody",
            means="Whoever knows an app client’s id can sign up.",
        ),
        SettingValue(True, "Administrators only", key="admin", means="An app’s sign-up is refused."),
    ),
)


def _check_sign_up(cleaned: Mapping[str, Any]) -> Iterator[tuple[str | None, str]]:
    if set(cleaned.get("kept") or []) - set(cleaned.get("verified") or []):
        yield "kept", "Choose it above, too: AWS verifies before a change what it verifies at sign-up."


SIGN_UP = SettingsGroup(
    "signup",
    "Sign-up",
    "Sign-up of {names}",
    "Who may make an account, and what is verified of it before it counts.",
    (
        SELF_SIGN_UP,
        VERIFIED,
        SeveralSetting(
            "UserAttributeUpdateSettings.AttributesRequireVerificationBeforeUpdate",
            "kept",
            "Verified before it changes",
            "Until the code of a new address is typed, the old one stays. AWS takes what is verified at sign-up.",
            of=ADDRESSES,
        ),
        OWN_ATTRIBUTES,
    ),
    check=_check_sign_up,
)

_POLICY = "Policies.PasswordPolicy"
PASSWORD = SettingsGroup(
    "password",
    "Password policy",
    "Password policy of {names}",
    "For passwords that are set from then on. Those that people have stay valid.",
    (
        NumberSetting(
            f"{_POLICY}.MinimumLength",
            "minimum",
            "Characters at least",
            whole=_POLICY,
            least=6,
            most=99,
            default=8,
            line="Length",
            describe=lambda number: f"{number} characters at least",
        ),
        FlagsSetting(
            _POLICY,
            "kinds",
            "Each has to have",
            whole=_POLICY,
            line="Needs",
            of=REQUIRED_KINDS,
            none="Nothing else",
        ),
        NumberSetting(
            f"{_POLICY}.TemporaryPasswordValidityDays",
            "temporary",
            "Days that a temporary password is valid",
            "An invitation that nobody took up by then has to be sent again.",
            whole=_POLICY,
            least=0,
            most=365,
            default=7,
            line="A temporary password is valid for",
            means="Then the invitation has to be sent again.",
            describe=lambda days: counted(days, "day"),
        ),
        NumberSetting(
            f"{_POLICY}.PasswordHistorySize",
            "history",
            "Old passwords that can’t be used again",
            "0 for none. The plan Lite has no memory.",
            whole=_POLICY,
            least=0,
            most=24,
            default=0,
            only_when_set=True,
            line="Remembered",
            quiet=True,
            describe=lambda number: counted(number, "password"),
        ),
    ),
)


@dataclass(frozen=True)
class RecoveryWay(ChoiceSetting):
    """The ways are a list by their priority: the form of account recovery puts it together."""

    _: KW_ONLY
    place: int  # from 0

    def held(self, settings: Mapping[str, Any]) -> Any:
        ways = settings.get("AccountRecoverySetting", {}).get("RecoveryMechanisms", [])
        names = [each["Name"] for each in sorted(ways, key=lambda each: each["Priority"])]
        return names[self.place] if self.place < len(names) else None

    def lines(self, settings: Mapping[str, Any]) -> Iterator[SettingLine]:
        if self.held(settings) is None and self.place == 0:
            words = "To a verified number, else to a verified address"
            yield SettingLine("Not set", words, "As AWS does without a setting.")
        else:
            yield from super().lines(settings)


def _check_recovery(cleaned: Mapping[str, Any]) -> Iterator[tuple[str | None, str]]:
    if cleaned.get("second") and cleaned.get("first") in ("", "admin_only", cleaned["second"]):
        yield None, "A second way is another one; beside administrators AWS takes none."


ACCOUNT_RECOVERY = SettingsGroup(
    "recovery",
    "Account recovery",
    "Account recovery of {names}",
    "How somebody who forgot the password gets back in. The second way is taken where the first isn’t there. With "
    "MFA by text message nobody gets back in by text message, and with MFA by e-mail not by e-mail.",
    (
        RecoveryWay(
            "AccountRecoverySetting.RecoveryMechanisms",
            "first",
            "First",
            place=0,
            of=(SettingValue(None, "Not set: to a verified number, else to a verified address", key=""), *RECOVERY),
        ),
        RecoveryWay(
            "AccountRecoverySetting.RecoveryMechanisms",
            "second",
            "Second",
            place=1,
            line="Else",
            quiet=True,
            of=(SettingValue(None, "None", key=""), *RECOVERY[:2]),
        ),
    ),
    check=_check_recovery,
)
DELETION_PROTECTION = SettingsGroup(
    "protection",
    "Deletion protection",
    "Deletion protection of {names}",
    "While it is on, AWS refuses to delete the pool, whoever asks.",
    (PROTECTED,),
)


def _check_plan(cleaned: Mapping[str, Any]) -> Iterator[tuple[str | None, str]]:
    if cleaned.get("protection", "OFF") != "OFF" and cleaned.get("tier") != "PLUS":
        yield "protection", "Threat protection takes the plan Plus."


PLAN_AND_PROTECTION = SettingsGroup(
    "plan",
    "Plan and threat protection",
    "Plan of {names}",
    "What the pool can do, and what AWS bills for each monthly active person.",
    (
        PLAN,
        ChoiceSetting(
            "UserPoolAddOns.AdvancedSecurityMode",
            "protection",
            "Threat protection",
            "With Plus only.",
            default="OFF",
            only_when_set=True,
            of=(
                SettingValue("OFF", "Off"),
                SettingValue("AUDIT", "Audit only"),
                SettingValue("ENFORCED", "Full function"),
            ),
        ),
    ),
    check=_check_plan,
)
FIRST_FACTORS_SETTING = SeveralSetting(
    "Policies.SignInPolicy.AllowedFirstAuthFactors",
    "factors",
    "First factors",
    "The plan Lite has passwords only.",
    default=["PASSWORD"],
    of=FIRST_FACTORS,
)
CAPITALS = ChoiceSetting(
    "UsernameConfiguration.CaseSensitive",
    is_sent=False,
    line="Capital letters",
    default=True,
    means=FIXED_AT_BIRTH,
    of=(SettingValue(True, "Matter"), SettingValue(False, "Don’t matter")),
)
