"""Search over everything: one AWS account of 63,000 objects, and forty of 5,000, for who sees all and who sees one.

python -m bench.search [--entities 63000] [--accounts 40] [--each 5000] [--rounds 15] [--postgres]

Milliseconds of this process for a whole request. The baseline, measured in turns with it, is the same page for one
character that no name begins with: it asks everything, and finds nothing. On PostgreSQL the server's own time comes on
top, and is told as what passes by the clock.
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

MOST_MS = 60
NOTHING = '"~"'
WORDS = (
    "okafor-000",  # few
    "fischer",  # a twelfth of all people
    "role/",  # every role, as a part
    "iam::",  # everything
    "AIDA",  # every user's id
    "dana okafor",  # two words
    "nothing-like-it",
    "ok",
    "s3:delete",
    "role payments",
)


@dataclass
class Timed:
    """Milliseconds: of the processor for each request, by the clock, and of the baseline between them."""

    name: str
    url: str
    cpu: list[float] = field(default_factory=list)
    clock: list[float] = field(default_factory=list)
    baseline: list[float] = field(default_factory=list)

    @property
    def p95(self) -> float:
        return quantiles(self.cpu, n=20, method="inclusive")[18]

    def line(self) -> str:
        ratio = median(self.cpu) / median(self.baseline)
        return (
            f"{self.name:48} cpu p50 {median(self.cpu):6.1f} ms  p95 {self.p95:6.1f} ms  "
            f"clock p50 {median(self.clock):6.1f} ms  {ratio:5.2f} × nothing"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description="How long searching takes.")
    parser.add_argument("--entities", type=int, default=63_000, help="of the one AWS account; 0: without it")
    parser.add_argument("--accounts", type=int, default=40, help="0: without them")
    parser.add_argument("--each", type=int, default=5_000)
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
        sys.exit(run(options))


def run(options: argparse.Namespace) -> int:
    """1 where a request takes too long. The forty come after the one, which they are searched with."""
    timed: list[Timed] = []
    if options.entities:
        from bench.pages import prepare as prepare_one
        from bench.pages import signed_in_client

        one = argparse.Namespace(entities=options.entities, revisions=0)
        prepare_one(one)
        timed += measure(signed_in_client(), f"{options.entities:,} objects", options.rounds)
        _empty()
    if options.accounts:
        from bench.estate import prepare as prepare_many
        from bench.pages import signed_in_client

        aws_accounts = prepare_many(options.accounts, options.each)
        many = f"{options.accounts} × {options.each:,}"
        timed += measure(signed_in_client(), many, options.rounds)
        timed += measure(_viewer_of(aws_accounts[-1]), f"{many}, one seen", options.rounds)
    over = [each.name for each in timed if each.p95 > MOST_MS]
    figures = {each.name: round(each.p95, 1) for each in timed}
    print(json.dumps({"benchmark": "search", "postgres": options.postgres, "cpu_p95_ms": figures, "over": over}))
    print(f"{len(over)} take longer than {MOST_MS} ms: {'; '.join(over) or 'none'}")
    return int(bool(over))


def _empty() -> None:
    """The database of the one AWS account."""
    from django.core.management import call_command

    call_command("flush", interactive=False, verbosity=0)


def _viewer_of(aws_account: Any) -> Any:
    from django.conf import settings
    from django.core.signing import Signer
    from django.test import Client

    from accounts.models import Grant, Operator
    from accounts.roles import Role

    operator = Operator.objects.create_user("charlie@example.org", None, name="Charlie")
    Grant.objects.create(operator=operator, role=Role.VIEWER, aws_account=aws_account)
    client = Client()
    client.force_login(operator, backend="allauth.account.auth_backends.AuthenticationBackend")
    key = client.cookies[settings.SESSION_COOKIE_NAME].value
    client.cookies[settings.SESSION_COOKIE_NAME] = Signer(salt="session").sign(key)
    return client


def addresses() -> Iterator[tuple[str, str]]:
    for words in WORDS:
        yield f"page {words}", f"/search/?{urlencode({'q': words})}"
        yield f"box {words}", f"/search/box/?{urlencode({'q': words})}"
    yield "page of users iam::", f"/search/?{urlencode({'q': 'iam::', 'kind': 'users'})}"


def measure(client: Any, of: str, rounds: int) -> Sequence[Timed]:
    from iamconsole.garbage import collect_rarely

    collect_rarely()
    timed = [Timed(f"{of}: {name}", url) for name, url in addresses()]
    nothing = f"/search/?{urlencode({'q': NOTHING})}"
    for each in timed:
        _asked(client, each.url)  # templates and the catalogue are read
        for _ in range(rounds):
            cpu, clock = _asked(client, each.url)
            each.cpu.append(cpu)
            each.clock.append(clock)
            each.baseline.append(_asked(client, nothing)[0])
        print(each.line(), flush=True)
    return timed


def _asked(client: Any, url: str) -> tuple[float, float]:
    """Milliseconds of the processor, and by the clock; on SQLite each request opens the database anew."""
    from django.db import connection

    if not connection.settings_dict["CONN_MAX_AGE"]:
        connection.close()
    began, at = process_time(), perf_counter()
    response = client.get(url)
    taken = 1000 * (process_time() - began), 1000 * (perf_counter() - at)
    if response.status_code != 200:
        raise SystemExit(f"{response.status_code} at {url}")
    return taken


if __name__ == "__main__":
    main()
