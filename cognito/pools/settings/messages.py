"""What a pool sends and calls: e-mails, text messages, functions; and the devices that it remembers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms

from aws_constraints.arn import Arn
from cognito.pools.settings.values import EXTERNAL_ID
from cognito.setting import SettingLine, SettingsGroup, SettingValue
from cognito.setting_fields import PlainField
from cognito.setting_kinds import (
    CODE,
    USERNAME,
    ArnSetting,
    ChoiceSetting,
    PairsSetting,
    TextSetting,
    TickSetting,
    has,
    has_link,
)

BY_CODE, BY_LINK = "CONFIRM_WITH_CODE", "CONFIRM_WITH_LINK"
_TEMPLATE, _MAIL = "VerificationMessageTemplate", "EmailConfiguration"
_INVITATION = "AdminCreateUserConfig.InviteMessageTemplate"


def _check_messages(cleaned: Mapping[str, Any]) -> Iterator[tuple[str | None, str]]:
    message, option = cleaned.get("message"), cleaned.get("option")
    if message and option == BY_CODE and CODE not in message:
        yield "message", "{####} has to be in it: there the code stands."
    if message and option == BY_LINK and not has_link(message):
        yield "message", "{##Click here##}, in your own words, has to be in it: there the link stands."
    if cleaned.get("sender") == "DEVELOPER" and not cleaned.get("source_arn"):
        yield "source_arn", "With SES, AWS asks for the identity that it sends from."
    for name in ("subject", "message", "invite_subject", "invite_message"):
        if cleaned.get("sender") != "DEVELOPER" and cleaned.get(name):
            yield name, "AWS takes texts of your own only where SES sends: choose that, or empty this."


def _check_invitation(text: str) -> str:
    return "" if CODE in text and USERNAME in text else "{username} and {####} have to be in it."


MESSAGES = SettingsGroup(
    "messages",
    "Messages",
    "Messages of {names}",
    "The e-mails that people get. Cognito itself sends at most 50 a day; Amazon SES sends up to your SES quota.",
    (
        ChoiceSetting(
            f"{_MAIL}.EmailSendingAccount",
            "sender",
            "E-mail is sent by",
            default="COGNITO_DEFAULT",
            of=(
                SettingValue("COGNITO_DEFAULT", "Cognito", means="50 messages a day for the AWS account, and no more."),
                SettingValue("DEVELOPER", "Amazon SES"),
            ),
        ),
        ArnSetting(
            f"{_MAIL}.SourceArn",
            "source_arn",
            "SES identity",
            "The ARN of a verified identity. Needed with SES.",
            of=("ses", "identity"),
            what="an identity in SES",
            quiet=True,
        ),
        TextSetting(
            f"{_MAIL}.From",
            "sender_name",
            "From",
            "Such as Acme <hello@acme.example>. With SES only.",
            most=320,
            field_type=PlainField,
            line=None,
        ),
        TextSetting(
            f"{_MAIL}.ReplyToEmailAddress",
            "reply_to",
            "Reply-to address",
            most=320,
            field_type=forms.EmailField,
            line=None,
        ),
        ChoiceSetting(
            f"{_TEMPLATE}.DefaultEmailOption",
            "option",
            "Verification by",
            default=BY_CODE,
            of=(SettingValue(BY_CODE, "A code to type"), SettingValue(BY_LINK, "A link to follow")),
        ),
        TextSetting(
            f"{_TEMPLATE}.EmailSubject", "subject", "Verification subject", most=140, line="Its subject", quiet=True
        ),
        TextSetting(
            f"{_TEMPLATE}.EmailMessage",
            "message",
            "Verification message",
            "{####} stands for the code; with a link, {##Click here##} for the link and its words. "
            "Empty: AWS’s own text.",
            most=20_000,
            rows=4,
            line=None,
        ),
        TextSetting(f"{_INVITATION}.EmailSubject", "invite_subject", "Invitation subject", most=140, line=None),
        TextSetting(
            f"{_INVITATION}.EmailMessage",
            "invite_message",
            "Invitation message",
            "It must contain {username} and {####}, which stands for the temporary password.",
            most=20_000,
            rows=4,
            check=_check_invitation,
            line=None,
        ),
    ),
    check=_check_messages,
)

_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-\d", re.ASCII)
_SENDING = "SmsConfiguration"


def _check_region(name: str) -> str:
    return "" if _REGION.fullmatch(name) else "Write a Region, such as eu-central-1."


def _check_texts(cleaned: Mapping[str, Any]) -> Iterator[tuple[str | None, str]]:
    if not cleaned.get("role") and "role" in cleaned and (cleaned.get("external_id") or cleaned.get("region")):
        yield "role", "Name the role, or empty its external id and Region."


@dataclass(frozen=True)
class TextMessageSetting(TextSetting):
    """A text of one's own: the settings tab tells only which there are."""

    line: str | None = None
    most: int = 140
    least: int | None = 6
    rows: int = 2


