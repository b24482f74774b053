"""What must never go to production is refused by `manage.py check`. What is right, and what comes, gets no warning."""

from __future__ import annotations

import os
import re
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
    return manage(tmp_path, "check", "--deploy", "--fail-level", "WARNING", **{**RIGHT, **changed})


def manage(tmp_path: Path, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    own = {"IAMCONSOLE_STATE": str(tmp_path), "DJANGO_SETTINGS_MODULE": "iamconsole.settings"}
    return subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=ROOT,
        env={**kept, **own, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


# What the settings of a fresh clone leave out (iamconsole/settings.py says why); in production all checks are made.
@pytest.mark.stack
@pytest.mark.parametrize(
    ("command", "production", "silenced"),
    [("check", {}, 0), ("check --deploy", {}, 4), ("check --deploy", RIGHT, 0)],
    ids=["check", "deploy", "production"],
)
def test_there_is_no_warning(tmp_path: Path, command: str, production: dict[str, str], silenced: int) -> None:
    """Whether this database holds all constraints is a check of the database itself, as `migrate` makes it."""
    stack = {name: os.environ[name] for name in ("DATABASE_URL", "REDIS_URL") if name in os.environ}
    done = manage(tmp_path, *command.split(), "--database", "default", **stack, **production)
    assert (done.stderr, done.stdout) == ("", f"System check identified no issues ({silenced} silenced).\n")


@pytest.mark.parametrize(
    ("environment", "lacks"),
    [
        ({"ALLOWED_HOSTS": "localhost,console.example.org"}, ["W004", "W008", "W010", "W016"]),
        (
            {**RIGHT, "ALLOWED_HOSTS": "localhost", "SECURE_HSTS_SECONDS": "0", "SECURE_SSL_REDIRECT": "0"},
            ["W004", "W008"],
        ),
    ],
    ids=["another name", "production"],
)
def test_others_are_told_what_they_lack(tmp_path: Path, environment: dict[str, str], lacks: list[str]) -> None:
    done = manage(tmp_path, "check", "--deploy", **environment)
    assert re.findall(r"security\.(W\d+)", done.stderr) == lacks


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
