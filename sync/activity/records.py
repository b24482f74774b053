"""A record of CloudTrail, as far as the console reads it.

The sources: "CloudTrail record contents" and "CloudTrail userIdentity element" of the CloudTrail User Guide.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sync.texts import storable_json

_EMPTY: Mapping[str, Any] = {}


@dataclass(frozen=True)
class TrailRecord:
    """One call. `asked` and `answered` have AWS's names with a small first letter."""

    event_id: str
    at: datetime
    service: str
    name: str
    region: str
    account_id: str  # in whose CloudTrail it is
    request_id: str
    identity: Mapping[str, Any]
    address: str
    agent: str
    error: str  # AWS's code for why it failed, "" where it worked
    reads: bool
    asked: Mapping[str, Any] = field(default_factory=dict)
    answered: Mapping[str, Any] = field(default_factory=dict)

    def text(self, member: str) -> str:
        """What was asked for by that name; "" where it is no text."""
        value = self.asked.get(member)
        return value if isinstance(value, str) else ""

    @property
    def user_name(self) -> str:
        """Whom a call about a user is about. Who acts on themselves leaves it out (ChangePassword)."""
        return self.text("userName") or str(self.identity.get("userName") or "")


def read_record(said: Any) -> TrailRecord | None:
    """`said`: `CloudTrailEvent` of an answer, which is JSON. None for what is no record."""
    try:
        found = storable_json(json.loads(said)) if isinstance(said, str) else said
        if not isinstance(found, Mapping):
            return None
        return TrailRecord(
            event_id=_text(found, "eventID", 64),
            at=_moment(found["eventTime"]),
            service=_text(found, "eventSource", 128),
            name=_text(found, "eventName", 128),
            region=_text(found, "awsRegion", 32),
            account_id=_text(found, "recipientAccountId", 12),
            request_id=_text(found, "requestID", 128),
            identity=_members(found, "userIdentity"),
            address=_text(found, "sourceIPAddress", 128),
            agent=_text(found, "userAgent", 400),
            error=_text(found, "errorCode", 128),
            reads=found.get("readOnly") in (True, "true"),
            asked=_members(found, "requestParameters"),
            answered=_members(found, "responseElements"),
        )
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def _text(said: Mapping[str, Any], member: str, most: int) -> str:
    value = said.get(member)
    return value[:most] if isinstance(value, str) else ""


def _members(said: Mapping[str, Any], member: str) -> Mapping[str, Any]:
    value = said.get(member)
    return value if isinstance(value, Mapping) else _EMPTY


def _moment(value: Any) -> datetime:
    found = datetime.fromisoformat(str(value))
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
