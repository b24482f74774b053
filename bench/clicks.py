"""From a click on *Apply* to "applied", for a change of one step, beside a large pull and a long change.

python -m bench.clicks [--postgres] [--clicks N] [--steps N]

prints what each click took, without and with a pull of 63,000 objects and a change of 1,000 steps beside it, in turns
of one run, and a line of JSON. The processes are those of `make run`: gunicorn, a Celery worker for pulls and one for
changes. The pull's AWS answers from memory (bench.replay), that of the changes is the emulator.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import count
from time import perf_counter
from typing import Any

from bench import changes as long_change
from bench.busy import figures, until
from bench.busy import pull as pull_all
from bench.large_account import LARGE
from bench.processes import web, worker
from bench.puller import connect
from bench.replay import replaying
from bench.visitor import EMAIL, Visitor, make_operator

MOST_P95_S = 3.0


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.clicks")
    parser.add_argument("--postgres", action="store_true")
    parser.add_argument("--clicks", type=int, default=40)
    parser.add_argument("--steps", type=int, default=long_change.STEPS)
    asked = parser.parse_args()
    with ExitStack() as stack:
        emulator = long_change.set_up(stack, postgres=asked.postgres)
        large = stack.enter_context(replaying(LARGE))
        long_change.migrated()
        make_operator()
        aws_account, _ = long_change.prepare(emulator, asked.steps + 1)
        port = stack.enter_context(web())
        stack.enter_context(worker("pulls", AWS_EMULATOR_URL=large))
        stack.enter_context(worker("changes"))
        report(asked, *measure(OnUser(aws_account, port, asked.steps), asked.clicks))


class Clicks:
    """An operator who applies changes. Derive from it: `steps` says of what."""

    def __init__(self, aws_account: Any, port: int) -> None:
        from accounts.models import Operator

        self.aws_account, self._visitor = aws_account, Visitor(aws_account, port)
        self.actor = Operator.objects.get(email=EMAIL)

    def steps(self) -> list[Any]:
        """Those of the next change."""
        raise NotImplementedError

    def click(self) -> float:
        """Seconds until it is applied."""
        change = self.proposed(self.steps())
        began = perf_counter()
        self._visitor.post(f"/aws/{self.aws_account.account_id}/changes/{change.pk}/apply/")
        until(lambda: not moves(change))
        took = perf_counter() - began
        if change.state != change.State.APPLIED:
            sys.exit(f"The change ended {change.state}: {change.error}")
        return took

    def proposed(self, steps: list[Any]) -> Any:
        from sync import changes

        return changes.propose(aws_account=self.aws_account, actor=self.actor, title="", reason="", steps=steps)


class OnUser(Clicks):
    """One step, on a user whom the long change leaves alone."""

    def __init__(self, aws_account: Any, port: int, steps: int) -> None:
        from identities.models import IamUser
        from policies.models import ManagedPolicy

        super().__init__(aws_account, port)
        self._policy = ManagedPolicy.objects.get(name="reports-read")
        *self._many, self._one = IamUser.objects.live().filter(aws_account=aws_account).order_by("name")[: steps + 1]
        self._turns, self._long_turns = self._kinds(), self._kinds()

    @staticmethod
    def _kinds() -> Iterator[Any]:
        """Attach, detach, attach …"""
        from identities.operations import attach, detach

        return ((attach, detach)[number % 2] for number in count())

    def steps(self) -> list[Any]:
        return [next(self._turns)(self._one, self._policy.arn)]

    def long(self) -> Any:
        """A long change, applied by the worker from now on."""
        from sync import changes

        kind = next(self._long_turns)
        change = self.proposed([kind(user, self._policy.arn) for user in self._many])
        changes.apply(change=change, actor=self.actor)
        return change


def moves(change: Any) -> bool:
    change.refresh_from_db(fields=["state", "error"])
    return change.state in (change.State.PROPOSED, *change.MOVING)


def measure(clicks: OnUser, wanted: int) -> tuple[list[float], list[float]]:
    """Seconds of each click in quiet, and beside both: only those count during which neither ended."""
    large = connect()
    pull_all(large, meanwhile=lambda is_over: None)
    for _ in range(3):
        clicks.click()
    quiet = [clicks.click() for _ in range(wanted)]
    busy: list[float] = []
    while len(busy) < wanted:
        pull_all(large, meanwhile=lambda is_over: busy.extend(_clicked_beside(clicks, is_over, wanted - len(busy))))
    return quiet, busy


def _clicked_beside(clicks: OnUser, is_over: Callable[[], bool], most: int) -> list[float]:
    found: list[float] = []
    change = clicks.long()
    while not is_over() and len(found) < most:
        took = clicks.click()
        if not is_over() and moves(change):
            found.append(took)
        if not moves(change):
            change = clicks.long()
    until(lambda: not moves(change))
    return found


def report(asked: argparse.Namespace, quiet: list[float], busy: list[float]) -> None:
    describe("clicks", f"beside a pull and {asked.steps:,} steps", asked.postgres, quiet, busy)


def describe(benchmark: str, what: str, postgres: bool, quiet: list[float], busy: list[float]) -> None:
    """Prints the figures, and ends this process: with 1 where clicks take too long beside `what`."""
    without, beside = figures(quiet), figures(busy)
    database = "PostgreSQL" if postgres else "SQLite"
    print(f"From click to applied on {database}, {len(busy)} clicks, seconds (p50 / p95 / slowest):")
    for name, (p50, p95, most) in (("quiet", without), (what, beside)):
        print(f"  {name:<32}{p50:6.2f} /{p95:6.2f} /{most:6.2f}")
    good = beside[1] <= MOST_P95_S
    print(f"  p95 ≤ {MOST_P95_S:.0f} s{'' if good else ': missed'}")
    print(json.dumps({"benchmark": benchmark, "database": database, "quiet": without, "beside": beside}))
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
