"""A backup is made while the console runs, and restored: whole or not at all."""

from __future__ import annotations

import shutil
import signal
import stat
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import psycopg
import pyrage
import pytest
from django.contrib.sessions.models import Session
from django.core.management import CommandError
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from accounts import audit
from accounts.models import AuditEntry, Operator
from iamconsole import heartbeats
from sync import counter
from sync.backup import sqlite
from tests.conftest import make_operator, wait_until
from tests.services.backups import backed_up, database_programs, flipped, restored, said
from tests.services.workers import ROOT, _environment, database_url

__all__ = ["database_programs"]
pytestmark = [
    pytest.mark.stack,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("database_programs"),
]


@pytest.fixture
def backup(tmp_path: Path, alice: Operator) -> Path:
    """Alice is in it, bob isn't."""
    Session.objects.create(session_key="abc", session_data="x", expire_date=timezone.now())
    audit.seal()
    backed_up(tmp_path / "backup")
    make_operator("bob", None, None)
    audit.record("backup.made", actor=None)
    audit.seal()
    return tmp_path / "backup"


def names() -> list[str]:
    return sorted(Operator.objects.values_list("name", flat=True))


def test_it_comes_back_on_hold(backup: Path) -> None:
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    assert "can restore it" in said("verify_backup", str(backup))
    before = audit.fence.read()
    assert "on hold" in restored(backup, "--over-existing")
    assert names() == ["Alice"]
    assert not Session.objects.exists()
    assert counter.status().why.startswith("The database was restored from a backup of ")
    entry = AuditEntry.objects.get(verb="audit.restored")
    assert before is not None
    assert entry.data["known"] == f"{before[0]}:{before[1]}"
    assert entry.number is not None
    assert audit.verify() == []


def test_twice_is_as_good_as_once(backup: Path) -> None:
    restored(backup, "--over-existing")
    restored(backup, "--over-existing")
    assert (names(), counter.is_on_hold()) == (["Alice"], True)
    assert AuditEntry.objects.filter(verb="audit.restored").count() == 1
    assert audit.verify() == []


def test_two_restores_in_one_second_keep_both_databases(tmp_path: Path) -> None:
    at = timezone.now()
    names = []
    for _ in range(3):
        kept = sqlite.name_beside(tmp_path / "db.sqlite3", at)
        kept.touch()
        names.append(kept.name)
    first = f"db.sqlite3.before-restore-{at:%Y%m%dT%H%M%S}"
    assert names == [first, f"{first}-2", f"{first}-3"]


def test_an_existing_database_is_given_up_by_name_only(backup: Path) -> None:
    with pytest.raises(CommandError, match="There is a database already"):
        restored(backup)
    assert names() == ["Alice", "Bob"]


