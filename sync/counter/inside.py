"""The count in the database, and whether the queue is on hold: decides whether anything may be sent."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import DatabaseError, connection, transaction

from accounts import audit
from accounts.models import Operator
from sync import clock
from sync.counter import outside
from sync.counter.outside import CounterUnreachable
from sync.models import StepCounter

logger = logging.getLogger(__name__)

SET_BACK = (
    "The database was set back: {number} steps were begun by what it knows, and {outside} by what stands outside it."
)

# Why the queue is on hold while a restore isn't at its end: nobody releases it then.
UNFINISHED = "A restore was broken off before its end: run manage.py restore again."

audit.register(
    {
        "queue.held": "put the queue of changes on hold: {why}",
        "queue.released": "released the queue of changes: {going_on} go on, {stopped} were stopped",
    }
)


class NotCounted(Exception):
    """Nothing may be sent: the queue is on hold, or the number can't be written outside. The text says which."""


@dataclass(frozen=True)
class StepNumber:
    installation: UUID
    number: int


@dataclass(frozen=True)
class QueueStatus:
    on_hold_since: datetime | None
    why: str


_COUNT = "UPDATE sync_stepcounter SET number = number + 1 WHERE id = %s RETURNING number"


def count() -> StepNumber:
    """One more step is begun; in the transaction that begins it, and last there: others wait for the row."""
    row = _row()
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [row.pk])
        [number] = cursor.fetchone()
    return StepNumber(row.installation, number)


def pass_on(counted: StepNumber) -> None:
    """After the commit of what was counted, before anything is sent: the number stands outside from here on.

    Raises NotCounted.
    """
    try:
        largest = outside.raise_to(counted.installation, counted.number)
    except CounterUnreachable:
        raise NotCounted(
            "That a step is begun can’t be written outside the database (Redis, or the folder COUNTER_DIR): nothing is "
            "sent until it can."
        ) from None
    if largest > counted.number and _is_behind(largest):  # others may have counted on by now
        _hold_as_set_back(largest)
    if is_on_hold():
        raise NotCounted("The queue is on hold: nothing is sent until an owner of all AWS accounts has released it.")


def look() -> bool:
    """Whether changes may be sent. Holds the queue when what stands outside is ahead of the database."""
    row = _row()
    if row.on_hold_since is not None:
        return False
    try:
        largest = outside.read(row.installation)  # before the number in the database, which is written first
    except CounterUnreachable:
        return False
    if _is_behind(largest):
        _hold_as_set_back(largest)
        return False
    return True


def look_after() -> None:
    """Once a minute: notices that the database was set back, and fills what stands outside where that was lost."""
    if look():
        row = _row()
        outside.raise_to(row.installation, row.number)


def look_at_start(**kwargs: object) -> None:
    """When a worker starts; what can't be known yet is known at its first change."""
    try:
        look()
    except DatabaseError as error:
        logger.warning("Whether the database was set back isn't known yet: %s", error)


def is_on_hold() -> bool:
    return StepCounter.objects.filter(on_hold_since__isnull=False).exists()


def status() -> QueueStatus:
    """The row as it is, for pages."""
    found = StepCounter.objects.filter(pk=StepCounter.ONLY).values_list("on_hold_since", "on_hold_why").first()
    return QueueStatus(*found) if found else QueueStatus(None, "")


@transaction.atomic
def hold(*, why: str, actor: Operator | None, actor_name: str = "", known_outside: int = 0) -> bool:
    """Puts the queue on hold: nothing is sent from here on. False where it is on hold already."""
    row = StepCounter.objects.select_for_update().get(pk=_row().pk)
    if row.on_hold_since is not None:
        return False
    row.on_hold_since, row.on_hold_why, row.outside = clock.now(), why, known_outside
    row.save()
    said = {"why": why, "number": row.number, "outside": known_outside}
    audit.record("queue.held", actor=actor, actor_name=actor_name, data=said)
    return True


def hold_restored(*, why: str) -> None:
    """After a restore: on hold, whatever the backup says of that, and above what stands outside when it is released."""
    row = _row()
    StepCounter.objects.filter(pk=row.pk).update(on_hold_since=None)
    try:
        largest = outside.read(row.installation)
    except CounterUnreachable:
        largest = 0
    hold(why=why, actor=None, actor_name="command line", known_outside=largest)


def _hold_as_set_back(largest: int) -> None:
    why = SET_BACK.format(number=_row().number, outside=largest)
    if hold(why=why, actor=None, known_outside=largest):
        logger.critical("%s Nothing is sent to AWS until an owner of all AWS accounts releases the queue.", why)


def _is_behind(largest: int) -> bool:
    return _row().number < largest


def _row() -> StepCounter:
    return StepCounter.objects.get_or_create(pk=StepCounter.ONLY)[0]
