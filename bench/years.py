"""What years of pulls cost: the tick and the pages with 1.86 million runs, against the same with those of three days.

python -m bench.years [--days 400] [--postgres]

fills an AWS account with the runs of its sources in 17 Regions, 4,632 a day, and prints in milliseconds: the tick, what
the schedule asks for, how the sources stand, and for comparison the query by which release 0.1.0 asked for that. Then
it sums up pulls that found nothing for a minute, and prints how fast, and the bytes of a row of what grows.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from collections.abc import Callable
from statistics import median
from time import perf_counter
from typing import Any

SMALL_DAYS = 3
GLOBAL_SOURCES, REGIONAL_SOURCES, REGIONS = 40, 9, 17
SUMMED_S = 60
RUNS = """INSERT INTO sync_run (aws_account_id, region, source, object_kind, object_id, state, trigger, created_at,
started_at, finished_at, claim, rests, cursor, pages, seen, new, changed, gone, error, log)
WITH RECURSIVE hours(h) AS (SELECT {first} UNION ALL SELECT h - 1 FROM hours WHERE h > {last}),
numbers(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n < {places} - 1)
SELECT {account}, CASE WHEN n < {globals} THEN '' ELSE 'region-' || (n % {regions}) END,
CASE WHEN n < {globals} THEN 'global-' || n ELSE 'regional-' || ((n - {globals}) / {regions}) END, '', '', 'done',
'schedule', {at}, {at}, {at}, '', {no}, '{{}}', 1, 7, 0, 0, 0, '{{}}',
'[{{"at": "2026-01-01T00:00:00+00:00", "line": "Complete: 7 objects, 0 new."}}]'
FROM hours CROSS JOIN numbers ORDER BY h DESC, n"""
AT = {
    "sqlite": "strftime('%Y-%m-%d %H:%M:%S', 'now', '-' || h || ' hours')",
    "postgresql": "now() - h * interval '1 hour'",
}
AS_BEFORE = "SELECT DISTINCT source, region FROM sync_run WHERE aws_account_id = {account} AND state = 'done'"


def main() -> None:
    options = _options()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        os.environ |= {"IAMCONSOLE_STATE": folder, "DJANGO_SETTINGS_MODULE": "iamconsole.settings"}
        if options.postgres:
            from tests.services.servers import start_postgres

            os.environ["DATABASE_URL"] = start_postgres()
        import django

        django.setup()
        from django.conf import settings
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        call_command("createcachetable", verbosity=0)
        (settings.QUEUE_DIR / "control").mkdir(parents=True)
        run(options.days)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="What years of pulls cost.")
    parser.add_argument("--days", type=int, default=400)
    parser.add_argument("--postgres", action="store_true", help="start a PostgreSQL and use that")
    return parser.parse_args()


def run(days: int) -> None:
    from accounts.models import AwsAccount
    from sync.models import PullDay, Run

    connection = AwsAccount.Connection.AMBIENT
    aws_account = AwsAccount.objects.create(
        account_id="111122223333", name="Years", connection=connection, emulated=True, pull_every_minutes=0
    )
    fill(aws_account, days * 24, (days - SMALL_DAYS) * 24 + 1)
    small = measured(aws_account)
    fill(aws_account, (days - SMALL_DAYS) * 24, 1)
    large = measured(aws_account)
    print(f"{Run.objects.count():,} runs; milliseconds with those of {SMALL_DAYS} days, with all, and the ratio")
    for name, took in large.items():
        print(f"  {name:45} {small[name]:9.2f} {took:9.2f} {took / small[name]:7.1f}")
    summed = sum_up()
    print(
        f"Summed up: {summed['runs']:,} in {summed['seconds']:.0f} s, the longest batch {summed['longest_ms']:.0f} ms"
    )
    print(f"{Run.objects.count():,} runs and {PullDay.objects.count():,} totals are left.")
    print(json.dumps({"small": small, "large": large, "summed": summed, "bytes": sizes()}))


def fill(aws_account: Any, first: int, last: int) -> None:
    """The runs of hours ago: from the first to the last, each source in each place once. How sources stand is filled in
    after it: a million times in one transaction, PostgreSQL would look through all former versions of a row."""
    from django.db import connection

    from accounts.models import AwsAccount
    from sync import source_states

    about = {"account": aws_account.pk, "first": first, "last": last, "at": AT[connection.vendor]}
    about |= {"globals": GLOBAL_SOURCES, "regions": REGIONS, "places": GLOBAL_SOURCES + REGIONAL_SOURCES * REGIONS}
    with connection.cursor() as cursor:
        for name in source_states.trigger_names(connection.vendor):
            cursor.execute(f'DROP TRIGGER "{name}"' + ("" if connection.vendor == "sqlite" else " ON sync_run"))
        cursor.execute(RUNS.format(**about, no="0" if connection.vendor == "sqlite" else "false"))
        cursor.execute("ANALYZE")
    source_states.make_missing(connection)
    source_states.fill_in(AwsAccount.objects.all())


def measured(aws_account: Any) -> dict[str, float]:
    """Milliseconds, the median of five."""
    from django.db import connection

    from estate.pulls import pull_standings
    from iamconsole import retention
    from sync import schedule, ticks
    from sync.selectors import coverages_by_place
    from sync.source_status import source_statuses

    def as_before() -> None:
        with connection.cursor() as cursor:
            cursor.execute(AS_BEFORE.format(account=aws_account.pk))
            cursor.fetchall()

    takes_away = {f"{part.__module__}.{part.__name__}" for part in retention.parts()}
    kept = [part for name, part in ticks.parts() if name not in takes_away]
    asked: dict[str, Callable[[], object]] = {
        "the tick, but for what it takes away": lambda: [part() for part in kept],
        "which sources can be read": lambda: schedule.readable(aws_account),
        "… as release 0.1.0 asked": as_before,
        "how the sources stand": lambda: coverages_by_place(aws_account),
        "the page of sources": lambda: source_statuses(aws_account),
        "the overview's line of an AWS account": lambda: pull_standings([aws_account]),
    }
    return {name: round(1000 * median(_timed(ask) for _ in range(5)), 2) for name, ask in asked.items()}


def _timed(ask: Callable[[], object]) -> float:
    began = perf_counter()
    ask()
    return perf_counter() - began


def sum_up() -> dict[str, float]:
    from datetime import timedelta

    from sync import clock, idle_runs

    before, until, number, longest = clock.now() - timedelta(days=14), perf_counter() + SUMMED_S, 0, 0.0
    began, goes_on = perf_counter(), True
    while goes_on and perf_counter() < until:
        started = perf_counter()
        summed, goes_on = idle_runs.next_batch(before)
        number, longest = number + summed, max(longest, perf_counter() - started)
    return {"runs": number, "seconds": round(perf_counter() - began, 1), "longest_ms": round(1000 * longest)}


def sizes() -> dict[str, float]:
    """Bytes of a row with its indexes, on PostgreSQL, of tables that have enough of them."""
    from django.db import connection

    found = {}
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            for table in ("sync_run", "sync_pullday"):
                cursor.execute(f"SELECT pg_total_relation_size('{table}')::float / greatest(count(*), 1) FROM {table}")
                found[table] = round(cursor.fetchone()[0])
    return found


if __name__ == "__main__":
    main()
