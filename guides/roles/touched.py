"""The table of what a role may touch, and how what somebody types becomes a row of it."""

from __future__ import annotations

from guides.roles import touched_data as data
from guides.roles import touched_messages as messages
from guides.roles.touching import Touchable

TOUCHABLES: tuple[Touchable, ...] = (
    data.BUCKET,
    data.TABLE,
    messages.QUEUE,
    messages.TOPIC,
    data.SECRET,
    data.KEY,
    messages.LOGS,
    messages.FUNCTION,
    messages.MACHINE,
    data.PARAMETER,
    messages.BUS,
    messages.STREAM,
    messages.DELIVERY,
    data.REPOSITORY,
)
BY_NAME = {each.name: each for each in TOUCHABLES}
BY_KIND = {each.kind: each for each in TOUCHABLES if each.kind}


def touchable_of(arn: str) -> Touchable | None:
    """The entry that such an ARN is of; None where there is none."""
    return next((each for each in TOUCHABLES if each.is_of(arn)), None)
