"""The people of a large pool: a first pull, one that finds nothing new, and searches, against boto3's bare read.

python -m bench.people [--people 200000] [--quick] [--postgres]

prints figures for people and a line of JSON. All read the same replayed answers, in turns and in the same run. A first
pull is to take 1.5 times the bare read, by the clock as in `bench.pull`, and a search 100 ms. `--postgres`:
on PostgreSQL instead of SQLite, which is meant for 200,000 people and not for a million.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.pull import Postgres, Sqlite, puller
from bench.replay import replaying

PEOPLE, QUICK = 200_000, 20_000
MOST, PEAK_MB, SEARCH_MS = 1.5, 250, 100


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.people")
    parser.add_argument("--people", type=int, default=PEOPLE)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--postgres", action="store_true")
    asked = parser.parse_args()
    people = QUICK if asked.quick else asked.people
    with tempfile.TemporaryDirectory(prefix="bench-") as folder, replaying(people, "bench.people_replay") as address:
        database = Postgres(Path(folder) / "postgres") if asked.postgres else Sqlite(Path(folder) / "empty")
        figures = measure(database, people, address)
    report(figures)
    print(json.dumps({"benchmark": "people", "rows": [figures]}))
    if missed := list(misses(figures)):
        sys.exit(" ".join(missed))


def measure(database: Sqlite | Postgres, people: int, address: str) -> dict[str, Any]:
    module = "bench.people_puller"
    with database.empty() as env:
        with puller("bare", address, {}, module) as bare, puller("pull", address, env, module) as pull:
            read = [bare()]
            first = pull()
            read.append(bare())
            again = pull()
        with puller("search", address, env, module) as search:
            searches = search()
    cpu, seconds = (min(one[what] for one in read) for what in ("cpu", "seconds"))
    return {
        "database": database.name,
        "people": people,
        "read_s": round(seconds, 2),
        "read_cpu_s": round(cpu, 2),
        "first_ratio": round(first["seconds"] / seconds, 2),
        "first_cpu_ratio": round(first["cpu"] / cpu, 2),
        "next_ratio": round(again["seconds"] / seconds, 2),
        "next_cpu_ratio": round(again["cpu"] / cpu, 2),
        "first_peak_mb": round(first["peak_mb"]),
        "peak_mb": round(again["peak_mb"]),
        "searches_ms": searches,
    }


def misses(figures: dict[str, Any]) -> Iterator[str]:
    if figures["peak_mb"] > PEAK_MB:
        yield f"A pull held more than {PEAK_MB} MB."
    if figures["first_ratio"] > MOST:
        yield f"A first pull took more than {MOST} × the bare read."
    if max(figures["searches_ms"].values()) > SEARCH_MS:
        yield f"A search took more than {SEARCH_MS} ms."


def report(figures: dict[str, Any]) -> None:
    print(
        f"{figures['database']}, {figures['people']:,} people; "
        f"bare read {figures['read_s']} s ({figures['read_cpu_s']} s of CPU time)"
    )
    for what, name in (("first", "first pull"), ("next", "nothing new")):
        print(f"  {name}: {figures[f'{what}_ratio']} × (CPU time {figures[f'{what}_cpu_ratio']} ×)")
    print(f"  memory: {figures['first_peak_mb']} MB after the first pull, {figures['peak_mb']} MB after the next")
    for what, taken in figures["searches_ms"].items():
        print(f"  {what}: {taken} ms{'' if taken <= SEARCH_MS else '  (slow)'}")


if __name__ == "__main__":
    main()
