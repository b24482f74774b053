"""Pages and small writes while a pull writes into SQLite, against the same when nothing else goes on.

python -m bench.busy

prints a line for each kind of visit, and one of JSON. The processes are those of `make run`: gunicorn, and a Celery
worker that pulls; here is the operator who reads pages and writes a little. Quiet times and pulls take turns in the
same run, so it is the ratios that mean something. To the pull every object looks changed: it writes all that it reads.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from statistics import quantiles
from time import monotonic, perf_counter
from typing import Any

from bench.large_account import USUAL
from bench.processes import web, worker
from bench.replay import replaying
from bench.visitor import Times, Visitor, make_operator

ROUNDS, QUIET_S, WARM_UP_S = 3, 6.0, 2.0


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        os.environ |= {"IAMCONSOLE_STATE": folder, "DJANGO_SETTINGS_MODULE": "iamconsole.settings"}
        os.environ["IAMCONSOLE_DEMO"] = "1"  # its operator signs in without a second factor
        import django

        django.setup()
        with replaying(USUAL) as address:
            aws_account = prepare()
            with web() as port, worker("pulls", AWS_EMULATOR_URL=address):
                report(*measure(aws_account, port))


def prepare() -> Any:
    """The database, the queue, an AWS account and an operator."""
    from django.conf import settings
    from django.core.management import call_command

    from bench.puller import connect

    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    (settings.QUEUE_DIR / "control").mkdir(parents=True)
    make_operator()
    return connect()


def measure(aws_account: Any, port: int) -> tuple[Times, Times, float]:
    """Seconds of each visit without a pull, and with one; and how long a pull took."""
    pull(aws_account, meanwhile=lambda is_over: None)
    visitor = Visitor(aws_account, port)
    visitor.visit_until(in_seconds(WARM_UP_S), visitor.no_times())
    quiet, busy, pulls = visitor.no_times(), visitor.no_times(), 0.0
    for _ in range(ROUNDS):
        visitor.visit_until(in_seconds(QUIET_S), quiet)
        began = perf_counter()
        pull(aws_account, meanwhile=lambda is_over: visitor.visit_until(is_over, busy))
        pulls += perf_counter() - began
    return quiet, busy, pulls / ROUNDS


def in_seconds(seconds: float) -> Callable[[], bool]:
    end = monotonic() + seconds
    return lambda: monotonic() > end


def pull(aws_account: Any, *, meanwhile: Callable[[Callable[[], bool]], None]) -> None:
    """A whole pull by the worker, to which every object looks changed."""
    from sync import pull as pulling
    from sync.models import Facet, Run

    Facet.objects.update(raw_hash="", fingerprint="")
    follow(pulling.start(aws_account=aws_account, trigger=Run.Trigger.OPERATOR), meanwhile)


def follow(run: Any, meanwhile: Callable[[Callable[[], bool]], None]) -> None:
    """A pull to its end, which must have written all that it saw."""
    from sync.models import Run

    def is_over() -> bool:
        return not Run.objects.filter(pk=run.pk, state__in=Run.ACTIVE).exists()

    meanwhile(is_over)
    until(is_over)
    run.refresh_from_db()
    if run.state != Run.State.DONE or run.seen != run.new + run.changed:
        sys.exit(f"The pull didn't write all: {run.state}, {run.seen} seen, {run.changed} changed, {run.error}")


def until(is_over: Callable[[], bool]) -> None:
    while not is_over():
        time.sleep(0.02)


def report(quiet: Times, busy: Times, pull_s: float) -> None:
    print(f"{USUAL.objects:,} objects, written anew in {pull_s:.1f} s.")
    print("Milliseconds of each visit, p50 / p95 / slowest:")
    rows = {name: (figures(quiet[name]), figures(busy[name])) for name in quiet}
    for name, (without, during) in rows.items():
        ratio = " ".join(f"{now / before:.1f}×" for before, now in zip(without, during, strict=True))
        print(f"  {name:<10} quiet {describe(without)}   while a pull writes {describe(during)}   {ratio}")
    print(json.dumps({"benchmark": "busy", "objects": USUAL.objects, "pull_s": round(pull_s, 3), "visits": rows}))


def figures(times: list[float]) -> list[float]:
    """Median, 95th percentile and maximum, in seconds."""
    cuts = quantiles(times, n=20, method="inclusive")
    return [round(value, 4) for value in (cuts[9], cuts[18], max(times))]


def describe(found: list[float]) -> str:
    return "/".join(f"{1000 * value:5.0f}" for value in found)


if __name__ == "__main__":
    main()
