"""Two hundred operators at once, on PostgreSQL and Redis, as docker-compose.yml runs the console.

python -m bench.load [--minutes 10] [--operators 200] [--processes 2] [--entities 63000]
python -m bench.load --most [--processes 1,2,4]

The first has each operator open a page, or propose a change, every 20 to 60 seconds, while pulls run and a change of
1,000 steps is applied; it fails where the 95th of a hundred takes more than 300 ms, or anything but the page comes.
With `--most`, requests come at an even rate that rises until that is so: it prints the rate that still held, for each
number of gunicorn's processes. Everything, this program too, shares the machine's cores; they are printed.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import cycle
from statistics import median, quantiles
from time import monotonic, perf_counter
from typing import Any
from urllib.parse import urlencode

from bench.processes import web, workers_and_beat
from bench.topology import attaching, emulated_account, servers

MOST_MS, WARM_UP_S, PULL_EVERY_S = 300, 60.0, 60.0
RATES, RATE_S = (5, 10, 15, 20, 25, 30, 40, 50, 60, 80), 45.0
WRITES = 0.05  # of all requests
STEPS = 1_000
EDITED = 50  # policies
CSRF = "c" * 32


@dataclass(frozen=True)
class Visit:
    method: str
    path: str
    body: str = ""
    expected: int = 200

    @property
    def name(self) -> str:
        return self.path if self.method == "GET" else "edits of policies"


@dataclass
class Seen:
    """Seconds of each visit that came right, by its address; and what came wrong."""

    times: dict[str, list[float]] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    @property
    def all_times(self) -> list[float]:
        return [seconds for times in self.times.values() for seconds in times]

    def figures(self) -> dict[str, Any]:
        """Milliseconds."""
        times = self.all_times
        cuts = quantiles(times, n=100, method="inclusive")
        slowest = sorted(self.times, key=lambda path: -median(self.times[path]))[:3]
        return {
            "requests": len(times),
            "p50_ms": round(1000 * median(times)),
            "p95_ms": round(1000 * cuts[94]),
            "p99_ms": round(1000 * cuts[98]),
            "pages": len(self.times),
            "wrong": len(self.wrong),
            "slowest": {path: round(1000 * median(self.times[path])) for path in slowest},
        }

    @property
    def held(self) -> bool:
        return not self.wrong and quantiles(self.all_times, n=20, method="inclusive")[18] * 1000 <= MOST_MS


# ---- One request -----------------------------------------------------------------------------------------------
async def visited(port: int, cookie: str, visit: Visit, seen: Seen) -> None:
    began = perf_counter()
    try:
        status = await asyncio.wait_for(_status(port, cookie, visit), 60)
    except (OSError, TimeoutError, ValueError) as error:
        seen.wrong.append(f"{visit.path}: {error!r}")
        return
    if status == visit.expected:
        seen.times.setdefault(visit.name, []).append(perf_counter() - began)
    else:
        seen.wrong.append(f"{visit.path}: {status}")


async def _status(port: int, cookie: str, visit: Visit) -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = (
        f"{visit.method} {visit.path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n"
        f"Cookie: {cookie}; csrftoken={CSRF}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {len(visit.body)}\r\n\r\n{visit.body}"
    )
    writer.write(head.encode())
    answer = await reader.read()
    writer.close()
    if b"/auth/" in answer.partition(b"\r\n\r\n")[0].partition(b"Location:")[2]:
        raise ValueError("signed out")
    return int(answer.split(b" ", 2)[1])


# ---- What is visited ---------------------------------------------------------------------------------------------
def reads(large: Any) -> list[Visit]:
    """Lists with filters, orders and searches, objects with their tabs, and what puts things together."""
    from bench.pages import addresses

    every = [visit for name, url in addresses(large) if "next" not in name for visit in [Visit("GET", url)]]
    here = f"/aws/{large.account_id}"
    others = (
        "changes/",
        "pulls/",
        "drift/",
        "who-can/?action=s3:GetObject&resource=arn:aws:s3:::reports/x",
        "findings/",
    )
    return [*every, *(Visit("GET", f"{here}/{path}") for path in others), Visit("GET", "/all/changes/")]


class Proposals:
    """Edits of one policy after the other, each another; the first is attached to 3,000 roles."""

    def __init__(self, aws_account: Any) -> None:
        from policies.models import ManagedPolicy

        policies = ManagedPolicy.objects.live().filter(aws_account=aws_account, is_aws=False).order_by("pk")[:EDITED]
        self._policies = cycle(policies)
        self._here = f"/aws/{aws_account.account_id}/policies"
        self._number = 0

    def next(self) -> Visit:
        self._number += 1
        policy = next(self._policies)
        statement = {"Effect": "Allow", "Action": f"s3:Put{self._number}", "Resource": "*"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        typed = {"title": "Edit", "document": document, "base": policy.default_version}
        return Visit(
            "POST", f"{self._here}/{policy.aws_id}/do/edit/", urlencode(typed | {"csrfmiddlewaretoken": CSRF}), 302
        )


@dataclass
class Visitors:
    port: int
    cookies: Sequence[str]
    reads: Sequence[Visit]
    proposals: Proposals
    chance: random.Random = field(default_factory=lambda: random.Random(7))

    def next(self) -> Visit:
        return self.proposals.next() if self.chance.random() < WRITES else self.chance.choice(self.reads)

    async def at_work(self, seconds: float, pause: tuple[float, float], seen: Seen) -> None:
        """Each operator visits, and pauses."""
        end = monotonic() + seconds

        async def one(cookie: str) -> None:
            await asyncio.sleep(self.chance.uniform(0, pause[1]))
            while monotonic() < end:
                await visited(self.port, cookie, self.next(), seen)
                await asyncio.sleep(self.chance.uniform(*pause))

        await asyncio.gather(*map(one, self.cookies))

    async def at_rate(self, rate: float, seconds: float, seen: Seen) -> None:
        """So many begin in a second, whether or not those before have ended."""
        going = []
        for _ in range(int(rate * seconds)):
            going.append(asyncio.create_task(visited(self.port, self.chance.choice(self.cookies), self.next(), seen)))
            await asyncio.sleep(1 / rate)
        await asyncio.gather(*going)


def cookies_of(operators: int) -> list[str]:
    """Of so many editors."""
    from django.conf import settings

    from bench.pages import signed_in

    name = settings.SESSION_COOKIE_NAME
    return [f"{name}={signed_in(f'operator-{number}@example.org', 'editor')}" for number in range(operators)]


# ---- The whole ---------------------------------------------------------------------------------------------------
async def pulling(aws_account: Any, stop: asyncio.Event) -> None:
    """A pull of the emulated AWS account, again and again."""
    from asgiref.sync import sync_to_async

    from sync import pull
    from sync.models import Run

    while not stop.is_set():
        await sync_to_async(pull.start_all)(aws_account=aws_account, trigger=Run.Trigger.COMMAND)
        try:
            await asyncio.wait_for(stop.wait(), PULL_EVERY_S)
        except TimeoutError:
            continue


async def operators_at_work(visitors: Visitors, aws_account: Any, minutes: float, pause: tuple[float, float]) -> bool:
    from asgiref.sync import sync_to_async

    stop, seen = asyncio.Event(), Seen()
    beside = asyncio.create_task(pulling(aws_account, stop))
    await visitors.at_work(WARM_UP_S, pause, Seen())
    change = await sync_to_async(attaching)(aws_account, 0, STEPS)
    await visitors.at_work(minutes * 60, pause, seen)
    stop.set()
    await beside
    await sync_to_async(change.refresh_from_db)()
    said = seen.figures() | {"change": change.state, "cores": os.cpu_count(), "operators": len(visitors.cookies)}
    print(json.dumps({"benchmark": "load"} | said), flush=True)
    print("\n".join(seen.wrong[:20]), flush=True)
    return seen.held and change.state == "applied"


async def most(visitors: Visitors, processes: int) -> None:
    await visitors.at_rate(RATES[0], WARM_UP_S, Seen())
    held: float = 0
    for rate in RATES:
        seen = Seen()
        began = monotonic()
        await visitors.at_rate(rate, RATE_S, seen)
        answered = len(seen.all_times) / (monotonic() - began)
        print(
            json.dumps({"processes": processes, "rate": rate, "answered": round(answered, 1)} | seen.figures()),
            flush=True,
        )
        if not seen.held:
            break
        held = rate
    print(
        f"{processes} processes: {held:g} requests a second at p95 ≤ {MOST_MS} ms, on {os.cpu_count()} cores.",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description="Operators at once, and how many requests the machine holds.")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--operators", type=int, default=200)
    parser.add_argument("--pause", default="20,60", help="seconds between two pages of an operator, from and to")
    parser.add_argument("--processes", default="2", help="gunicorn's, with 8 threads each; several with commas")
    parser.add_argument("--entities", type=int, default=63_000)
    parser.add_argument("--most", action="store_true")
    options = parser.parse_args()
    least, longest = map(float, options.pause.split(","))
    with servers() as emulator:
        from accounts.models import AwsAccount
        from bench.large_mirror import Size, fill

        about = {"name": "Large", "connection": AwsAccount.Connection.AMBIENT, "emulated": True, "writes_enabled": True}
        large = AwsAccount.objects.create(account_id="111122223333", **about)
        fill(large, Size.of(options.entities))
        _leave_alone(large)
        beside = emulated_account(emulator, STEPS)
        cookies = cookies_of(options.operators)
        held = True
        for processes in map(int, options.processes.split(",")):
            with web(processes) as port, workers_and_beat():
                _read_once(beside)
                visitors = Visitors(port, cookies, reads(large), Proposals(large))
                if options.most:
                    asyncio.run(most(visitors, processes))
                else:
                    held &= asyncio.run(operators_at_work(visitors, beside, options.minutes, (least, longest)))
    sys.exit(not held)


def _leave_alone(aws_account: Any) -> None:
    """The emulator doesn't have it, so that no pull of the schedule may come."""
    from datetime import timedelta

    from sync import clock, schedule
    from sync.models import Schedule

    for due in schedule.readable(aws_account):
        place = {"aws_account": aws_account, "source": due.source, "region": due.region}
        Schedule.objects.update_or_create(**place, defaults={"next_at": clock.now() + timedelta(days=1)})


def _read_once(aws_account: Any) -> None:
    """By the workers, until its users are there."""
    import time

    from identities.models import IamUser
    from sync import pull
    from sync.models import Run

    pull.start_all(aws_account=aws_account, trigger=Run.Trigger.COMMAND)
    while IamUser.objects.filter(aws_account=aws_account).count() < STEPS:
        time.sleep(0.5)


if __name__ == "__main__":
    main()
