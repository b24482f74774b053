"""Health checks of a running console, for `manage.py doctor`. Each finding says what to do."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime

from celery import current_app
from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone
from kombu.exceptions import OperationalError

from accounts import audit
from accounts.models import AuditEntry, AwsAccount
from iamconsole import first_start, heartbeats, trouble
from iamconsole.database_version import refusal
from iamconsole.web import trigrams
from iamconsole.web.waiting import short_waits
from iamconsole.web.words import ago
from sync import counter, ticks
from sync.aws.client import reader
from sync.aws.errors import AwsError
from sync.aws.target import why_rests
from sync.doctor import keys, machine
from sync.doctor.finding import DoctorFinding, guarded, troubled
from sync.models import TickPart

PING_S = 3
QUEUES = ("changes", "pulls")


def look() -> Iterator[DoctorFinding]:
    database = next(guarded("database", check_database))
    yield database
    yield from guarded("disk", machine.check_disk)
    yield from guarded("static files", machine.check_static_files)
    yield from guarded("e-mail", machine.check_mail)
    yield from guarded("metrics", machine.check_metrics)
    if database.ok:
        yield from guarded("search", check_search)
        yield from guarded("clock", machine.check_clock)
    yield from guarded("keys", keys.check_given)
    yield from guarded("files of secrets", keys.check_files)
    if database.ok:
        yield from guarded("keys and database", keys.check_that_keys_belong)
        yield from guarded("older audit key", keys.check_audit_key)
        yield from guarded("older SECRET_KEY", keys.check_secret_key)
    broker = next(guarded("broker", check_broker))
    yield broker
    if broker.ok:
        yield from guarded("workers", check_workers)
    if database.ok:
        yield from guarded("audit trail", check_audit)
        yield from guarded("beat", check_beat)
        yield from guarded("ticks", check_ticks)
        yield from guarded("writes", check_writes)
        yield from guarded("queue", check_queue)
        yield from guarded("backup", check_backup)
        yield from guarded("AWS accounts", check_aws_accounts)


def check_database() -> DoctorFinding:
    try:
        refused = refusal(connection)
        executor = MigrationExecutor(connection)
        missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as error:
        return troubled("database", error)
    if refused:
        return DoctorFinding("database", False, refused.sentence, refused.what_to_do)
    if missing:
        return DoctorFinding("database", False, f"{len(missing)} migrations are missing.", "Run: manage.py migrate")
    return DoctorFinding("database", True, f"{connection.vendor}, migrated")


def check_search() -> DoctorFinding:
    missing = trigrams.unindexed(connection)
    if not missing:
        return DoctorFinding("search", True, "by indexes of trigrams")
    tables = ", ".join(model._meta.db_table for model in missing)
    advice = {
        "postgresql": "As a database superuser: CREATE EXTENSION pg_trgm. Then run: manage.py migrate",
        "sqlite": "Use a Python whose SQLite is 3.34 or newer and has FTS5. Then run: manage.py migrate",
    }
    return DoctorFinding("search", False, f"It reads whole tables: {tables}.", advice[connection.vendor])


def check_broker() -> DoctorFinding:
    if not settings.REDIS_URL:
        writable = os.access(settings.QUEUE_DIR, os.W_OK)
        advice = "" if writable else f"Make the folder {settings.QUEUE_DIR}, or set REDIS_URL."
        return DoctorFinding("broker", writable, f"files under {settings.QUEUE_DIR}", advice)
    try:
        with current_app.connection_for_write() as opened:
            opened.ensure_connection(max_retries=1, timeout=PING_S)
    except (OperationalError, OSError) as error:
        return DoctorFinding("broker", False, str(error), "Check REDIS_URL, and that the server runs.")
    return DoctorFinding("broker", True, "Redis")


def check_workers() -> Iterator[DoctorFinding]:
    for queue in QUEUES:
        names = heartbeats.alive(queue)
        advice = "" if names else f"Start one: celery -A iamconsole worker -Q {queue}"
        detail = ", ".join(names) or f"none was seen{_yet() or ' lately'}"
        yield DoctorFinding(f"worker for {queue}", bool(names), detail, advice)


def _yet() -> str:
    """In the first minutes of a console a process may be on its way."""
    return " yet: the console was set up just now" if first_start.is_awaited() else ""


def check_audit() -> DoctorFinding:
    if problem := audit.set_back():
        return DoctorFinding("audit trail", False, problem, "Read docs/audit.md, “Where it goes on”.")
    return DoctorFinding("audit trail", True, f"goes on from the head noted in {settings.AUDIT_HEAD_FILE}")


def check_beat() -> DoctorFinding:
    try:
        last_tick = cache.get("beat-tick")
    except DatabaseError as error:
        if trouble.recognise(error):
            raise
        return DoctorFinding("cache", False, str(error).strip(), "Run: manage.py createcachetable")
    latest = datetime.fromisoformat(last_tick) if last_tick else None
    if latest is not None and timezone.now() - latest < ticks.LATE:
        return DoctorFinding("beat", True, f"the periodic tasks ran {ago(latest)}")
    detail = f"the periodic tasks ran {ago(latest)}" if latest else f"no periodic task has run{_yet()}"
    advice = "Start one beat: celery -A iamconsole beat. Without it nothing is pulled on schedule or recovered."
    return DoctorFinding("beat", False, detail, advice)


def check_ticks() -> Iterator[DoctorFinding]:
    """Periodic tasks that failed the last time."""
    for part in ticks.failing():
        since = f"fails since {ago(part.failing_since)}" if part.failing_since else "fails"
        advice = "The log of the worker for changes has the details; it comes again each minute."
        yield DoctorFinding(f"periodic task {part.name}", False, f"{since}: {part.error}", advice)


def check_writes() -> DoctorFinding:
    """Whether one who writes gets in. On SQLite one process that was stopped in a transaction keeps out all others."""
    try:
        with short_waits(), transaction.atomic():
            TickPart.objects.filter(name=TickPart.TICK).update(error="")
    except DatabaseError as error:
        advice = {
            "sqlite": "A process holds the database: find it (fuser, lsof), and let it go on (kill -CONT) or end it.",
            "postgresql": "See pg_stat_activity for sessions that are idle in transaction, and pg_locks for who waits.",
        }
        found = trouble.recognise(error)
        if found not in (None, trouble.HELD_UP):
            return troubled("writes", error)
        return DoctorFinding("writes", False, str(error).strip(), advice[connection.vendor])
    return DoctorFinding("writes", True, "get in at once")


def check_queue() -> DoctorFinding:
    """Checks that changes are sent."""
    counter.look()
    status = counter.status()
    if status.on_hold_since is None:
        return DoctorFinding("queue", True, "not on hold")
    advice = "Owners look at each open change on the page /queue/, and release it. See docs/backup.md."
    return DoctorFinding("queue", False, f"on hold since {ago(status.on_hold_since)}: {status.why}", advice)


def check_backup() -> DoctorFinding:
    """When the newest backup by `manage.py backup` was made. There are other ways, so none is no fault."""
    newest = AuditEntry.objects.filter(verb="backup.made").order_by("-at").values_list("at", flat=True).first()
    detail = f"the newest by manage.py backup was made {ago(newest)}" if newest else "none by manage.py backup"
    return DoctorFinding("backup", True, detail)


def check_aws_accounts() -> Iterator[DoctorFinding]:
    for aws_account in AwsAccount.objects.exclude(connection=AwsAccount.Connection.SNAPSHOT):
        if aws_account.resting:
            yield DoctorFinding(f"AWS account {aws_account}", True, f"rests: {why_rests(aws_account)}")
            continue
        client = reader(aws_account)
        try:
            client.call("sts", "GetCallerIdentity")
        except AwsError as error:
            advice = "See the page that connects AWS accounts, or manage.py console_role."
            yield DoctorFinding(f"AWS account {aws_account}", False, error.sentence(), advice)
        else:
            writes = "writes on" if aws_account.writes_enabled else "read-only"
            yield DoctorFinding(f"AWS account {aws_account}", True, f"{client.identity_arn}, {writes}")
