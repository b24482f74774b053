"""Days of work in an hour: pulls without a pause, changes beside, and every so often something goes wrong.

python -m bench.soak [--pulls 10000] [--fault-every 400]

runs the console on PostgreSQL and Redis as docker-compose.yml does, pulls the emulated AWS account again and again
until so many pulls of a source ended, and applies a change of ten steps now and then. In turns it flushes Redis,
restarts PostgreSQL, kills a child of a worker, starts one more beat, fills PostgreSQL's disk (as root: only root mounts
one that is small) and moves its clock an hour ahead and back (where libfaketime is installed). It prints the memory and
the open files of all processes of the workers as it goes on, and what /health/ or doctor said meanwhile. It fails where
a step was sent to AWS other than once, a change did not end applied, or memory or files at the end are more than a
fifth above those after the first quarter.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import psutil

from bench.processes import web, workers_and_beat
from bench.soak_faults import FAULTS, Running, clock_of, small_disk
from bench.topology import attaching, emulated_account, servers

USERS, STEPS = 400, 10
PULLS_PER_CHANGE = 500
MOST_GROWTH = 1.2
LONGEST_S = 600.0


@dataclass(frozen=True)
class Weight:
    """Of all processes of the workers: resident memory, MB, and open files; and how large the database is, MB."""

    pulls: int
    memory_mb: float
    files: int
    database_mb: float


def weighed(parents: Sequence[int], pulls: int) -> Weight:
    processes = [each for pid in parents for each in (psutil.Process(pid), *psutil.Process(pid).children())]
    memory, files = 0.0, 0
    for process in processes:
        try:
            memory += process.memory_info().rss / 2**20
            files += process.num_fds()
        except psutil.NoSuchProcess:
            continue
    return Weight(pulls, round(memory, 1), files, round(_database_mb(), 1))


def _database_mb() -> float:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        return float(cursor.fetchone()[0]) / 2**20


# ---- The whole ---------------------------------------------------------------------------------------------------
def main() -> None:
    parser = argparse.ArgumentParser(description="Whether it goes on as it began.")
    parser.add_argument("--pulls", type=int, default=10_000)
    parser.add_argument("--fault-every", type=int, default=400, help="pulls from one thing that goes wrong to the next")
    options = parser.parse_args()
    with ExitStack() as stack:
        disk = small_disk()
        folder = disk or Path(mkdtemp(prefix="bench-"))
        variables = clock_of(folder)
        emulator = stack.enter_context(servers(folder, **variables))
        port, parents = stack.enter_context(web(2)), stack.enter_context(workers_and_beat())
        running = Running(parents, port, stack, disk and disk / "full", folder / "clock" if variables else None)
        aws_account = emulated_account(emulator, USERS)
        sent = SentCalls(emulator)
        weights, changes = soaked(aws_account, running, sent, options.pulls, options.fault_every)
        wrong = unfinished(changes)
        sent.gather()
        wrong += [*sent.wrong(len(changes)), *grown(weights)]
        said = {
            "benchmark": "soak",
            "changes": len(changes),
            "weights": [vars(each) for each in weights],
            "said": running.said,
            "wrong": wrong,
        }
        print(json.dumps(said), flush=True)
    sys.exit(bool(wrong))


@dataclass
class SentCalls:
    """Who got the policy by how many calls, as AWS received them; it keeps the last 20,000 of all calls."""

    emulator: Any
    of_user: Counter[str] = field(default_factory=Counter)
    last: int = 0

    def gather(self) -> None:
        for call in self.emulator.calls(since=self.last):
            self.last = call["n"]
            if call["action"] == "AttachUserPolicy":
                self.of_user[call["params"]["UserName"]] += 1

    def wrong(self, changes: int) -> list[str]:
        found = [f"{name} got it {count} times" for name, count in self.of_user.items() if count != 1]
        many = len(self.of_user)
        return found if many == changes * STEPS else [*found, f"{many} users got it, not {changes * STEPS}"]


def soaked(
    aws_account: Any, running: Running, sent: SentCalls, pulls: int, fault_every: int
) -> tuple[list[Weight], list[Any]]:
    """What goes wrong does so while pulls run and a change is applied."""
    from sync import pull
    from sync.models import Run

    ended = Run.objects.filter(aws_account=aws_account, state__in=(Run.State.DONE, Run.State.FAILED))
    active = Run.objects.filter(aws_account=aws_account, state__in=Run.ACTIVE)
    weights: list[Weight] = []
    changes: list[Any] = []
    faults = iter(cycle(FAULTS))
    next_fault = fault_every
    while (done := ended.count()) < pulls:
        pull.start_all(aws_account=aws_account, trigger=Run.Trigger.COMMAND)
        is_faulty = next_fault <= done
        if done and (is_faulty or len(changes) * PULLS_PER_CHANGE <= done) and (len(changes) + 1) * STEPS <= USERS:
            changes.append(attaching(aws_account, len(changes) * STEPS, STEPS))
        if is_faulty:
            fault = next(faults)
            print(fault.__name__, flush=True)
            fault(running)
            next_fault += fault_every
        until(lambda: not active.exists())
        sent.gather()
        if not weights or done >= weights[-1].pulls + pulls / 20:
            weights.append(weighed(running.parents, done))
            print(weights[-1], flush=True)
    return weights, changes


def until(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + LONGEST_S
    while not is_so():
        if time.monotonic() > end:
            sys.exit(f"Pulls did not end within {LONGEST_S:.0f} s.")
        time.sleep(0.1)


def unfinished(changes: Sequence[Any]) -> list[str]:
    from sync.models import Change

    def moving() -> list[Any]:
        for each in changes:
            each.refresh_from_db()
        return [each for each in changes if each.state in Change.MOVING]

    until(lambda: not moving())
    return [f"Change {each.pk} is {each.state}: {each.error}" for each in changes if each.state != Change.State.APPLIED]


def grown(weights: Sequence[Weight]) -> list[str]:
    before, after = weights[len(weights) // 4], weights[-1]
    grew = {"memory": (before.memory_mb, after.memory_mb), "files": (before.files, after.files)}
    return [f"{what} grew from {b} to {a}" for what, (b, a) in grew.items() if a > b * MOST_GROWTH]


if __name__ == "__main__":
    main()
