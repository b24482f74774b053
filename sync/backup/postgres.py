"""PostgreSQL: pg_dump in the snapshot in which everything else is asked, and a restore in one transaction.

Both need PostgreSQL's programs, of the server's major version or a newer one.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from django.db import connection, transaction

from sync.backup.errors import BackupError, BackupRefused

NAME = "database.pgdump"
_WITHOUT_OWNERS = ("--no-owner", "--no-privileges", "--no-comments")

# What is of an extension stays: who restores needn't own it.
_EMPTY = """
DO $$
DECLARE each record;
BEGIN
  FOR each IN SELECT c.oid::regclass AS name FROM pg_class c
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
  LOOP EXECUTE format('DROP TABLE IF EXISTS %s CASCADE', each.name); END LOOP;
  FOR each IN SELECT p.oid::regprocedure AS name FROM pg_proc p
    WHERE p.pronamespace = 'public'::regnamespace AND p.prokind = 'f'
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
  LOOP EXECUTE format('DROP FUNCTION IF EXISTS %s CASCADE', each.name); END LOOP;
END $$;
"""


@contextmanager
def snapshot() -> Iterator[str]:
    """A transaction that sees one moment; the name by which pg_dump sees the same."""
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")  # as long as the dump takes
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute("SELECT pg_export_snapshot()")
        [name] = cursor.fetchone()
        yield str(name)


@contextmanager
def dumping(snapshot_name: str) -> Iterator[IO[bytes]]:
    """What pg_dump writes. Raises BackupError where it fails, when all of it was read."""
    options = ["--format=custom", *_WITHOUT_OWNERS, f"--snapshot={snapshot_name}"]
    with tempfile.TemporaryFile() as said:
        running = _started("pg_dump", options, stdout=subprocess.PIPE, stderr=said)
        assert running.stdout is not None  # noqa: S101  it was asked for
        with _ended(running), running.stdout as output:
            yield output
        if running.wait():
            raise BackupError(f"pg_dump failed: {_words(said)}")


def rows(statement: str) -> Sequence[Sequence[Any]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall())


def is_empty() -> bool:
    return not connection.introspection.table_names()


def check_alone() -> None:
    """Raises BackupRefused while others are connected."""
    others = rows(
        "SELECT coalesce(nullif(application_name, ''), 'a process'), coalesce(host(client_addr), 'this machine') "
        "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
        "AND backend_type = 'client backend'"
    )
    if others:
        names = ", ".join(sorted({f"{name} from {host}" for name, host in others}))
        raise BackupRefused(f"Others are connected to the database: {names}. Stop the console (web, workers and beat).")


def load(dump: Path, after: Sequence[str]) -> None:
    """Puts the dump in the place of what is there, and runs the statements `after`, all in one transaction.

    psql commits only what it is told to at the very end, so that whatever dies before leaves the database as it was.
    """
    connection.close()
    options = ["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1"]
    with tempfile.TemporaryFile() as said:
        loading = _started("psql", options, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=said)
        assert loading.stdin is not None  # noqa: S101  it was asked for
        try:
            with loading.stdin as script:
                script.write(f"BEGIN; SET LOCAL lock_timeout = '10s';\n{_EMPTY}".encode())
                _copy_as_script(dump, script)
                script.write("".join(f"{statement};\n" for statement in [*after, "COMMIT"]).encode())
        except BrokenPipeError:
            pass  # psql says why
        finally:
            status = loading.wait()
        if status:
            raise BackupError(f"Nothing was restored: {_words(said)}")


def _copy_as_script(dump: Path, into: IO[bytes]) -> None:
    """The dump as statements of SQL. Raises BackupError where it can't be read to its end."""
    options = ["--file=-", "--exit-on-error", *_WITHOUT_OWNERS, str(dump)]
    with tempfile.TemporaryFile() as said:
        reading = _started("pg_restore", options, stdout=subprocess.PIPE, stderr=said)
        assert reading.stdout is not None  # noqa: S101  it was asked for
        with _ended(reading), reading.stdout as output:
            shutil.copyfileobj(output, into)
        if reading.wait():
            raise BackupError(f"Nothing was restored, since pg_restore failed: {_words(said)}")


@contextmanager
def _ended(program: subprocess.Popen[bytes]) -> Iterator[None]:
    """Nobody reads on where something went wrong: then it isn't left running."""
    try:
        yield
    except BaseException:
        program.kill()
        program.wait()
        raise


def _started(program: str, options: Sequence[str], **streams: Any) -> subprocess.Popen[bytes]:
    try:
        environment = {**os.environ, **_environment()}
        return subprocess.Popen([program, *options], env=environment, **streams)  # noqa: S603  a list, and no shell
    except FileNotFoundError:
        raise BackupError(
            f"{program} isn't there. Install PostgreSQL's client programs, of the server's version or a newer one "
            "(Debian: postgresql-client)."
        ) from None


def _environment() -> dict[str, str]:
    """How libpq finds the database; a password stands in no list of processes."""
    known = connection.settings_dict
    said = {"PGDATABASE": "NAME", "PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD"}
    options = {"PGSSLMODE": "sslmode", "PGSSLROOTCERT": "sslrootcert", "PGSSLCERT": "sslcert", "PGSSLKEY": "sslkey"}
    values = {name: known[key] for name, key in said.items()}
    values |= {name: known["OPTIONS"].get(key) for name, key in options.items()}
    return {name: str(value) for name, value in values.items() if value}


def _words(said: IO[bytes]) -> str:
    said.seek(0)
    return said.read().decode(errors="replace").strip()[-1500:]
