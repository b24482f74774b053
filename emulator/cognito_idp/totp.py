"""Codes of authenticator apps (RFC 6238): six digits, anew every thirty seconds."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from datetime import UTC, datetime

from emulator import clock

_STEP_S = 30


def new_secret() -> str:
    """In base 32, as apps take it."""
    return base64.b32encode(secrets.token_bytes(32)).decode().rstrip("=")


def is_code(secret: str, typed: str, at: datetime | None = None) -> bool:
    """The code of now, or of the half minute before or after."""
    moment = int((at or clock.utcnow()).replace(tzinfo=UTC).timestamp())
    return any(secrets.compare_digest(code_at(secret, moment + shift), typed) for shift in (-_STEP_S, 0, _STEP_S))


def code_at(secret: str, moment_s: int) -> str:
    """`moment_s` in seconds since 1970."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.new(key, (moment_s // _STEP_S).to_bytes(8, "big"), hashlib.sha1).digest()
    begin = digest[-1] & 0xF
    return f"{(int.from_bytes(digest[begin : begin + 4], 'big') & 0x7FFFFFFF) % 10**6:06}"
