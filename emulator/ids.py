"""Unique ids as AWS makes them: a prefix for the kind, the AWS account encoded, then what tells objects apart.

AWS draws the last part at random. Here it is a digest of what the object is and when it was made, so that the same
history gives the same ids on every machine, whatever else was asked meanwhile.
"""

from __future__ import annotations

import base64
import hashlib
from datetime import datetime
from uuid import UUID

_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
_ACCOUNT_OFFSET = int.from_bytes(base64.b32decode("QAAAAAAA"), "big")


def unique_id(prefix: str, *, account_id: str, name: str, created: datetime | None = None, length: int = 21) -> str:
    owner = ""
    if account_id.isdigit():
        owner = base64.b32encode((int(account_id) // 2 + _ACCOUNT_OFFSET).to_bytes(5, "big")).decode()
    seed = f"{prefix}\0{account_id}\0{name}\0{created.isoformat() if created else ''}"
    digest = base64.b32encode(hashlib.sha256(seed.encode()).digest()).decode()
    return f"{prefix}{owner}{digest}"[:length]


def digest(seed: tuple[object, ...]) -> int:
    return int.from_bytes(hashlib.sha256("\0".join(map(str, seed)).encode()).digest(), "big")


def word(length: int, *seed: object) -> str:
    """Small letters and digits."""
    rest, letters = digest(seed), ""
    for _ in range(length):
        rest, letter = divmod(rest, len(_LETTERS))
        letters += _LETTERS[letter]
    return letters


def uuid(*seed: object) -> str:
    return str(UUID(int=digest(seed) >> 128, version=4))
