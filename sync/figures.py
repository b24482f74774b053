"""Gauges of what waits, what is under way, and periodic tasks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Count

from monitoring import catalogue
from monitoring.catalogue import GaugeValue, register_readings
from sync import clock, counter, ticks
from sync.backlog import backlogs
from sync.models import Change, Run

WAITING = catalogue.gauge("queue_waiting", "What waits for a worker, by what is to be done", "work")
OLDEST = catalogue.gauge(
    "queue_oldest_age_seconds", "Seconds that the oldest of it waits; 0 where nothing does", "work"
)
RUNNING = catalogue.gauge("pulls_running", "Pulls that have begun and not ended")
OPEN = catalogue.gauge("open_changes", "Changes that are open, by their state", "state")
ON_HOLD = catalogue.gauge("queue_on_hold", "1 while no change is sent to AWS until an owner has looked")
TICK = catalogue.gauge(
    "tick_age_seconds", "Seconds since a worker last began the periodic tasks, which are due each minute"
)
FAILING = catalogue.gauge("tick_parts_failing", "Periodic tasks that did not work the last time")


def register() -> None:
    register_readings("queue", _queue)
    register_readings("changes", _changes)
    register_readings("tick", _tick)


def _queue() -> Iterator[GaugeValue]:
    now = clock.now()
    for each in backlogs():
        yield GaugeValue(WAITING, each.waiting, (each.name,))
        yield GaugeValue(OLDEST, _age(each.since, now), (each.name,))
    yield GaugeValue(RUNNING, Run.objects.filter(state=Run.State.RUNNING).count())


def _changes() -> Iterator[GaugeValue]:
    rows = Change.objects.filter(state__in=Change.OPEN).order_by().values_list("state")
    counts = dict(rows.annotate(Count("pk")))
    for state in Change.OPEN:
        yield GaugeValue(OPEN, counts.get(state, 0), (state,))
    yield GaugeValue(ON_HOLD, float(counter.is_on_hold()))


def _tick() -> Iterator[GaugeValue]:
    if (began := ticks.began_at()) is not None:
        yield GaugeValue(TICK, _age(began, clock.now()))
    yield GaugeValue(FAILING, len(ticks.failing()))


def _age(since: datetime | None, now: datetime) -> float:
    return max(0.0, (now - since).total_seconds()) if since else 0.0
