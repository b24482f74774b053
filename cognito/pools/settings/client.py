"""The settings of an app client that UpdateUserPoolClient takes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import KW_ONLY, dataclass
from typing import Any

from django import forms

from cognito.pools.settings.rules import refuse_flows
from cognito.setting import NAME, Setting, SettingsGroup, SettingValue, ValueFinding, of_list, of_parts
from cognito.setting_fields import AddressesField, LastingField
from cognito.setting_kinds import LinesSetting, NumberSetting, SeveralSetting, TextSetting, TickSetting
from iamconsole.web.words import counted
from sync.mirror.differences import ContentPart

OF_PEOPLE = ("openid", "email", "profile", "phone", "aws.cognito.signin.user.admin")
UNITS = [("minutes", "minutes"), ("hours", "hours"), ("days", "days")]
SECONDS = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86_400}


@dataclass(frozen=True)
class AddressesSetting(LinesSetting):
    """Addresses that people come back to."""

    def field(self) -> forms.Field:
        return AddressesField(label=self.label, help_text=self.help)


@dataclass(frozen=True)
class LifeSetting(Setting):
    """How long a kind of token is valid: a number, and its unit beside it."""

    _: KW_ONLY
    token: str  # "AccessToken"
    words: str  # "access"
    least: int  # seconds
    most: int
    span: str  # both, in words
    unit: str  # where AWS says none
    usual: int  # … and how many, where it says no number, or 0

    def fields(self) -> dict[str, forms.Field]:
        which = f"{self.name}_unit"
        unit = forms.ChoiceField(label=f"Unit of {self.words} tokens", choices=UNITS)
        return {self.name: LastingField(which, label=self.label, help_text=self.help), which: unit}

    def lasting(self, settings: Mapping[str, Any]) -> tuple[int, str]:
        number = settings.get(self.path) or self.usual
        return number, settings.get("TokenValidityUnits", {}).get(self.token, self.unit)

    def initial(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        number, unit = self.lasting(settings)
        if unit == "seconds":
            number, unit = max(1, number // 60), "minutes"
        return {self.name: number, f"{self.name}_unit": unit}

    def changes(self, cleaned: Mapping[str, Any]) -> dict[str, Any]:
        unit = {f"TokenValidityUnits.{self.token}": cleaned[f"{self.name}_unit"]}
        return {self.path: cleaned[self.name], **unit}

    def seconds(self, cleaned: Mapping[str, Any]) -> int | None:
        """Of the cleaned form; None where a part of it is wrong."""
        number, unit = cleaned.get(self.name), cleaned.get(f"{self.name}_unit")
        return number * SECONDS[unit] if number is not None and unit is not None else None

    def describe_life(self, settings: Mapping[str, Any]) -> str:
        number, unit = self.lasting(settings)
        return f"{self.words} {counted(number, unit.removesuffix('s'))}"

    def default_words(self) -> str:
        return counted(self.usual, self.unit.removesuffix("s"))


def _life(name: str, token: str, label: str, words: str, **others: Any) -> LifeSetting:
    return LifeSetting(
        f"{token}Validity",
        name,
        label,
        token=token,
        words=words,
        whole="TokenValidityUnits",
        called=f"life of {words} tokens",
        history=ContentPart(f"Life of {words} tokens"),
        line=None,
        **others,
    )


LIVES = (
    _life(
        "access",
        "AccessToken",
        "Access tokens",
        "access",
        least=300,
        most=86_400,
        span="5 minutes to a day",
        unit="hours",
        usual=1,
    ),
    _life(
        "id",
        "IdToken",
        "ID tokens",
        "ID",
        least=300,
        most=86_400,
        span="5 minutes to a day",
        unit="hours",
        usual=1,
    ),
    _life(
        "refresh",
        "RefreshToken",
        "Refresh tokens",
        "refresh",
        help="So long somebody stays signed in without a password.",
        least=3600,
        most=315_360_000,
        span="an hour to 3,650 days",
        unit="days",
        usual=30,
    ),
)
REFRESH = LIVES[2]


def _check_lives(cleaned: Mapping[str, Any]) -> Iterator[tuple[str | None, str]]:
    lives = {each: seconds for each in LIVES if (seconds := each.seconds(cleaned)) is not None}
    wrong = [each for each, seconds in lives.items() if not each.least <= seconds <= each.most]
    yield from ((each.name, f"AWS takes {each.span}.") for each in wrong)
    if not wrong and len(lives) == len(LIVES) and lives[REFRESH] < max(lives.values()):
        yield REFRESH.name, "AWS takes no refresh tokens that end before the others."


TOKENS = SettingsGroup(
    "client-tokens",
    "Tokens",
    "Tokens of {one}",
    "How long they are valid. A disabled person’s access and ID tokens are taken until then by whoever checks them "
    "offline.",
    LIVES,
    check=_check_lives,
)

NAME_OF_CLIENT = TextSetting(
    "ClientName", "name", "Name", called="name", history=NAME, most=128, required=True, line=None
)
FLOWS = SeveralSetting(
    "ExplicitAuthFlows",
    "flows",
    "Ways to sign in",
    called="ways to sign in",
    history=of_list("Ways to sign in"),
    refuses=refuse_flows,
    line="Signs in by",
    needs="Choose one at least: without any, AWS takes its defaults.",
    of=(
        SettingValue("ALLOW_USER_AUTH", "Choice of first factor (passkeys, codes)"),
        SettingValue("ALLOW_USER_SRP_AUTH", "Password (SRP)"),
        SettingValue("ALLOW_USER_PASSWORD_AUTH", "Password (sent to AWS)"),
        SettingValue("ALLOW_ADMIN_USER_PASSWORD_AUTH", "Password, by a server with AWS credentials"),
        SettingValue("ALLOW_CUSTOM_AUTH", "Custom challenges (Lambda triggers)"),
        SettingValue("ALLOW_REFRESH_TOKEN_AUTH", "Refresh"),
    ),
)


def _is_for_people(settings: Mapping[str, Any]) -> bool:
    return bool(settings.get("AllowedOAuthFlows", []) != ["client_credentials"])


HIDES = TickSetting(
    "PreventUserExistenceErrors",
    "hides",
    "Don’t tell whether somebody exists",
    "Else a wrong username gets another answer than a wrong password, and names can be guessed.",
    called="what is told of who exists",
    history=ContentPart("Hides whether somebody exists"),
    line="Tells whether a user exists",
    default="LEGACY",
    on=SettingValue("ENABLED", "No"),
    off=SettingValue(
        "LEGACY",
        "Yes",
        means="Usernames can be guessed.",
        finding=ValueFinding(
            "TELLS_WHO_EXISTS",
            "low",
            "{name} tells who has an account",
            "A wrong username gets another answer than a wrong password: addresses can be tried one by one.",
            "client-signin",
            (("hides", "on"),),
            holds=_is_for_people,
        ),
    ),
)
REVOKES = TickSetting(
    "EnableTokenRevocation",
    "revokes",
    "Tokens can be revoked",
    called="revoking tokens",
    history=ContentPart("Revoking tokens"),
    line=None,
)
TIME_TO_SIGN_IN = NumberSetting(
    "AuthSessionValidity",
    "minutes",
    "Minutes for a sign-in",
    "In which somebody has to be through with it: the password, and the code of a second factor.",
    called="time for a sign-in",
    history=ContentPart("Minutes for a sign-in"),
    default=3,
    least=3,
    most=15,
    line="A sign-in may take",
    describe=lambda minutes: counted(minutes, "minute"),
)
SIGN_IN = SettingsGroup(
    "client-signin",
    "Sign-in",
    "Sign-in by {one}",
    "How this app may sign people in without pages of Cognito’s, and what it is told.",
    (NAME_OF_CLIENT, FLOWS, HIDES, REVOKES, TIME_TO_SIGN_IN),
)

OAUTH_FLOWS = SeveralSetting(
    "AllowedOAuthFlows",
    "flows",
    "Flows",
    "None: no OAuth.",
    called="OAuth flows",
    history=of_list("OAuth flows"),
    line="OAuth flows",
    of=(
        SettingValue("code", "Authorization code (with PKCE): recommended for people", short="Authorization code"),
        SettingValue("implicit", "Implicit: tokens in the address, not recommended", short="Implicit"),
        SettingValue("client_credentials", "Client credentials: for machines only", short="Client credentials"),
    ),
)
SCOPES = LinesSetting(
    "AllowedOAuthScopes",
    "scopes",
    "Scopes",
    "One a line: openid, email, profile, phone, or a resource server’s.",
    called="OAuth scopes",
    history=of_list("OAuth scopes"),
)
CALLBACKS = AddressesSetting(
    "CallbackURLs",
    "callbacks",
    "Callback addresses",
    "One a line, exactly as the app names them.",
    called="callback addresses",
    history=of_list("Callback addresses"),
    line="Callback URLs",
)
LOGOUTS = AddressesSetting(
    "LogoutURLs",
    "logouts",
    "Sign-out addresses",
    "One a line.",
    called="sign-out addresses",
    history=of_list("Sign-out addresses"),
    line=None,
)
PROVIDERS = SeveralSetting(
    "SupportedIdentityProviders",
    "providers",
    "Who they sign in with",
    called="identity providers",
    history=of_list("Identity providers"),
    line=None,
)


def _check_oauth(cleaned: Mapping[str, Any]) -> Iterator[tuple[str | None, str]]:
    flows = cleaned.get("flows") or []
    if flows and "scopes" in cleaned and not cleaned["scopes"]:
        yield "scopes", "With a flow, AWS asks for at least one scope."
    if "client_credentials" in flows and len(flows) > 1:
        yield "flows", "Client credentials go with no other flow: machines get an app client of their own."
    if "client_credentials" in flows and set(cleaned.get("scopes") or []) & set(OF_PEOPLE):
        yield "scopes", "Client credentials are nobody’s: they take scopes of resource servers only."
    if flows and "client_credentials" not in flows and not cleaned.get("callbacks") and "callbacks" in cleaned:
        yield "callbacks", "Say where people come back to."


OAUTH = SettingsGroup(
    "client-oauth",
    "OAuth",
    "OAuth of {one}",
    "How it signs people in on Cognito’s own pages, and where they come back to.",
    (OAUTH_FLOWS, SCOPES, CALLBACKS, LOGOUTS, PROVIDERS),
    check=_check_oauth,
)
READS = Setting("ReadAttributes", called="attributes it may read", history=of_list("Attributes it may read"))
WRITES = Setting("WriteAttributes", called="attributes it may write", history=of_list("Attributes it may write"))

# In the order in which history describes them. Never PublishSecretsInAWSSecretsManager: false would delete the stored
# secret at once, and true rotate it.
CLIENT = (
    NAME_OF_CLIENT,
    Setting("HasSecret", is_sent=False, history=ContentPart("Client secret", changed="{label}: {new}")),
    CALLBACKS,
    LOGOUTS,
    OAUTH_FLOWS,
    SCOPES,
    Setting("AllowedOAuthFlowsUserPoolClient", called="OAuth", history=ContentPart("OAuth")),
    FLOWS,
    PROVIDERS,
    READS,
    WRITES,
    *LIVES,
    Setting("TokenValidityUnits", called="units of lives", history=of_parts("Units of token lives")),
    Setting(
        "RefreshTokenRotation",
        called="rotation of refresh tokens",
        history=of_parts("Rotation of refresh tokens"),
    ),
    REVOKES,
    HIDES,
    TIME_TO_SIGN_IN,
    Setting("AnalyticsConfiguration", called="analytics"),
    Setting("DefaultRedirectURI", called="default callback address"),
    Setting("EnablePropagateAdditionalUserContextData", called="what threat protection is told"),
    Setting("ClientSecretArn", is_sent=False),
    Setting("ClientType", is_sent=False),
)
