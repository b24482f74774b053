"""From a click on *Apply* to "applied", for something done for one person, beside a pull of a large pool's people.

python -m bench.people_clicks [--postgres] [--clicks N] [--people N]

prints what each click took, without and with the pull beside it, and a line of JSON, as `bench.clicks` does. To the
pull everybody looks changed: it writes all that it reads, and no pace holds it. Its AWS answers from memory
(bench.people_replay), that of the person is the emulator.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import count
from typing import Any

from bench import changes as long_change
from bench.busy import follow
from bench.clicks import Clicks, describe
from bench.people_puller import large_pool
from bench.people_replay import REGION
from bench.processes import web, worker
from bench.replay import replaying
from bench.visitor import make_operator

PEOPLE, CLICKS = 60_000, 40


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.people_clicks")
    parser.add_argument("--postgres", action="store_true")
    parser.add_argument("--clicks", type=int, default=CLICKS)
    parser.add_argument("--people", type=int, default=PEOPLE)
    asked = parser.parse_args()
    with ExitStack() as stack:
        emulator = long_change.set_up(stack, postgres=asked.postgres)
        large = stack.enter_context(replaying(asked.people, "bench.people_replay"))
        long_change.migrated()
        make_operator()
        aws_account, _ = long_change.prepare(emulator, 1)
        person = one_person(emulator, aws_account)
        port = stack.enter_context(web())
        stack.enter_context(worker("pulls", AWS_EMULATOR_URL=large))
        stack.enter_context(worker("changes"))
        quiet, busy = measure(OnPerson(aws_account, port, person), asked.clicks)
        describe("people_clicks", f"beside a pull of {asked.people:,}", asked.postgres, quiet, busy)


def one_person(emulator: Any, aws_account: Any) -> Any:
    """In a pool of the emulator, and in the mirror."""
    from cognito.models import CognitoUser
    from emulator.process import REGION as EMULATED
    from sync import pull

    pool_id = emulator.client("cognito-idp").create_user_pool(PoolName="customers")["UserPool"]["Id"]
    emulator.bring_in(pool_id, [{"username": "jane", "attributes": {"email": "jane@example.org"}}])
    for source in ("cognito.pools", "cognito.people"):
        run = pull.start(aws_account=aws_account, source=source, region=EMULATED, trigger="operator", wake=False)
        pull.finish(run.pk, progress=lambda run: None)
    return CognitoUser.objects.select_related("pool__aws_account").get(aws_account=aws_account)


class OnPerson(Clicks):
    def __init__(self, aws_account: Any, port: int, person: Any) -> None:
        super().__init__(aws_account, port)
        self._person, self._turns = person, self._kinds()

    @staticmethod
    def _kinds() -> Iterator[str]:
        """Disable, enable, disable …"""
        return (("cognito.user.disable", "cognito.user.enable")[number % 2] for number in count())

    def steps(self) -> list[Any]:
        from cognito.people.operations.base import on_person

        return [on_person(self._person, next(self._turns), "No message is sent.")]


def measure(clicks: Clicks, wanted: int) -> tuple[list[float], list[float]]:
    """Seconds of each click in quiet, and beside a pull: only those count during which it didn't end."""
    large = large_pool()
    pull_people(large, lambda is_over: None)
    for _ in range(3):
        clicks.click()
    quiet = [clicks.click() for _ in range(wanted)]
    busy: list[float] = []

    def click_beside(is_over: Callable[[], bool]) -> None:
        while not is_over() and len(busy) < wanted:
            took = clicks.click()
            if not is_over():
                busy.append(took)

    while len(busy) < wanted:
        pull_people(large, click_beside)
    return quiet, busy


def pull_people(aws_account: Any, meanwhile: Callable[[Callable[[], bool]], None]) -> None:
    """By the worker."""
    from cognito.models import CognitoUser
    from sync import pull
    from sync.models import Run

    CognitoUser.objects.filter(aws_account=aws_account).update(content_hash="")
    run = pull.start(aws_account=aws_account, source="cognito.people", region=REGION, trigger=Run.Trigger.OPERATOR)
    follow(run, meanwhile)


if __name__ == "__main__":
    main()
