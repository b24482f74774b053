"""The calls that replace all settings of a thing, as data: what they take, and what becomes of what AWS describes.

What a call leaves out goes back to AWS's default, so each sends all of it. The table is the one of the API reference:
"If you don't provide a value for an attribute, Amazon Cognito sets it to its default value."
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from cognito.mirrors.canonical import canonical
from cognito.models import AppClient, CognitoGroup, PoolProvider, ResourceServer, UserPool
from cognito.plans import is_protected_from_threats, may_track_sessions, tracks_sessions
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
    """`sent`: the members of the call, by their name in what AWS describes."""

    kind: str  # "cognito.pool.update"
    title: str  # "user pool", for sentences
    model: type[MirroredRow]
    operation: str
    sent: frozenset[str]
    column: str = "settings"  # of the row that has what AWS describes; null in it: not read yet
    facet: str = "details"
    also: tuple[str, ...] = ()  # other facets that the call changes
    asked_by: str = ""  # the parameter that says which one in the pool; "": the pool itself
    renamed: Mapping[str, str] | None = None
    fitted: Callable[[Settings], Settings] = _as_it_is  # what else differs between the two
    labels: Mapping[str, str] | None = None  # what people call a setting, by its path
    held_by: Callable[[Mapping[str, Any]], bool] = _every  # whether a pool of which this is `told` has it
    unless: str = ""  # a sentence for where it doesn't

    def payload(self, described: Mapping[str, Any]) -> Settings:
        """What the call takes, of what AWS describes in canonical form; without what says which one."""
        new = self.renamed or {}
        kept = {new.get(name, name): deepcopy(value) for name, value in described.items() if name in self.sent}
        in_words = self.fitted(kept)
        return canonical(in_words, in_words)

    def label(self, path: str) -> str:
        return (self.labels or {}).get(path, path)


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


# Not DcrConfiguration: left out, it stays, and sent, its own members that are left out are reset.
POOL = Shape(
    "cognito.pool.update",
    "user pool",
    UserPool,
    "UpdateUserPool",
    frozenset(
        {
            "Name",
            "Policies",
            "DeletionProtection",
            "LambdaConfig",
            "AutoVerifiedAttributes",
            "VerificationMessageTemplate",
            "SmsAuthenticationMessage",
            "UserAttributeUpdateSettings",
            "MfaConfiguration",
            "DeviceConfiguration",
            "EmailConfiguration",
            "SmsConfiguration",
            "UserPoolTags",
            "AdminCreateUserConfig",
            "UserPoolAddOns",
            "AccountRecoverySetting",
            "UserPoolTier",
            "KeyConfiguration",
            "IssuerConfiguration",
            "AcrConfiguration",
        }
    ),
    also=("mfa",),
    renamed={"Name": "PoolName"},
    fitted=_pool,
    labels={
        "PoolName": "name",
        "Policies": "passwords and ways to sign in",
        "Policies.PasswordPolicy": "password policy",
        "Policies.SignInPolicy": "ways to sign in",
        "AdminCreateUserConfig": "sign-up and invitations",
        "AdminCreateUserConfig.AllowAdminCreateUserOnly": "who may sign up",
        "AdminCreateUserConfig.InviteMessageTemplate": "invitation",
        "AutoVerifiedAttributes": "what is verified",
        "AccountRecoverySetting": "account recovery",
        "DeletionProtection": "deletion protection",
        "VerificationMessageTemplate": "verification messages",
        "EmailConfiguration": "e-mail",
        "SmsConfiguration": "text messages",
        "LambdaConfig": "triggers",
        "UserPoolTier": "plan",
        "UserPoolAddOns": "threat protection",
        "UserPoolTags": "tags",
        "DeviceConfiguration": "remembered devices",
        "MfaConfiguration": "MFA",
        "SmsAuthenticationMessage": "text of MFA messages",
        "UserAttributeUpdateSettings": "what is verified before it changes",
        "KeyConfiguration": "encryption key",
        "IssuerConfiguration": "issuer of tokens",
        "AcrConfiguration": "levels of authentication (acr)",
    },
)
MFA = Shape(
    "cognito.pool.mfa",
    "user pool",
    UserPool,
    "SetUserPoolMfaConfig",
    frozenset(
        {
            "MfaConfiguration",
            "SmsMfaConfiguration",
            "SoftwareTokenMfaConfiguration",
            "EmailMfaConfiguration",
            "WebAuthnConfiguration",
        }
    ),
    column="mfa_config",
    facet="mfa",
    also=("details",),
    labels={
        "MfaConfiguration": "MFA",
        "SmsMfaConfiguration": "MFA by text message",
        "SoftwareTokenMfaConfiguration": "MFA by app",
        "EmailMfaConfiguration": "MFA by e-mail",
        "WebAuthnConfiguration": "passkeys",
    },
)
_RISK = frozenset(
    {
        "CompromisedCredentialsRiskConfiguration",
        "AccountTakeoverRiskConfiguration",
        "RiskExceptionConfiguration",
    }
)
_RISK_LABELS = {
    "CompromisedCredentialsRiskConfiguration": "compromised passwords",
    "AccountTakeoverRiskConfiguration": "account takeover",
    "RiskExceptionConfiguration": "exceptions",
}
_UNPROTECTED = "Threat protection of the pool is off: switch it on first."
RISK = Shape(
    "cognito.risk.set",
    "user pool",
    UserPool,
    "SetRiskConfiguration",
    _RISK,
    column="risk",
    facet="risk",
    labels=_RISK_LABELS,
    held_by=is_protected_from_threats,
    unless=_UNPROTECTED,
)
# Nothing of it: the client follows the pool.
CLIENT_RISK = Shape(
    "cognito.client.risk.set",
    "app client",
    AppClient,
    "SetRiskConfiguration",
    _RISK,
    column="risk",
    facet="risk",
    asked_by="ClientId",
    labels=_RISK_LABELS,
    held_by=is_protected_from_threats,
    unless=_UNPROTECTED,
)
SESSIONS = Shape(
    "cognito.session_config.set",
    "user pool",
    UserPool,
    "SetUserPoolSessionConfiguration",
    frozenset({"UserSessionTracking", "TokenSession"}),
    column="sessions",
    facet="sessions",
    labels={
        "UserSessionTracking": "tracking of sessions",
        "TokenSession": "sessions",
        "TokenSession.MaxPerUser": "how many sessions a person may have",
    },
    held_by=may_track_sessions,
    unless="The pool’s plan has no tracking of sessions: that takes Essentials or Plus.",
)
CLIENT_SESSIONS = Shape(
    "cognito.client.session_config.set",
    "app client",
    AppClient,
    "SetUserPoolClientSessionConfiguration",
    frozenset({"SSOSession"}),
    column="sessions",
    facet="sessions",
    asked_by="ClientId",
    labels={
        "SSOSession": "use of other apps’ sessions",
        "SSOSession.MaxValidityMinutes": "how long sessions of other apps count",
    },
    held_by=tracks_sessions,
    unless="The pool doesn’t track sessions: switch that on first.",
)
# Never PublishSecretsInAWSSecretsManager: false would delete the stored secret at once, and true rotate it.
CLIENT = Shape(
    "cognito.client.update",
    "app client",
    AppClient,
    "UpdateUserPoolClient",
    frozenset(
        {
            "ClientName",
            "RefreshTokenValidity",
            "AccessTokenValidity",
            "IdTokenValidity",
            "TokenValidityUnits",
            "ReadAttributes",
            "WriteAttributes",
            "ExplicitAuthFlows",
            "SupportedIdentityProviders",
            "CallbackURLs",
            "LogoutURLs",
            "DefaultRedirectURI",
            "AllowedOAuthFlows",
            "AllowedOAuthScopes",
            "AllowedOAuthFlowsUserPoolClient",
            "AnalyticsConfiguration",
            "PreventUserExistenceErrors",
            "EnableTokenRevocation",
            "EnablePropagateAdditionalUserContextData",
            "AuthSessionValidity",
            "RefreshTokenRotation",
        }
    ),
    asked_by="ClientId",
    labels={
        "ClientName": "name",
        "CallbackURLs": "callback addresses",
        "LogoutURLs": "sign-out addresses",
        "AllowedOAuthFlows": "OAuth flows",
        "AllowedOAuthScopes": "OAuth scopes",
        "AllowedOAuthFlowsUserPoolClient": "OAuth",
        "ExplicitAuthFlows": "ways to sign in",
        "SupportedIdentityProviders": "identity providers",
        "RefreshTokenValidity": "life of refresh tokens",
        "AccessTokenValidity": "life of access tokens",
        "IdTokenValidity": "life of ID tokens",
        "TokenValidityUnits": "units of lives",
        "EnableTokenRevocation": "revoking tokens",
        "PreventUserExistenceErrors": "what is told of who exists",
        "ReadAttributes": "attributes it may read",
        "WriteAttributes": "attributes it may write",
        "RefreshTokenRotation": "rotation of refresh tokens",
        "AuthSessionValidity": "time for a sign-in",
        "AnalyticsConfiguration": "analytics",
        "DefaultRedirectURI": "default callback address",
        "EnablePropagateAdditionalUserContextData": "what threat protection is told",
    },
)
GROUP = Shape(
    "cognito.group.update",
    "group",
    CognitoGroup,
    "UpdateGroup",
    frozenset({"Description", "RoleArn", "Precedence"}),
    asked_by="GroupName",
    labels={"Description": "description", "RoleArn": "role", "Precedence": "precedence"},
)
PROVIDER = Shape(
    "cognito.idp.update",
    "identity provider",
    PoolProvider,
    "UpdateIdentityProvider",
    frozenset({"ProviderDetails", "AttributeMapping", "IdpIdentifiers", "AcrMapping", "HasSecret"}),
    asked_by="ProviderName",
    fitted=_provider,
    labels={
        "ProviderDetails": "details",
        "ProviderDetails.client_secret": "client secret",
        "ProviderDetails.private_key": "private key",
        "AttributeMapping": "attribute mapping",
        "IdpIdentifiers": "identifiers",
        "AcrMapping": "mapping of levels (acr)",
    },
)
RESOURCE_SERVER = Shape(
    "cognito.resource_server.update",
    "resource server",
    ResourceServer,
    "UpdateResourceServer",
    frozenset({"Name", "Scopes"}),
    asked_by="Identifier",
    fitted=_server,
    labels={"Name": "name", "Scopes": "scopes"},
)
SHAPES = (POOL, MFA, RISK, SESSIONS, CLIENT, CLIENT_RISK, CLIENT_SESSIONS, GROUP, PROVIDER, RESOURCE_SERVER)


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
