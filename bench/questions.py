"""What an operator waits for who asks about access in an AWS account of 10,000 principals with 2,000 documents.

python -m bench.questions [--rounds 9] [--only typing]

prints a line for each page and one of JSON. Editor: a document of 6 kB that was never seen is checked while one types.
Times are those of the server's processor for a whole request; beside them is how many times that of an AWS account of
100 principals it is, measured in turns.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median
from time import process_time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

if TYPE_CHECKING:
    from access.simulation.question import SimulationQuestion

LARGE_ID, SMALL_ID = "123456789012", "210987654321"
SMALL_SHARE = 100  # the small AWS account has one of so many
SIZE = 6_000  # characters of a document that is checked


@dataclass
class Asked:
    """A page. `ask` takes the client, the AWS account's id and a number that makes the question a new one."""

    name: str
    most_ms: int
    ask: Callable[[Any, str, int], Any]
    times: list[float] = field(default_factory=list)
    small_times: list[float] = field(default_factory=list)

    @property
    def ms(self) -> float:
        return median(self.times) * 1000

    @property
    def ratio(self) -> float:
        return median(self.times) / median(self.small_times)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--only", default="", help="pages with these words in their name")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        os.environ |= {"IAMCONSOLE_STATE": folder, "DJANGO_SETTINGS_MODULE": "iamconsole.settings"}
        import django

        django.setup()
        from django.conf import settings
        from django.core.management import call_command

        from bench.shared_policies import fill
        from iamconsole.garbage import collect_rarely

        settings.ALLOWED_HOSTS = ["testserver"]
        call_command("migrate", verbosity=0)
        call_command("createcachetable", verbosity=0)
        fill(LARGE_ID)
        fill(SMALL_ID, SMALL_SHARE)
        collect_rarely()
        pages = [page for page in pages_to_ask() if options.only in page.name]
        measure(pages, options.rounds)
    for page in pages:
        print(
            f"{page.name}: {page.ms:,.0f} ms (wanted: {page.most_ms}), {page.ratio:.1f} times that of a small account"
        )
    print(json.dumps({"benchmark": "questions", **{page.name: round(page.ms, 1) for page in pages}}))
    sys.exit(any(page.ms > page.most_ms for page in pages))


def measure(pages: list[Asked], rounds: int) -> None:
    from bench.pages import signed_in_client

    client = signed_in_client()
    for number in range(-2, rounds):  # the first rounds fill what may be kept
        for page in pages:
            for account_id, times in ((LARGE_ID, page.times), (SMALL_ID, page.small_times)):
                began = process_time()
                page.ask(client, account_id, number)
                if number >= 0:
                    times.append(process_time() - began)


def pages_to_ask() -> list[Asked]:
    return [
        Asked("typing: a policy of 70 holders", 150, lambda c, a, n: _checked(c, a, n, policy=14)),
        Asked("typing: a boundary of 1,600", 150, lambda c, a, n: _checked(c, a, n, policy=0)),
        Asked("typing: passes roles", 150, lambda c, a, n: _checked(c, a, n, policy=14, more=_passing)),
        Asked(
            "who can: one resource", 300, lambda c, a, n: _who_can(c, a, n, "s3:GetObject", "arn:aws:s3:::data-{}/x")
        ),
        Asked("who can: a pattern", 300, lambda c, a, n: _who_can(c, a, n, "s3:Get*", "arn:aws:s3:::data-{}/*")),
        Asked("user", 200, lambda c, a, n: _principal(c, a, n, "user")),
        Asked("simulate: 20 x 20 x 5", 1000, lambda c, a, n: _simulate(c, a, n, "reports/{}.csv")),
        Asked("simulate: 20 x 20 x 5, patterns", 1000, lambda c, a, n: _simulate(c, a, n, "reports/{}/*")),
        Asked("simulate: a file of 20,000", 3_000, lambda c, a, n: _file(c, a, n, "reports/{}.csv")),
        Asked("simulate: a file of 20,000, patterns", 10_000, lambda c, a, n: _file(c, a, n, "reports/{}/*")),
        Asked("simulate: one by one", 60_000, _one_by_one),
        Asked("user, effective access", 200, lambda c, a, n: _principal(c, a, n, "user", "access/")),
        Asked("role, effective access", 200, lambda c, a, n: _principal(c, a, n, "role", "access/")),
    ]


