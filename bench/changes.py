"""A change of a thousand steps: proposed, read on its page, and applied, against a bare loop of the same calls.

python -m bench.changes [--steps N] [--postgres]

prints a table for people and a line of JSON. The bare loop is boto3's alone: the very calls that the console made,
reads included, one after the other, answered by the same emulator in the same run.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

from bench.visitor import EMAIL, make_operator

STEPS = 1_000
MOST_RATIO, MOST_PROPOSE_S, MOST_PAGE_S = 1.3, 2.0, 0.3
ACCOUNT_ID = "123456789012"

CallMade = tuple[str, str, dict[str, Any]]


@dataclass
class Figures:
    steps: int
    database: str
    propose_s: float = 0.0
    page_s: float = 0.0
    apply_s: float = 0.0
    apply_cpu_s: float = 0.0
    bare_s: float = 0.0
    bare_cpu_s: float = 0.0
    calls: list[CallMade] = field(default_factory=list)

    @property
    def ratio(self) -> float:
        return self.apply_s / self.bare_s


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.changes")
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--postgres", action="store_true")
    asked = parser.parse_args()
    with ExitStack() as stack:
        emulator = set_up(stack, postgres=asked.postgres)
        migrated()
        figures = Figures(asked.steps, "PostgreSQL" if asked.postgres else "SQLite")
        measure(emulator, figures)
    report(figures)


def set_up(stack: ExitStack, *, postgres: bool) -> Any:
    """Django on a database of its own, and the emulator."""
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
    os.environ |= {"IAMCONSOLE_STATE": str(folder), "DJANGO_SETTINGS_MODULE": "iamconsole.settings"}
    os.environ["IAMCONSOLE_DEMO"] = "1"  # its operator signs in without a second factor
    if postgres:
        from tests.services.servers import start_postgres

        os.environ["DATABASE_URL"] = start_postgres()
    from emulator.process import start_emulator

    emulator = stack.enter_context(start_emulator())
    os.environ["AWS_EMULATOR_URL"] = emulator.url
    import django

    django.setup()
    return emulator


def migrated() -> None:
    """With its tables, and the folder of the queue."""
    from django.conf import settings
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    (settings.QUEUE_DIR / "control").mkdir(parents=True)


def measure(emulator: Any, figures: Figures) -> None:
    make_operator()
    aws_account, erin = prepare(emulator, figures.steps)
    change = proposed(aws_account, erin, figures)
    figures.page_s = page_of(change, erin)
    applied(change, erin, figures)
    undone(emulator, figures)
    looped(emulator, figures)


def prepare(emulator: Any, steps: int) -> tuple[Any, Any]:
    """So many users and a policy in AWS and in the mirror; and the editor."""
    from accounts.models import AwsAccount, Operator
    from sync import pull
    from sync.models import Run

    iam = emulator.client("iam")
    iam.create_policy(PolicyName="reports-read", PolicyDocument=json.dumps(DOCUMENT))
    for number in range(steps):
        iam.create_user(UserName=f"user-{number:04}")
    about = {"name": "Large", "connection": AwsAccount.Connection.AMBIENT, "emulated": True, "writes_enabled": True}
    aws_account = AwsAccount.objects.create(account_id=ACCOUNT_ID, **about)
    erin = Operator.objects.get(email=EMAIL)
    run = pull.start(aws_account=aws_account, trigger=Run.Trigger.OPERATOR, actor=erin)
    while run.state not in (Run.State.DONE, Run.State.FAILED):
        pull.work(run.pk)
        run.refresh_from_db()
    return aws_account, erin


DOCUMENT = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::reports/*"}],
}


def proposed(aws_account: Any, erin: Any, figures: Figures) -> Any:
    from identities.models import IamUser
    from identities.operations import attach
    from policies.models import ManagedPolicy
    from sync import changes

    policy = ManagedPolicy.objects.get(name="reports-read")
    users = list(IamUser.objects.live().order_by("name")[: figures.steps])
    began = perf_counter()
    steps = [attach(user, policy.arn) for user in users]
    change = changes.propose(aws_account=aws_account, actor=erin, title="Let them read", reason="", steps=steps)
    figures.propose_s = perf_counter() - began
    return change


def page_of(change: Any, erin: Any) -> float:
    """Seconds of the server for the plan's page, the second time it is asked for."""
    from django.conf import settings
    from django.core.signing import Signer
    from django.test import Client
    from django.test.utils import setup_test_environment
    from django.urls import reverse

    setup_test_environment()
    client = Client()
    client.force_login(erin, backend="allauth.account.auth_backends.AuthenticationBackend")
    key = client.cookies[settings.SESSION_COOKIE_NAME].value
    client.cookies[settings.SESSION_COOKIE_NAME] = Signer(salt="session").sign(key)
    url = reverse("change", kwargs={"account_id": ACCOUNT_ID, "pk": change.pk})
    for _ in range(2):
        began = perf_counter()
        response = client.get(url)
        took = perf_counter() - began
    assert response.status_code == 200, response
    return took


