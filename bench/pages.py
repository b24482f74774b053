"""The console's pages over the mirror of a large AWS account, against the same pages over a small one.

python -m bench.pages [--entities 63000] [--revisions 0] [--rounds 15] [--postgres]

prints a line for each page and one of JSON. The database is SQLite's, DATABASE_URL's, or with --postgres a PostgreSQL
that is started for it. Times are the server's for a whole request, without the network. The small account has the same
data, just enough of it for a full page; both are asked in turns, so it is the ratios that mean something.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from statistics import median, quantiles
from time import perf_counter, process_time
from typing import Any

SMALL, DEEP = 1200, 500
LARGE_ID, SMALL_ID = "111122223333", "444455556666"
MOST_QUERIES, MOST_MS = 10, 60
PUT_TOGETHER = ("overview",)  # of what many panels and sources say, by more queries


@dataclass
class Visited:
    """One page: seconds of each request over the large and over the small AWS account."""

    name: str
    large: str
    small: str
    times: list[float] = field(default_factory=list)
    small_times: list[float] = field(default_factory=list)
    cpu_times: list[float] = field(default_factory=list)  # over the large one, what this process itself took of that
    queries: int = 0

    def figures(self) -> dict[str, float]:
        """Milliseconds, and how many times that of the small AWS account."""
        p95 = quantiles(self.times, n=20, method="inclusive")[18]
        return {
            "p50": round(1000 * median(self.times), 1),
            "p95": round(1000 * p95, 1),
            "cpu": round(1000 * median(self.cpu_times), 1),
            "queries": self.queries,
            "ratio": round(median(self.times) / median(self.small_times), 2),
        }

    @property
    def is_over(self) -> bool:
        too_many = self.queries > MOST_QUERIES and self.name not in PUT_TOGETHER
        return too_many or self.figures()["p95"] > MOST_MS


def main() -> None:
    options = _options()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        os.environ |= {"IAMCONSOLE_STATE": folder, "DJANGO_SETTINGS_MODULE": "iamconsole.settings"}
        os.environ["SQLITE_MAP_MB"] = "1024"  # as iamconsole/wsgi.py does
        if options.postgres:
            from tests.services.servers import start_postgres

            os.environ["DATABASE_URL"] = start_postgres()
        import django

        django.setup()
        aws_accounts = prepare(options)
        pages = [page for page in pages_of(*aws_accounts) if options.only in page.name]
        measure(pages, options.rounds)
        sys.exit(report(pages, options))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="How long the pages take over a large mirror.")
    parser.add_argument("--entities", type=int, default=63_000)
    parser.add_argument("--revisions", type=int, default=0, help="in all; each object has one at least")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--postgres", action="store_true", help="start a PostgreSQL and use that")
    parser.add_argument("--only", default="", help="pages with these words in their name")
    return parser.parse_args()


def prepare(options: argparse.Namespace) -> tuple[Any, Any]:
    """The database with two AWS accounts, the large one and the small one."""
    from django.conf import settings
    from django.core.management import call_command

    from accounts.models import AwsAccount
    from bench.large_mirror import Size, fill

    settings.ALLOWED_HOSTS = ["testserver"]
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    began = perf_counter()
    found = []
    for account_id, size in ((LARGE_ID, Size.of(options.entities, options.revisions)), (SMALL_ID, Size.of(SMALL))):
        aws_account = AwsAccount.objects.create(
            account_id=account_id, name=account_id, connection=AwsAccount.Connection.AMBIENT, emulated=True
        )
        fill(aws_account, size)
        found.append(aws_account)
    print(f"{options.entities:,} entities made in {perf_counter() - began:.0f} s.", flush=True)
    return found[0], found[1]


# ---- Which pages ---------------------------------------------------------------------------------------------
def pages_of(large: Any, small: Any) -> Iterator[Visited]:
    for (name, large_url), (_, small_url) in zip(addresses(large), addresses(small), strict=True):
        yield Visited(name, large_url, small_url)


def addresses(aws_account: Any) -> Iterator[tuple[str, str]]:
    """The name and the address of every kind of page there is over what is mirrored of an AWS account."""
    from identities import selectors, tables
    from policies.selectors import policies
    from policies.tables import POLICIES

    here = f"/aws/{aws_account.account_id}"
    yield "overview", f"{here}/"
    for table, rows in (
        (tables.USERS, selectors.listed_users),
        (tables.GROUPS, selectors.groups),
        (tables.ROLES, selectors.roles),
        (POLICIES, policies),
    ):
        for name, query in _ways_to_list(table, rows(aws_account), aws_account):
            yield f"{table.name} {name}".strip(), f"{here}/{table.name}/{query}"
    yield from _details(aws_account, here)
    for words in ("okafor-000", "fischer", "role/", "AIDA", "nothing-like-it", "ok"):
        yield f"search {words}", f"/search/?q={words}"


def _ways_to_list(table: Any, rows: Any, aws_account: Any) -> Iterator[tuple[str, str]]:
    """First page, deep page, each order, each choice of each filter, and searches."""
    yield "", ""
    yield f"{DEEP}th next", f"?{_deep(table, table.default_sort, rows)}"
    for column in table.columns:
        if column.sort:
            sort = f"-{column.name}" if column.newest_first else column.name
            yield f"by {sort}", f"?sort={sort}"
            yield f"by {sort} {DEEP}th next", f"?sort={sort}&{_deep(table, sort, rows)}"
    for choice in table.filters:
        for value, _ in list(choice.options(aws_account))[:5]:
            yield f"with {choice.name}={value}", f"?{choice.name}={value}"
    yield "with path", "?path=/data/"
    yield "with tag", "?tag=team%3Dsearch"
    yield "with date", "?created_before=2025-01-01"
    for words in ("okafor", "export-001", "iam::", "cc-17", "nothing-like-it", "da"):
        yield f"search {words}", f"?q={words}"


def _deep(table: Any, sort: str, rows: Any) -> str:
    """What stands in the address of the page that one comes to by so many *next*, or of the last full one."""
    from iamconsole.web.keyset import paged

    cursor, rows = "", rows.live()
    for _ in range(DEEP):
        page = paged(rows, table.order(sort), 50, after=cursor)
        if not page.next:
            break
        cursor = page.next
    return f"after={cursor}"


def _details(aws_account: Any, here: str) -> Iterator[tuple[str, str]]:
    from identities.models import IamGroup, IamRole, IamUser
    from identities.object_pages import GROUP, ROLE, USER
    from policies.models import ManagedPolicy
    from policies.views.managed_policies import POLICY

    for kind, model in ((USER, IamUser), (GROUP, IamGroup), (ROLE, IamRole), (POLICY, ManagedPolicy)):
        row = model.objects.filter(aws_account=aws_account).earliest("pk")  # of groups and policies the most crowded
        for tab in kind.tabs:
            yield f"{kind.name} {tab.name}".strip(), f"{here}/{kind.many}/{row.aws_id}/{tab.name and tab.name + '/'}"
    yield "policy attached", f"{here}/policies/{row.aws_id}/attached/"


# ---- Asking --------------------------------------------------------------------------------------------------
def measure(pages: list[Visited], rounds: int) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = signed_in_client()
    for page in pages:
        _ask(client, page.large)  # templates are read, what may be cached for a minute is
        with CaptureQueriesContext(connection) as queries:
            _ask(client, page.large)
        page.queries = len(queries)
        _ask(client, page.small)
    for _ in range(rounds):
        for page in pages:
            began = process_time()
            page.times.append(_seconds(client, page.large))
            page.cpu_times.append(process_time() - began)
            page.small_times.append(_seconds(client, page.small))


def signed_in_client() -> Any:
    """An owner's: that asks for the most rights."""
    from django.conf import settings
    from django.test import Client

    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = signed_in("olga@example.org", "owner")
    return client


