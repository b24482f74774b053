"""App clients of a pool: what is left out of an update is set to its default, and secrets come in pairs at most."""

from __future__ import annotations

from collections.abc import Iterable
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from emulator import clock
from emulator.cognito_idp.errors import invalid, not_found
from emulator.cognito_idp.settings import not_in_tier
from emulator.ids import word
from emulator.wire import AwsError

if TYPE_CHECKING:
    from emulator.cognito_idp.pool import UserPool

Settings = dict[str, Any]

_DEFAULTS: Settings = {
    "RefreshTokenValidity": 30,
    "TokenValidityUnits": {},
    "AllowedOAuthFlowsUserPoolClient": False,
    "EnableTokenRevocation": True,
    "EnablePropagateAdditionalUserContextData": False,
    "AuthSessionValidity": 3,
}
# What a client may do that says nothing ("CreateUserPoolClient" in the API reference).
_DEFAULT_FLOWS = ("ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_CUSTOM_AUTH")
_NOT_SETTINGS = ("UserPoolId", "ClientId", "GenerateSecret", "ClientSecret", "PublishSecretsInAWSSecretsManager")
_UNITS_S = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86_400}
# Bounds in seconds, and the unit that counts where none is said.
_TOKENS = {
    "AccessToken": (300, 86_400, "hours"),
    "IdToken": (300, 86_400, "hours"),
    "RefreshToken": (3600, 315_360_000, "days"),
}
_USUALLY_S = {"AccessToken": 3600, "IdToken": 3600, "RefreshToken": 30 * 86_400}
_SCOPES = {"phone", "email", "openid", "profile", "aws.cognito.signin.user.admin"}
_LOCAL = ("localhost", "127.0.0.1", "::1")
_MOST_SECRETS = 2


@dataclass(frozen=True)
class Secret:
    id: str
    value: str
    created: datetime

    def described(self) -> dict[str, Any]:
        return {"ClientSecretId": self.id, "ClientSecretCreateDate": self.created}


class AppClient:
    def __init__(self, pool: UserPool, client_id: str, asked: Settings) -> None:
        self.id = client_id
        self.pool_id = pool.id
        self.created = self.changed = clock.utcnow()
        self.secrets: list[Secret] = []
        self.has_secret = bool(asked.get("GenerateSecret") or asked.get("ClientSecret"))
        self.settings = checked(asked, pool, has_secret=self.has_secret)
        self.session = {"MaxValidityMinutes": 60}
        if self.has_secret:
            self._add_secret(asked.get("ClientSecret"))

    @property
    def name(self) -> str:
        return str(self.settings["ClientName"])

    @property
    def flows(self) -> tuple[str, ...]:
        """The sign-in flows that it allows, in the names with ALLOW_."""
        return tuple(
            flow if flow.startswith("ALLOW_") else f"ALLOW_{flow}".replace("ADMIN_NO_SRP", "ADMIN_USER_PASSWORD")
            for flow in self.settings.get("ExplicitAuthFlows") or _DEFAULT_FLOWS
        )

    def validity_s(self, token: str) -> int:
        return validity_s(self.settings, token)

    def replace(self, asked: Settings, pool: UserPool) -> None:
        asked = {"ClientName": self.name} | asked
        self.settings = checked(asked, pool, has_secret=self.has_secret)
        self.changed = clock.utcnow()

    def add_secret(self, value: str | None) -> Secret:
        if not self.has_secret:
            raise invalid("The app client was made without a client secret.")
        if len(self.secrets) >= _MOST_SECRETS:
            raise AwsError("LimitExceededException", f"An app client can have at most {_MOST_SECRETS} secrets.")
        return self._add_secret(value)

    def delete_secret(self, secret_id: str) -> None:
        if all(secret.id != secret_id for secret in self.secrets):
            raise not_found(f"Client secret {secret_id} does not exist.")
        if len(self.secrets) == 1:
            raise invalid("The last client secret of an app client cannot be deleted.")
        self.secrets = [secret for secret in self.secrets if secret.id != secret_id]

    def _add_secret(self, value: str | None) -> Secret:
        now = clock.utcnow()
        number = max((int(secret.id.rpartition("--")[2]) for secret in self.secrets), default=0) + 1
        made = Secret(f"{self.id}--{number}", value or word(51, "secret", self.id, number, now), now)
        self.secrets.append(made)
        return made

    def described(self) -> dict[str, Any]:
        """With the oldest secret in it, as AWS tells it."""
        return {
            **self.summary(),
            **deepcopy(self.settings),
            "CreationDate": self.created,
            "LastModifiedDate": self.changed,
            **({"ClientSecret": self.secrets[0].value} if self.secrets else {}),
        }

    def summary(self) -> dict[str, Any]:
        return {"ClientId": self.id, "ClientName": self.name, "UserPoolId": self.pool_id}


