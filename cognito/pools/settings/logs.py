"""Log delivery: where a pool's own logs go, by what they are of (API reference, LogConfigurationType).

AWS has a list of two configurations at most, each of one source of events; the mirror has them by the source.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass
from typing import Any

from django import forms

from aws_constraints.arn import Arn
from cognito.setting import SettingsGroup, of_parts
from cognito.setting_fields import NOT_THE_ARN
from cognito.setting_kinds import ArnSetting

FACET = "logs"
# What an ARN of a service has to name.
_RESOURCES = {
    "logs": re.compile(r"log-group:[\w./#-]{1,512}", re.ASCII),
    "firehose": re.compile(r"deliverystream/[\w.-]{1,64}", re.ASCII),
    "s3": re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", re.ASCII),
}
# The services that logs go to: the member of the configuration, the one in it with the ARN, and what it is called.
DESTINATIONS = {
    "logs": ("CloudWatchLogsConfiguration", "LogGroupArn", "CloudWatch Logs"),
    "firehose": ("FirehoseConfiguration", "StreamArn", "Data Firehose"),
    "s3": ("S3Configuration", "BucketArn", "S3"),
}
LOG_MEMBERS = ("LogLevel", *(member for member, _, _ in DESTINATIONS.values()))


class LogDestinationField(forms.CharField):
    """The ARN of something that logs can go to, of one of these services."""

    def __init__(self, services: tuple[str, ...], what: str, **kwargs: Any) -> None:
        self.services, self.what = services, what
        super().__init__(required=False, max_length=2048, **kwargs)

    def clean(self, value: Any) -> str:
        text = str(super().clean(value))
        if text and not self._is_taken(Arn.parse(text)):
            raise forms.ValidationError(NOT_THE_ARN.format(self.what))
        return text

    def _is_taken(self, arn: Arn | None) -> bool:
        """A bucket’s says neither Region nor AWS account."""
        if arn is None or arn.service not in self.services or not _RESOURCES[arn.service].fullmatch(arn.resource):
            return False
        return (arn.region, arn.account) == ("", "") if arn.service == "s3" else bool(arn.region and arn.account)


@dataclass(frozen=True)
class LogSetting(ArnSetting):
    """Where the logs of one source go: the ARN says to which service. `level`: the only one that AWS has of them."""

    _: KW_ONLY
    level: str
    others: tuple[str, ...] = ()  # services beside CloudWatch Logs

    def field(self) -> forms.Field:
        return LogDestinationField((self.of[0], *self.others), self.what, label=self.label, help_text=self.help)

    def initially(self, settings: Mapping[str, Any]) -> Any:
        return _arn_in(self.held(settings) or {})

    def value_of(self, cleaned: Any) -> Any:
        if not cleaned:
            return None
        member, name, _ = DESTINATIONS[_parsed(cleaned).service]
        return {"LogLevel": self.level, member: {name: cleaned}}

    def words_of(self, value: Any) -> tuple[str, str]:
        arn = _arn_in(value or {})
        if not arn:
            return "Not delivered", self.means_nothing
        found = _parsed(arn)
        name = found.resource.removeprefix("log-group:").removeprefix("deliverystream/")
        return f"To {DESTINATIONS[found.service][2]}: {name}", ""


def _parsed(arn: str) -> Arn:
    found = Arn.parse(arn)
    assert found is not None and found.service in DESTINATIONS  # noqa: S101  AWS takes no other
    return found


def _arn_in(configuration: Mapping[str, Any]) -> str:
    return next(
        (configuration[member][name] for member, name, _ in DESTINATIONS.values() if member in configuration), ""
    )


UNSENT_MESSAGES = LogSetting(
    "userNotification",
    "unsent",
    "Message delivery errors",
    "ARN of a CloudWatch log group of this AWS account, not encrypted with KMS. Empty: no delivery.",
    facet=FACET,
    called="log of message delivery errors",
    history=of_parts("Log of message delivery errors"),
    level="ERROR",
    of=("logs", "log-group"),
    what="a log group",
    own=True,
    means_nothing="Nobody sees why a code or an invitation didn’t arrive.",
)
SIGN_INS = LogSetting(
    "userAuthEvents",
    "signins",
    "User activity (sign-ins and their risk)",
    "ARN of a log group, Data Firehose stream or S3 bucket. Needs the Plus feature plan. Empty: no delivery.",
    facet=FACET,
    called="log of user activity",
    history=of_parts("Log of user activity"),
    level="INFO",
    of=("logs", "log-group"),
    others=("firehose", "s3"),
    what="a log group, a stream or a bucket",
    own=True,
)
LOG_DELIVERY = (UNSENT_MESSAGES, SIGN_INS)
LOGS = SettingsGroup(
    "logs",
    "Log delivery",
    "Log delivery of {names}",
    "Where Cognito delivers this pool’s own logs, beside CloudTrail. They hold personal data: usernames and, of "
    "sign-ins, IP addresses. AWS bills the destination.",
    LOG_DELIVERY,
)