def test_what_isnt_in_the_trail_is_said(backup: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """The log's heads of that time are explained; one that somebody made up isn't."""
    heads = [audit.fence.read()]
    for _ in range(2):
        audit.record("backup.made", actor=None)
        audit.seal()
        heads.append(audit.fence.read())
    restored(backup, "--over-existing")
    heads.append(audit.fence.read())
    log = tmp_path / "log"
    log.write_text("".join(f"audit trail sealed up to {head[0]}:{head[1]}\n" for head in heads if head))
    verified = said("verify_audit", "--expect-log", str(log))
    assert "command line restored the database from a backup: what happened between" in verified
    assert "3 heads of the log are of a time that isn’t in this trail." in verified
    wrong = "audit trail sealed up to 2:" + "0" * 64 + "\n"
    log.write_text(log.read_text() + wrong)
    with pytest.raises(SystemExit):
        said("verify_audit", "--expect-log", str(log))


# ---- What is refused -----------------------------------------------------------------------------------------
def refused(backup: Path, *options: str) -> str:
    """Why; nothing was done."""
    with pytest.raises(CommandError) as caught:
        restored(backup, "--over-existing", *options)
    assert names() == ["Alice", "Bob"]
    assert not counter.is_on_hold()
    return str(caught.value)


def test_other_keys_are_refused(backup: Path, settings: Any) -> None:
    right, settings.AUDIT_KEY = settings.AUDIT_KEY, "x" * 40
    assert "belongs to other keys: AUDIT_KEY" in refused(backup)
    assert "can't restore it: It belongs to other keys" in said("verify_backup", str(backup))
    settings.AUDIT_KEY, settings.SEAL_KEYS = right, ["y" * 40]
    assert "belongs to other keys: SEAL_KEYS" in refused(backup)


def test_another_secret_key_is_told_of(backup: Path, settings: Any) -> None:
    settings.SECRET_KEY = "z" * 50
    assert "SECRET_KEY is another one" in restored(backup, "--over-existing")


def test_a_newer_version_is_refused(backup: Path, tmp_path: Path) -> None:
    recorded = MigrationRecorder(connection)
    recorded.record_applied("sync", "9999_to_come")
    backed_up(tmp_path / "newer")
    recorded.record_unapplied("sync", "9999_to_come")
    assert "migrations sync.9999_to_come" in refused(tmp_path / "newer")


def test_another_kind_of_database_is_refused(backup: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.db.connection.vendor", "oracle", raising=False)
    with pytest.raises(CommandError, match="restored on the same kind"):
        said("restore", str(backup), "--over-existing")


def test_a_worker_that_runs_is_in_the_way(backup: Path) -> None:
    heartbeats._note("changes", "changes@host")
    heartbeats._own.add(("changes", "changes@host"))
    assert "Workers run: changes@host." in refused(backup)
    heartbeats.forget()
    assert heartbeats.alive("changes") == []


def test_who_is_connected_is_in_the_way(backup: Path) -> None:
    other = connection.copy()
    other.ensure_connection()
    with other.cursor() as cursor:
        cursor.execute("SELECT 1 FROM accounts_operator")
        cursor.fetchall()
    try:
        assert "Stop the console" in refused(backup)
    finally:
        other.close()


def test_a_file_that_was_cut_off(backup: Path) -> None:
    whole = backup.read_bytes()
    for size in (len(whole) - 1, len(whole) // 2, 100, 0):
        backup.write_bytes(whole[:size])
        assert "damaged" in refused(backup)
    assert "can’t be read" in refused(backup.with_name("nowhere"))


def test_a_manifest_that_was_rewritten(backup: Path, tmp_path: Path) -> None:
    """With fitting checksums, by somebody without AUDIT_KEY."""
    with zipfile.ZipFile(backup) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    parts["manifest.json"] = parts["manifest.json"].replace(b'"steps_begun": 0', b'"steps_begun": 9')
    with zipfile.ZipFile(tmp_path / "other", "w") as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    assert "isn't what was written" in refused(tmp_path / "other")


def test_none_is_overwritten(backup: Path) -> None:
    with pytest.raises(CommandError, match="is there already"):
        backed_up(backup)


# ---- Killed in the middle ------------------------------------------------------------------------------------
def test_kill_in_the_middle(backup: Path) -> None:
    """The database is what it was, and restoring again works."""
    connection.close()
    command = [sys.executable, "manage.py", "restore", str(backup), "--over-existing"]
    running = subprocess.Popen(command, cwd=ROOT, env=_environment(database_url()), stdout=subprocess.PIPE)
    wait_until(_is_in_the_middle)
    running.send_signal(signal.SIGKILL)
    running.communicate()
    wait_until(lambda: not _is_in_the_middle() or connection.vendor == "sqlite")
    assert (names(), counter.is_on_hold()) == (["Alice", "Bob"], False)
    connection.close()
    restored(backup, "--over-existing")
    assert names() == ["Alice"]
    if connection.vendor == "sqlite":
        assert not _is_in_the_middle(), "what the other left behind is gone"


def _is_in_the_middle() -> bool:
    if connection.vendor == "sqlite":
        return bool(list(Path(str(connection.settings_dict["NAME"])).parent.glob(".restore-*/database.sqlite3")))
    server = psycopg.connect(database_url().rpartition("/")[0] + "/postgres")
    with server:
        found = server.execute(
            "SELECT 1 FROM pg_stat_activity WHERE datname = %s AND application_name = 'psql'",
            [connection.settings_dict["NAME"]],
        ).fetchall()
    return bool(found)


# ---- Encrypted -----------------------------------------------------------------------------------------------
def test_encrypted_by_age(alice: Operator, tmp_path: Path) -> None:
    identity = pyrage.x25519.Identity.generate()
    (tmp_path / "key").write_text(f"# created\n{identity}\n")
    backed_up(tmp_path / "b", "--age-recipient", str(identity.to_public()))
    assert (tmp_path / "b").read_bytes().startswith(b"age-encryption.org/")
    with pytest.raises(CommandError, match="give --age-identity"):
        said("verify_backup", str(tmp_path / "b"))
    (tmp_path / "other").write_text(f"{pyrage.x25519.Identity.generate()}\n")
    with pytest.raises(CommandError, match="doesn't open"):
        said("verify_backup", str(tmp_path / "b"), "--age-identity", str(tmp_path / "other"))
    with flipped(tmp_path / "b", -100), pytest.raises(CommandError, match="damaged"):
        said("verify_backup", str(tmp_path / "b"), "--age-identity", str(tmp_path / "key"))
    restored(tmp_path / "b", "--over-existing", "--age-identity", str(tmp_path / "key"))
    assert counter.is_on_hold()
    with pytest.raises(CommandError, match="no recipient of age"):
        backed_up(tmp_path / "c", "--age-recipient", "bob")
    assert not (tmp_path / "c").exists()


@pytest.mark.skipif(not shutil.which("gpg"), reason="there is no gpg")
def test_encrypted_by_gpg(alice: Operator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "gnupg").mkdir(mode=0o700)
    monkeypatch.setenv("GNUPGHOME", str(tmp_path / "gnupg"))
    key = ["gpg", "--batch", "--quiet", "--passphrase", "", "--quick-generate-key", "ops@example.org", "future-default"]
    subprocess.run(key, check=True, capture_output=True)
    try:
        backed_up(tmp_path / "b", "--gpg-recipient", "ops@example.org")
        assert "can restore it" in said("verify_backup", str(tmp_path / "b"))
        # Two bytes: where one is the length of the last part, gpg reads to the end all the same, and nothing is lost.
        spoilt = tmp_path / "b"
        with flipped(spoilt, -100), flipped(spoilt, -40), pytest.raises(CommandError, match="doesn't open"):
            said("verify_backup", str(spoilt))
        with pytest.raises(CommandError, match="gpg didn't encrypt it"):
            backed_up(tmp_path / "c", "--gpg-recipient", "nobody@example.org")
        assert not (tmp_path / "c").exists()
    finally:
        subprocess.run(["gpgconf", "--kill", "all"], check=False)


# ---- Damaged -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("at", [0, 5_000, -3_000, -30])
def test_a_flipped_bit_is_noticed(backup: Path, at: int) -> None:
    with flipped(backup, at):
        for command in ("verify_backup", "restore"):
            with pytest.raises(CommandError):
                said(command, str(backup), *(["--over-existing"] if command == "restore" else []))
    assert names() == ["Alice", "Bob"]
    said("verify_backup", str(backup))
