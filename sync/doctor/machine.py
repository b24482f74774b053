"""The machine: room on its disks, its clock, built assets, the mail server, and who may read the metrics."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.core.mail import get_connection
from django.db import connection
from django.utils import timezone

from accounts.models import AuditEntry
from iamconsole import checks, clock, trouble
from iamconsole.web import words
from sync.doctor.finding import DoctorFinding

LEAST_ROOM_MB = 100
MOST_SKEW = timedelta(seconds=10)
_CONSOLE_MAIL = "django.core.mail.backends.console.EmailBackend"


def check_disk() -> Iterator[DoctorFinding]:
    """Of each disk that has something of ours, once."""
    seen = set()
    for folder in _folders():
        device = folder.stat().st_dev
        if device in seen:
            continue
        seen.add(device)
        left = shutil.disk_usage(folder).free // 2**20
        if left < LEAST_ROOM_MB:
            yield DoctorFinding("disk", False, f"{left} MB are left for {folder}.", trouble.FULL.what_to_do)
        else:
            yield DoctorFinding("disk", True, f"{left} MB are left for {folder}")


def _folders() -> Iterator[Path]:
    """The state folder first, where the database is as it comes."""
    database = settings.DATABASES["default"]
    there = [settings.STATE_DIR, settings.AUDIT_HEAD_FILE.parent, settings.IMPORT_DIR]
    if database["ENGINE"].endswith("sqlite3"):
        there.append(Path(database["NAME"]).parent)
    if settings.COUNTER_DIR:
        there.append(Path(settings.COUNTER_DIR))
    yield from (folder for folder in there if folder.is_dir())


def check_clock() -> DoctorFinding:
    """Against the database's server; and against what was written last, which is never of the future."""
    advice = "Have the clocks of all machines of the console set by NTP."
    now = timezone.now()
    if connection.vendor == "postgresql" and abs(skew := clock.now() - now) > MOST_SKEW:
        detail = f"this machine’s differs from the database’s by {abs(skew.total_seconds()):.0f} s."
        return DoctorFinding("clock", False, detail, advice)
    newest = AuditEntry.objects.order_by("-pk").values_list("at", flat=True).first()
    if newest is not None and newest - now > MOST_SKEW:
        detail = f"the newest audit entry is of {words.full_time(newest)}, later than this machine’s time."
        return DoctorFinding("clock", False, detail, advice)
    return DoctorFinding("clock", True, "agrees with what was written last")


def check_static_files() -> DoctorFinding:
    if settings.PRODUCTION:
        file, advice = settings.STATIC_ROOT / "staticfiles.json", "Run: manage.py collectstatic"
    else:
        file, advice = settings.STATICFILES_DIRS[0][1] / "console.css", "Run: make dev"
    if file.exists():
        return DoctorFinding("static files", True, f"built, in {file.parent if settings.PRODUCTION else file}")
    return DoctorFinding("static files", False, f"{file} is missing: pages have no looks.", advice)


def check_metrics() -> DoctorFinding:
    """Who may read them."""
    if checks.metrics_by_claim():
        return DoctorFinding("metrics", False, checks.BY_CLAIM, checks.ASK_FOR_MORE)
    by = [name for name in ("METRICS_TOKEN", "METRICS_ALLOWED") if getattr(settings, name)]
    return DoctorFinding("metrics", True, f"kept by {' and '.join(by)}" if by else "not given to anybody")


def check_mail() -> DoctorFinding:
    """Whether the mail server takes us; no mail is sent."""
    if settings.EMAIL_BACKEND == _CONSOLE_MAIL:
        advice = "Set EMAIL_URL: who reads the log can set passwords." if settings.PRODUCTION else ""
        return DoctorFinding("e-mail", not settings.PRODUCTION, "printed to the log", advice)
    server = f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"
    opened = get_connection(timeout=5)
    try:
        opened.open()
    except OSError as error:
        detail = f"{server} doesn’t take us: {str(error).strip() or type(error).__name__}."
        return DoctorFinding("e-mail", False, detail, "Check EMAIL_URL, and that the server can be reached from here.")
    finally:
        opened.close()
    return DoctorFinding("e-mail", True, f"{server} takes us")
