"""The settings of a pool and of its app clients in words: what is set, and what that means."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cognito.models import AppClient, UserPool
from cognito.plans import is_protected_from_threats, may_track_sessions, tracks_sessions
from cognito.pools.actions.clients import FLOWS, LIVES, OAUTH
from cognito.pools.actions.signing import ADDRESSES, FIRST_FACTORS, RECOVERY, REQUIRED
from iamconsole.web.words import counted, some
from sync.models import Facet


@dataclass(frozen=True)
class SettingLine:
    label: str
    value: str
    means: str = ""


@dataclass(frozen=True)
class SettingGroup:
    """What is set by one form."""

    title: str
    said: tuple[SettingLine, ...]
    is_set: bool = True  # whether its form has anything to set


_ADDRESSES, _FACTORS, _RECOVERY = dict(ADDRESSES), dict(FIRST_FACTORS), dict(RECOVERY)
_PLANS = {"LITE": "Lite", "ESSENTIALS": "Essentials", "PLUS": "Plus"}
_PROTECTION = {"OFF": "Off", "AUDIT": "Audit only", "ENFORCED": "Full function"}
_AT_RISK = {
    "BLOCK": "refused",
    "MFA_REQUIRED": "a second factor, or refused",
    "MFA_IF_CONFIGURED": "a second factor, if set up",
    "NO_ACTION": "let in",
}


def tasks_of(pool: UserPool) -> dict[str, SettingGroup]:
    """By the name of the action that sets it."""
    settings = pool.settings
    described = {
        "signup": ("Sign-up", _sign_up(settings)),
        "signin": ("Sign-in", _sign_in(pool)),
        "password": ("Password policy", _password(settings)),
        "mfa": ("Multi-factor authentication", _mfa(pool)),
        "recovery": ("Account recovery", _recovery(settings)),
        "messages": ("Messages", _messages(pool)),
        "texts": ("Text messages", _texts(settings)),
        "devices": ("Remembered devices", _devices(settings)),
        "domain": ("Domain", _domain(pool)),
        "triggers": ("Triggers", _triggers(settings)),
        "protection": ("Deletion protection", _protected(pool)),
        "plan": ("Plan and threat protection", _plan(pool)),
        "sessions": ("Sessions", _sessions(pool)),
    }
    without = set() if may_track_sessions(pool.described) and pool.sessions is not None else {"sessions"}
    return {name: SettingGroup(title, tuple(said), name not in without) for name, (title, said) in described.items()}


def _named(names: Mapping[str, str], values: list[str]) -> str:
    return some([names.get(each, each) for each in values]) if values else "None"


def _sign_up(settings: Mapping[str, Any]) -> Iterator[SettingLine]:
    making = settings.get("AdminCreateUserConfig", {})
    if making.get("AllowAdminCreateUserOnly"):
        yield SettingLine("Accounts are made by", "Administrators only", "An app’s sign-up is refused.")
    else:
        yield SettingLine("Accounts are made by", "Anybody", "Whoever knows an app client’s id can sign up.")
    yield SettingLine("Verified at sign-up", _named(_ADDRESSES, settings.get("AutoVerifiedAttributes", [])))
    kept = settings.get("UserAttributeUpdateSettings", {}).get("AttributesRequireVerificationBeforeUpdate", [])
    yield SettingLine("Verified before it changes", _named(_ADDRESSES, kept))
    own = [each["Name"] for each in settings.get("SchemaAttributes", []) if ":" in each["Name"]]
    yield SettingLine("Attributes of its own", some(own) if own else "None", "Permanent, once they are there.")


def _sign_in(pool: UserPool) -> Iterator[SettingLine]:
    settings = pool.settings
    with_ = _named(_ADDRESSES, pool.username_attributes) if pool.username_attributes else "A name of their own"
    yield SettingLine("Username", with_, "Fixed when the pool was made.")
    if pool.alias_attributes:
        yield SettingLine(
            "Also sign in with", _named(_ADDRESSES, pool.alias_attributes), "Fixed when the pool was made."
        )
    matters = settings.get("UsernameConfiguration", {}).get("CaseSensitive", True)
    yield SettingLine("Capital letters", "Matter" if matters else "Don’t matter", "Fixed when the pool was made.")
    first = settings.get("Policies", {}).get("SignInPolicy", {}).get("AllowedFirstAuthFactors", ["PASSWORD"])
    yield SettingLine("First factors", _named(_FACTORS, first))
    site = (pool.mfa_config or {}).get("WebAuthnConfiguration", {}).get("RelyingPartyId")
    if site:
        yield SettingLine("Passkeys are for", site)


def _password(settings: Mapping[str, Any]) -> Iterator[SettingLine]:
    policy = settings.get("Policies", {}).get("PasswordPolicy", {})
    yield SettingLine("Length", f"{policy.get('MinimumLength', 8)} characters at least")
    needed = [words[0].lower() + words[1:] for member, words in REQUIRED if policy.get(member)]
    yield SettingLine("Needs", some(needed) if needed else "Nothing else")
    days = policy.get("TemporaryPasswordValidityDays", 7)
    yield SettingLine(
        "A temporary password is valid for", counted(days, "day"), "Then the invitation has to be sent again."
    )
    if history := policy.get("PasswordHistorySize"):
        yield SettingLine("Remembered", counted(history, "password"))


def _mfa(pool: UserPool) -> Iterator[SettingLine]:
    modes = {"OFF": "Off", "OPTIONAL": "For those who set it up", "ON": "Required of everybody"}
    means = {"OFF": "A stolen password is enough.", "OPTIONAL": "Who didn’t set it up signs in with the password."}
    yield SettingLine("MFA", modes.get(pool.mfa, pool.mfa), means.get(pool.mfa, ""))
    held = pool.mfa_config or {}
    ways = [
        ("SoftwareTokenMfaConfiguration", "an authenticator app"),
        ("SmsMfaConfiguration", "text message"),
        ("EmailMfaConfiguration", "e-mail"),
    ]
    found = [words for name, words in ways if held.get(name, {}).get("Enabled", bool(held.get(name)))]
    if pool.mfa_config is None:
        yield SettingLine("By", "Not read yet")
    elif found:
        yield SettingLine("By", some(found))


def _recovery(settings: Mapping[str, Any]) -> Iterator[SettingLine]:
    ways = settings.get("AccountRecoverySetting", {}).get("RecoveryMechanisms", [])
    names = [each["Name"] for each in sorted(ways, key=lambda each: each["Priority"])]
    if not names:
        yield SettingLine(
            "Not set", "To a verified number, else to a verified address", "As AWS does without a setting."
        )
    for place, name in enumerate(names):
        yield SettingLine("First" if not place else "Else", _RECOVERY.get(name, name))


def _messages(pool: UserPool) -> Iterator[SettingLine]:
    mail = pool.settings.get("EmailConfiguration", {})
    if mail.get("EmailSendingAccount") == "DEVELOPER":
        yield SettingLine("E-mail is sent by", "Amazon SES", mail.get("SourceArn", ""))
    else:
        yield SettingLine("E-mail is sent by", "Cognito", "50 messages a day for the AWS account, and no more.")
    template = pool.settings.get("VerificationMessageTemplate", {})
    link = template.get("DefaultEmailOption") == "CONFIRM_WITH_LINK"
    yield SettingLine("Verification by", "A link to follow" if link else "A code to type")
    if subject := template.get("EmailSubject"):
        yield SettingLine("Its subject", subject)
    for what, why in sorted(pool.failures.items()):
        yield SettingLine(f"Trouble with {what}", why)


def _domain(pool: UserPool) -> Iterator[SettingLine]:
    for name, label in ((pool.domain, "Prefix"), (pool.custom_domain, "Own domain")):
        if name:
            version = (pool.domains or {}).get(name, {}).get("ManagedLoginVersion", 1)
            yield SettingLine(label, name, "Managed login" if version == 2 else "Hosted UI (classic)")
    if not pool.domain and not pool.custom_domain:
        yield SettingLine("Domain", "None", "No pages of Cognito’s to sign in on, and no OAuth.")


def _texts(settings: Mapping[str, Any]) -> Iterator[SettingLine]:
    sending = settings.get("SmsConfiguration", {})
    arn = sending.get("SnsCallerArn", "")
    yield SettingLine(
        "Sent by the role", arn.rpartition("/")[2] or "None", "" if arn else "Nobody gets a text message."
    )
    own = [
        ("verification", settings.get("VerificationMessageTemplate", {}).get("SmsMessage")),
        ("invitation", settings.get("AdminCreateUserConfig", {}).get("InviteMessageTemplate", {}).get("SMSMessage")),
        ("second factor", settings.get("SmsAuthenticationMessage")),
    ]
    named = [name for name, text in own if text]
    yield SettingLine("Texts of your own", some(named) if named else "None")


def _devices(settings: Mapping[str, Any]) -> Iterator[SettingLine]:
    held = settings.get("DeviceConfiguration")
    if not held:
        yield SettingLine("Remembered", "None")
        return
    yield SettingLine("Remembered", "User opt-in" if held.get("DeviceOnlyRememberedOnUserPrompt") else "Always")
    if held.get("ChallengeRequiredOnNewDevice"):
        yield SettingLine("MFA", "Skipped on remembered devices")


def _triggers(settings: Mapping[str, Any]) -> Iterator[SettingLine]:
    held = settings.get("LambdaConfig", {})
    for name, arn in sorted(held.items()):
        described = arn if isinstance(arn, str) else arn.get("LambdaArn", "")
        yield SettingLine(name, described.rpartition(":")[2] or described, "")
    if not held:
        yield SettingLine("Functions", "None")


def _protected(pool: UserPool) -> Iterator[SettingLine]:
    if pool.deletion_protection:
        yield SettingLine("Protected", "Yes", "AWS refuses to delete the pool while this is on.")
    else:
        yield SettingLine("Protected", "No", "One call deletes the pool, with all its people.")


def _plan(pool: UserPool) -> Iterator[SettingLine]:
    yield SettingLine("Plan", _PLANS.get(pool.tier, pool.tier or "Not told"))
    mode = pool.settings.get("UserPoolAddOns", {}).get("AdvancedSecurityMode", "OFF")
    yield SettingLine("Threat protection", _PROTECTION.get(mode, mode))
    if is_protected_from_threats(pool.settings):
        yield from _risk(pool.risk or {})


def _risk(held: Mapping[str, Any]) -> Iterator[SettingLine]:
    """Of a pool, or of an app client that has its own."""
    compromised = held.get("CompromisedCredentialsRiskConfiguration", {})
    if action := compromised.get("Actions", {}).get("EventAction"):
        yield SettingLine("Stolen passwords", "Refused" if action == "BLOCK" else "Noted")
    levels = held.get("AccountTakeoverRiskConfiguration", {}).get("Actions", {})
    described = [
        f"{level}: {_AT_RISK.get(action, action)}"
        for level in ("Low", "Medium", "High")
        if (action := levels.get(f"{level}Action", {}).get("EventAction"))
    ]
    if described:
        yield SettingLine("Sign-ins at risk", "; ".join(described).capitalize())
    exceptions = held.get("RiskExceptionConfiguration", {})
    for name, label in (("BlockedIPRangeList", "Refused addresses"), ("SkippedIPRangeList", "Exempt addresses")):
        if ranges := exceptions.get(name):
            yield SettingLine(label, some(ranges))


def _sessions(pool: UserPool) -> Iterator[SettingLine]:
    if not may_track_sessions(pool.described):
        yield SettingLine("Tracked", "No", "That takes the plan Essentials or Plus.")
    elif pool.sessions is None:
        facet = Facet.objects.filter(
            aws_account=pool.aws_account_id,
            region=pool.region,
            kind=pool.kind,
            object_id=pool.aws_id,
            source="sessions",
        ).first()
        yield SettingLine("Tracked", "Not readable" if facet else "Not read yet", facet.held_why if facet else "")
    elif tracks_sessions(pool.described):
        yield SettingLine("Tracked", "Yes", "AWS tells which ones a person has open; each can be ended by itself.")
        yield SettingLine("At once", f"{counted(pool.sessions['TokenSession']['MaxPerUser'], 'session')} a person")
    else:
        yield SettingLine("Tracked", "No", "Nobody can see or end a single session; signing out ends all of them.")


# ---- App clients ---------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class ClientSummary:
    row: AppClient
    said: tuple[SettingLine, ...]
    has_risk: bool  # whether threat protection of its own can be set
    has_sessions: bool  # … and sessions


def client_summary(client: AppClient, pool: UserPool) -> ClientSummary:
    protected = is_protected_from_threats(pool.settings)
    tracked = tracks_sessions(pool.described)
    said = [
        *_client(client),
        *(_silent_sign_in(client) if tracked else ()),
        *(_threats(client) if protected else ()),
    ]
    return ClientSummary(
        client,
        tuple(said),
        has_risk=protected and client.risk is not None,
        has_sessions=tracked and client.sessions is not None,
    )


def _silent_sign_in(client: AppClient) -> Iterator[SettingLine]:
    label = "Sessions of other apps"
    if client.sessions is None:
        yield SettingLine(label, "Not read yet")
    elif minutes := client.sessions["SSOSession"]["MaxValidityMinutes"]:
        yield SettingLine(label, f"Count for {_lasting(minutes)}", "So long nobody is asked again who they are.")
    else:
        yield SettingLine(label, "Don’t count", "Everybody is asked who they are.")


def _lasting(minutes: int) -> str:
    for length, unit in ((1440, "day"), (60, "hour")):
        if minutes % length == 0:
            return counted(minutes // length, unit)
    return counted(minutes, "minute")


def _threats(client: AppClient) -> Iterator[SettingLine]:
    if client.risk is None:
        yield SettingLine("Threat protection", "Not read yet")
    elif not client.risk:
        yield SettingLine("Threat protection", "As the pool", "What is changed there holds here.")
    else:
        yield SettingLine("Threat protection", "Its own", "Nothing of what the pool has holds here.")
        yield from _risk(client.risk)


def _client(client: AppClient) -> Iterator[SettingLine]:
    settings = client.settings
    if client.has_secret:
        yield SettingLine("Secret", "Has one", "For apps on a server.")
    else:
        yield SettingLine("Secret", "None", "For browsers and phones, which can’t keep one.")
    oauth = {name: label.partition(":")[0].partition(" (")[0] for name, label in OAUTH}
    yield SettingLine("Signs in by", _named(dict(FLOWS), settings.get("ExplicitAuthFlows", [])))
    if settings.get("AllowedOAuthFlowsUserPoolClient"):
        yield SettingLine("OAuth flows", _named(oauth, settings.get("AllowedOAuthFlows", [])))
        yield SettingLine("Scopes", _named({}, settings.get("AllowedOAuthScopes", [])))
        yield SettingLine("Callback URLs", _named({}, settings.get("CallbackURLs", [])))
    lives = [
        f"{label} {_life(settings, name)}"
        for name, label in (("access", "access"), ("id", "ID"), ("refresh", "refresh"))
    ]
    yield SettingLine("Tokens are valid for", ", ".join(lives))
    hides = settings.get("PreventUserExistenceErrors") == "ENABLED"
    yield SettingLine(
        "Tells whether a user exists", "No" if hides else "Yes", "" if hides else "Usernames can be guessed."
    )


def _life(settings: Mapping[str, Any], token: str) -> str:
    member, _, _, unit, usual = LIVES[token]
    number = settings.get(f"{member}Validity") or usual
    held = settings.get("TokenValidityUnits", {}).get(member, unit)
    return counted(number, held.removesuffix("s"))
