"""A client of the emulator whose calls are made in the past, or in the future."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from emulator import clock


class DatedClient:
    def __init__(self, client: Any) -> None:
        """`client` is a boto3 client of this object's own."""
        self._client = client
        self._now = ""
        client.meta.events.register("before-send", self._date)

    def at(self, date: str) -> Any:
        """The client, for calls that are made at that time: ISO 8601, in UTC."""
        self._now = datetime.fromisoformat(date).replace(tzinfo=UTC).isoformat()
        return self._client

    def _date(self, request: Any, **_: Any) -> None:
        request.headers[clock.DATE_HEADER] = self._now
