"""Unique ids as AWS makes them: a prefix for the kind, the AWS account encoded, then what tells objects apart.

AWS draws the last part at random. Here it is a digest of what the object is and when it was made, so that the same
history gives the same ids on every machine, whatever else was asked meanwhile.
"""

from __future__ import annotations

import base64
import hashlib
from datetime import datetime

_ACCOUNT_OFFSET = int.from_bytes(base64.b32decode("QAAAAAAA"), "big")


def unique_id(prefix: str, *, account_id: str, name: str, created: datetime | None = None, length: int = 21) -> str:
    owner = ""
    if account_id.isdigit():
        owner = base64.b32encode((int(account_id) // 2 + _ACCOUNT_OFFSET).to_bytes(5, "big")).decode()
    seed = f"{prefix}\0{account_id}\0{name}\0{created.isoformat() if created else ''}"
    digest = base64.b32encode(hashlib.sha256(seed.encode()).digest()).decode()
    return f"{prefix}{owner}{digest}"[:length]
