"""A message for one recipient, before it has the form of a channel, and what became of sending it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any


@dataclass(frozen=True)
class ToldEvent:
    """One event, as this recipient is told it. `sentences` are plain text; `url` may be ""."""

    kind: str
    title: str
    sentences: Sequence[str]
    url: str
    severity: str
    at: datetime
    account_id: str = ""
    account_name: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Message:
    """`foot`: why they get it, and where that is changed."""

    message_id: str
    title: str
    events: Sequence[ToldEvent]
    foot: str


class Result(Enum):
    ACCEPTED = "accepted"
    RETRY = "retry"  # nothing was accepted: to be tried again
    NO_SERVER = "no server"  # as RETRY, and nobody else’s mail can be sent now either
    REFUSED = "refused"  # for good
    UNKNOWN = "unknown"  # perhaps it was accepted


@dataclass(frozen=True)
class Outcome:
    """`said`: a sentence for operators. `after_s`: not to be tried again sooner. `gone`: the address wants no more."""

    result: Result
    said: str = ""
    after_s: float = 0
    gone: bool = False
