"""The calls that replace all settings of a thing, as data: what they take, and what becomes of what AWS describes.

What a call leaves out goes back to AWS's default, so each sends all of it. The table is the one of the API reference:
"If you don't provide a value for an attribute, Amazon Cognito sets it to its default value."
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from cognito.models import AppClient, CognitoGroup, PoolProvider, ResourceServer, UserPool
from cognito.plans import is_protected_from_threats, may_track_sessions, tracks_sessions
from cognito.pools import settings
from cognito.pools.settings import belonging, client, logs, sign_in, threats
from cognito.setting import Setting, labels_of
from cognito.setting_values import canonical
from sync.models import MirroredRow

Settings = dict[str, Any]

# What stands for a secret that AWS has and this console doesn't keep: it is read and sent back when the step is done.
AS_AWS_HAS_IT = "<as AWS has it>"
SECRETS = ("client_secret", "private_key")  # in the details of an identity provider
METADATA = "MetadataFile"
# How a pool sends text messages is a setting of the pool, and stands in its MFA configuration, too.
_TEXTS = ("SmsConfiguration", "SmsAuthenticationMessage")


def _as_it_is(settings: Settings) -> Settings:
    return settings


def _every(settings: Mapping[str, Any]) -> bool:
    return True


@dataclass(frozen=True)
class Shape:
    """`settings`: the entries of what AWS describes, of which the call takes those that are sent."""

    kind: str  # "cognito.pool.update"
    title: str  # "user pool", for sentences
    model: type[MirroredRow]
    operation: str
    settings: tuple[Setting, ...]
    column: str = "settings"  # of the row that has what AWS describes; null in it: not read yet
    facet: str = "details"
    also: tuple[str, ...] = ()  # other facets that the call changes
    asked_by: str = ""  # the parameter that says which one in the pool; "": the pool itself
    fitted: Callable[[Settings], Settings] = _as_it_is  # what else differs between the two
    held_by: Callable[[Mapping[str, Any]], bool] = _every  # whether a pool whose settings are these has it
    unless: str = ""  # a sentence for where it doesn't

    @cached_property
    def renamed(self) -> dict[str, str]:
        """The members that are sent: by their name in what AWS describes, their name in the call."""
        return {
            each.path: each.sent_as or each.path for each in self.settings if each.is_sent and each.path == each.member
        }

    def step_kind(self, verb: str) -> str:
        """ "cognito.group.create"."""
        return self.kind.replace(".update", f".{verb.lower()}")

    @property
    def sent(self) -> frozenset[str]:
        """By their names in what AWS describes."""
        return frozenset(self.renamed)

    @cached_property
    def _labels(self) -> dict[str, str]:
        return labels_of(self.settings)

    def payload(self, described: Mapping[str, Any]) -> Settings:
        """What the call takes, of what AWS describes in canonical form; without what says which one."""
        new = self.renamed
        kept = {new[name]: deepcopy(value) for name, value in described.items() if name in new}
        in_words = self.fitted(kept)
        return canonical(in_words, in_words)

    def label(self, path: str) -> str:
        """What people call the setting, or the nearest that it is a part of."""
        parts = path.split(".")
        above = (".".join(parts[:number]) for number in range(len(parts), 0, -1))
        return next((self._labels[each] for each in above if each in self._labels), path)

    def refusals(self, sent: Settings, pool: Mapping[str, Any]) -> Iterator[str]:
        """Why AWS would refuse what its model of the call lets through. `pool`: what the pool has by then."""
        for rule in dict.fromkeys(each.refuses for each in self.settings if each.refuses):
            yield from rule(sent, pool)


def _pool(settings: Settings) -> Settings:
    """`UnusedAccountValidityDays` is described and refused; of a message by code and one by link, the one in use goes.

    AWS refuses both together: "The message is invalid."
    """
    settings.get("AdminCreateUserConfig", {}).pop("UnusedAccountValidityDays", None)
    template = settings.get("VerificationMessageTemplate", {})
    by_link = template.get("DefaultEmailOption") == "CONFIRM_WITH_LINK"
    for name in ("EmailMessage", "EmailSubject") if by_link else ("EmailMessageByLink", "EmailSubjectByLink"):
        template.pop(name, None)
    return settings


def _server(settings: Settings) -> Settings:
    """The mirror has the scopes by name."""
    scopes = settings.get("Scopes", {})
    if isinstance(scopes, Mapping):
        settings["Scopes"] = [{"ScopeName": name, "ScopeDescription": said} for name, said in scopes.items()]
    return settings


def _provider(settings: Settings) -> Settings:
    """What the mirror doesn't have of the details: a secret, and a long document."""
    details = settings.setdefault("ProviderDetails", {})
    if METADATA in details and not str(details[METADATA]).lstrip().startswith("<"):
        details[METADATA] = AS_AWS_HAS_IT
    if settings.pop("HasSecret", False) and not any(name in details for name in SECRETS):
        details["private_key" if "key_id" in details else "client_secret"] = AS_AWS_HAS_IT
    return settings


