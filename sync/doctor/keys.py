"""Keys: whether they are given, belong to this database, can be taken out, and who may read their files."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from accounts import fallbacks, keys, resealing
from accounts.audit import ring
from iamconsole.checks import given
from sync.doctor.finding import DoctorFinding

# What is a secret by itself, when it is given as a file.
_IN_FILES = (
    *("SECRET_KEY", "SECRET_KEY_FALLBACKS", "AUDIT_KEY", "AUDIT_KEY_FALLBACKS", "SEAL_KEYS"),
    *("POSTGRES_PASSWORD", "DATABASE_URL", "REDIS_PASSWORD", "REDIS_URL", "OIDC_CLIENT_SECRET", "EMAIL_URL"),
)
_CONTAINERS = Path("/run/secrets")  # which nobody sees but the container's own processes


def check_given() -> Iterator[DoctorFinding]:
    for name in keys.NAMES:
        is_set = bool(given(name))
        advice = "" if is_set else f"Set {name} or {name}_FILE to at least 32 random characters."
        yield DoctorFinding(f"key {name}", is_set, "set" if is_set else "missing", advice)


def check_that_keys_belong() -> Iterator[DoctorFinding]:
    """To this database; and what needs which of SEAL_KEYS."""
    if mismatches := keys.problems():
        for each in mismatches:
            yield DoctorFinding(f"{each.name} and database", False, each.sentence, each.what_to_do)
    else:
        yield DoctorFinding("keys and database", True, "they belong together")
    if settings.SEAL_KEYS:
        for ok, detail, what_to_do in resealing.report(resealing.under_older_keys()):
            yield DoctorFinding("older seal key", ok, detail, what_to_do)


def check_audit_key() -> Iterator[DoctorFinding]:
    """Which step of its change comes next (docs/keys.md)."""
    known, newest = ring.known(), ring.newest()
    if known not in ("", newest) and known in ring.given():
        detail = f"the trail goes on under an older key, {known}"
        yield DoctorFinding("older audit key", True, detail, "Run: manage.py change_audit_key --reason “…”")
    elif known == newest and settings.AUDIT_KEY_FALLBACKS:
        detail = f"the trail goes on under AUDIT_KEY, {newest}, which attests what was before"
        yield DoctorFinding("older audit key", True, detail, "AUDIT_KEY_FALLBACKS can be emptied.")


def check_secret_key() -> Iterator[DoctorFinding]:
    """Whether SECRET_KEY_FALLBACKS are needed still."""
    if not settings.SECRET_KEY_FALLBACKS:
        return
    if still := fallbacks.still_needed():
        yield DoctorFinding("older SECRET_KEY", True, f"still needed: {', '.join(still)}.", fallbacks.ADVICE)
    else:
        yield DoctorFinding("older SECRET_KEY", True, "nothing needs it.", "SECRET_KEY_FALLBACKS can be emptied.")


def check_files() -> Iterator[DoctorFinding]:
    """That no other user of the machine reads or writes a file with a secret."""
    given_files = [Path(os.environ[f"{name}_FILE"]) for name in _IN_FILES if os.environ.get(f"{name}_FILE")]
    made = sorted((settings.STATE_DIR / "keys").glob("*"))
    found = [finding for file in (*given_files, *made) if (finding := _open_to_others(file))]
    yield from found
    if not found and (given_files or made):
        yield DoctorFinding("files of secrets", True, "nobody else reads or writes them")


def _open_to_others(file: Path) -> DoctorFinding | None:
    mode = stat.S_IMODE(file.stat().st_mode)
    folder = stat.S_IMODE(file.parent.stat().st_mode)
    if mode & 0o022 or (folder & 0o022 and not folder & stat.S_ISVTX):
        which = file if mode & 0o022 else file.parent
        detail = f"{which} can be written by other users of this machine."
        return DoctorFinding("files of secrets", False, detail, f"Run: chmod go-w {which}")
    if mode & 0o004 and not file.is_relative_to(_CONTAINERS) and folder & 0o001:
        detail = f"{file} can be read by other users of this machine (mode {mode:04o})."
        return DoctorFinding("files of secrets", False, detail, f"Run: chmod o-r {file}")
    return None