def applied(change: Any, erin: Any, figures: Figures) -> None:
    """As a worker does it: one task after the other."""
    from sync import changes
    from sync.models import Change

    changes.apply(change=change, actor=erin)
    began, cpu = perf_counter(), process_time()
    with recorded(figures.calls):
        while change.state in (Change.State.PROPOSED, *Change.MOVING):
            changes.work(change.pk)
            change.refresh_from_db()
    figures.apply_s, figures.apply_cpu_s = perf_counter() - began, process_time() - cpu
    assert change.state == Change.State.APPLIED, change.error


@contextmanager
def recorded(calls: list[CallMade]) -> Iterator[None]:
    """What goes through the client meanwhile."""
    from sync.aws.client import AwsClient

    through: Callable[..., Any] = AwsClient._send

    def send(self: Any, sending: Any, params: dict[str, Any]) -> Any:
        calls.append((sending.service, sending.operation, params))
        return through(self, sending, params)

    AwsClient._send = send  # type: ignore[method-assign]
    try:
        yield
    finally:
        AwsClient._send = through  # type: ignore[method-assign]


def undone(emulator: Any, figures: Figures) -> None:
    iam = emulator.client("iam")
    for _, operation, params in figures.calls:
        if operation == "AttachUserPolicy":
            iam.detach_user_policy(**params)


def looped(emulator: Any, figures: Figures) -> None:
    from botocore import xform_name

    clients = {service: emulator.client(service) for service in {service for service, _, _ in figures.calls}}
    began, cpu = perf_counter(), process_time()
    for service, operation, params in figures.calls:
        getattr(clients[service], xform_name(operation))(**params)
    figures.bare_s, figures.bare_cpu_s = perf_counter() - began, process_time() - cpu


def report(figures: Figures) -> None:
    rows = [
        (
            "propose and plan",
            f"{figures.propose_s:.2f} s",
            f"≤ {MOST_PROPOSE_S:.0f} s",
            figures.propose_s <= MOST_PROPOSE_S,
        ),
        (
            "page of the plan",
            f"{figures.page_s * 1000:.0f} ms",
            f"≤ {MOST_PAGE_S * 1000:.0f} ms",
            figures.page_s <= MOST_PAGE_S,
        ),
        ("apply / bare loop", f"{figures.ratio:.2f}", f"≤ {MOST_RATIO}", figures.ratio <= MOST_RATIO),
    ]
    print(f"A change of {figures.steps:,} steps on {figures.database}, {len(figures.calls):,} calls:")
    for name, value, limit, good in rows:
        print(f"  {name:<20}{value:>10}  {limit:<10}{'' if good else 'missed'}")
    seconds = f"applied in {figures.apply_s:.1f} s ({figures.apply_cpu_s:.1f} s of the CPU)"
    print(f"  {seconds}, bare in {figures.bare_s:.1f} s ({figures.bare_cpu_s:.1f} s)")
    said = {name: value for name, value in vars(figures).items() if name != "calls"}
    print(json.dumps({**said, "calls": len(figures.calls), "ratio": figures.ratio}))
    sys.exit(0 if all(good for *_, good in rows) else 1)


if __name__ == "__main__":
    main()
