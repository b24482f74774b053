"""The root user of an AWS account. No call of the API makes it what it is, so the control endpoint does."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from moto.iam.models import IAMBackend

_OPENED = datetime(2018, 1, 1)  # moto keeps its dates naive, in UTC


@dataclass
class RootKey:
    created: datetime
    active: bool = True
    last_used: datetime | None = None
    service: str = "N/A"
    region: str = "N/A"


@dataclass
class RootFacts:
    created: datetime = _OPENED
    signed_in: datetime | None = None
    mfa: str = "app"  # "app", "passkey" or "" for none
    mfa_since: datetime = _OPENED
    keys: list[RootKey] = field(default_factory=list)


class Root(IAMBackend):  # type: ignore[misc]
    root: RootFacts

    def describe_root(self, *, mfa: str = "app", keys: Iterable[dict[str, Any]] = (), **dates: str) -> None:
        """`dates` are `created`, `signed_in` and `mfa_since`, in ISO 8601 like those of the keys."""
        moments: dict[str, Any] = {name: _moment(date) for name, date in dates.items()}
        self.root = RootFacts(mfa=mfa, keys=[RootKey(**_dated(key)) for key in keys], **moments)
        self.account_summary._account_mfa_enabled = int(bool(mfa))
        self.account_summary._account_access_keys_present = int(any(key.active for key in self.root.keys))


def _dated(key: dict[str, Any]) -> dict[str, Any]:
    return {name: _moment(value) if name in ("created", "last_used") else value for name, value in key.items()}


def _moment(date: str | None) -> datetime | None:
    return None if date is None else datetime.fromisoformat(date).astimezone(UTC).replace(tzinfo=None)
