"""Encoded authorization messages: what EC2 adds to a refusal, and only STS of the same AWS account decodes.

STS API Reference, "DecodeAuthorizationMessage".
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import zlib
from typing import Any

from emulator.wire import AwsError

_KEY = b"emulated authorization messages"
_TAG = 16  # bytes
LONGEST = 10_240


def encode(account_id: str, content: dict[str, Any]) -> str:
    packed = zlib.compress(json.dumps(content, separators=(",", ":")).encode())
    return base64.urlsafe_b64encode(_tag(account_id, packed) + packed).decode().rstrip("=")


def decode(account_id: str, text: str) -> str:
    """The JSON text. Raises AwsError for what no service of this AWS account encoded."""
    if not 1 <= len(text) <= LONGEST:
        raise AwsError(
            "ValidationError",
            "1 validation error detected: Value at 'encodedMessage' failed to satisfy constraint: Member must have "
            f"length less than or equal to {LONGEST}",
        )
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        tag, packed = raw[:_TAG], raw[_TAG:]
        if not hmac.compare_digest(tag, _tag(account_id, packed)):
            raise ValueError("It has another key.")
        return zlib.decompress(packed).decode()
    except (ValueError, binascii.Error, zlib.error):
        raise AwsError("InvalidAuthorizationMessageException", "Message is not valid") from None


def refusal_content(
    principal: dict[str, str], action: str, resource: str, *, explicit: bool, context: dict[str, Any]
) -> dict[str, Any]:
    """As AWS has it of a request that was refused."""
    items = [
        {"key": key, "values": {"items": [{"value": each} for each in _several(value)]}}
        for key, value in context.items()
    ]
    return {
        "allowed": False,
        "explicitDeny": explicit,
        "matchedStatements": {"items": []},
        "failures": {"items": []},
        "context": {"principal": principal, "action": action, "resource": resource, "conditions": {"items": items}},
    }


def _several(value: Any) -> list[str]:
    return list(value) if isinstance(value, tuple) else [str(value)]


def _tag(account_id: str, packed: bytes) -> bytes:
    return hmac.digest(_KEY + account_id.encode(), packed, hashlib.sha256)[:_TAG]
