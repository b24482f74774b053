"""Signatures of webhooks, by Standard Webhooks 1.0 (standardwebhooks.com, "Signature scheme").

The secret is `whsec_` and 24 to 64 random bytes in base64. What is signed is "id.timestamp.body"; the header has one
signature for each secret that is valid, so that a receiver that knows the former one goes on while it is rotated.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence

PREFIX = "whsec_"
_BYTES = 32


def new_secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(_BYTES)).decode()


def new_message_id() -> str:
    """The same for every try to send the message."""
    return f"msg_{secrets.token_hex(16)}"


def signed_headers(message_id: str, timestamp: int, body: bytes, valid_secrets: Sequence[str]) -> dict[str, str]:
    """`timestamp`: of this try, in whole seconds since 1970. Without secrets there is no signature."""
    headers = {"webhook-id": message_id, "webhook-timestamp": str(timestamp)}
    if valid_secrets:
        headers["webhook-signature"] = " ".join(signature(each, message_id, timestamp, body) for each in valid_secrets)
    return headers


def signature(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX))
    said = f"{message_id}.{timestamp}.".encode() + body
    return f"v1,{base64.b64encode(hmac.digest(key, said, hashlib.sha256)).decode()}"
