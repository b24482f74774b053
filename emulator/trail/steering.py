"""What tests and the sample organization decide of CloudTrail and EventBridge."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from emulator.trail import deliveries
from emulator.trail.backend import Event, add, backends, settings_of


def steer(
    account_id: str,
    *,
    delay_s: float | None = None,
    rate: int | None = None,
    forget: bool = False,
    events: Sequence[Mapping[str, Any]] = (),
    late_s: float | None = None,
    repeat: int | None = None,
    deliver: bool = False,
    return_hidden: bool = False,
) -> dict[str, int]:
    """How late CloudTrail is from now on, how many questions a second it takes, and records that it has already.

    Each of `events`: {record, username, resources: [[type, name]]}; its Region is that of the record. `forget`: what
    there was before goes, of all AWS accounts. `late_s`, `repeat`: how late EventBridge delivers at most, and that each
    such delivery comes twice (0: none). `deliver`: what is on its way arrives now, in the order in which it would have.
    `return_hidden`: messages of all queues that somebody received and didn't delete can be received again.
    """
    for trail in backends.everywhere() if forget else ():
        trail.writes.clear()
        trail.reads.clear()
    settings, to_queues = settings_of(account_id), deliveries.of(account_id)
    settings.delay_s = settings.delay_s if delay_s is None else float(delay_s)
    settings.rate = settings.rate if rate is None else int(rate)
    to_queues.late_s = to_queues.late_s if late_s is None else float(late_s)
    to_queues.repeat = to_queues.repeat if repeat is None else int(repeat)
    for each in events:
        record = dict(each["record"])
        at = datetime.fromisoformat(record["eventTime"]).astimezone(UTC).replace(tzinfo=None)
        resources = [(str(kind), str(name)) for kind, name in each.get("resources", ())]
        add(account_id, record["awsRegion"], Event(at, at, record, str(each.get("username", "")), resources))
    if return_hidden:
        deliveries.return_hidden()
    return {"events": len(events), "delivered": deliveries.deliver(all_of_it=True) if deliver else 0}
