"""Threat protection and sessions: the settings of calls of their own, of a pool and of an app client."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cognito.setting import Setting, SettingsGroup, SettingValue, of_parts
from cognito.setting_kinds import ChoiceSetting, NumberSetting, TickSetting
from iamconsole.web.words import counted
from sync.mirror.differences import ContentPart

RISK_FACET, SESSIONS_FACET = "risk", "sessions"
STOLEN_PASSWORDS = ChoiceSetting(
    "CompromisedCredentialsRiskConfiguration.Actions.EventAction",
    "compromised",
    "A password that is known to be stolen",
    facet=RISK_FACET,
    default="NO_ACTION",
    line="Stolen passwords",
    of=(
        SettingValue("BLOCK", "Is refused", short="Refused"),
        SettingValue("NO_ACTION", "Is noted", short="Noted"),
    ),
)
RISK = (
    Setting(
        "CompromisedCredentialsRiskConfiguration",
        facet=RISK_FACET,
        called="compromised passwords",
        history=of_parts("Compromised passwords"),
    ),
    Setting(
        "AccountTakeoverRiskConfiguration",
        facet=RISK_FACET,
        called="account takeover",
        history=of_parts("Account takeover"),
    ),
    Setting(
        "RiskExceptionConfiguration",
        facet=RISK_FACET,
        called="exceptions",
        history=of_parts("Exceptions"),
    ),
    STOLEN_PASSWORDS,
)
POOL_RISK = SettingsGroup(
    "risk",
    "Threat protection",
    "Threat protection of {names}",
    "What happens when a password is known to be stolen. What was set of account takeover stays as it is.",
    (STOLEN_PASSWORDS,),
)
CLIENT_RISK = SettingsGroup(
    "client-risk",
    "Threat protection",
    "Threat protection of {one}",
    "An app client has what the pool has, or all of its own. Its own takes over what the pool has now of account "
    "takeover and of addresses, and doesn’t follow the pool any more. The password below counts for its own only.",
    (STOLEN_PASSWORDS,),
)

# API reference: UserPoolTokenSessionConfigType and ClientSSOSessionConfigType.
TRACKED = TickSetting(
    "UserSessionTracking",
    "tracked",
    "Sessions are tracked",
    facet=SESSIONS_FACET,
    called="tracking of sessions",
    history=ContentPart("Tracking of sessions"),
    line="Tracked",
    default="DISABLED",
    on=SettingValue("ENABLED", "Yes", means="AWS tells which ones a person has open; each can be ended by itself."),
    off=SettingValue("DISABLED", "No", means="Nobody can see or end a single session; signing out ends all of them."),
)
SESSIONS_AT_ONCE = NumberSetting(
    "TokenSession.MaxPerUser",
    "most",
    "Sessions at once",
    "Of one person. Who has as many loses the one used longest ago when they sign in again.",
    facet=SESSIONS_FACET,
    called="how many sessions a person may have",
    least=1,
    most=100,
    default=20,
    line="At once",
    describe=lambda number: f"{counted(number, 'session')} a person",
)
SESSIONS = (
    TRACKED,
    Setting("TokenSession", facet=SESSIONS_FACET, called="sessions", history=of_parts("Sessions")),
    SESSIONS_AT_ONCE,
)
POOL_SESSIONS = SettingsGroup(
    "sessions",
    "Sessions",
    "Sessions of {names}",
    "Where they are tracked, AWS tells which sessions a person has open, and each can be ended by itself.",
    (TRACKED, SESSIONS_AT_ONCE),
)


def _lasting(minutes: int) -> str:
    for length, unit in ((1440, "day"), (60, "hour")):
        if minutes % length == 0:
            return counted(minutes // length, unit)
    return counted(minutes, "minute")


@dataclass(frozen=True)
class OtherSessions(NumberSetting):
    """How long a session of another app counts for a sign-in."""

    def words_of(self, value: Any) -> tuple[str, str]:
        if value:
            return f"Count for {_lasting(value)}", "So long nobody is asked again who they are."
        return "Don’t count", "Everybody is asked who they are."


OTHER_SESSIONS = OtherSessions(
    "SSOSession.MaxValidityMinutes",
    "minutes",
    "So many minutes long",
    "From when they last proved who they are; 90 days at most. 0: they are always asked.",
    facet=SESSIONS_FACET,
    called="how long sessions of other apps count",
    least=0,
    most=129_600,
    default=60,
    line="Sessions of other apps",
)
CLIENT_SESSIONS_MEMBERS = (
    Setting(
        "SSOSession",
        facet=SESSIONS_FACET,
        called="use of other apps’ sessions",
        history=of_parts("Sessions of other apps"),
    ),
    OTHER_SESSIONS,
)
CLIENT_SESSIONS = SettingsGroup(
    "client-sessions",
    "Sessions",
    "Sessions of {one}",
    "Whoever signed in on Cognito’s own pages for another app gets into this one without being asked again.",
    (OTHER_SESSIONS,),
)
