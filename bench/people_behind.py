"""Who can, ending at people: an AWS account of forty, each with 5,000 objects, and Identity Center over all of them.

python -m bench.people_behind [--accounts 40] [--entities 5000] [--people 3000] [--rounds 7]

Prints how long the page takes before there is an Identity Center and with it, where people of three other AWS accounts
get in by a chain; for an action that many may; and what a person may over all of them. Fails where a page takes more
than MOST_MS. Times are of a whole request; "cpu" is what this process took of it.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from statistics import median
from time import perf_counter, process_time
from typing import Any

MOST_MS = 1000
SETS, GROUPS = 8, 60
TARGET = "arn:aws:s3:::people-behind"


def main() -> None:
    parser = argparse.ArgumentParser(description="How long answers take that end at people.")
    parser.add_argument("--accounts", type=int, default=40)
    parser.add_argument("--entities", type=int, default=5_000)
    parser.add_argument("--people", type=int, default=3_000)
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        os.environ |= {"IAMCONSOLE_STATE": folder, "DJANGO_SETTINGS_MODULE": "iamconsole.settings"}
        os.environ["SQLITE_MAP_MB"] = "1024"
        import django

        django.setup()
        accounts = prepare(options.accounts, options.entities)
        client = _client()
        pages = {"who can, before": _who_can(accounts[0], "s3:GetObject", f"{TARGET}/a")}
        over = measure(client, pages, options.rounds)
        person = enter(accounts, options.people)
        pages = {
            "who can, with people": pages["who can, before"],
            "who can do what many may": _who_can(accounts[0], "s3:ListAllMyBuckets", "*"),
            "what a person may": f"/aws/{accounts[0].account_id}/identity-center/people/{person.aws_id}/access/",
        }
        sys.exit(int(over + measure(client, pages, options.rounds) > 0))


def _client() -> Any:
    from bench.pages import signed_in_client

    return signed_in_client()


def _who_can(aws_account: Any, action: str, resource: str) -> str:
    return f"/aws/{aws_account.account_id}/who-can/?action={action}&resource={resource}"


def prepare(accounts: int, entities: int) -> list[Any]:
    from django.conf import settings
    from django.core.management import call_command

    from accounts.models import AwsAccount
    from bench.large_mirror import Size, fill, refresh_statistics
    from policies.document_reach import note_new
    from tests.access.mirrored import role
    from tests.services.organization_rows import complete
    from tests.services.statements import allow

    settings.ALLOWED_HOSTS = ["testserver"]
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    began = perf_counter()
    made = []
    for number in range(accounts):
        about = {"connection": AwsAccount.Connection.AMBIENT, "emulated": True}
        made.append(AwsAccount.objects.create(account_id=f"1{number:011}", name=f"Account {number:02}", **about))
        fill(made[-1], Size.of(entities), statistics=False)
        complete(made[-1], "org.membership")
    roots = [f"arn:aws:iam::{each.account_id}:root" for each in made[1:4]]
    role(made[0], "people-behind-reader", allow("s3:GetObject", f"{TARGET}/*"), trusts={"AWS": roots})
    while note_new():
        pass
    refresh_statistics()
    print(f"{accounts} AWS accounts of {entities:,} objects made in {perf_counter() - began:.0f} s.", flush=True)
    return made


def enter(accounts: list[Any], people: int) -> Any:
    """Permission sets in all of them, each given to some groups; who is in the first group has all."""
    from tests.access.mirrored import role
    from tests.services.directory_rows import RESERVED_PATH, DirectoryRows, reserved_name
    from tests.services.statements import allow

    center = DirectoryRows(accounts[0])
    everybody = [center.person(f"person.{number:05}") for number in range(people)]
    groups = [center.group(f"group-{number:02}", *everybody[number::GROUPS]) for number in range(GROUPS)]
    for number in range(SETS):
        name = f"Set{number}"
        chosen = center.permission_set(name, *accounts)
        for place, account in enumerate(accounts):
            provider = f"arn:aws:iam::{account.account_id}:saml-provider/AWSSSO_0_DO_NOT_DELETE"
            onward = allow("sts:AssumeRole", f"arn:aws:iam::{accounts[0].account_id}:role/*")
            own = [allow("s3:ListAllMyBuckets"), allow("sqs:*"), onward]
            role(account, reserved_name(name), *own, trusts={"Federated": provider}, path=RESERVED_PATH)
            for which in {0, (number + place) % GROUPS}:
                center.assign(chosen, account, groups[which])
    return everybody[0]


def measure(client: Any, pages: dict[str, str], rounds: int) -> int:
    """How many take too long; the first request of each, which reads indexes, is told apart."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    over = 0
    for name, url in pages.items():
        began = perf_counter()
        answer = client.get(url)
        first = 1000 * (perf_counter() - began)
        assert answer.status_code == 200, url
        assert ("Person 00000" in answer.content.decode()) is (name != "who can, before"), url
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
        over += median(cpu_times) > MOST_MS
        said = f"p50 {median(times):7.1f} ms  cpu {median(cpu_times):7.1f} ms  first {first:8.1f} ms"
        print(f"{name:28} {said}  {taken} queries", flush=True)
    return over


if __name__ == "__main__":
    main()
