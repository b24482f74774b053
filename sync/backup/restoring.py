"""Restores a backup in the place of the database, with the queue of changes on hold.

On SQLite everything is done to a copy, which takes the database's place in one move at the end. On PostgreSQL one
transaction replaces all tables and puts the queue on hold; what is left then (migrations, the entry in the audit trail)
can be done by restoring again, and the queue can't be released before (`UNFINISHED`).
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader

from accounts import audit, keys
from accounts.audit import fence
from iamconsole import heartbeats
from sync import clock
from sync.backup import aftermath, archive, encryption, postgres, sqlite
from sync.backup.archive import OpenedBackup
from sync.backup.errors import BackupRefused
from sync.backup.manifest import Manifest
from sync.counter import UNFINISHED


@dataclass(frozen=True)
class Restored:
    manifest: Manifest
    kept: Path | None  # where the former database is
    notes: list[str]  # sentences


def restore(path: Path, *, over_existing: bool = False, age_identity: Path | None = None) -> Restored:
    """Raises BackupError; then the database is what it was."""
    with encryption.decrypted(path, age_identity) as clear, archive.opened(clear) as backup:
        manifest = backup.manifest
        notes = check(backup)
        _check_place(over_existing)
        gap = aftermath.RestoredGap(manifest.made_at, known=_noted_head())
        kept = (_on_sqlite if connection.vendor == "sqlite" else _on_postgres)(backup, gap)
    audit.take_up()
    return Restored(manifest, kept, notes)


def check(backup: OpenedBackup) -> list[str]:
    """Whether this console, with its keys, may restore it; what should be known all the same. Raises BackupRefused."""
    manifest = backup.manifest
    if manifest.database != connection.vendor:
        raise BackupRefused(
            f"It is of a database on {_kind(manifest.database)}, and this console has {_kind(connection.vendor)}: a "
            "backup is restored on the same kind. Give another DATABASE_URL."
        )
    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
    if newer := sorted(set(manifest.migrations) - known):
        raise BackupRefused(
            f"It was made by version {manifest.console}, which this version doesn't know how to go on from (migrations "
            f"{', '.join(newer[:3])}{' …' if newer[3:] else ''}). Restore it with that version, or a newer one."
        )
    strangers = keys.strangers(manifest.keys)
    if wrong := [name for name in strangers if name != keys.SECRET]:
        raise BackupRefused(
            f"It belongs to other keys: {' and '.join(wrong)}. Give the keys that the console had when it was made; "
            "they are kept apart from backups."
        )
    if not backup.is_sealed_by_us:
        raise BackupRefused("Its manifest was sealed by another AUDIT_KEY, so nobody can tell whether it was changed.")
    if keys.SECRET in strangers:
        return ["SECRET_KEY is another one: open plans about attributes of people have to be planned again."]
    return []


def _kind(vendor: str) -> str:
    return {"sqlite": "SQLite", "postgresql": "PostgreSQL"}.get(vendor, vendor)


def _check_place(over_existing: bool) -> None:
    """Raises BackupRefused where a worker runs, or a database is there that nobody gave up."""
    is_empty = sqlite.is_empty(sqlite.path_of_database()) if connection.vendor == "sqlite" else postgres.is_empty()
    if not is_empty:
        if names := _workers():
            raise BackupRefused(
                f"Workers run: {', '.join(names)}. Stop the console (web, workers and beat). One that was killed "
                f"counts for {settings.WORKER_GONE_S:.0f} seconds (WORKER_GONE_S)."
            )
        if not over_existing:
            raise BackupRefused(
                "There is a database already. To replace it with the backup, say --over-existing: what happened since "
                "the backup is lost then."
            )
    if connection.vendor == "postgresql":
        postgres.check_alone()


def _workers() -> list[str]:
    try:
        return sorted({name for queue in heartbeats.QUEUES for name in heartbeats.alive(queue)})
    except DatabaseError:  # the cache is a table that isn't there yet
        return []


def _noted_head() -> str:
    """The head that stands outside of the database; "" where there is none."""
    try:
        known = fence.read()
    except fence.SetBack:
        return ""
    return f"{known[0]}:{known[1]}" if known else ""


def _on_sqlite(backup: OpenedBackup, gap: aftermath.RestoredGap) -> Path | None:
    place = sqlite.path_of_database()
    with sqlite.workspace() as folder:
        new = folder / sqlite.NAME
        new.touch(mode=0o600)
        with new.open("wb") as target:
            backup.unpack(target)
        sqlite.check(new)
        with sqlite.connected_to(new):
            call_command("migrate", verbosity=0, interactive=False)
            aftermath.put_on_hold(gap)
        sqlite.settle(new)
        kept = sqlite.name_beside(place, clock.now()) if place.exists() else None
        connection.close()
        sqlite.put_in_place(new, kept)
    return kept


def _on_postgres(backup: OpenedBackup, gap: aftermath.RestoredGap) -> None:
    with tempfile.TemporaryDirectory(prefix="iamconsole-restore-") as folder:
        dump = Path(folder) / postgres.NAME
        dump.touch(mode=0o600)
        with dump.open("wb") as target:
            backup.unpack(target)
        postgres.load(dump, aftermath.statements(UNFINISHED))
    call_command("migrate", verbosity=0, interactive=False)
    aftermath.put_on_hold(gap)
