"""A whole pull into an empty mirror, and one that finds nothing new, against the bare read of the same AWS account.

python -m bench.pull [--quick] [--postgres]

prints a table for people and a line of JSON. The bare read is boto3's alone: every page fetched and parsed, nothing
kept. All read the same recorded answers, in turns and in the same run: it is the ratios that mean something. Each pull
into an empty mirror is a new process with a new database. `--quick` is for small machines: smaller AWS accounts, once.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from bench.large_account import LARGE, TINY, USUAL, Size
from bench.processes import lines_of
from bench.replay import replaying

ROUNDS = 3
PEAK_MB = 250


@dataclass(frozen=True)
class Figures:
    """Of one database and one size: medians of the rounds, and the highest peak. Pairs: seconds, seconds of the CPU."""

    database: str
    objects: int
    read: tuple[float, float]
    first: tuple[float, float]
    next: tuple[float, float]
    peak_mb: float

    def ratio(self, pull: tuple[float, float], what: int = 0) -> float:
        """To the bare read; of CPU time with `what` = 1, which tells more where a machine has much else to do."""
        return pull[what] / self.read[what]


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.pull")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--postgres", action="store_true")
    asked = parser.parse_args()
    plan = [(TINY, 1), (USUAL, 1)] if asked.quick else [(USUAL, ROUNDS), (LARGE, 1)]
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        databases: list[Sqlite | Postgres] = [Sqlite(Path(folder) / "empty")]
        if asked.postgres:
            databases.append(Postgres(Path(folder) / "postgres"))
        found = [[measure(database, size, rounds) for size, rounds in plan] for database in databases]
    report(found)


class Sqlite:
    """Each mirror is a copy of an empty, migrated one."""

    name = "SQLite"

    def __init__(self, state: Path) -> None:
        self._state = state
        migrate({"IAMCONSOLE_STATE": str(state)})

    @contextmanager
    def empty(self) -> Iterator[dict[str, str]]:
        """The environment of a process that uses it."""
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            shutil.copytree(self._state, folder, dirs_exist_ok=True)
            yield {"IAMCONSOLE_STATE": folder}


class Postgres:
    """Likewise, on a server of its own that ends with this process. It doesn't wait for its disk."""

    name = "PostgreSQL"

    def __init__(self, state: Path) -> None:
        from tests.services.servers import start_postgres

        self._server = start_postgres().rpartition("/")[0]
        self._state = str(state)
        self._made = 0
        self._ask("CREATE DATABASE bench_empty")
        migrate(self._env("bench_empty"))

    @contextmanager
    def empty(self) -> Iterator[dict[str, str]]:
        self._made += 1
        name = f"bench_{self._made}"
        self._ask(f"CREATE DATABASE {name} TEMPLATE bench_empty")
        yield self._env(name)
        self._ask(f"DROP DATABASE {name} WITH (FORCE)")

    def _env(self, name: str) -> dict[str, str]:
        return {"IAMCONSOLE_STATE": self._state, "DATABASE_URL": f"{self._server}/{name}"}

    def _ask(self, statement: str) -> None:
        import psycopg

        with psycopg.connect(f"{self._server}/postgres", autocommit=True) as connection:
            connection.execute(statement)


def migrate(env: dict[str, str]) -> None:
    Path(env["IAMCONSOLE_STATE"]).mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "manage.py", "migrate", "--skip-checks", "--verbosity", "0"]
    subprocess.run(command, env={**os.environ, **env}, check=True)


def measure(database: Sqlite | Postgres, size: Size, rounds: int) -> Figures:
    """In turns, so that what else the machine does slows all of it."""
    read: list[dict[str, float]] = []
    first: list[dict[str, float]] = []
    again: list[dict[str, float]] = []
    with replaying(size) as address, puller("bare", address, {}) as bare:
        for _ in range(rounds):
            with database.empty() as env, puller("pull", address, env) as pull:
                read.append(bare())
                first.append(pull())
                read.append(bare())
                again.append(pull())
    peak = max(one["peak_mb"] for one in again)
    return Figures(database.name, size.objects, typical(read), typical(first), typical(again), peak)


def typical(described: list[dict[str, float]]) -> tuple[float, float]:
    return median(one["seconds"] for one in described), median(one["cpu"] for one in described)


@contextmanager
def puller(what: str, address: str, env: dict[str, str], module: str = "bench.puller") -> Iterator[Any]:
    """A function that reads or pulls once, in a process of its own, and tells seconds and peak memory."""
    with lines_of(module, what, address, **env) as (say, heard):
        heard()

        def once() -> dict[str, float]:
            say("once")
            described: dict[str, float] = json.loads(heard())
            return described

        yield once


def report(found: list[list[Figures]]) -> None:
    every = [figures for sizes in found for figures in sizes]
    print("Seconds, and what times that is the bare read (of CPU time):")
    print(f"{'':<12}{'objects':>9}{'bare read':>11}{'first pull':>12}{'':>17}{'nothing new':>13}{'':>17}{'peak':>9}")
    for figures in every:
        cells = "".join(
            f"{pull[0]:>{width}.2f} s{figures.ratio(pull):>7.2f} × ({figures.ratio(pull, 1):.2f})"
            for pull, width in ((figures.first, 10), (figures.next, 11))
        )
        head = f"{figures.database:<12}{figures.objects:>9,}{figures.read[0]:>9.2f} s"
        print(f"{head}{cells}{figures.peak_mb:>6.0f} MB")
    for small, large in found:
        sizes = f"at {large.objects:,} against {small.objects:,}"
        print(f"{small.database}, time an object {sizes}: {growth(small, large)}")
    print(json.dumps({"benchmark": "pull", "rows": [as_row(figures) for figures in every]}))
    if any(figures.peak_mb > PEAK_MB for figures in every):
        sys.exit(f"A pull held more than {PEAK_MB} MB.")


def as_row(figures: Figures) -> dict[str, Any]:
    ratios = {
        name: round(figures.ratio(pull, what), 2)
        for name, pull, what in (
            ("first_ratio", figures.first, 0),
            ("next_ratio", figures.next, 0),
            ("first_cpu_ratio", figures.first, 1),
            ("next_cpu_ratio", figures.next, 1),
        )
    }
    times = {"read_s": figures.read[0], "first_s": figures.first[0], "next_s": figures.next[0]}
    numbers = {name: round(value, 3) for name, value in {**times, "peak_mb": figures.peak_mb}.items()}
    return {"database": figures.database, "objects": figures.objects} | numbers | ratios


def growth(small: Figures, large: Figures) -> str:
    more = large.objects / small.objects
    pulls = {"first pull": (small.first, large.first), "nothing new": (small.next, large.next)}
    return ", ".join(
        f"{name} {large_took[0] / small_took[0] / more:.2f} × (of CPU time {large_took[1] / small_took[1] / more:.2f})"
        for name, (small_took, large_took) in pulls.items()
    )


if __name__ == "__main__":
    main()
