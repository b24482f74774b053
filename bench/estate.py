"""The estate: forty AWS accounts, each with 5,000 objects and 50 resources that have policies, and 1,000 people.

python -m bench.estate [--accounts 40] [--entities 5000] [--rounds 15] [--only who-can] [--postgres]

prints a line for each page and one of JSON, and fails where the 95th of a hundred takes more than is wanted: 100 ms, a
question over AWS accounts a second. Times are those of the processor for a whole request, in this process, which with
SQLite is all of it, however busy the machine is. Lists of all AWS accounts are asked in turns with that of one, "times"
says how many times that it takes. "first" is the first request, which reads what is kept from then on. Each AWS account
has pulls of the last two days, findings and drift beside its objects; the organization is in the mirror of the first.
ACCESS_INDEX_PRINCIPALS is 200,000 unless it is set: the memory that is printed is what that costs.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from statistics import median, quantiles
from time import perf_counter, process_time
from typing import Any
from urllib.parse import urlencode

import psutil

MOST_MS, MOST_MS_ACROSS = 100, 1_000
PULLS_OF_A_DAY = 24
FINDINGS, DRIFTED = 25, 20  # of each AWS account


@dataclass
class Page:
    """`of_one`: the address of the same list of one AWS account, to compare with."""

    name: str
    url: str
    of_one: str = ""
    most_ms: int = MOST_MS
    first_ms: float = 0
    queries: int = 0
    times_ms: list[float] = field(default_factory=list)
    times_of_one_ms: list[float] = field(default_factory=list)

    @property
    def p95_ms(self) -> float:
        return quantiles(self.times_ms, n=20, method="inclusive")[18]

    @property
    def ratio(self) -> float | None:
        return median(self.times_ms) / median(self.times_of_one_ms) if self.of_one else None


def main() -> None:
    parser = argparse.ArgumentParser(description="How long the pages over all AWS accounts take.")
    parser.add_argument("--accounts", type=int, default=40)
    parser.add_argument("--entities", type=int, default=5_000)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--only", default="", help="pages with these words in their name")
    parser.add_argument("--postgres", action="store_true", help="start a PostgreSQL and use that")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        os.environ |= {"IAMCONSOLE_STATE": folder, "DJANGO_SETTINGS_MODULE": "iamconsole.settings"}
        os.environ["SQLITE_MAP_MB"] = "1024"  # as iamconsole/wsgi.py does
        os.environ.setdefault("ACCESS_INDEX_PRINCIPALS", "200000")  # all of them, as docs/estate.md advises
        if options.postgres:
            from tests.services.servers import start_postgres

            os.environ["DATABASE_URL"] = start_postgres()
        import django

        django.setup()
        aws_accounts = prepare(options.accounts, options.entities)
        sys.exit(measure([page for page in pages(aws_accounts) if options.only in page.name], options.rounds))


def prepare(accounts: int, entities: int) -> Sequence[Any]:
    from django.conf import settings
    from django.core.management import call_command

    from accounts.models import AwsAccount
    from bench.estate_contents import add_identity_center, add_resources, organize
    from bench.large_mirror import Size, fill, refresh_statistics
    from policies.document_reach import note_new

    settings.ALLOWED_HOSTS = ["testserver"]
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    began = perf_counter()
    aws_accounts: list[Any] = []
    ids = [f"1{number:011}" for number in range(accounts)]
    for number, account_id in enumerate(ids):
        about = {"connection": AwsAccount.Connection.AMBIENT, "emulated": True}
        aws_account = AwsAccount.objects.create(account_id=account_id, name=f"Account {number:02}", **about)
        fill(aws_account, Size.of(entities), statistics=False)
        _beside(aws_account)
        add_resources(aws_account, ids[(number + 7) % accounts])
        aws_accounts.append(aws_account)
    organize(aws_accounts)
    add_identity_center(aws_accounts)
    while note_new():
        pass
    refresh_statistics()
    print(f"{accounts} AWS accounts of {entities:,} objects made in {perf_counter() - began:.0f} s.", flush=True)
    return aws_accounts


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


# ---- Which pages ---------------------------------------------------------------------------------------------
def pages(aws_accounts: Sequence[Any]) -> Iterator[Page]:
    """The overview; of each list the first page, each order, and some filters; resources, a person, and questions."""
    from estate.lists import LISTS

    first = aws_accounts[0].account_id
    yield Page("overview", "/all/", f"/aws/{first}/")
    for each in LISTS:
        url, of_one = f"/all/{each.path}/", f"/aws/{first}/{each.path}/"
        sorts = (f"{'-' if column.newest_first else ''}{column.name}" for column in each.table.columns if column.sort)
        ways = ({}, {"account": first}, {"q": "okafor"}, *({"sort": sort} for sort in sorts))
        for way in ways:
            query = f"?{urlencode(way)}" if way else ""
            comparable = each.path in ONE_HAS and "account" not in way
            yield Page(f"{each.path} {query}".strip(), f"{url}{query}", f"{of_one}{query}" if comparable else "")
    yield from _resources(aws_accounts[1])
    yield from _questions(aws_accounts[1])


ONE_HAS = ("users", "groups", "roles", "policies", "changes")  # lists at the same path of one AWS account


def _resources(aws_account: Any) -> Iterator[Page]:
    from bench.estate_contents import bucket, person_id
    from resources.models import Resource

    here = f"/aws/{aws_account.account_id}"
    for word, number in (("one that lets in another AWS account", 0), ("one that lets in the organization", 2)):
        row = Resource.objects.get(name=bucket(aws_account, number))
        yield Page(f"resource: {word}", f"{here}/resources/{row.aws_id}/")
        yield Page(f"resource, Access: {word}", f"{here}/resources/{row.aws_id}/reach/", most_ms=MOST_MS_ACROSS)
    yield Page("resources", f"{here}/resources/")
    yield Page("person", f"/aws/1{0:011}/identity-center/people/{person_id(7)}/")


def _questions(aws_account: Any) -> Iterator[Page]:
    from bench.estate_contents import bucket

    for word, number in (("its own", 3), ("another AWS account", 0), ("the organization", 2)):
        asked = {"action": "s3:GetObject", "resource": f"arn:aws:s3:::{bucket(aws_account, number)}/reports/1.csv"}
        url = f"/aws/{aws_account.account_id}/who-can/?{urlencode(asked)}"
        yield Page(f"who-can: {word}", url, most_ms=MOST_MS_ACROSS)


# ---- How long ------------------------------------------------------------------------------------------------
def measure(measured: Sequence[Page], rounds: int) -> int:
    """1 where a page takes too long."""
    from bench.pages import signed_in_client
    from iamconsole.garbage import collect_rarely

    collect_rarely()
    client, process = signed_in_client(), psutil.Process()
    before = process.memory_info().rss
    for page in measured:
        _measure(client, page, rounds)
        ratio = f"{page.ratio:5.1f} times" if page.ratio else ""
        print(
            f"{page.name:58} cpu p50 {median(page.times_ms):6.1f} ms  p95 {page.p95_ms:6.1f} ms  "
            f"first {page.first_ms:6.0f} ms  {page.queries:3} queries  {ratio}",
            flush=True,
        )
    grown = (process.memory_info().rss - before) / 1_000_000
    print(f"Memory: {before / 1_000_000:.0f} MB before the first page, {grown:.0f} MB more after all of them.")
    over = [page.name for page in measured if page.p95_ms > page.most_ms]
    figures = {page.name: round(page.p95_ms, 1) for page in measured}
    print(json.dumps({"benchmark": "estate", "memory, MB": round(grown), **figures}))
    print(f"{len(over)} take longer than wanted: {'; '.join(over) or 'none'}")
    return int(bool(over))


def _measure(client: Any, page: Page, rounds: int) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    page.first_ms = _asked(client, page.url)
    connection.ensure_connection()
    with CaptureQueriesContext(connection) as queries:
        client.get(page.url)
        page.queries = len(queries)
    for _ in range(rounds):
        page.times_ms.append(_asked(client, page.url))
        if page.of_one:
            page.times_of_one_ms.append(_asked(client, page.of_one))


def _asked(client: Any, url: str) -> float:
    """Milliseconds of the processor."""
    began = process_time()
    response = client.get(url)
    taken = 1000 * (process_time() - began)
    if response.status_code != 200:
        raise SystemExit(f"{response.status_code} at {url}")
    return taken


if __name__ == "__main__":
    main()
