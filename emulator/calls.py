"""The log of the AWS calls that the emulator received: what tests of kills and faults are asserted against."""

from __future__ import annotations

from collections import deque
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import count
from threading import Lock
from typing import Any, Literal

from emulator.wire import Answer, AwsRequest

KEPT = 20_000

State = Literal["received", "held", "answered", "abandoned"]


@dataclass
class Call:
    """One AWS call. `applied` says whether AWS did it, `status` what the client was told (None: nothing)."""

    n: int
    at: str
    service: str
    action: str
    params: dict[str, Any]
    access_key: str
    state: State = "received"
    applied: bool = False
    status: int | None = None
    error_code: str | None = None


class CallLog:
    """Thread-safe. Numbers go on rising after `clear`, so that `since` never shows a call twice."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._numbers = count(1)
        self._calls: deque[Call] = deque(maxlen=KEPT)

    def record(self, request: AwsRequest) -> Call:
        with self._lock:
            call = Call(
                n=next(self._numbers),
                at=datetime.now(UTC).isoformat(),
                service=request.service,
                action=request.action,
                params=request.masked_params(),
                access_key=request.access_key,
            )
            self._calls.append(call)
            return call

    def mark(self, call: Call, state: State) -> None:
        with self._lock:
            call.state = state

    def applied(self, call: Call) -> None:
        with self._lock:
            call.applied = True

    def answered(self, call: Call, answer: Answer) -> None:
        with self._lock:
            call.state = "answered"
            call.status = answer.status
            call.error_code = answer.error_code

    def since(self, number: int) -> list[dict[str, Any]]:
        with self._lock:
            return [asdict(call) for call in self._calls if call.n > number]

    def clear(self) -> None:
        with self._lock:
            self._calls.clear()
