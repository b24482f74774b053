"""Reads an AWS account as often as it is told to: with boto3 alone, or into the mirror as a worker does.

python -m bench.puller bare|pull ADDRESS

prints a line when it is ready; then, for each line of its input, does it once and prints {"seconds", "cpu", "peak_mb"}:
how long it took, how long this process computed, and how much memory it held at most so far.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

from bench.large_account import ACCOUNT_ID, FILTERS


def bare(address: str) -> Callable[[], object]:
    """Every page fetched and parsed, nothing kept."""
    import boto3

    keys: dict[str, Any] = {"aws_access_key_id": "bench", "aws_secret_access_key": "bench"}
    iam = boto3.client("iam", endpoint_url=address, region_name="us-east-1", **keys)
    iam.get_account_summary()

    filters: Any = list(FILTERS)

    def read() -> None:
        pages = iam.get_paginator("get_account_authorization_details")
        for _ in pages.paginate(Filter=filters, PaginationConfig={"PageSize": 1000}):
            pass

    return read


def pull(address: str) -> Callable[[], object]:
    """A whole pull, in a process like that of a worker."""
    os.environ |= {"DJANGO_SETTINGS_MODULE": "iamconsole.settings", "AWS_EMULATOR_URL": address}
    import django

    django.setup()
    import iamconsole.celery  # noqa: F401  (a worker has it in memory)
    from sync.aws.client import reader

    aws_account = connect()
    reader(aws_account).call("iam", "GetAccountSummary")
    return lambda: pull_once(aws_account)


def connect() -> Any:
    from accounts.models import AwsAccount

    about = {"name": "Large", "connection": AwsAccount.Connection.AMBIENT, "emulated": True}
    return AwsAccount.objects.get_or_create(account_id=ACCOUNT_ID, defaults=about)[0]


def pull_once(aws_account: Any) -> None:
    from sync import pull as pulling
    from sync.models import Run

    run = pulling.start(aws_account=aws_account, trigger=Run.Trigger.COMMAND, wake=False)
    pulling.finish(run.pk, progress=lambda run: None)
    run.refresh_from_db()
    if run.state != Run.State.DONE:
        sys.exit(f"The pull failed: {run.error}")


def peak_mb() -> float:
    """Not `getrusage`: that counts what the parent held when it started this process, too."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def serve(action: Callable[[], object]) -> None:
    """Does it for each line of the input."""
    print("ready", flush=True)
    for _ in sys.stdin:
        began, computed = perf_counter(), process_time()
        action()
        took = {"seconds": perf_counter() - began, "cpu": process_time() - computed}
        print(json.dumps(took | {"peak_mb": peak_mb()}), flush=True)


if __name__ == "__main__":
    serve({"bare": bare, "pull": pull}[sys.argv[1]](sys.argv[2]))
