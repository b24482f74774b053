"""Secrets: opaque in memory (`Secret`), sealed at rest (`seal`, `unseal`)."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from typing import Never

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

_HIDDEN = "<secret>"


class CannotUnseal(Exception):
    """The blob was sealed under a key that is no longer in SEAL_KEYS, or is damaged."""


class Secret:
    """A text that no log line, template, traceback, pickle or JSON ever shows. Only `open()` gives it."""

    # The text lives in a closure and not in an attribute, so that vars(), pickle and debuggers' dumps don't find it.
    __slots__ = ("_reveal",)

    _reveal: Callable[[], str]

    def __init__(self, text: str) -> None:
        object.__setattr__(self, "_reveal", lambda: text)

    def open(self) -> str:
        return self._reveal()

    def __setattr__(self, name: str, value: object) -> Never:
        raise AttributeError("A secret can't be changed.")

    def __repr__(self) -> str:
        return _HIDDEN

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return _HIDDEN

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and hmac.compare_digest(self.open().encode(), other.open().encode())

    __hash__ = None  # type: ignore[assignment]

    def __reduce_ex__(self, protocol: object) -> Never:
        raise TypeError("A secret can't be pickled or copied: seal it.")


def _ring() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.SEAL_KEYS])


def seal(text: str) -> bytes:
    """`text`, encrypted under the newest key of the ring."""
    return _ring().encrypt(text.encode())


def unseal(blob: bytes) -> Secret:
    """What `seal` sealed, under whichever key of the ring. Raises `CannotUnseal`."""
    try:
        return Secret(_ring().decrypt(bytes(blob)).decode())
    except InvalidToken as error:
        raise CannotUnseal(
            "A sealed secret can't be opened: its key was taken out of SEAL_KEYS, or the blob is damaged."
        ) from error
