"""Reads the people of a pool as often as it is told to, or looks for some: what `bench.people` measures.

python -m bench.people_puller bare|pull|search ADDRESS

prints a line when it is ready; then, for each line of its input, does it once and prints a line of JSON, as
`bench.puller` does; `search` prints milliseconds by what was looked for.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from statistics import median
from time import perf_counter
from typing import Any

from bench.large_account import ACCOUNT_ID
from bench.people_replay import POOL_ID, REGION, created, sub_of
from bench.puller import serve

_TIMES = 5
ALLOWED = ["custom:customer", "custom:plan", "email", "email_verified", "name", "phone_number"]


def bare(address: str) -> Callable[[], object]:
    """Every page fetched and parsed, nothing kept."""
    import boto3

    keys: dict[str, Any] = {"aws_access_key_id": "bench", "aws_secret_access_key": "bench"}
    idp: Any = boto3.client("cognito-idp", endpoint_url=address, region_name=REGION, **keys)

    def read() -> None:
        asked: dict[str, Any] = {"UserPoolId": POOL_ID, "Limit": 60}
        while True:
            page = idp.list_users(**asked)
            if "PaginationToken" not in page:
                return
            asked["PaginationToken"] = page["PaginationToken"]

    return read


def pull(address: str) -> Callable[[], object]:
    aws_account = _connected(address)

    def once() -> None:
        from sync import pull as pulling
        from sync.models import Run

        run = pulling.start(
            aws_account=aws_account, source="cognito.people", region=REGION, trigger=Run.Trigger.COMMAND, wake=False
        )
        pulling.finish(run.pk, progress=lambda run: None)
        run.refresh_from_db()
        if run.state != Run.State.DONE:
            sys.exit(f"The pull failed: {run.error}")

    return once


def _connected(address: str) -> Any:
    """The AWS account with its pool; in a process like that of a worker."""
    os.environ |= {"DJANGO_SETTINGS_MODULE": "iamconsole.settings", "AWS_EMULATOR_URL": address}
    import django

    django.setup()
    import iamconsole.celery  # noqa: F401  (a worker has it in memory)
    from sync.aws.client import reader

    aws_account = large_pool()
    reader(aws_account, region=REGION).call("cognito-idp", "ListUsers", UserPoolId=POOL_ID, Limit=60)
    return aws_account


def large_pool() -> Any:
    """The AWS account, with its pool in the mirror."""
    from django.utils import timezone

    from bench.puller import connect
    from cognito.models import PoolPeopleSettings, UserPool

    aws_account = connect()
    arn = f"arn:aws:cognito-idp:{REGION}:{ACCOUNT_ID}:userpool/{POOL_ID}"
    about = {"name": "bench", "name_key": "bench", "arn": arn, "first_seen": timezone.now()}
    UserPool.objects.get_or_create(aws_account=aws_account, region=REGION, aws_id=POOL_ID, defaults=about)
    PoolPeopleSettings.objects.get_or_create(
        aws_account=aws_account, region=REGION, pool_id=POOL_ID, defaults={"attributes": ALLOWED}
    )
    return aws_account


def search(address: str) -> dict[str, float]:
    """Milliseconds, the median of some, by what is looked for."""
    aws_account = _connected(address)
    from cognito.models import CognitoUser, UserPool
    from cognito.people.changes import changes_of
    from cognito.people.selectors import exactly, matching, page_of, people_of

    pool = UserPool.objects.get()
    one = CognitoUser.objects.count() // 2
    person = CognitoUser.objects.get(aws_account=aws_account, aws_id=sub_of(one))
    questions: dict[str, Callable[[], object]] = {
        what: lambda asked=asked: page_of(matching(people_of(pool), asked))  # type: ignore[misc]
        for what, asked in _wanted(one).items()
    }
    questions |= {
        "whole sub": lambda: list(exactly(pool, person.aws_id)),
        "whole e-mail address": lambda: list(exactly(pool, person.attributes["email"])),
        "whole address of nobody": lambda: list(exactly(pool, "nobody.has.this@example.org")),
        "what was changed of somebody": lambda: changes_of(person),
    }
    return {what: _milliseconds(ask) for what, ask in questions.items()}


def _wanted(one: int) -> dict[str, Any]:
    """`one`: the number of a person in the middle."""
    from cognito.models import CognitoUser
    from cognito.people.selectors import UNFINISHED, PeopleQuery

    return {
        "part of an e-mail address": PeopleQuery(words=f"{one}@exam"),
        "a name that many have": PeopleQuery(words="brandt"),
        "what everybody has": PeopleQuery(words="example.org"),
        "what nobody has": PeopleQuery(words="nobodyhasthis"),
        "custom attribute": PeopleQuery(attributes={"custom:customer": f"C-{one:07d}"}),
        "attribute that a quarter has": PeopleQuery(attributes={"custom:plan": "family"}),
        "sub and status": PeopleQuery(attributes={"sub": sub_of(one)}, statuses=["CONFIRMED"]),
        "never finished sign-up": PeopleQuery(statuses=UNFINISHED),
        "a status that nobody has": PeopleQuery(statuses=[CognitoUser.Status.ARCHIVED]),
        "who is disabled": PeopleQuery(enabled=False),
        "created within minutes": PeopleQuery(created_from=created(one), created_before=created(one + 500)),
        "changed since a day to come": PeopleQuery(changed_from=created(10**9)),
    }


def _milliseconds(ask: Callable[[], object]) -> float:
    from django.core.cache import caches

    taken = []
    for _ in range(_TIMES):
        caches["counts"].clear()
        began = perf_counter()
        ask()
        taken.append(1000 * (perf_counter() - began))
    return round(median(taken), 1)


if __name__ == "__main__":
    what, address = sys.argv[1:]
    if what == "search":
        print("ready", flush=True)
        for _ in sys.stdin:
            print(json.dumps(search(address)), flush=True)
    else:
        serve({"bare": bare, "pull": pull}[what](address))
