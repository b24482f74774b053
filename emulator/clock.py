"""The emulator's clock. A request may say when it is happening, so that the sample organization has a past."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

DATE_HEADER = "X-Emulator-Date"
_pretended: ContextVar[datetime | None] = ContextVar("pretended", default=None)


def utcnow() -> datetime:
    """The time of the request being served: naive and in UTC, as moto keeps its dates."""
    return _pretended.get() or datetime.now(UTC).replace(tzinfo=None)


@contextmanager
def pretend(date: str | None) -> Iterator[None]:
    """Serve a request as if it came at `date` (ISO 8601, with an offset or in UTC); None is now."""
    if date is None:
        yield
        return
    moment = datetime.fromisoformat(date)
    if moment.tzinfo is not None:
        moment = moment.astimezone(UTC).replace(tzinfo=None)
    token = _pretended.set(moment)
    try:
        yield
    finally:
        _pretended.reset(token)
