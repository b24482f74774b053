"""What must never go to production is refused by `manage.py check`, and `check --deploy` is clean when it is right."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
RIGHT = {
    "IAMCONSOLE_PRODUCTION": "1",
    "SECRET_KEY": "Vw3" * 20 + "x9!kPq",
    "AUDIT_KEY": "a7Z" * 20,
    "SEAL_KEYS": "s5Q" * 20,
    "ALLOWED_HOSTS": "console.example.org",
    "EMAIL_URL": "smtp+tls://console:password@mail.example.org:587",
}


def check(tmp_path: Path, **changed: str) -> subprocess.CompletedProcess[str]:
    """`manage.py check --deploy` with production settings, some of them changed."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    environment = {**kept, **RIGHT, "IAMCONSOLE_STATE": str(tmp_path), "DJANGO_SETTINGS_MODULE": "iamconsole.settings"}
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    return subprocess.run(
        command, cwd=ROOT, env={**environment, **changed}, capture_output=True, text=True, check=False
    )


def test_right_production_settings_are_clean(tmp_path: Path) -> None:
    done = check(tmp_path)
    assert done.returncode == 0, done.stderr


# Each pair is refused in one go: what is wrong with one setting hides nothing of the other.
@pytest.mark.parametrize(
    ("changed", "sentences"),
    [
        (
            {"SECRET_KEY": "short", "AWS_EMULATOR_URL": "http://127.0.0.1:5055"},
            ("SECRET_KEY is missing or too short", "An endpoint override is set in production"),
        ),
        (
            {"AUDIT_KEY": "short", "FAILPOINT": "answered"},
            ("AUDIT_KEY is missing or too short", "A failpoint is set in production"),
        ),
        (
            {"SEAL_KEYS": "", "IAMCONSOLE_DEMO": "1"},
            ("SEAL_KEYS is missing or too short", "The demo is on in production"),
        ),
        (
            {"AUDIT_KEY": RIGHT["SECRET_KEY"], "OIDC_ISSUER": "https://sso.example.org", "OIDC_CLIENT_ID": "console"},
            ("each needs its own", "client is missing"),
        ),
        (
            {
                **{"OIDC_ISSUER": "http://sso.example.org", "IAMCONSOLE_DEBUG": "1"},
                **{"METRICS_ALLOWED": "10.0.0.0/8", "TRUSTED_PROXIES": "1"},
            },
            (
                *("isn’t asked by https", "IAMCONSOLE_DEBUG is on in production"),
                "Who may read /metrics is known by X-Forwarded-For alone",
            ),
        ),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, dict) else "",
)
def test_wrong_production_settings_are_refused(
    tmp_path: Path, changed: dict[str, str], sentences: tuple[str, ...]
) -> None:
    done = check(tmp_path, **changed)
    assert done.returncode != 0
    assert [sentence for sentence in sentences if sentence not in done.stderr] == []
