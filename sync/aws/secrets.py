"""Secrets: opaque in memory (`Secret`), masked where they may be (`masked`); at rest they are sealed (sync.sealed)."""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable, Mapping
from typing import Any, Never

_HIDDEN = "<secret>"

_LOOKS_SECRET = re.compile(r"secret|passw|passphrase|private[ _-]?key|api[ _-]?key|token|seed|signature", re.IGNORECASE)
# What only tells of a secret: whether there must be one, how long it is, when it was used. A code has more digits.
_TELLS_OF_ONE = re.compile(r"(true|false|\d{1,4}|\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:?\d\d)?)?", re.IGNORECASE)
_PEM = "PRIVATE KEY-----"
_PAIRS = ({"key", "value"}, {"name", "value"})  # a map as lists have it


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


# ---- What our botocore's models don't know ---------------------------------------------------------------------
def masked(name: str, value: Any) -> Any:
    """A member of an answer that AWS's models don't have, without what may be secret by its name."""
    return _masked(value, secret=bool(_LOOKS_SECRET.search(name)))


def _masked(value: Any, *, secret: bool) -> Any:
    if isinstance(value, Mapping):
        hidden = _value_of_secret(value)
        return {
            name: _masked(inner, secret=secret or name == hidden or bool(_LOOKS_SECRET.search(str(name))))
            for name, inner in value.items()
        }
    if isinstance(value, list):
        return [_masked(inner, secret=secret) for inner in value]
    text = "" if value is None else str(value)
    return _HIDDEN if _PEM in text or (secret and not _TELLS_OF_ONE.fullmatch(text)) else value


def _value_of_secret(value: Mapping[Any, Any]) -> Any:
    """The member that has the secret of `{"Key": "client_secret", "Value": …}`; None in what is no such pair."""
    members = {str(name).casefold(): name for name in value}
    if members.keys() not in _PAIRS:
        return None
    named = value[members.get("key", members.get("name"))]
    return members["value"] if _LOOKS_SECRET.search(str(named)) else None
