"""The parts of the console and how each is: what /health/ready/ and the metrics say, in sentences for owners."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from accounts.audit.figures import audit_state
from iamconsole import heartbeats, parts, trouble
from iamconsole.web.marked_states import MarkedState
from iamconsole.web.words import ago, counted, duration
from monitoring import storage
from sync import counter, ticks
from sync.models import TickPart

TICK_LATE = timedelta(minutes=3)
SEALED_WITHIN = timedelta(minutes=5)
LEAST_FREE, LEAST_SHARE_FREE = 100 * 2**20, 0.1


class PartState(MarkedState):
    """The worst first: its word, its icon, its ink."""

    FAILS = ("Doesn’t work", "circle-x", "ink-danger")
    UNKNOWN = ("Unknown", "circle-question-mark", "ink-warn")
    LOOK = ("Look at it", "triangle-alert", "ink-warn")
    WORKS = ("Works", "check", "ink-ok")


@dataclass(frozen=True)
class SystemPart:
    """`text`: how it is, a sentence. `advice`: what to do, where something is wrong."""

    title: str
    state: PartState
    text: str
    advice: str = ""
    url: str = ""
    link: str = ""


_WITHOUT = {
    "pulls": "Nothing is pulled, and no mail is sent, until one runs.",
    "changes": "No change is applied, and nothing that is due once a minute is done, until one runs.",
}


def system_parts() -> list[SystemPart]:
    """What is wrong first, else in the order in which one part needs the next."""
    found = [*_servers(), *_workers(), _beat(), *_tick(), _queue(), _audit(), _disk()]
    order = list(PartState)
    return sorted(found, key=lambda part: order.index(part.state))


def _servers() -> Iterator[SystemPart]:
    ready = parts.ready(("migrations", "broker"))
    if ready["migrations"] == parts.OK:
        yield SystemPart("Database", PartState.WORKS, "It answers, and has all migrations.")
    else:
        yield SystemPart("Database", PartState.FAILS, f"{ready['migrations']}.", "Run manage.py migrate.")
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
        elif state == parts.NO_WORKER:
            text = f"None was heard of for {_patience()}. {_WITHOUT[queue]}"
            advice = f"Start one: celery -A iamconsole worker -Q {queue}"
            yield SystemPart(title, PartState.FAILS, text, advice)
        else:
            yield SystemPart(title, PartState.UNKNOWN, f"{state}.")


def _patience() -> str:
    return duration(timedelta(seconds=settings.WORKER_GONE_S)).replace(".0 s", " s")


def _ago(seconds: float | None) -> str:
    return ago(timezone.now() - timedelta(seconds=seconds or 0))


def _beat() -> SystemPart:
    state = parts.ready(("beat",))["beat"]
    if state == parts.OK:
        return SystemPart("Beat", PartState.WORKS, f"It sent what is due {_ago(heartbeats.beat_age())}.")
    if state != parts.NO_BEAT:
        return SystemPart("Beat", PartState.UNKNOWN, f"{state}.")
    text = f"It wasn’t heard of for {_patience()}: nothing is pulled on schedule or recovered."
    return SystemPart("Beat", PartState.FAILS, text, "Start one, and no more than one: celery -A iamconsole beat")


def _tick() -> Iterator[SystemPart]:
    began = TickPart.objects.filter(name=TickPart.TICK).values_list("began_at", flat=True).first()
    is_late = began is None or timezone.now() - began > TICK_LATE
    text = f"What is due once a minute was begun {ago(began)}." if began else "What is due wasn’t begun yet."
    advice = "It needs beat, and a worker for changes." if is_late else ""
    yield SystemPart("Once a minute", PartState.FAILS if is_late else PartState.WORKS, text, advice)
    for part in ticks.failing():
        since = f" since {ago(part.failing_since)}" if part.failing_since else ""
        advice = "It is tried again each minute. The log of the worker for changes says more."
        yield SystemPart(f"Once a minute: {part.name}", PartState.LOOK, f"It fails{since}: {part.error}.", advice)


def _queue() -> SystemPart:
    status = counter.status()
    if status.on_hold_since is None:
        return SystemPart("Queue of changes", PartState.WORKS, "It isn’t on hold.")
    text = f"On hold since {ago(status.on_hold_since)}: nothing is sent to AWS. {status.why}"
    return SystemPart(
        "Queue of changes", PartState.FAILS, text, url=reverse("queue"), link="Look at it, and release it"
    )


def _audit() -> SystemPart:
    state = audit_state()
    if state.problem:
        return SystemPart("Audit trail", PartState.FAILS, state.problem)
    head = f"Sealed up to entry {state.number:,}{f', of {ago(state.at)}' if state.at else ''}."
    if state.since and timezone.now() - state.since > SEALED_WITHIN:
        text = f"{head} Not sealed: {counted(state.unsealed, 'entry', 'entries')}, the first of {ago(state.since)}."
        return SystemPart("Audit trail", PartState.FAILS, text, "A worker for changes seals them once a minute.")
    return SystemPart("Audit trail", PartState.WORKS, head)


def _disk() -> SystemPart:
    room = storage.disk()
    text = f"{size(room.free)} of {size(room.total)} are free where the state folder is."
    if room.free < LEAST_FREE:
        return SystemPart("Disk", PartState.FAILS, text, trouble.FULL.what_to_do)
    is_short = room.free < room.total * LEAST_SHARE_FREE
    return SystemPart("Disk", PartState.LOOK if is_short else PartState.WORKS, text)


def size(amount: float) -> str:
    """ "412 kB", "7.4 GB"."""
    for unit in ("B", "kB", "MB", "GB"):
        if abs(amount) < 1000:
            return f"{amount:.0f} {unit}" if unit in ("B", "kB") else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:.1f} TB"