def _checked(
    client: Any,
    account_id: str,
    number: int,
    *,
    policy: int,
    more: Callable[[str, int], list[dict[str, Any]]] = lambda account_id, number: [],
) -> None:
    from bench.shared_policies import statements_of

    listed = [*statements_of(account_id, policy), *more(account_id, number)]
    listed.append({"Effect": "Allow", "Action": "s3:DeleteObject", "Resource": f"arn:aws:s3:::lake-{number}/*"})
    while len(json.dumps(listed)) < SIZE:
        place = f"arn:aws:dynamodb:eu-west-1:{account_id}:table/t{len(listed)}-{number}"
        listed.append({"Effect": "Allow", "Action": ["dynamodb:GetItem", "dynamodb:Query"], "Resource": place})
    text = json.dumps({"Version": "2012-10-17", "Statement": listed}, indent=1)
    address = urlencode({"quota": "MANAGED_POLICY", "of": "policy", "id": f"ANPA{policy:017}"})
    _answered(client.post(f"/aws/{account_id}/documents/check/?{address}", {"document": text}))


def _passing(account_id: str, number: int) -> list[dict[str, Any]]:
    role = f"arn:aws:iam::{account_id}:role/role-{number % 7}*"
    return [{"Effect": "Allow", "Action": ["iam:PassRole", "lambda:*"], "Resource": ["*", role]}]


def _who_can(client: Any, account_id: str, number: int, action: str, resource: str) -> None:
    query = urlencode({"action": action, "resource": resource.format(abs(number) % 300)})
    _answered(client.get(f"/aws/{account_id}/who-can/?{query}"))


def _simulated(account_id: str, number: int, key: str, of_each: int = 10) -> SimulationQuestion:
    """20 principals, 20 actions and 5 resources: 2,000 answers. `of_each`: so many users, and as many roles."""
    from access.simulation.question import SimulationQuestion
    from policies.engine.catalogue import action, actions_matching, may_match

    resources = [f"arn:aws:s3:::data-{each}/{key.format(number)}" for each in range(5)]
    names = [
        name
        for name in actions_matching("s3:*Object*")
        if (known := action(name)) and any(may_match(resources[0], use.type) for use in known.uses)
    ]
    who = [f"{kind}/{kind}-{each}" for kind in ("user", "role") for each in range(of_each)]
    return SimulationQuestion(tuple(who), tuple(names[:20]), tuple(resources))


def _simulate(client: Any, account_id: str, number: int, key: str) -> None:
    query = _simulated(account_id, number, key).query()
    response = client.get(f"/aws/{account_id}/simulate/?{query}")
    if b"2,000 answers" not in response.content:
        raise SystemExit("These aren't 2,000 answers.")
    _answered(response)


def _file(client: Any, account_id: str, number: int, key: str) -> None:
    """Of the small AWS account as much as it has."""
    few = account_id == SMALL_ID
    form = _simulated(account_id, number, key, 20 if few else 100).pairs()
    kept = client.post(f"/aws/{account_id}/simulate/", urlencode(form), "application/x-www-form-urlencoded")
    address = kept["Location"].partition("#")[0]
    lines = sum(part.count(b"\n") for part in client.get(f"{address}&format=csv").streaming_content)
    if lines != (4_001 if few else 20_001):
        raise SystemExit(f"These are {lines:,} lines.")


def _one_by_one(client: Any, account_id: str, number: int) -> None:
    """One in twenty of the same answers, as the command gives them: each by its own reading of the mirror."""
    from access.situations import situation_of
    from accounts.models import AwsAccount

    aws_account = AwsAccount.objects.get(account_id=account_id)
    question = _simulated(account_id, number, "reports/{}.csv")
    for each, said in enumerate(question.principals):
        arn = f"arn:aws:iam::{account_id}:{said}"
        for resource in question.resources:
            situation_of(aws_account, arn, question.actions[each], resource, {}).verdict()


def _principal(client: Any, account_id: str, number: int, kind: str, tab: str = "") -> None:
    prefix = {"user": "AIDA", "role": "AROA"}[kind]
    _answered(client.get(f"/aws/{account_id}/{kind}s/{prefix}{abs(number) % 30:017}/{tab}"))


def _answered(response: Any) -> None:
    if response.status_code != 200:
        raise SystemExit(f"{response.status_code}: {response.content[:500]!r}")


if __name__ == "__main__":
    main()