# Where each text stands (API reference: SmsVerificationMessageType, MessageTemplateType, SmsAuthenticationMessage).
OWN_TEXTS = {
    "verification": TextMessageSetting(
        f"{_TEMPLATE}.SmsMessage",
        "verification",
        "Text of verification",
        "{####} stands for the code. Empty: AWS’s own text.",
        check=has(CODE),
    ),
    "invitation": TextMessageSetting(
        f"{_INVITATION}.SMSMessage",
        "invitation",
        "Text of an invitation",
        "It must contain {username} and {####}, which stands for the temporary password.",
        check=has(USERNAME, CODE),
    ),
    "second factor": TextMessageSetting(
        "SmsAuthenticationMessage",
        "second_factor",
        "Text of a second factor",
        "{####} stands for the code. Empty: AWS’s own text.",
        check=has(CODE),
    ),
}
TEXT_MESSAGES = SettingsGroup(
    "texts",
    "Text messages",
    "Text messages of {names}",
    "Amazon SNS sends them, and AWS bills each. Without a role nobody gets any.",
    (
        ArnSetting(
            f"{_SENDING}.SnsCallerArn",
            "role",
            "Role that sends text messages",
            "ARN of the role that lets Cognito send by SNS. MFA by text message goes by it, too.",
            whole=_SENDING,
            of=("iam", "role"),
            what="a role",
            own=True,
            line="Sent by the role",
            describe=lambda arn: arn.rpartition("/")[2],
            means_nothing="Nobody gets a text message.",
        ),
        TextSetting(f"{_SENDING}.ExternalId", "external_id", *EXTERNAL_ID, whole=_SENDING, most=131, line=None),
        TextSetting(
            f"{_SENDING}.SnsRegion",
            "region",
            "Region that sends them",
            "Empty: AWS’s choice for this Region.",
            whole=_SENDING,
            most=32,
            check=_check_region,
            line=None,
        ),
        *OWN_TEXTS.values(),
    ),
    check=_check_texts,
)


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


@dataclass(frozen=True)
class TriggersSetting(PairsSetting):
    """Each trigger is a setting of its own; those that are more than an ARN stay as they are."""

    def initially(self, settings: Mapping[str, Any]) -> Any:
        held = self.held(settings) or {}
        return {name: held[name] for name in TRIGGERS if name in held}

    def changes(self, cleaned: Mapping[str, Any]) -> dict[str, Any]:
        return {f"{self.path}.{name}": cleaned[self.name].get(name) for name in TRIGGERS}

    def lines(self, settings: Mapping[str, Any]) -> Iterator[SettingLine]:
        held = self.held(settings) or {}
        for name, function in sorted(held.items()):
            arn = function if isinstance(function, str) else function.get("LambdaArn", "")
            yield SettingLine(name, arn.rpartition(":")[2] or arn)
        if not held:
            yield SettingLine(self.label, "None")


def _check_functions(cleaned: Mapping[str, Any]) -> Iterator[tuple[str | None, str]]:
    functions: Mapping[str, str] = cleaned.get("functions", {})
    if unknown := functions.keys() - set(TRIGGERS):
        yield "functions", f"There is no trigger {', '.join(sorted(unknown))}."
    elif bad := [arn for arn in functions.values() if not Arn.match(arn, "lambda", "function")]:
        yield "functions", f"{bad[0][:80]} isn’t the ARN of a function. Enter the whole ARN, as AWS shows it."


FUNCTIONS = SettingsGroup(
    "triggers",
    "Triggers",
    "Triggers of {names}",
    "Functions that Cognito calls at sign-up and sign-in. One that fails refuses the sign-in.",
    (
        TriggersSetting(
            "LambdaConfig",
            "functions",
            "Functions",
            f"One a line, such as PreSignUp = arn:aws:lambda:… There are {', '.join(TRIGGERS)}. Others stay.",
        ),
    ),
    check=_check_functions,
)


def _check_devices(cleaned: Mapping[str, Any]) -> Iterator[tuple[str | None, str]]:
    if cleaned.get("replaces") and not cleaned.get("remembers"):
        yield "replaces", "That takes devices that are remembered."


_DEVICES = "DeviceConfiguration"
DEVICES = SettingsGroup(
    "devices",
    "Remembered devices",
    "Remembered devices of {names}",
    "Whether the pool remembers the browsers and phones that people sign in on. Apps have to support it.",
    (
        ChoiceSetting(
            f"{_DEVICES}.DeviceOnlyRememberedOnUserPrompt",
            "remembers",
            "Remember devices",
            whole=_DEVICES,
            line="Remembered",
            shows_all=True,
            of=(
                SettingValue(None, "No", key="", short="None"),
                SettingValue(False, "Always", key="always"),
                SettingValue(True, "When the person agrees (user opt-in)", key="asked", short="User opt-in"),
            ),
        ),
        TickSetting(
            f"{_DEVICES}.ChallengeRequiredOnNewDevice",
            "replaces",
            "Skip MFA on remembered devices",
            "The device’s key takes the place of the code: whoever has the device and the password gets in.",
            whole=_DEVICES,
            default=False,
            line="MFA",
            quiet=True,
            on=SettingValue(True, "Skipped on remembered devices"),
        ),
    ),
    check=_check_devices,
)
