"""Gauges of what the console runs on: its parts, its workers, disk and database."""

from __future__ import annotations

from collections.abc import Iterator

from iamconsole import heartbeats, parts
from monitoring import catalogue, storage, versions
from monitoring.catalogue import GaugeValue, register_readings

UP = catalogue.gauge("up", "1 where the part works: database, migrations, broker, workers by queue, beat", "part")
WORKERS = catalogue.gauge("workers", "Workers that were heard of lately", "queue")
HEARD = catalogue.gauge("worker_heartbeat_age_seconds", "Seconds since a worker of the queue was heard of", "queue")
BEAT = catalogue.gauge("beat_heartbeat_age_seconds", "Seconds since beat sent something")
MESSAGES = catalogue.gauge("broker_messages", "Messages that wait for a worker", "queue")
DISK_FREE = catalogue.gauge("disk_free_bytes", "Room that is left where the state folder is")
DATABASE = catalogue.gauge("database_bytes", "Size of the database")
TABLE = catalogue.gauge("table_bytes", "Size of a table with its indexes, as of the last look of a day", "table")
INFO = catalogue.gauge("info", "Always 1; the versions", *versions.NAMES)


def register() -> None:
    register_readings("parts", _parts)
    register_readings("heartbeats", _heartbeats)
    register_readings("broker", _broker)
    register_readings("disk", _disk)
    register_readings("database", _database)
    register_readings("versions", _versions)


def _parts() -> Iterator[GaugeValue]:
    for name, state in parts.ready().items():
        yield GaugeValue(UP, float(state == parts.OK), (name,))


def _heartbeats() -> Iterator[GaugeValue]:
    """No age where nobody was heard of for so long that it is forgotten: `workers` is 0 then."""
    for queue in heartbeats.QUEUES:
        yield GaugeValue(WORKERS, len(heartbeats.alive(queue)), (queue,))
        if (age := heartbeats.age(queue)) is not None:
            yield GaugeValue(HEARD, age, (queue,))
    if (age := heartbeats.beat_age()) is not None:
        yield GaugeValue(BEAT, age)


def _broker() -> Iterator[GaugeValue]:
    for queue, number in parts.messages(heartbeats.QUEUES).items():
        yield GaugeValue(MESSAGES, number, (queue,))


def _disk() -> Iterator[GaugeValue]:
    yield GaugeValue(DISK_FREE, storage.disk().free)


def _database() -> Iterator[GaugeValue]:
    yield GaugeValue(DATABASE, storage.database_size())
    for table in storage.newest():
        yield GaugeValue(TABLE, table.size, (table.table,))


def _versions() -> Iterator[GaugeValue]:
    yield GaugeValue(INFO, 1, tuple(versions.versions().values()))
