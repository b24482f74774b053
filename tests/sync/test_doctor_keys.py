"""What `manage.py doctor` says of keys, files, clock, mail and assets; and it has no traceback in any state."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts import audit, fallbacks, keys
from accounts.audit.changing_key import change_key
from accounts.models import AuditEntry, KeyCheck, Operator
from estate.enrolment import proofs
from estate.models import AccountEnrolment
from iamconsole import startup
from sync.connect import new_shared_external_id
from sync.doctor import keys as doctor_keys
from sync.doctor import machine
from sync.doctor.finding import DoctorFinding, guarded
from tests.conftest import make_aws_account
from tests.project.test_system_checks import RIGHT, ROOT

pytestmark = pytest.mark.django_db
NEW = "another key of the console, long enough for production"


def only(found: Any) -> DoctorFinding:
    [one] = list(found)
    assert isinstance(one, DoctorFinding)
    return one


# ---- AUDIT_KEY ---------------------------------------------------------------------------------------------------


def test_each_step_of_a_change_of_the_audit_key_is_told(alice: Operator, settings: Any) -> None:
    audit.record("key.accepted", actor=alice)
    audit.seal()
    keys.at_start()
    assert list(doctor_keys.check_audit_key()) == []
    settings.AUDIT_KEY_FALLBACKS, settings.AUDIT_KEY = [settings.AUDIT_KEY], NEW
    assert "manage.py change_audit_key" in only(doctor_keys.check_audit_key()).what_to_do
    change_key(reason="x")
    assert "AUDIT_KEY_FALLBACKS can be emptied" in only(doctor_keys.check_audit_key()).what_to_do
    settings.AUDIT_KEY_FALLBACKS = []
    assert list(doctor_keys.check_audit_key()) == []


# ---- SECRET_KEY --------------------------------------------------------------------------------------------------


def test_an_older_secret_key_is_needed_by_sessions_and_links(alices: Client, settings: Any) -> None:
    keys.at_start()
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], NEW
    keys.at_start()
    said = only(doctor_keys.check_secret_key())
    assert "1 sessions" in said.detail
    assert "links in invitations" in said.detail
    assert alices.get("/auth/2fa/").status_code == 200  # she is still signed in
    alices.logout()
    KeyCheck.objects.filter(name="SECRET_KEY").update(since=timezone.now() - timedelta(days=4))
    assert "can be emptied" in only(doctor_keys.check_secret_key()).what_to_do


def test_an_enrolment_outlives_the_key_that_signed_its_external_id(settings: Any) -> None:
    external_id = new_shared_external_id("o-exampleorgid")
    enrolment = AccountEnrolment.objects.create(
        held_by=make_aws_account(),
        organization_id="o-exampleorgid",
        key="k",
        external_id=external_id,
        lasts_until=timezone.now() + timedelta(days=3),
    )
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], NEW
    KeyCheck.objects.filter(name="SECRET_KEY").delete()
    assert "1 external ids of enrolments" in fallbacks.still_needed()[0]
    assert sum(proofs.reseal()) == 1
    assert fallbacks.still_needed() == []
    settings.SECRET_KEY_FALLBACKS = []
    enrolment.refresh_from_db()
    assert proofs.is_ours(enrolment)
    enrolment.organization_id = "o-another"
    assert not proofs.is_ours(enrolment)
    enrolment.organization_id, enrolment.external_id = "o-exampleorgid", "iam-console-o-exampleorgid-made-up"
    assert not proofs.is_ours(enrolment)


# ---- files -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mode", "folder", "said"),
    [
        (0o600, 0o755, "nobody else"),
        (0o644, 0o755, "can be read by other users"),
        (0o644, 0o700, "nobody else"),
        (0o620, 0o755, "can be written by other users"),
        (0o600, 0o777, "can be written by other users"),
        (0o600, 0o1777, "nobody else"),
    ],
)
def test_a_file_with_a_key_that_others_read_or_write_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any, mode: int, folder: int, said: str
) -> None:
    settings.STATE_DIR = tmp_path / "state"
    file = tmp_path / "keys" / "seal"
    file.parent.mkdir()
    file.write_text("a key\n")
    file.chmod(mode)
    file.parent.chmod(folder)
    monkeypatch.setenv("SEAL_KEYS_FILE", str(file))
    found = only(doctor_keys.check_files())
    assert said in found.detail
    assert found.ok == (said == "nobody else")


def test_a_file_that_is_gone_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEAL_KEYS_FILE", "/nowhere/seal")
    assert "No such file" in only(guarded("files of secrets", doctor_keys.check_files)).detail


# ---- the machine -------------------------------------------------------------------------------------------------


def test_a_clock_that_is_behind_shows(alice: Operator) -> None:
    assert machine.check_clock().ok
    AuditEntry.objects.create(verb="x", actor_name="y", at=timezone.now() + timedelta(minutes=5))
    assert "later than this machine’s time" in machine.check_clock().detail


def test_a_mail_server_that_isnt_there_shows(settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    found = machine.check_mail()
    assert not found.ok
    assert "127.0.0.1:1 doesn’t take us" in found.detail


def test_assets_that_werent_built_show(settings: Any, tmp_path: Path) -> None:
    assert "built" in machine.check_static_files().detail
    settings.PRODUCTION, settings.STATIC_ROOT = True, tmp_path
    assert "collectstatic" in machine.check_static_files().what_to_do


# ---- no traceback ------------------------------------------------------------------------------------------------

STATES = {
    "database down": {"DATABASE_URL": "postgres://a@127.0.0.1:1/x", "REDIS_URL": "redis://127.0.0.1:1/0"},
    "Redis down": {"REDIS_URL": "redis://127.0.0.1:1/0"},
    "no keys": {"SECRET_KEY": "", "AUDIT_KEY": "", "SEAL_KEYS": ""},
    "a damaged wrapped key": {"SEAL_KEYS": "aws-kms:something"},
    "a file that can’t be read": {"SEAL_KEYS_FILE": "/nowhere/seal", "SEAL_KEYS": ""},
    "an empty database": {},
    "another installation’s keys": {"AUDIT_KEY": NEW, "SEAL_KEYS": NEW},
    "no mail server": {"EMAIL_URL": "smtp://127.0.0.1:1"},
}


@pytest.mark.parametrize("state", STATES)
def test_doctor_has_sentences_and_no_traceback(tmp_path: Path, state: str) -> None:
    from tests.services.migrated import copy_sqlite

    if state not in ("an empty database", "a file that can’t be read"):
        copy_sqlite(tmp_path / "console.sqlite3")
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    environment = {**kept, **RIGHT, "IAMCONSOLE_STATE": str(tmp_path), "AWS_EC2_METADATA_DISABLED": "true"}
    environment |= STATES[state]
    environment = {name: value for name, value in environment.items() if value}
    command = [sys.executable, "-W", "ignore", "manage.py", "doctor"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stdout + done.stderr
    if state == "a file that can’t be read":
        assert done.returncode == startup.EXIT_STATUS
        assert "can’t be read" in done.stderr
    else:
        assert done.returncode == 1
        assert "PROBLEM" in done.stdout