def signed_in(email: str, role: str) -> str:
    """What the session's cookie holds of a new operator, who has this role in all AWS accounts."""
    from allauth.account.models import EmailAddress
    from allauth.mfa.models import Authenticator
    from django.conf import settings
    from django.core.signing import Signer
    from django.test import Client

    from accounts.models import Grant, Operator

    operator = Operator.objects.create_user(email, None, name=email.partition("@")[0].title())
    EmailAddress.objects.create(user=operator, email=operator.email, verified=True, primary=True)
    Authenticator.objects.create(user=operator, type=Authenticator.Type.TOTP, data={"secret": "unused"})
    Grant.objects.create(operator=operator, role=role)
    client = Client()
    client.force_login(operator, backend="allauth.account.auth_backends.AuthenticationBackend")
    return Signer(salt="session").sign(client.cookies[settings.SESSION_COOKIE_NAME].value)


def _seconds(client: Any, url: str) -> float:
    from django.db import connection

    if not connection.settings_dict["CONN_MAX_AGE"]:
        connection.close()  # as the end of a request does; the test client doesn't
    began = perf_counter()
    _ask(client, url)
    return perf_counter() - began


def _ask(client: Any, url: str) -> None:
    answer = client.get(url)
    if answer.status_code != 200:
        sys.exit(f"{url} answered {answer.status_code}")


# ---- Telling -------------------------------------------------------------------------------------------------
def report(pages: list[Visited], options: argparse.Namespace) -> int:
    """The exit status: 1 when a page takes too many queries or too long."""
    from django.db import connection

    print(f"{'Page':<42} {'p50 ms':>7} {'p95 ms':>7} {'cpu ms':>7} {'queries':>7}   × small")
    found = {page.name: page.figures() for page in pages}
    for page in pages:
        p50, p95, cpu, queries, ratio = found[page.name].values()
        mark = "!" if page.is_over else " "
        print(f"{page.name:<42} {p50:7.1f} {p95:7.1f} {cpu:7.1f} {queries:7} {mark} {ratio:6.2f} ×")
    times = [seconds for page in pages for seconds in page.times]
    p50, p95 = median(times), quantiles(times, n=20, method="inclusive")[18]
    over = [page.name for page in pages if page.is_over]
    print(f"All {len(pages)} pages: p50 {1000 * p50:.1f} ms, p95 {1000 * p95:.1f} ms; beyond the target: {len(over)}.")
    said = {
        "benchmark": "pages",
        "database": connection.vendor,
        "entities": options.entities,
        "revisions": options.revisions,
        "p50_ms": round(1000 * p50, 1),
        "p95_ms": round(1000 * p95, 1),
        "most_queries": max(page.queries for page in pages if page.name not in PUT_TOGETHER),
        "worst_ratio": max(figures["ratio"] for figures in found.values()),
        "over": over,
        "pages": found,
    }
    print(json.dumps(said))
    return bool(over)


if __name__ == "__main__":
    main()
