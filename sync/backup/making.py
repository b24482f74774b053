"""Makes a backup: a consistent copy of the database with its manifest, in one file."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import IO

from django.db import connection

from accounts import audit
from sync import clock
from sync.backup import archive, encryption, manifest, postgres, sqlite
from sync.backup.manifest import DatabaseFacts, Manifest


def make(path: Path, *, age: Sequence[str] = (), gpg: Sequence[str] = ()) -> Manifest:
    """Raises BackupError; then there is no file."""
    with (
        archive.new_file(path) as draft,
        _source() as (name, source, facts, made_at),
        draft.open("wb") as file,
        encryption.encrypting(file, age=age, gpg=gpg) as target,
        archive.writing(target, compress=connection.vendor == "sqlite") as packed,
    ):
        member = archive.add_database(packed, name, source)
        made = Manifest(
            made_at=made_at,
            console=manifest.console_version(),
            database=connection.vendor,
            member=member,
            **asdict(facts),
        )
        archive.add_manifest(packed, made)
    said = {"head": made.audit_head or "none", "sha256": member.sha256, "encrypted": bool(age or gpg)}
    audit.record("backup.made", actor=None, actor_name="command line", obj=("backup", path.name, path.name), data=said)
    return made


_Source = tuple[str, IO[bytes], DatabaseFacts, datetime]


@contextmanager
def _source() -> Iterator[_Source]:
    """Its name in the archive, the database as a stream, what is asked of that very state, and when that was."""
    made_at = clock.now()
    if connection.vendor == "postgresql":
        with postgres.snapshot() as name:
            facts = manifest.facts(postgres.rows)
            with postgres.dumping(name) as output:
                yield postgres.NAME, output, facts, made_at
        return
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=sqlite.path_of_database().parent) as folder:
        copied = Path(folder) / sqlite.NAME
        sqlite.copy(copied)
        with copied.open("rb") as source:
            yield sqlite.NAME, source, manifest.facts(lambda statement: sqlite.rows(copied, statement)), made_at
