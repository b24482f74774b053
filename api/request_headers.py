"""The headers that routes read beside the token, for the OpenAPI document.

@router.post("/aws-accounts/{account_id}/changes/{change_id}/apply", …)
@reads(IDEMPOTENCY_KEY, IF_MATCH)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

V = TypeVar("V", bound=Callable[..., Any])
KEY_FORM = r"^[\x21-\x7e]{1,200}$"


def _header(name: str, words: str, **schema: Any) -> dict[str, Any]:
    return {
        "in": "header",
        "name": name,
        "required": False,
        "schema": {"type": "string", **schema},
        "description": words,
    }


IDEMPOTENCY_KEY = _header(
    "Idempotency-Key", "Sent again with the same key, the request is done once, within a day.", pattern=KEY_FORM
)
IF_MATCH = _header("If-Match", "The `version` of the change as it was read, in quotes: else nothing is done (412).")
_IF_NONE_MATCH = _header(
    "If-None-Match", "The ETag of an answer: where it is still the same, it isn’t sent again (304)."
)


def reads(*headers: dict[str, Any]) -> Callable[[V], V]:
    def declare(view: V) -> V:
        view.headers = headers  # type: ignore[attr-defined]
        return view

    return declare


def headers_of(method: str, view: Callable[..., Any]) -> Iterator[dict[str, Any]]:
    """As OpenAPI has them."""
    yield from getattr(view, "headers", ())
    if method == "get":
        yield _IF_NONE_MATCH
