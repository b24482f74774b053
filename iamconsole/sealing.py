"""Sealing: encrypts texts under SEAL_KEYS, so that the database alone doesn't reveal them.

Every purpose has a key of its own, derived from each of SEAL_KEYS (HKDF), and what a text belongs to is authenticated
with it (AES-GCM): a blob that is copied to another purpose, owner or place can't be opened there. A blob names the key
that it was sealed under, so that what still needs an older key can be counted and sealed again (`manage.py reseal`).
"""

from __future__ import annotations

import base64
import binascii
import json
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

_MARK = "seal1."
_NAME_BYTES, _NONCE_BYTES = 8, 12
BLOB = re.compile(r"seal1\.([0-9a-f]{16})\.([A-Za-z0-9_-]+)")


class SealingPurpose(StrEnum):
    STEP_SECRET = "step secret"  # noqa: S105  a name
    SECOND_FACTOR = "second factor"
    PERSONAL = "personal text of a plan"
    FORM_STATE = "state of a form"
    NOTIFICATION_ROUTE = "route of notifications"
    SHARED_EXTERNAL_ID = "external id of an enrolment"


class CannotUnseal(Exception):
    """The text is a sentence for operators."""

    def __init__(self, words: str = "") -> None:
        super().__init__(
            words or "This was sealed for something else, or it is damaged: it can't be opened here. Make it again."
        )


class KeyMissing(CannotUnseal):
    """The blob was sealed under a key that is not in SEAL_KEYS."""

    def __init__(self, name: str) -> None:
        super().__init__(
            "This was sealed under a key that the console doesn't have any more. Whoever runs the console has to give "
            f"that key back, as the last one of SEAL_KEYS; its name is {name}."
        )


@dataclass(frozen=True)
class _Key:
    name: str  # tells nothing of the key
    ciphers: Callable[[str], AESGCM]


def seal(text: str, purpose: SealingPurpose, *bound: object) -> str:
    """`text`, encrypted under the newest key. `bound`: what it belongs to, to be told again when it is opened."""
    key = _key(settings.SEAL_KEYS[0])
    nonce = os.urandom(_NONCE_BYTES)
    sealed = key.ciphers(purpose).encrypt(nonce, text.encode(), _associated(bound))
    return f"{_MARK}{key.name}.{base64.urlsafe_b64encode(nonce + sealed).decode().rstrip('=')}"


def unseal(blob: str, purpose: SealingPurpose, *bound: object) -> str:
    """What `seal` sealed for the same. Raises CannotUnseal."""
    match = BLOB.fullmatch(blob)
    if match is None:
        raise CannotUnseal
    name, encoded = match.groups()
    key = next((key for key in map(_key, settings.SEAL_KEYS) if key.name == name), None)
    if key is None:
        raise KeyMissing(name)
    try:
        raw = base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))
        return key.ciphers(purpose).decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], _associated(bound)).decode()
    except (InvalidTag, binascii.Error, ValueError) as error:
        raise CannotUnseal from error


def sealed_under(blob: str) -> str:
    """The name of the key; "" of what is no blob."""
    match = BLOB.fullmatch(blob)
    return match.group(1) if match else ""


def key_names() -> list[str]:
    """Of SEAL_KEYS, the newest first."""
    return [_key(text).name for text in settings.SEAL_KEYS]


def mark_of(name: str) -> str:
    """How every blob begins that was sealed under the key of that name; without one, how every blob does."""
    return f"{_MARK}{name}." if name else _MARK


def derived(key: str, info: str, length: int = 32) -> bytes:
    return HKDF(algorithm=SHA256(), length=length, salt=None, info=f"iam-console {info}".encode()).derive(key.encode())


# ---- Wrapped keys --------------------------------------------------------------------------------------------------
# One of SEAL_KEYS may be a key that something else keeps closed, such as AWS KMS. It is opened once a process.
_wrappings: dict[str, Callable[[str], str]] = {}


def register_wrapping(prefix: str, unwrap: Callable[[str], str]) -> None:
    """`unwrap` gives the key that stands wrapped in an entry of SEAL_KEYS with that prefix, or raises CannotUnseal."""
    _wrappings[prefix] = unwrap


def _unwrapped(entry: str) -> str:
    unwrap = next((unwrap for prefix, unwrap in _wrappings.items() if entry.startswith(prefix)), None)
    return unwrap(entry) if unwrap else entry


@lru_cache(maxsize=32)
def _key(entry: str) -> _Key:
    text = _unwrapped(entry)

    @lru_cache
    def cipher(purpose: str) -> AESGCM:
        return AESGCM(derived(text, f"seal {purpose}"))

    return _Key(derived(text, "name of a seal key", _NAME_BYTES).hex(), cipher)


def _associated(bound: tuple[object, ...]) -> bytes:
    return json.dumps(bound, separators=(",", ":")).encode()
