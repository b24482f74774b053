"""One user pool and all that is in it."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from moto.utilities.utils import get_partition

from emulator import clock
from emulator.cognito_idp.clients import AppClient
from emulator.cognito_idp.errors import not_found
from emulator.cognito_idp.groups import Group
from emulator.cognito_idp.mfa import MfaConfig
from emulator.cognito_idp.people import People
from emulator.cognito_idp.schema import schema_of
from emulator.cognito_idp.settings import FIXED, Settings, described


@dataclass
class Dated:
    """A thing of a pool that Cognito keeps as it was sent."""

    content: dict[str, Any]
    created: datetime = field(default_factory=clock.utcnow)
    changed: datetime = field(default_factory=clock.utcnow)
    image: bytes = b""  # of a look

    def described(self) -> dict[str, Any]:
        return {**self.content, "CreationDate": self.created, "LastModifiedDate": self.changed}


class UserPool:
    def __init__(self, account_id: str, region: str, pool_id: str, name: str, schema: list[dict[str, Any]]) -> None:
        self.id = pool_id
        self.account_id = account_id
        self.region = region
        self.arn = f"arn:{get_partition(region)}:cognito-idp:{region}:{account_id}:userpool/{pool_id}"
        self.name = name
        self.created = self.changed = clock.utcnow()
        self.schema = schema_of(schema)
        self.settings: Settings = {}
        self.fixed: Settings = {}
        self.mfa = MfaConfig()
        self.clients: dict[str, AppClient] = {}
        self.groups: dict[str, Group] = {}
        self.providers: dict[str, Dated] = {}
        self.resource_servers: dict[str, dict[str, Any]] = {}
        self.domain: dict[str, Any] | None = None
        self.custom_domain: dict[str, Any] | None = None
        self.risk: dict[str, Dated] = {}  # by client id; "" is the pool's own
        self.looks: dict[str, Dated] = {}  # UI customization by client id or ALL
        self.sessions: dict[str, Any] = {"UserSessionTracking": "DISABLED", "TokenSession": {"MaxPerUser": 20}}
        self.logs: list[dict[str, Any]] = []  # where they go, as SetLogDeliveryConfiguration took it
        self.people = People()
        self.attempts: dict[str, Any] = {}  # sign-ins that have begun, by their session
        self.signing_key = b""  # made when it is first needed

    @property
    def issuer(self) -> str:
        return f"https://cognito-idp.{self.region}.amazonaws.com/{self.id}"

    @property
    def tracks_sessions(self) -> bool:
        return bool(self.settings["UserPoolTier"] != "LITE" and self.sessions["UserSessionTracking"] == "ENABLED")

    @property
    def has_factor(self) -> bool:
        return self.mfa.has_factor

    @property
    def threat_protection(self) -> str:
        return str(self.settings.get("UserPoolAddOns", {}).get("AdvancedSecurityMode", "OFF"))

    @property
    def username_attributes(self) -> list[str]:
        """email, phone_number or both, where people sign in with them instead of a username."""
        return list(self.fixed.get("UsernameAttributes", []))

    @property
    def alias_attributes(self) -> list[str]:
        return list(self.fixed.get("AliasAttributes", []))

    @property
    def is_case_sensitive(self) -> bool:
        return bool(self.fixed.get("UsernameConfiguration", {}).get("CaseSensitive", True))

    def replace(self, settings: Settings) -> None:
        """All settings at once; only what is fixed stays."""
        if not self.settings:
            self.fixed = {name: settings[name] for name in FIXED if name in settings}
        self.settings = {name: value for name, value in settings.items() if name not in FIXED}
        self.mfa.follow(self.settings)
        self.changed = clock.utcnow()

    def described(self) -> dict[str, Any]:
        return {
            "Id": self.id,
            "Name": self.name,
            "Arn": self.arn,
            "CreationDate": self.created,
            "LastModifiedDate": self.changed,
            "EstimatedNumberOfUsers": len(self.people),
            "SchemaAttributes": deepcopy(list(self.schema.values())),
            **self.fixed,
            **described(self.settings),
            **({"Domain": self.domain["Domain"]} if self.domain else {}),
            **({"CustomDomain": self.custom_domain["Domain"]} if self.custom_domain else {}),
        }

    def summary(self) -> dict[str, Any]:
        return {
            "Id": self.id,
            "Name": self.name,
            "LambdaConfig": self.settings["LambdaConfig"],
            "CreationDate": self.created,
            "LastModifiedDate": self.changed,
        }

    def client(self, client_id: str) -> AppClient:
        if client_id not in self.clients:
            raise not_found(f"User pool client {client_id} does not exist.")
        return self.clients[client_id]

    def group(self, name: str) -> Group:
        if name not in self.groups:
            raise not_found("Group not found.")
        return self.groups[name]
