"""The codes of authenticator apps, as AWS takes them: RFC 6238, SHA-1, 6 digits, 30 seconds."""

from __future__ import annotations

import hmac
from base64 import b32decode
from calendar import timegm
from datetime import datetime

_STEP_S = 30
_LATE_STEPS = 20  # AWS takes codes that are some minutes old


def codes_at(seed: str, moment: datetime) -> tuple[str, str]:
    """The newest two, the older one first. `seed` in Base32."""
    step = _step_at(moment)
    return _code(seed, step - 1), _code(seed, step)


def are_codes(seed: str, first: str, second: str, moment: datetime) -> bool:
    """Whether they follow one another, and are of late."""
    newest = _step_at(moment)
    steps = range(newest - _LATE_STEPS, newest + 1)
    return any((_code(seed, step - 1), _code(seed, step)) == (first, second) for step in steps)


def _step_at(moment: datetime) -> int:
    """Without a zone, it is in UTC."""
    return timegm(moment.utctimetuple()) // _STEP_S


def _code(seed: str, step: int) -> str:
    digest = hmac.digest(b32decode(seed), step.to_bytes(8, "big"), "sha1")
    begin = digest[-1] & 0xF
    return f"{(int.from_bytes(digest[begin : begin + 4], 'big') & 0x7FFFFFFF) % 10**6:06}"
