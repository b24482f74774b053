"""What a backup says of itself: which console and database it is of, and the digest of what is in it.

The manifest is sealed by a key that is derived from AUDIT_KEY: who changes a backup without that key shows.
"""

from __future__ import annotations

import hmac
import json
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.apps import apps
from django.db.models import Model

from accounts import keys
from iamconsole.database_version import own_apps
from iamconsole.env import BASE_DIR
from sync.backup.errors import BackupDamaged
from sync.models import Change

FORMAT = 1
_PURPOSE = "manifest of a backup"
Query = Callable[[str], Sequence[Sequence[Any]]]  # runs a statement of SQL, and returns its rows


@dataclass(frozen=True)
class BackupMember:
    name: str  # "database.sqlite3"
    size: int  # bytes
    sha256: str


@dataclass(frozen=True)
class Manifest:
    made_at: datetime  # when the state of the database was fixed, by its clock
    console: str  # version
    database: str  # "sqlite" or "postgresql"
    migrations: Sequence[str]  # those applied: "sync.0001_initial"
    keys: Mapping[str, Sequence[str]]  # check values by the name of the key: they tell nothing of it
    audit_head: str  # NUMBER:SEAL, "" where nothing is sealed yet
    steps_begun: int
    open_changes: Mapping[str, int]  # by state
    counts: Mapping[str, int]  # rows by table
    member: BackupMember


@dataclass(frozen=True)
class DatabaseFacts:
    """What is asked of the very state that is backed up."""

    migrations: Sequence[str]
    keys: Mapping[str, Sequence[str]]
    audit_head: str
    steps_begun: int
    open_changes: Mapping[str, int]
    counts: Mapping[str, int]


def facts(query: Query) -> DatabaseFacts:
    known: dict[str, list[str]] = {}
    for name, value in query("SELECT name, value FROM accounts_keycheck ORDER BY id"):
        known.setdefault(name, []).append(value)
    heads = query("SELECT number, seal FROM accounts_audithead WHERE number > 0")
    counter = query("SELECT number FROM sync_stepcounter")
    states = query("SELECT state, count(*) FROM sync_change GROUP BY state ORDER BY state")
    return DatabaseFacts(
        migrations=[f"{app}.{name}" for app, name in query("SELECT app, name FROM django_migrations ORDER BY 1, 2")],
        keys=known,
        audit_head=f"{heads[0][0]}:{heads[0][1]}" if heads else "",
        steps_begun=int(counter[0][0]) if counter else 0,
        open_changes={state: number for state, number in states if state in Change.OPEN},
        counts={table: _count(query, table) for table in _own_tables()},
    )


def _count(query: Query, table: str) -> int:
    return int(query(f'SELECT count(*) FROM "{table}"')[0][0])  # noqa: S608  a table of ours


def console_version() -> str:
    return str(tomllib.loads((BASE_DIR / "pyproject.toml").read_text())["project"]["version"])


def written(manifest: Manifest) -> bytes:
    """The manifest as a file of JSON, with its seal."""
    said = {"format": FORMAT, **asdict(manifest), "made_at": manifest.made_at.isoformat()}
    name, key = next(iter(keys.audit_keys(_PURPOSE).items()))
    seal = {"by": name, "hmac": _seal(said, key)}
    return json.dumps({"manifest": said, "seal": seal}, indent=1).encode()


def read(raw: bytes) -> tuple[Manifest, bool]:
    """With whether its seal is by our AUDIT_KEY, or one before it. Raises BackupDamaged."""
    try:
        document = json.loads(raw)
        said, seal = dict(document["manifest"]), document["seal"]
        key = keys.audit_keys(_PURPOSE).get(seal["by"])
        if key is not None and not hmac.compare_digest(str(seal["hmac"]), _seal(said, key)):
            raise BackupDamaged("Its manifest isn't what was written: it was changed afterwards, or is damaged.")
        if said.pop("format") != FORMAT:
            raise BackupDamaged("It has a format that this version doesn't know: it was made by a newer one.")
        member = BackupMember(**said.pop("member"))
        return Manifest(
            **{**said, "made_at": datetime.fromisoformat(said["made_at"]), "member": member}
        ), key is not None
    except (ValueError, KeyError, TypeError) as error:
        raise BackupDamaged("Its manifest can't be read: it is damaged, or no backup of this console.") from error


def _seal(said: Mapping[str, Any], key: bytes) -> str:
    text = json.dumps(said, sort_keys=True, separators=(",", ":")).encode()
    return hmac.new(key, text, sha256).hexdigest()


def _own_tables() -> list[str]:
    ours = {app.label for app in own_apps()}
    tables = {model._meta.db_table for model in apps.get_models() if model._meta.app_label in ours and _has_rows(model)}
    return sorted(tables)


def _has_rows(model: type[Model]) -> bool:
    return bool(model._meta.managed and not model._meta.proxy)
