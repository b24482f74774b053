"""What keeps a worker out of AWS, at a pull and at an apply: wrong credentials, a role that can't be assumed, a missing
permission, AWS that is down. Each has its sentence on its page, AWS is left as it was, and once mended all goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

import pytest
from django.test import Client

from accounts.models import Operator
from identities.models import IamUser
from policies.models import ManagedPolicy
from policies.operations import plan_update
from sync import changes, pull
from sync.models import Change, Run
from tests.conftest import wait_until
from tests.services.changing import propose
from tests.services.console_roles import connect_by_roles, make_console_role
from tests.services.pages import get, text_of
from tests.services.servers import free_port
from tests.services.statements import reports_policy
from tests.services.workers import Worker
from tests.services.world import World

pytestmark = pytest.mark.django_db(transaction=True)

READ, WRITE = "GetAccountAuthorizationDetails", "CreatePolicyVersion"
READS = ["iam:GetPolicy", "iam:GetPolicyVersion", "iam:ListPolicyVersions"]


@contextmanager
def wrong_credentials(world: World) -> Iterator[dict[str, str]]:
    message = "The security token included in the request is invalid."
    error = {"code": "InvalidClientTokenId", "status": 403, "message": message}
    world.emulator.rules([{"action": "*", "error": error}])
    yield {}
    world.emulator.rules([])


@contextmanager
def no_role(world: World) -> Iterator[dict[str, str]]:
    connect_by_roles(world.aws_account)
    yield {}
    for name in ("console-read", "console-write"):
        make_console_role(world.emulator, name, actions=["iam:*"])


@contextmanager
def a_permission_missing(world: World) -> Iterator[dict[str, str]]:
    """Of the role to read the one permission that a pull can't do without, of the role to write the one to write."""
    for name in ("console-read", "console-write"):
        make_console_role(world.emulator, name, actions=READS)
    connect_by_roles(world.aws_account)
    world.emulator.enforce_iam()
    yield {}
    world.emulator.enforce_iam(on=False)


@contextmanager
def aws_down(world: World) -> Iterator[dict[str, str]]:
    """The worker's environment sends it where nobody listens."""
    yield {"AWS_EMULATOR_URL": f"http://127.0.0.1:{free_port()}"}


@dataclass(frozen=True)
class Fault:
    broken: Callable[[World], AbstractContextManager[dict[str, str]]]
    error: str
    pull_says: tuple[str, ...]
    change_says: tuple[str, ...]


WRONG = ("AWS credentials for 123456789012 do not work", "The security token included in the request is invalid")
NO_ROLE = ("The console can't assume its role in 123456789012", "its trust policy names the console's own identity")
DOWN = ("AWS could not be reached for", "nothing was sent", "Check this machine's network")
FAULTS = [
    Fault(wrong_credentials, "CredentialsWrong", WRONG, WRONG),
    Fault(no_role, "CannotAssumeRole", NO_ROLE, NO_ROLE),
    Fault(
        a_permission_missing,
        "AccessDeniedError",
        (f"does not let arn:aws:sts::123456789012:assumed-role/console-read/iam-console-pull do iam:{READ}",),
        (f"do iam:{WRITE} on arn:aws:iam::123456789012:policy/reports-write", "AWS refused step 1"),
    ),
    Fault(aws_down, "UnreachableError", DOWN, DOWN),
]


@pytest.fixture
def change(world: World, erin: Operator) -> Change:
    world.user()
    return propose(world.aws_account, erin, plan_update(world.policy(), reports_policy("s3:GetObject")))


@pytest.mark.parametrize("fault", FAULTS, ids=[fault.error for fault in FAULTS])
def test_is_told_on_both_pages_and_can_be_fixed(
    fault: Fault,
    world: World,
    change: Change,
    erin: Operator,
    worker: Callable[..., Worker],
    client_of: Callable[..., Client],
) -> None:
    client = client_of(erin)
    world.emulator.forget_calls()
    with fault.broken(world) as env:
        kept_out = worker(**env)
        run = pull.start(aws_account=world.aws_account, trigger=Run.Trigger.OPERATOR)
        changes.apply(change=change, actor=erin)
        wait_until(lambda: ended(run) and ended(change))
        kept_out.kill()
    assert (run.state, run.error["class"]) == (Run.State.FAILED, fault.error)
    assert (change.state, change.error["class"]) == (Change.State.FAILED, fault.error)
    check_page(client, "pull", run.pk, fault.pull_says)
    check_page(client, "change", change.pk, fault.change_says)
    assert (world.sent(READ), world.sent(WRITE)) == ([], [])
    assert IamUser.objects.live().count() == 1
    check_mended(world, change, erin, worker)


def check_mended(world: World, change: Change, erin: Operator, worker: Callable[..., Worker]) -> None:
    worker()
    again = pull.start(aws_account=world.aws_account, trigger=Run.Trigger.OPERATOR)
    changes.retry(change=change, actor=erin)
    wait_until(lambda: ended(again) and ended(change))
    assert (again.state, change.state) == (Run.State.DONE, Change.State.APPLIED), (again.error, change.error)
    assert len(world.sent(WRITE)) == 1
    assert world.default(ManagedPolicy.objects.get()) == "v2"


def ended(row: Run | Change) -> bool:
    row.refresh_from_db()
    return row.finished_at is not None


def check_page(client: Client, name: str, pk: int, words: tuple[str, ...]) -> None:
    text = text_of(get(client, name, pk=str(pk)))
    assert [said for said in words if said not in text] == [], text


def test_the_missing_permission_comes_as_a_statement_to_copy(
    world: World, change: Change, erin: Operator, client_of: Callable[..., Client]
) -> None:
    with a_permission_missing(world):
        changes.apply(change=change, actor=erin)
        changes.work(change.pk)
        run = pull.start(aws_account=world.aws_account, trigger=Run.Trigger.COMMAND, wake=False)
        pull.finish(run.pk, progress=lambda run: None)
    for name, pk, action in (("pull", run.pk, READ), ("change", change.pk, WRITE)):
        text = text_of(get(client_of(erin), name, pk=str(pk)))
        assert "Add this statement" in text
        assert f'"Action": "iam:{action}"' in text