POOL = Shape("cognito.pool.update", "user pool", UserPool, "UpdateUserPool", settings.POOL, also=("mfa",), fitted=_pool)
MFA = Shape(
    "cognito.pool.mfa",
    "user pool",
    UserPool,
    "SetUserPoolMfaConfig",
    sign_in.MFA,
    column="mfa_config",
    facet="mfa",
    also=("details",),
)
_UNPROTECTED = "Threat protection of the pool is off: switch it on first."
RISK = Shape(
    "cognito.risk.set",
    "user pool",
    UserPool,
    "SetRiskConfiguration",
    threats.RISK,
    column="risk",
    facet="risk",
    held_by=is_protected_from_threats,
    unless=_UNPROTECTED,
)
# Nothing of it: the client follows the pool.
CLIENT_RISK = Shape(
    "cognito.client.risk.set",
    "app client",
    AppClient,
    "SetRiskConfiguration",
    threats.RISK,
    column="risk",
    facet="risk",
    asked_by="ClientId",
    held_by=is_protected_from_threats,
    unless=_UNPROTECTED,
)
SESSIONS = Shape(
    "cognito.session_config.set",
    "user pool",
    UserPool,
    "SetUserPoolSessionConfiguration",
    threats.SESSIONS,
    column="sessions",
    facet="sessions",
    held_by=may_track_sessions,
    unless="The pool’s plan has no tracking of sessions: that takes Essentials or Plus.",
)
CLIENT_SESSIONS = Shape(
    "cognito.client.session_config.set",
    "app client",
    AppClient,
    "SetUserPoolClientSessionConfiguration",
    threats.CLIENT_SESSIONS_MEMBERS,
    column="sessions",
    facet="sessions",
    asked_by="ClientId",
    held_by=tracks_sessions,
    unless="The pool doesn’t track sessions: switch that on first.",
)
# By what is logged: the operation makes the list of it that the call takes.
LOGS = Shape(
    "cognito.logs.set",
    "user pool",
    UserPool,
    "SetLogDeliveryConfiguration",
    logs.LOG_DELIVERY,
    column="logs",
    facet="logs",
)
CLIENT = Shape(
    "cognito.client.update", "app client", AppClient, "UpdateUserPoolClient", client.CLIENT, asked_by="ClientId"
)
GROUP = Shape("cognito.group.update", "group", CognitoGroup, "UpdateGroup", belonging.GROUP, asked_by="GroupName")
PROVIDER = Shape(
    "cognito.idp.update",
    "identity provider",
    PoolProvider,
    "UpdateIdentityProvider",
    belonging.PROVIDER,
    asked_by="ProviderName",
    fitted=_provider,
)
RESOURCE_SERVER = Shape(
    "cognito.resource_server.update",
    "resource server",
    ResourceServer,
    "UpdateResourceServer",
    belonging.RESOURCE_SERVER,
    asked_by="Identifier",
    fitted=_server,
)
OF_POOL = (POOL, MFA, RISK, SESSIONS, LOGS)
SHAPES = (*OF_POOL, CLIENT, CLIENT_RISK, CLIENT_SESSIONS, GROUP, PROVIDER, RESOURCE_SERVER)


def changes_texts(names: Iterable[str]) -> bool:
    """Whether one of these members of a pool's settings says how text messages are sent."""
    return not set(_TEXTS).isdisjoint(names)


def mfa_following(mfa: Mapping[str, Any], settings: Mapping[str, Any]) -> Settings:
    """The MFA configuration of a pool that was made or updated with these settings: how texts are sent follows."""
    kept = {name: value for name, value in mfa.items() if name != "SmsMfaConfiguration"}
    texts = {name: deepcopy(settings[name]) for name in _TEXTS if name in settings}
    return kept | ({"SmsMfaConfiguration": texts} if "SmsConfiguration" in texts else {})


def pool_following(settings: Mapping[str, Any], mfa: Mapping[str, Any]) -> Settings:
    """The settings of a pool whose MFA configuration was set to this: the mode, and how texts are sent, follow."""
    texts = mfa.get("SmsMfaConfiguration", {}).get("SmsConfiguration")
    mode = {"MfaConfiguration": mfa.get("MfaConfiguration", "OFF")}
    return {**settings, **mode, **({"SmsConfiguration": deepcopy(texts)} if texts else {})}
