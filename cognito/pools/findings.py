"""What is wrong with how a user pool and its app clients are set; each with the form that fixes it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from cognito.models import AppClient, IdentityPool, UserPool
from cognito.modifiable_claims.exposures import (
    CredentialsGiver,
    exposures,
    giver_of,
    identity_pools_anywhere,
    pool_of,
    taken_by,
)
from cognito.pools.actions.clients import OWN
from cognito.pools.operations.pools import identity_pools_of
from cognito.pools.settings.client import HIDES, REFRESH, SECONDS
from cognito.pools.settings.pool import MFA_MODE, PROTECTED
from cognito.pools.settings.values import ADDRESSES, REQUIRED_KINDS
from cognito.posture import PostureFinding, worst_first
from cognito.setting import Setting
from iamconsole.web.words import counted, some

GOOD_LENGTH, SHORT = 12, 8  # characters of a password
LONGEST_REFRESH_DAYS = 90
_KINDS = tuple(name for name, _ in REQUIRED_KINDS)
_LOCAL = ("localhost", "127.0.0.1", "::1")


def _finding(
    code: str, severity: str, title: str, text: str, action: str, asked: Mapping[str, str] | None = None
) -> PostureFinding:
    return PostureFinding(code, severity, title, text, action, "Fix it", tuple((asked or {}).items()))


def findings_of(pool: UserPool, clients: Sequence[AppClient] | None = None) -> list[PostureFinding]:
    """The worst first. `clients` of the pool, where they are at hand."""
    if clients is None:
        clients = list(pool.appclients.live().order_by("name_key", "pk"))
    givers = list(identity_pools_anywhere())
    own = [each for each in givers if each.aws_account_id == pool.aws_account_id]
    found = [
        *_of_pool(pool, _gives_access(identity_pools_of(pool, own))),
        *(each for client in clients for each in _of_client(client)),
        *_of_choices(pool, clients, [giver_of(each) for each in givers]),
    ]
    return worst_first(found)


def _of_pool(pool: UserPool, gives: str) -> Iterator[PostureFinding]:
    yield from _password(pool.settings)
    if pool.self_signup and gives:
        yield _finding(
            "OPEN_SIGN_UP",
            "high",
            "Anybody may sign up, and gets into AWS",
            f"{gives}, so whoever signs up gets them. Let administrators create the accounts, or remove it there.",
            "signup",
            {"who": "admin"},
        )
    for entry in (MFA_MODE, PROTECTED):
        yield from _of_values(entry, pool.settings, pool.name, gives=gives)


def _of_values(
    entry: Setting, settings: Mapping[str, Any], name: str, *, gives: str = "", which: Mapping[str, str] | None = None
) -> Iterator[PostureFinding]:
    """What its entry finds wrong with the value of a setting."""
    for each in entry.findings(settings):
        severity = each.severity_with_access if gives and each.severity_with_access else each.severity
        asked = {**(which or {}), **dict(each.fix)}
        yield _finding(each.code, severity, each.title.format(name=name), each.text, each.action, asked)


def _of_choices(
    pool: UserPool, clients: Sequence[AppClient], givers: Sequence[CredentialsGiver]
) -> Iterator[PostureFinding]:
    """Claims that people write themselves and that give them a role or a tag: one for each app client that may."""
    if pool.aws_id not in taken_by(givers):
        return
    described = pool_of(pool, clients)
    for each in exposures(givers, {pool.aws_id: described}):
        severity = "critical" if each.is_certain else "high"
        what = f"{each.use.claim}, which gives {each.gets(pool.aws_account)}"
        text = each.sentence(pool.aws_account)
        if each.use.claim in [address.value for address in ADDRESSES] and each.choice.apps:
            asked = {"verified": each.use.claim, "kept": each.use.claim}
            fix = "Have it verified at sign-up and before it changes."
            yield _finding("CLAIM_BY_CHOICE", severity, f"People write {what}", f"{text} {fix}", "signup", asked)
            continue
        if not each.choice.apps:
            yield PostureFinding("CLAIM_BY_CHOICE", severity, f"People choose {what}", text)
        for app in described.apps:
            if app.id in each.choice.apps:
                title, fix = f"People write {what}, through {app.name}", "Remove the attribute from what it may write."
                asked = {"which": app.id, "writes": OWN, "without": each.use.claim}
                yield _finding("CLAIM_BY_CHOICE", severity, title, f"{text} {fix}", "client-attributes", asked)


def _gives_access(taking: Sequence[IdentityPool]) -> str:
    """How people of the pool get AWS credentials, in words; "" where they don't. `taking`: its people's sign-ins."""
    if taking:
        names = some([each.name for each in taking])
        return f"The identity pool{'s' if len(taking) > 1 else ''} {names} gives people of it AWS credentials"
    return ""


def _password(settings: Mapping[str, Any]) -> Iterator[PostureFinding]:
    policy = settings.get("Policies", {}).get("PasswordPolicy", {})
    length, classes = policy.get("MinimumLength", SHORT), [name for name in _KINDS if policy.get(name)]
    if length >= GOOD_LENGTH or (length >= SHORT and len(classes) == len(_KINDS)):
        return
    words = f"{length} characters are enough, of {counted(max(1, len(classes)), 'kind')} that must be in it"
    yield _finding(
        "WEAK_PASSWORDS",
        "high" if length < SHORT else "medium",
        "Weak passwords are allowed",
        f"{words}. Ask for {GOOD_LENGTH}: it holds for those that are set from then on.",
        "password",
        {"minimum": str(GOOD_LENGTH)},
    )


def _of_client(client: AppClient) -> Iterator[PostureFinding]:
    settings, which = client.settings, {"which": client.aws_id}
    flows = settings.get("AllowedOAuthFlows", [])
    addresses = settings.get("CallbackURLs", [])
    on_devices = [url for url in addresses if urlsplit(url).scheme not in ("http", "https")]
    if client.has_secret and ("implicit" in flows or on_devices):
        yield _finding(
            "PUBLIC_SECRET",
            "high",
            f"{client.name} is on people’s devices, and has a secret",
            "Whoever has the app can read the secret. Make an app client without one, and delete this one.",
            "client-new",
            {"name": f"{client.name}-public", "kind": "public", "callbacks": "\n".join(addresses)},
        )
    if "implicit" in flows:
        left = [flow for flow in flows if flow != "implicit"] or ["code"]
        yield _finding(
            "IMPLICIT_FLOW",
            "medium",
            f"{client.name} takes tokens in the address",
            "The implicit flow leaves tokens in histories and logs. Use the code flow with PKCE.",
            "client-oauth",
            {**which, "flows": left[0]},
        )
    yield from _addresses(client, addresses)
    if (days := refresh_days(settings)) > LONGEST_REFRESH_DAYS:
        yield _finding(
            "LONG_REFRESH",
            "medium",
            f"{client.name} keeps people signed in for {counted(round(days), 'day')}",
            f"A stolen refresh token is valid as long. {LONGEST_REFRESH_DAYS} days are plenty; 30 are AWS’s default.",
            "client-tokens",
            {**which, "refresh": "30", "refresh_unit": "days"},
        )
    yield from _of_values(HIDES, settings, client.name, which=which)


def _addresses(client: AppClient, addresses: Sequence[str]) -> Iterator[PostureFinding]:
    bad = [url for url in addresses if "*" in url or _is_plain(url)]
    if bad:
        yield _finding(
            "OPEN_CALLBACK",
            "high",
            f"{client.name} sends codes where others may read them",
            f"{some(bad)}: an address with * or with http:// gives people’s sign-ins away. Name each with https://.",
            "client-oauth",
            {"which": client.aws_id, **_safe(addresses)},
        )


def _safe(addresses: Sequence[str]) -> dict[str, str]:
    """What the form proposes: https:// for each http://, and none with *. Nothing where none would be left."""
    named = [f"https://{url.partition('://')[2]}" if _is_plain(url) else url for url in addresses if "*" not in url]
    return {"callbacks": "\n".join(named)} if named else {}


def _is_plain(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme == "http" and parts.hostname not in _LOCAL


def refresh_days(settings: Mapping[str, Any]) -> float:
    number, unit = REFRESH.lasting(settings)
    return float(number) * SECONDS[unit] / SECONDS["days"]
