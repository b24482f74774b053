"""Pages of a listing, as IAM cuts them: 100 items unless asked otherwise, at most 1,000, then a marker."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable
from typing import Any

from moto.iam.exceptions import ValidationError

_DEFAULT = 100
_MOST = 1000


def page(
    items: Iterable[Any], *, order: Callable[[Any], Any], marker: str | None, max_items: int | None
) -> tuple[list[Any], str | None]:
    """One page and the marker of the next. `order` must tell items apart and be what JSON can hold.

    The marker says after which item to go on, so that a write between two pages neither repeats nor drops others.
    """
    size = _DEFAULT if max_items is None else int(max_items)
    if not 1 <= size <= _MOST:
        bound = "greater than or equal to 1" if size < 1 else f"less than or equal to {_MOST}"
        raise ValidationError(
            f"1 validation error detected: Value '{size}' at 'maxItems' failed to satisfy constraint: "
            f"Member must have value {bound}"
        )
    rest = sorted(items, key=order)
    if marker is not None:
        after = _decoded(marker)
        rest = [item for item in rest if order(item) > after]
    found = rest[:size]
    return found, _encoded(order(found[-1])) if len(rest) > size else None


def _encoded(position: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(position).encode()).decode()


def _decoded(marker: str) -> Any:
    try:
        return json.loads(base64.urlsafe_b64decode(marker))
    except ValueError:
        raise ValidationError("Invalid Marker.") from None
