"""The tick: the periodic tasks, which are done once a minute, one after the other.

A part that fails, or that waits for what another process holds, keeps no other from its turn; it is logged, kept in a
row, and `manage.py doctor` says so until it has worked again. No part waits for long: what it doesn't get now, it gets
a minute later.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta

from django.core.cache import cache
from django.db import DatabaseError, InterfaceError, connection
from django.db.models import Q

from accounts import audit
from iamconsole import retention
from iamconsole.web.waiting import short_waits
from notifications import keepers, outbox, services, weekly
from sync import clock, counter, pull, spanning
from sync.activity import principals, questions
from sync.changes import dry_run, sweeper
from sync.event_queues import waking
from sync.models import TickPart
from sync.snapshot import files

logger = logging.getLogger(__name__)

Part = Callable[[], object]

# While no worker was there, one message a minute has waited: the first of them does it, and the others are too soon.
TOO_SOON = timedelta(seconds=20)
LATE = timedelta(minutes=3)
_LONGEST = 400


def run() -> None:
    """All parts, unless all of it began just now."""
    with short_waits():
        if _is_first():
            _tell({name: _failure(name, part) for name, part in parts()})


def parts() -> Iterator[tuple[str, Part]]:
    """By name. First whether anything may be sent, and what isn’t sealed yet."""
    first = (
        counter.look_after,
        audit.seal,
        *pull.PARTS,
        *sweeper.PARTS,
        spanning.advance_open,
        dry_run.sweep_due,
        files.sweep,
    )
    later = (waking.wake_due, questions.ask_what_is_due, principals.wake_waiting)
    told = (keepers.tell_of_unkept, weekly.send_due, outbox.wake_due, services.forget_former_secrets)
    for part in (*first, *later, *told, *works(), *retention.parts(), leave_trace):
        yield f"{part.__module__}.{part.__name__}", part


def leave_trace() -> None:
    """What health checks look for."""
    cache.set("beat-tick", clock.now().isoformat(), timeout=None)


def began_at() -> datetime | None:
    """When a worker last began all of it; None: never."""
    return TickPart.objects.filter(name=TickPart.TICK).values_list("began_at", flat=True).first()


def failing() -> list[TickPart]:
    """The parts that did not work the last time, with since when."""
    return list(TickPart.objects.exclude(failing_since=None).order_by("failing_since", "name"))


def _is_first() -> bool:
    """Of several ticks at once. One that began at a time still to come says that a clock was set back."""
    now = clock.now()
    rows = TickPart.objects.filter(name=TickPart.TICK)
    earlier = rows.filter(Q(began_at__lte=now - TOO_SOON) | Q(began_at__gt=now))
    if earlier.update(began_at=now):
        return True
    _, is_new = TickPart.objects.get_or_create(name=TickPart.TICK, defaults={"began_at": now})
    return is_new


def _failure(name: str, part: Part) -> str:
    """What went wrong in it, "" for nothing."""
    try:
        part()
    except Exception as error:
        logger.exception("The periodic task %s broke off", name)
        restore_connection()
        return f"{type(error).__name__}: {error}".strip()[:_LONGEST]
    return ""


def restore_connection() -> None:
    """Where the database has ended the session, or a transaction was left broken: the next part gets a new one."""
    if not connection.in_atomic_block:
        try:
            connection.close_if_unusable_or_obsolete()
        except (DatabaseError, InterfaceError):
            connection.close()


def _tell(failures: dict[str, str]) -> None:
    """For `failing`. Only what has changed is written."""
    now, since = clock.now(), dict(TickPart.objects.exclude(failing_since=None).values_list("name", "failing_since"))
    rows = [
        TickPart(name=name, began_at=now, error=error, failing_since=since.get(name, now) if error else None)
        for name, error in failures.items()
        if error or name in since
    ]
    TickPart.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["name"], update_fields=["began_at", "error", "failing_since"]
    )


# ---- Parts of the apps above ---------------------------------------------------------------------------------------
# Each registers its own in `AppConfig.ready()`.
_works: list[Callable[[], object]] = []


def register_part(work: Callable[[], object]) -> None:
    """`work` takes a second at most, and does the rest at the next tick."""
    _works.append(work)


def works() -> Sequence[Callable[[], object]]:
    return tuple(_works)
