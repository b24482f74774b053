"""Somebody in a pool."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Container
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from emulator import clock

UNCONFIRMED, CONFIRMED = "UNCONFIRMED", "CONFIRMED"
FORCE_CHANGE_PASSWORD, RESET_REQUIRED = "FORCE_CHANGE_PASSWORD", "RESET_REQUIRED"
TOTP, SMS_FACTOR, EMAIL_FACTOR = "SOFTWARE_TOKEN_MFA", "SMS_MFA", "EMAIL_OTP"


@dataclass(frozen=True)
class Session:
    """What a sign-in began, until it is signed out; all of its tokens have the same `origin_jti`."""

    id: str
    client_id: str
    refresh_token: str
    created: datetime
    until: datetime

    def described(self) -> dict[str, Any]:
        return {
            "SessionId": self.id,
            "SessionType": "TOKEN",
            "ClientId": self.client_id,
            "CreateDate": self.created,
            "LastActiveDate": self.created,
        }


class Person:
    __slots__ = (
        "attributes",
        "changed",
        "codes",
        "created",
        "devices",
        "enabled",
        "factors",
        "groups",
        "passwords",
        "pending",
        "preferred_factor",
        "resent",
        "sessions",
        "status",
        "temporary_until",
        "totp_secret",
        "username",
        "wrong_codes",
        "wrong_passwords",
    )

    def __init__(self, username: str, attributes: dict[str, str], status: str) -> None:
        """`attributes` have `sub`."""
        self.username = username
        self.attributes = attributes
        self.status = status
        self.enabled = True
        self.created = self.changed = clock.utcnow()
        self.groups: set[str] = set()
        self.passwords: list[str] = []  # salted digests, the newest first
        self.temporary_until: datetime | None = None
        self.totp_secret = ""  # verified; without one she has no authenticator app
        self.factors: set[str] = set()
        self.preferred_factor = ""
        self.codes: dict[str, tuple[str, datetime]] = {}  # code and expiry, by what it is for
        self.wrong_codes: dict[str, int] = {}  # how often since the code was sent, by what it is for
        self.resent: list[datetime] = []  # when she asked for another code of her sign-up
        self.wrong_passwords = 0
        self.pending: dict[str, str] = {}  # a new e-mail address or number until it is verified
        self.devices: dict[str, dict[str, Any]] = {}  # those that the pool remembers, by their keys
        self.sessions: dict[str, Session] = {}  # by the `origin_jti` of their tokens

    @property
    def sub(self) -> str:
        return self.attributes["sub"]

    def touch(self) -> None:
        self.changed = clock.utcnow()

    def is_verified(self, attribute: str) -> bool:
        return self.attributes.get(f"{attribute}_verified", "").lower() == "true" and attribute in self.attributes

    def set_password(self, password: str, *, kept: int = 0) -> None:
        """`kept` is how many older ones the pool remembers."""
        salt = secrets.token_hex(8)
        self.passwords = [f"{salt}${_digest(salt, password)}", *self.passwords][: 1 + kept]
        self.wrong_passwords = 0
        self.touch()

    def has_password(self, password: str) -> bool:
        return bool(self.passwords) and _matches(self.passwords[0], password)

    def had_password(self, password: str, last: int) -> bool:
        return any(_matches(held, password) for held in self.passwords[:last])

    def described(self, key: str = "Attributes", only: Container[str] | None = None) -> dict[str, Any]:
        return {
            "Username": self.username,
            key: [
                {"Name": name, "Value": value}
                for name, value in self.attributes.items()
                if only is None or name in only
            ],
            "UserCreateDate": self.created,
            "UserLastModifiedDate": self.changed,
            "Enabled": self.enabled,
            "UserStatus": self.status,
        }

    def described_in_full(self) -> dict[str, Any]:
        """As AdminGetUser tells, which alone knows the factors."""
        factors = {"UserMFASettingList": sorted(self.factors)} if self.factors else {}
        preferred = {"PreferredMfaSetting": self.preferred_factor} if self.preferred_factor else {}
        return self.described("UserAttributes") | factors | preferred


def _digest(salt: str, password: str) -> str:
    """Fast rather than strong: these people don't exist, and 200,000 of them are made for a benchmark."""
    return hashlib.sha256(f"{salt}{password}".encode()).hexdigest()


def _matches(held: str, password: str) -> bool:
    salt, _, digest = held.partition("$")
    return secrets.compare_digest(digest, _digest(salt, password))
