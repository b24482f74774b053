"""The pages over all AWS accounts: of forty of them, each with 5,000 objects.

python -m bench.estate [--accounts 40] [--entities 5000] [--rounds 15] [--postgres]

prints a line for each page, and fails where the 95th of a hundred would take more than MOST_MS. Times are the server's
for a whole request; "cpu" is what this process itself took of it, which with SQLite is all of it, however busy the
machine is. Each AWS account has pulls of the last two days, findings and drift beside its objects.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from statistics import median, quantiles
from time import perf_counter, process_time
from typing import Any

MOST_MS = 100
PULLS_OF_A_DAY = 24
FINDINGS, DRIFTED = 25, 20  # of each AWS account


def main() -> None:
    parser = argparse.ArgumentParser(description="How long the pages over all AWS accounts take.")
    parser.add_argument("--accounts", type=int, default=40)
    parser.add_argument("--entities", type=int, default=5_000)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--postgres", action="store_true", help="start a PostgreSQL and use that")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        os.environ |= {"IAMCONSOLE_STATE": folder, "DJANGO_SETTINGS_MODULE": "iamconsole.settings"}
        os.environ["SQLITE_MAP_MB"] = "1024"  # as iamconsole/wsgi.py does
        if options.postgres:
            from tests.services.servers import start_postgres

            os.environ["DATABASE_URL"] = start_postgres()
        import django

        django.setup()
        prepare(options.accounts, options.entities)
        sys.exit(measure(options.rounds))


def prepare(accounts: int, entities: int) -> None:
    from django.conf import settings
    from django.core.management import call_command

    from accounts.models import AwsAccount
    from bench.large_mirror import Size, fill, refresh_statistics

    settings.ALLOWED_HOSTS = ["testserver"]
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    began = perf_counter()
    for number in range(accounts):
        account_id = f"1{number:011}"
        about = {"connection": AwsAccount.Connection.AMBIENT, "emulated": True}
        aws_account = AwsAccount.objects.create(account_id=account_id, name=f"Account {number:02}", **about)
        fill(aws_account, Size.of(entities), statistics=False)
        _beside(aws_account)
    refresh_statistics()
    print(f"{accounts} AWS accounts of {entities:,} objects made in {perf_counter() - began:.0f} s.", flush=True)


def _beside(aws_account: Any) -> None:
    """Pulls of all sources for two days, findings, and revisions of others' making."""
    from datetime import timedelta

    from django.utils import timezone

    from findings.models import Finding
    from sync.mirror import sources
    from sync.models import Revision, Run, Schedule
    from sync.schedule import regions_of

    now = timezone.now()
    places = [
        (source.name, region)
        for source in sources.values()
        if source.serves(aws_account)
        for region in regions_of(aws_account, source)
    ]
    about = {"aws_account": aws_account, "trigger": Run.Trigger.SCHEDULE, "state": Run.State.DONE}
    Run.objects.bulk_create(
        Run(source=name, region=region, finished_at=now - timedelta(hours=hours), **about)
        for hours in range(2 * PULLS_OF_A_DAY, 0, -1)
        for name, region in places
    )
    Schedule.objects.bulk_create(
        Schedule(aws_account=aws_account, source=name, region=region, next_at=now) for name, region in places
    )
    at = {"state_since": now, "first_seen": now, "last_seen": now}
    Finding.objects.bulk_create(
        Finding(
            aws_account=aws_account,
            source="escalation",
            rule="access.escalation_path" if number % 2 else f"lint.rule_{number % 10}",
            severity=("critical", "high", "medium", "low")[number % 4],
            kind="iam.user",
            object_id=f"AIDA{number}",
            name=f"user {number}",
            sentence="It can become an administrator.",
            fingerprint=f"{number}",
            **at,
        )
        for number in range(FINDINGS)
    )
    drifted = Revision.objects.filter(facet__aws_account=aws_account).order_by("pk").values_list("pk", flat=True)
    pks = list(drifted[:DRIFTED])
    Revision.objects.filter(pk__in=pks).update(origin=Revision.Origin.OUTSIDE, drift_in=aws_account)


def addresses() -> list[str]:
    """The overview; of each list the first page, each order, and some filters."""
    from accounts.models import AwsAccount
    from estate.lists import LISTS

    first = AwsAccount.objects.earliest("pk").account_id
    found = ["/all/"]
    for each in LISTS:
        url = f"/all/{each.path}/"
        sorts = (
            f"?sort={'-' if column.newest_first else ''}{column.name}" for column in each.table.columns if column.sort
        )
        found += [url, f"{url}?account={first}", f"{url}?q=okafor", *(f"{url}{sort}" for sort in sorts)]
    return found


def measure(rounds: int) -> int:
    """1 where a page takes too long."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from bench.pages import signed_in_client

    client = signed_in_client()
    over = 0
    for url in addresses():
        assert client.get(url).status_code == 200, url  # templates are read, what may be cached for a minute is
        connection.ensure_connection()
        with CaptureQueriesContext(connection) as queries:
            client.get(url)
            taken = len(queries)
        times, cpu_times = [], []
        for _ in range(rounds):
            began, cpu_began = perf_counter(), process_time()
            client.get(url)
            times.append(1000 * (perf_counter() - began))
            cpu_times.append(1000 * (process_time() - cpu_began))
        p95 = quantiles(times, n=20, method="inclusive")[18]
        over += p95 > MOST_MS
        said = f"p50 {median(times):6.1f} ms  p95 {p95:6.1f} ms  cpu {median(cpu_times):6.1f} ms"
        print(f"{url:44} {said}  {taken} queries", flush=True)
    print(f"{over} pages take more than {MOST_MS} ms.")
    return int(over > 0)


if __name__ == "__main__":
    main()