def check_writable(client: AppClient, pool: UserPool, names: Iterable[str]) -> None:
    """What its people may write of themselves, at sign-up and later; what the pool requires, always ("Attribute
    permissions and scopes" in the Developer Guide).
    """
    allowed = client.settings.get("WriteAttributes")
    required = {name for name, each in pool.schema.items() if each["Required"]}
    if allowed and (refused := set(names) - set(allowed) - required):
        in_words = ", ".join(sorted(refused))
        raise AwsError("NotAuthorizedException", f"A client attempted to write unauthorized attribute: {in_words}")


def validity_s(settings: Settings, token: str) -> int:
    """How long a token of that kind lasts, in seconds; 0 or nothing said is the default: an hour, or 30 days."""
    _, _, usual = _TOKENS[token]
    value = settings.get(f"{token}Validity")
    if not value:
        return _USUALLY_S[token]
    return int(value) * _UNITS_S[settings.get("TokenValidityUnits", {}).get(token, usual)]


def checked(asked: Settings, pool: UserPool, *, has_secret: bool) -> Settings:
    """The settings that a client has once this was asked of it; raises what AWS refuses."""
    settings = deepcopy(_DEFAULTS)
    settings |= {
        name: deepcopy(value) for name, value in asked.items() if name not in _NOT_SETTINGS and value is not None
    }
    for token, (least, most, _) in _TOKENS.items():
        if not least <= validity_s(settings, token) <= most:
            raise invalid("Invalid range for token validity.")
    flows = settings.get("ExplicitAuthFlows", [])
    if len({flow.startswith("ALLOW_") for flow in flows}) > 1:
        raise invalid("Only one of the legacy or the ALLOW_ auth flows can be set for an app client.")
    if "ALLOW_USER_AUTH" in flows and pool.settings["UserPoolTier"] == "LITE":
        raise not_in_tier("Choice-based authentication", "LITE")
    for direction in ("Read", "Write"):
        if set(settings.get(f"{direction}Attributes", [])) - set(pool.schema):
            raise invalid(f"Invalid {direction.lower()} attributes specified while creating a client")
    for provider in settings.get("SupportedIdentityProviders", []):
        if provider != "COGNITO" and provider not in pool.providers:
            raise invalid(f"The provider {provider} does not exist for User Pool {pool.id}.")
    _check_oauth(settings, pool, has_secret=has_secret)
    return settings


def _check_oauth(settings: Settings, pool: UserPool, *, has_secret: bool) -> None:
    for url in (*settings.get("CallbackURLs", []), *settings.get("LogoutURLs", [])):
        parts = urlsplit(url)
        if parts.scheme == "http" and parts.hostname not in _LOCAL:
            raise invalid(f"{url} cannot use the HTTP protocol.")
        if not parts.scheme or parts.fragment:
            raise invalid(f"{url} is not a valid redirect URI.")
    servers = pool.resource_servers.values()
    own = {f"{one['Identifier']}/{scope['ScopeName']}" for one in servers for scope in one.get("Scopes", [])}
    for scope in settings.get("AllowedOAuthScopes", []):
        if scope not in _SCOPES | own:
            raise AwsError("ScopeDoesNotExistException", f"Invalid scope requested: {scope}")
    flows = settings.get("AllowedOAuthFlows", [])
    if not settings["AllowedOAuthFlowsUserPoolClient"]:
        return
    if not flows or not settings.get("AllowedOAuthScopes"):
        raise _oauth(
            "AllowedOAuthFlows and AllowedOAuthScopes are required if user pool client is allowed to use OAuth flows."
        )
    if "client_credentials" in flows and len(flows) > 1:
        raise _oauth("client_credentials flow can not be selected along with code flow or implicit flow.")
    if "client_credentials" in flows and not has_secret:
        raise _oauth("client_credentials flow can not be selected if client does not have a client secret.")
    if "client_credentials" not in flows and not settings.get("CallbackURLs"):
        raise _oauth("CallbackURLs are required for the code flow and the implicit flow.")


def _oauth(message: str) -> AwsError:
    return AwsError("InvalidOAuthFlowException", message)
