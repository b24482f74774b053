"""What AWS refuses of a log delivery: API reference, LogConfigurationType and SetLogDeliveryConfiguration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emulator.cognito_idp.errors import invalid
from emulator.cognito_idp.settings import not_in_tier

if TYPE_CHECKING:
    from emulator.cognito_idp.pool import UserPool

_LEVELS = {"userNotification": "ERROR", "userAuthEvents": "INFO"}
_CLOUD_WATCH = "CloudWatchLogsConfiguration"
_DESTINATIONS = (_CLOUD_WATCH, "FirehoseConfiguration", "S3Configuration")


def refuse_logs(configurations: list[dict[str, Any]], pool: UserPool) -> None:
    sources = [each["EventSource"] for each in configurations]
    if len({*sources}) < len(sources):
        raise invalid("Duplicate event sources are not allowed.")
    for each in configurations:
        _refuse(each["EventSource"], each, pool)


def _refuse(source: str, configuration: dict[str, Any], pool: UserPool) -> None:
    if configuration["LogLevel"] != _LEVELS[source]:
        raise invalid(f"Log level {configuration['LogLevel']} is not supported for event source {source}.")
    where = [name for name in _DESTINATIONS if configuration.get(name)]
    if len(where) != 1:
        raise invalid("Exactly one log destination is required.")
    if source == "userNotification" and where != [_CLOUD_WATCH]:
        raise invalid("Event source userNotification is delivered to CloudWatch Logs only.")
    if source == "userAuthEvents" and pool.settings["UserPoolTier"] != "PLUS":
        raise not_in_tier("Log delivery of user activity", pool.settings["UserPoolTier"])
    group = configuration.get(_CLOUD_WATCH, {}).get("LogGroupArn")
    if group and group.split(":")[4] != pool.account_id:
        raise invalid("The log group must be in the account of the user pool.")
