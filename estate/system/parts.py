"""The parts of the console and how each is: what /health/ready/ and the metrics say, in sentences for owners."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from functools import partial

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from accounts.audit.figures import audit_state
from estate.system.blocks import block
from estate.system.system_part import PartState, SystemPart
from iamconsole import first_start, heartbeats, parts, trouble
from iamconsole.web.words import ago, counted, duration
from monitoring import storage
from sync import counter, ticks

PERIODIC, QUEUE, AUDIT, DISK = "Periodic tasks", "Queue of changes", "Audit trail", "Disk"
SEALED_WITHIN = timedelta(minutes=5)
LEAST_FREE, LEAST_SHARE_FREE = 100 * 2**20, 0.1


_WITHOUT = {
    "pulls": "Nothing is pulled, and no mail is sent, until one runs.",
    "changes": "No change is applied, and no periodic task is run, until one runs.",
}


def _servers() -> Iterator[SystemPart]:
    ready = parts.ready(("migrations", "broker"))
    if ready["migrations"] == parts.OK:
        yield SystemPart("Database", PartState.WORKS, "It answers, and has all migrations.")
    elif ready["migrations"] == parts.MIGRATIONS_MISSING:
        yield SystemPart("Database", PartState.FAILS, f"{ready['migrations']}.", "Run:", "manage.py migrate")
    else:
        yield SystemPart("Database", PartState.UNKNOWN, f"{ready['migrations']}.")
    name = "Redis" if settings.REDIS_URL else "Folder of the queue"
    if ready["broker"] == parts.OK:
        yield SystemPart(name, PartState.WORKS, "Workers can be told that there is something to do.")
    else:
        yield SystemPart(name, PartState.FAILS, f"{ready['broker']}.", trouble.NO_BROKER.what_to_do)


def _workers() -> Iterator[SystemPart]:
    ready = parts.ready([f"worker_{queue}" for queue in heartbeats.QUEUES])
    for queue in heartbeats.QUEUES:
        title, state = f"Workers for {queue}", ready[f"worker_{queue}"]
        if state == parts.OK:
            names = ", ".join(heartbeats.alive(queue))
            yield SystemPart(title, PartState.WORKS, f"{names}: heard of {_ago(heartbeats.age(queue))}.")
        elif state == parts.NO_WORKER and not heartbeats.was_heard(queue) and first_start.is_awaited():
            yield SystemPart(title, PartState.STARTS, f"None was heard of yet{_set_up()}. {_WITHOUT[queue]}")
        elif state == parts.NO_WORKER:
            text = f"None was heard of for {_patience()}. {_WITHOUT[queue]}"
            command = f"celery -A iamconsole worker -Q {queue}"
            yield SystemPart(title, PartState.FAILS, text, "Start one:", command)
        else:
            yield SystemPart(title, PartState.UNKNOWN, f"{state}.")


def _patience() -> str:
    return duration(timedelta(seconds=settings.WORKER_GONE_S)).replace(".0 s", " s")


def _ago(seconds: float | None) -> str:
    return ago(timezone.now() - timedelta(seconds=seconds or 0))


def _set_up() -> str:
    at = first_start.at()
    return f": the console was set up {ago(at)}" if at else ""


def _beat() -> Iterator[SystemPart]:
    state = parts.ready(("beat",))["beat"]
    if state == parts.OK:
        yield SystemPart("Beat", PartState.WORKS, f"It sent what is due {_ago(heartbeats.beat_age())}.")
    elif state != parts.NO_BEAT:
        yield SystemPart("Beat", PartState.UNKNOWN, f"{state}.")
    elif ticks.began_at() is None and first_start.is_awaited():
        yield SystemPart("Beat", PartState.STARTS, f"It wasn’t heard of yet{_set_up()}.")
    else:
        text = f"It wasn’t heard of for {_patience()}: nothing is pulled on schedule or recovered."
        advice = "Start one, and no more than one:"
        yield SystemPart("Beat", PartState.FAILS, text, advice, "celery -A iamconsole beat")


def _periodic_tasks() -> Iterator[SystemPart]:
    began = ticks.began_at()
    needs = "They need beat, and a worker for changes."
    if began is None and first_start.is_awaited():
        yield SystemPart(PERIODIC, PartState.STARTS, f"None has run yet{_set_up()}. {needs}")
    elif began is None:
        yield SystemPart(PERIODIC, PartState.FAILS, "None has run yet.", needs)
    else:
        is_late = timezone.now() - began > ticks.LATE
        state, advice = (PartState.FAILS, needs) if is_late else (PartState.WORKS, "")
        yield SystemPart(PERIODIC, state, f"A worker ran them {ago(began)}; they are due each minute.", advice)
    for part in ticks.failing():
        since = f" since {ago(part.failing_since)}" if part.failing_since else ""
        advice = "It is tried again each minute. The log of the worker for changes says more."
        yield SystemPart(f"Periodic task {part.name}", PartState.LOOK, f"It fails{since}: {part.error}.", advice)


def _queue() -> Iterator[SystemPart]:
    status = counter.status()
    if status.on_hold_since is None:
        yield SystemPart(QUEUE, PartState.WORKS, "It isn’t on hold.")
        return
    text = f"On hold since {ago(status.on_hold_since)}: nothing is sent to AWS. {status.why}"
    yield SystemPart(QUEUE, PartState.FAILS, text, url=reverse("queue"), link="Look at it, and release it")


def _audit() -> Iterator[SystemPart]:
    state = audit_state()
    head = f"Sealed up to entry {state.number:,}{f', of {ago(state.at)}' if state.at else ''}."
    if state.problem:
        yield SystemPart(AUDIT, PartState.FAILS, state.problem)
    elif state.since and timezone.now() - state.since > SEALED_WITHIN:
        text = f"{head} Not sealed: {counted(state.unsealed, 'entry', 'entries')}, the first of {ago(state.since)}."
        yield SystemPart(AUDIT, PartState.FAILS, text, "A worker for changes seals them once a minute.")
    else:
        yield SystemPart(AUDIT, PartState.WORKS, head)


def _disk() -> Iterator[SystemPart]:
    room = storage.disk()
    text = f"{size(room.free)} of {size(room.total)} are free where the state folder is."
    if room.free < LEAST_FREE:
        yield SystemPart(DISK, PartState.FAILS, text, trouble.FULL.what_to_do)
        return
    is_short = room.free < room.total * LEAST_SHARE_FREE
    yield SystemPart(DISK, PartState.LOOK if is_short else PartState.WORKS, text)


_LOOKS: Mapping[str, Callable[[], Iterator[SystemPart]]] = {
    "Database and queue": _servers,
    "Workers": _workers,
    "Beat": _beat,
    PERIODIC: _periodic_tasks,
    QUEUE: _queue,
    AUDIT: _audit,
    DISK: _disk,
}


def system_parts() -> list[SystemPart]:
    """What is wrong first, else in the order in which one part needs the next."""
    found: list[SystemPart] = []
    for title, look in _LOOKS.items():
        read = block(title, partial(_listed, look))
        found += read.value or [SystemPart(title, PartState.UNKNOWN, read.problem)]
    order = list(PartState)
    return sorted(found, key=lambda part: order.index(part.state))


def _listed(look: Callable[[], Iterator[SystemPart]]) -> list[SystemPart]:
    return list(look())


def summary(found: Sequence[SystemPart]) -> str:
    """A sentence."""
    states = Counter(part.state for part in found)
    if wrong := len(found) - states[PartState.WORKS] - states[PartState.STARTS]:
        return f"{counted(wrong, 'part')} to look at."
    starts = states[PartState.STARTS]
    return f"{counted(starts, 'part')} not heard of yet." if starts else "All of them work."


def size(amount: float) -> str:
    """ "412 kB", "7.4 GB"."""
    for unit in ("B", "kB", "MB", "GB"):
        if abs(amount) < 1000:
            return f"{amount:.0f} {unit}" if unit in ("B", "kB") else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:.1f} TB"
