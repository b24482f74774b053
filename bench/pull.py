"""A whole pull into an empty mirror, and one that finds nothing new, against the bare read of the same AWS account.

python -m bench.pull

prints one line for people and one of JSON. The bare read is boto3's alone: every page fetched and parsed, nothing kept.
All read the same recorded answers, in the same run: it is the ratios that mean something.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from bench.replay import replaying

ROUNDS = 3
READ = "GetAccountAuthorizationDetails"


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        os.environ |= {"IAMCONSOLE_STATE": folder, "DJANGO_SETTINGS_MODULE": "iamconsole.settings"}
        import django

        django.setup()
        from iamconsole.demo.process import start_emulator

        state = Path(folder) / "aws"
        subprocess.run([sys.executable, "-m", "bench.large_account", str(state)], check=True)
        with start_emulator(state=state) as emulator, replaying(emulator.url) as address:
            report(measure(emulator, address))


def measure(emulator: Any, address: str) -> dict[str, float]:
    from django.conf import settings
    from django.core.management import call_command

    settings.AWS_EMULATOR_URL = address
    call_command("migrate", verbosity=0)
    aws_account, iam = connect(), emulator.client("iam", endpoint_url=address)
    bare_read(iam)  # records the answers
    recorded = len(emulator.calls(READ))
    first = seconds(lambda: pull(aws_account))
    reads, pulls = [], []
    for _ in range(ROUNDS):  # in turns, so that what else the machine does slows both
        reads.append(seconds(lambda: bare_read(iam)))
        pulls.append(seconds(lambda: pull(aws_account)))
    if len(emulator.calls(READ)) != recorded:
        sys.exit("A pull asked for pages that the bare read didn't: they were not the same work.")
    read, again = median(reads), median(pulls)
    return {"read_s": read, "first_pull_s": first, "next_pull_s": again, "first": first / read, "next": again / read}


def bare_read(iam: Any) -> None:
    pages = iam.get_paginator("get_account_authorization_details")
    filters = ["User", "Role", "Group", "LocalManagedPolicy", "AWSManagedPolicy"]
    for _ in pages.paginate(Filter=filters, PaginationConfig={"PageSize": 1000}):
        pass


def connect() -> Any:
    from accounts.models import AwsAccount
    from bench.large_account import ACCOUNT_ID

    return AwsAccount.objects.create(
        account_id=ACCOUNT_ID, name="Large", connection=AwsAccount.Connection.AMBIENT, emulated=True
    )


def pull(aws_account: Any) -> None:
    from sync import pull as pulling
    from sync.models import Run

    run = pulling.start(aws_account=aws_account, trigger=Run.Trigger.COMMAND, wake=False)
    pulling.finish(run.pk, progress=lambda run: None)
    run.refresh_from_db()
    if run.state != Run.State.DONE:
        sys.exit(f"The pull failed: {run.error}")


def seconds(act: Callable[[], object]) -> float:
    began = perf_counter()
    act()
    return perf_counter() - began


def report(found: dict[str, float]) -> None:
    from bench.large_account import OBJECTS

    print(
        f"{OBJECTS:,} objects: bare read {found['read_s']:.2f} s; first pull {found['first_pull_s']:.2f} s, "
        f"{found['first']:.1f} × that; one that finds nothing new {found['next_pull_s']:.2f} s, {found['next']:.1f} ×."
    )
    print(
        json.dumps({"benchmark": "pull", "objects": OBJECTS} | {key: round(value, 3) for key, value in found.items()})
    )


if __name__ == "__main__":
    main()
