"""The settings of a pool and of its app clients in words: what is set, and what that means."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cognito.models import AppClient, UserPool
from cognito.plans import is_protected_from_threats, may_track_sessions, tracks_sessions
from cognito.pools.operations.shapes import OF_POOL
from cognito.pools.settings import POOL_GROUPS, client, logs, messages, threats
from cognito.setting import SettingLine, SettingsGroup
from iamconsole.web.words import some
from sync.mirror.base import DETAILS
from sync.models import Facet


@dataclass(frozen=True)
class TaskSummary:
    """What is set by one form."""

    title: str
    said: tuple[SettingLine, ...]
    is_set: bool = True  # whether its form has anything to set


_AT_RISK = {
    "BLOCK": "refused",
    "MFA_REQUIRED": "a second factor, or refused",
    "MFA_IF_CONFIGURED": "a second factor, if set up",
    "NO_ACTION": "let in",
}


def tasks_of(pool: UserPool) -> dict[str, TaskSummary]:
    """By the name of the action that sets it, in the order of the settings tab."""
    may_track = may_track_sessions(pool.described) and pool.sessions is not None
    is_set = {threats.POOL_SESSIONS.action: may_track, logs.LOGS.action: pool.logs is not None}
    found = {}
    for group in POOL_GROUPS:
        if group is threats.POOL_RISK:  # with the plan
            continue
        if group is messages.FUNCTIONS:
            found["domain"] = TaskSummary("Domain", tuple(_domain(pool)))
        found[group.action] = TaskSummary(group.title, tuple(_lines(group, pool)), is_set.get(group.action, True))
    return found


def _lines(group: SettingsGroup, pool: UserPool) -> Iterator[SettingLine]:
    if group is threats.POOL_SESSIONS:
        yield from _sessions(pool)
    elif group is logs.LOGS and pool.logs is None:
        yield _not_read("Delivered", pool, logs.FACET)
    else:
        yield from group.lines({of.facet: getattr(pool, of.column) or {} for of in OF_POOL})
    if group.action in _BESIDES:
        yield from _BESIDES[group.action](pool)


# ---- What no entry of its own says -----------------------------------------------------------------------------
def _mfa(pool: UserPool) -> Iterator[SettingLine]:
    if pool.mfa_config is None:
        yield SettingLine("By", "Not read yet")


def _messages(pool: UserPool) -> Iterator[SettingLine]:
    for what, why in sorted(pool.failures.items()):
        yield SettingLine(f"Trouble with {what}", why)


def _texts(pool: UserPool) -> Iterator[SettingLine]:
    named = [name for name, entry in messages.OWN_TEXTS.items() if entry.held(pool.settings)]
    yield SettingLine("Texts of your own", some(named) if named else "None")


def _plan(pool: UserPool) -> Iterator[SettingLine]:
    if is_protected_from_threats(pool.settings):
        yield from _risk(pool.risk or {})


_BESIDES = {"mfa": _mfa, "messages": _messages, "texts": _texts, "plan": _plan}


def _domain(pool: UserPool) -> Iterator[SettingLine]:
    for name, label in ((pool.domain, "Prefix"), (pool.custom_domain, "Own domain")):
        if name:
            version = (pool.domains or {}).get(name, {}).get("ManagedLoginVersion", 1)
            yield SettingLine(label, name, "Managed login" if version == 2 else "Hosted UI (classic)")
    if not pool.domain and not pool.custom_domain:
        yield SettingLine("Domain", "None", "No pages of Cognito’s to sign in on, and no OAuth.")


def _risk(held: Mapping[str, Any]) -> Iterator[SettingLine]:
    """Of a pool, or of an app client that has its own."""
    if threats.STOLEN_PASSWORDS.is_set(held):
        yield from threats.STOLEN_PASSWORDS.lines(held)
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
        yield _not_read("Tracked", pool, "sessions")
    else:
        yield from threats.TRACKED.lines(pool.sessions)
        if tracks_sessions(pool.described):
            yield from threats.SESSIONS_AT_ONCE.lines(pool.sessions)


def _not_read(label: str, pool: UserPool, source: str) -> SettingLine:
    """Of settings that another call says: that it wasn't asked yet, or why it has no answer."""
    asked = Facet.objects.filter(aws_account=pool.aws_account_id, region=pool.region, kind=pool.kind, source=source)
    facet = asked.filter(object_id=pool.aws_id).first()
    return SettingLine(label, "Not readable" if facet else "Not read yet", facet.coverage_why if facet else "")


# ---- App clients ---------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class ClientSummary:
    row: AppClient
    said: tuple[SettingLine, ...]
    has_risk: bool  # whether threat protection of its own can be set
    has_sessions: bool  # … and sessions


def client_summary(app: AppClient, pool: UserPool) -> ClientSummary:
    protected = is_protected_from_threats(pool.settings)
    tracked = tracks_sessions(pool.described)
    said = [
        *_client(app),
        *(_silent_sign_in(app) if tracked else ()),
        *(_threats(app) if protected else ()),
    ]
    return ClientSummary(
        app,
        tuple(said),
        has_risk=protected and app.risk is not None,
        has_sessions=tracked and app.sessions is not None,
    )


def _client(app: AppClient) -> Iterator[SettingLine]:
    settings = app.settings
    if app.has_secret:
        yield SettingLine("Secret", "Has one", "For apps on a server.")
    else:
        yield SettingLine("Secret", "None", "For browsers and phones, which can’t keep one.")
    yield from client.SIGN_IN.lines({DETAILS: settings})
    if settings.get("AllowedOAuthFlowsUserPoolClient"):
        yield from client.OAUTH.lines({DETAILS: settings})
    yield SettingLine("Tokens are valid for", ", ".join(each.describe_life(settings) for each in client.LIVES))


def _silent_sign_in(app: AppClient) -> Iterator[SettingLine]:
    if app.sessions is None:
        yield SettingLine(threats.OTHER_SESSIONS.line or "", "Not read yet")
    else:
        yield from threats.OTHER_SESSIONS.lines(app.sessions)


def _threats(app: AppClient) -> Iterator[SettingLine]:
    if app.risk is None:
        yield SettingLine("Threat protection", "Not read yet")
    elif not app.risk:
        yield SettingLine("Threat protection", "As the pool", "What is changed there holds here.")
    else:
        yield SettingLine("Threat protection", "Its own", "Nothing of what the pool has holds here.")
        yield from _risk(app.risk)
