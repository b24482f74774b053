"""What CloudTrail holds of each AWS account and Region, when it shows it, and how often it may be asked."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from emulator import clock
from emulator.held import Held

KEPT_FOR = timedelta(days=90)  # CloudTrail User Guide, "Working with CloudTrail Event history"
_MOST_WRITES, _MOST_READS = 2_000, 1_000
_EVERYWHERE = ""  # in the place of a Region: what is so for the AWS account

Record = dict[str, Any]


@dataclass(frozen=True)
class Event:
    """One record, with what LookupEvents finds it by. `shown_at`: it is delivered late."""

    at: datetime  # naive, in UTC
    shown_at: datetime
    record: Record
    username: str
    resources: Sequence[tuple[str, str]]  # type and name of each

    @property
    def attributes(self) -> Iterator[tuple[str, str]]:
        """As the model's LookupAttributeKey calls them."""
        record = self.record
        yield "EventId", record["eventID"]
        yield "EventName", record["eventName"]
        yield "EventSource", record["eventSource"]
        yield "ReadOnly", "true" if record["readOnly"] else "false"
        yield "Username", self.username
        yield "AccessKeyId", str(record["userIdentity"].get("accessKeyId", ""))
        for kind, name in self.resources:
            yield "ResourceType", kind
            yield "ResourceName", name


class Trail:
    """`delay_s` and `rate` are those of the AWS account, kept with `_EVERYWHERE`; a rate of 0 is none."""

    def __init__(self, account_id: str, region: str) -> None:
        self.account_id, self.region = account_id, region
        self.delay_s, self.rate = 0.0, 0
        self.writes: deque[Event] = deque(maxlen=_MOST_WRITES)
        self.reads: deque[Event] = deque(maxlen=_MOST_READS)
        self.asked: deque[float] = deque(maxlen=10)

    def __getstate__(self) -> dict[str, Any]:
        """What was only read is not kept: a pull would make the file large."""
        return self.__dict__ | {"reads": deque(maxlen=_MOST_READS), "asked": deque(maxlen=10)}

    def shown(self, now: datetime) -> list[Event]:
        """What CloudTrail has by now, the newest first."""
        found = [event for event in (*self.writes, *self.reads) if event.shown_at <= now and event.at > now - KEPT_FOR]
        return sorted(found, key=lambda event: event.at)[::-1]


backends: Held[Trail] = Held(Trail)


def settings_of(account_id: str) -> Trail:
    return backends[account_id][_EVERYWHERE]


def add(account_id: str, region: str, event: Event) -> None:
    trail = backends[account_id][region]
    (trail.reads if event.record["readOnly"] else trail.writes).append(event)


def shown_at(account_id: str, at: datetime) -> datetime:
    return at + timedelta(seconds=settings_of(account_id).delay_s)


def now() -> datetime:
    return clock.utcnow()
