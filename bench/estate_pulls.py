"""The first pull of many AWS accounts by several workers, against the bare read of the same by as many processes.

python -m bench.estate_pulls [--accounts 40] [--entities 3000] [--workers 2] [--postgres]

prints the seconds of both and their ratio, and fails where that is more than MOST. The bare read is boto3's alone:
every page of each AWS account fetched and parsed, nothing kept. The workers take the runs in turn as Celery's do, each
with what it needs: AssumeRole and GetCallerIdentity in each AWS account, pages, rows, revisions.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from time import perf_counter

from bench.large_account import Size
from bench.processes import lines_of
from bench.pull import Postgres, Sqlite
from bench.replay import replaying

MOST = 2.5
PULLER = "bench.estate_puller"


def size_of(entities: int) -> Size:
    """As many objects, in the proportions of an AWS account."""
    users, groups, policies = entities * 54 // 100, entities * 5 // 100, entities * 14 // 100
    return Size(users=users, groups=groups, roles=entities - users - groups - policies, policies=policies)


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.estate_pulls")
    parser.add_argument("--accounts", type=int, default=40)
    parser.add_argument("--entities", type=int, default=3_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--postgres", action="store_true", help="start a PostgreSQL and use that")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder, replaying(size_of(asked.entities), PULLER) as address:
        database = Postgres(Path(folder)) if asked.postgres else Sqlite(Path(folder) / "empty")
        read = _took("bare", address, asked.accounts, asked.workers, {})
        with database.empty() as env:
            pulled = _took("pull", address, asked.accounts, asked.workers, env)
        read = (read + _took("bare", address, asked.accounts, asked.workers, {})) / 2
    ratio = pulled / read
    said = f"{asked.accounts} AWS accounts of {asked.entities:,} objects, {asked.workers} workers, {database.name}"
    print(f"{said}: bare read {read:.1f} s, first pull {pulled:.1f} s, {ratio:.2f} ×")
    if ratio > MOST:
        sys.exit(f"The pull takes more than {MOST} × the bare read.")


def _took(what: str, address: str, accounts: int, workers: int, env: dict[str, str]) -> float:
    """Seconds from when all were told to begin until the last has nothing left to do."""
    with ExitStack() as stack:
        started = [
            stack.enter_context(lines_of(PULLER, what, address, str(accounts), str(number), str(workers), **env))
            for number in range(workers)
        ]
        for _, heard in started:
            heard()
        began = perf_counter()
        for say, _ in started:
            say("go")
        for _, heard in started:
            heard()
        return perf_counter() - began


if __name__ == "__main__":
    main()
