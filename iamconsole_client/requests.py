"""A request to the API, before it is sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from iamconsole_client.errors import InputError

_NO_TEXT = "What was given isn’t text that can be sent: it has half of a surrogate pair."


@dataclass(frozen=True)
class Request:
    """`operation`: its name in the OpenAPI document. What is None in `query` isn't sent."""

    operation: str
    method: str
    path: str
    query: Mapping[str, Any] = field(default_factory=dict)
    body: Mapping[str, Any] | None = None

    @property
    def target(self) -> str:
        """Raises InputError for a text with half of a surrogate pair, as arguments that aren't UTF-8 have."""
        given = {name: value for name, value in self.query.items() if value is not None}
        try:
            return f"{self.path}?{urlencode(given, doseq=True)}" if given else self.path
        except UnicodeEncodeError:
            raise InputError(_NO_TEXT) from None


Send = Callable[[Request], Any]


def segment(value: str | int) -> str:
    """A part of a path, so that it stays one: also `..`, which servers and proxies would follow. Raises InputError."""
    try:
        text = quote(str(value), safe="")
    except UnicodeEncodeError:
        raise InputError(_NO_TEXT) from None
    return text.replace(".", "%2E") if set(text) <= {"."} else text
