"""The cast and the machinery of every test.

The cast: alice (owner: may), bob (viewer: may only read), charlie (no grant: must never get in); and erin (editor),
anton (approver), hal (helpdesk), rita (requester), olga (owner of all AWS accounts). `alices` is a client signed in as
alice. The machinery: a running emulator, a small AWS to write to (`world`), real Celery workers, a real browser.
"""

from __future__ import annotations

import gc
import logging
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.test import Client
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from accounts.models import AwsAccount, Grant, Operator
from accounts.roles import MFA_ROLES, Role
from emulator.process import Emulator, start_emulator
from iamconsole import urls
from iamconsole.web import middleware
from tests.services.pulling import seeded_and_pulled
from tests.services.workers import Worker, empty_queue, start_worker
from tests.services.world import World

pytest_plugins = ["tests.services.browser", "tests.services.database"]

ACCOUNT_ID = "123456789012"

# How long an example takes says how busy the machine is, and nothing about the code.
hypothesis_settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("untimed")

gc.disable()  # nearly all that is made at collection stays


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves out what only makes sense on the servers, where there are none."""
    if not settings.REDIS_URL:
        left_out = [item for item in items if item.get_closest_marker("servers")]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


def pytest_collection_finish() -> None:
    """What is imported by now stays, so the garbage collector need not look through it time and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)
    gc.enable()


def wait_until(predicate: Callable[[], Any], seconds: float = 60) -> Any:
    """What `predicate` returns as soon as it is true; fails when it isn't by the deadline."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := predicate():
            return found
        time.sleep(0.05)
    raise AssertionError(f"Not within {seconds} s: {predicate}")


@pytest.fixture(scope="session")
def emulator_process() -> Iterator[Emulator]:
    with start_emulator() as running:
        yield running


@pytest.fixture
def emulator(emulator_process: Emulator, settings: Any) -> Emulator:
    """A running emulator, empty and without fault rules; the client knows its address."""
    emulator_process.reset()  # and lets go of what an earlier test left held
    settings.AWS_EMULATOR_URL = emulator_process.url
    return emulator_process


@pytest.fixture(autouse=True)
def no_noted_head() -> None:
    """The audit trail of each test is a new one: accounts/audit/fence.py."""
    settings.AUDIT_HEAD_FILE.unlink(missing_ok=True)


@pytest.fixture
def aws_account(db: None) -> AwsAccount:
    return make_aws_account()


@pytest.fixture
def other_account(db: None) -> AwsAccount:
    """An AWS account that alice has no grant for."""
    return AwsAccount.objects.create(account_id="999900009999", name="Other", emulated=True)


@pytest.fixture
def world(emulator: Emulator, aws_account: AwsAccount) -> World:
    return World(emulator, aws_account)


@pytest.fixture
def iam(emulator: Emulator, aws_account: AwsAccount) -> Any:
    """IAM's client, for what `seed` makes, which the mirror has."""
    return seeded_and_pulled(emulator, aws_account)


def make_aws_account(account_id: str = ACCOUNT_ID, name: str = "Acme") -> AwsAccount:
    return AwsAccount.objects.create(
        account_id=account_id,
        name=name,
        connection=AwsAccount.Connection.AMBIENT,
        emulated=True,
        writes_enabled=True,
        pull_every_minutes=0,
    )


def make_operator(name: str, role: Role | None, aws_account: AwsAccount | None) -> Operator:
    """An operator with a verified e-mail address, a grant if any, and the second factor that the grant asks for."""
    operator = Operator.objects.create_user(f"{name.lower()}@example.org", "correct horse battery", name=name.title())
    EmailAddress.objects.create(user=operator, email=operator.email, verified=True, primary=True)
    if role:
        Grant.objects.create(operator=operator, aws_account=aws_account, role=role)
    if role in MFA_ROLES:
        Authenticator.objects.create(user=operator, type=Authenticator.Type.TOTP, data={"secret": "unused"})
    return operator


@pytest.fixture
def alice(aws_account: AwsAccount) -> Operator:
    return make_operator("alice", Role.OWNER, aws_account)


@pytest.fixture
def bob(aws_account: AwsAccount) -> Operator:
    return make_operator("bob", Role.VIEWER, aws_account)


@pytest.fixture
def charlie(db: None) -> Operator:
    return make_operator("charlie", None, None)


@pytest.fixture
def erin(aws_account: AwsAccount) -> Operator:
    return make_operator("erin", Role.EDITOR, aws_account)


@pytest.fixture
def anton(aws_account: AwsAccount) -> Operator:
    return make_operator("anton", Role.APPROVER, aws_account)


@pytest.fixture
def rita(aws_account: AwsAccount) -> Operator:
    return make_operator("rita", Role.REQUESTER, aws_account)


@pytest.fixture
def hal(aws_account: AwsAccount) -> Operator:
    return make_operator("hal", Role.HELPDESK, aws_account)


@pytest.fixture
def olga(aws_account: AwsAccount) -> Operator:
    """Owner of all AWS accounts."""
    return make_operator("olga", Role.OWNER, None)


@pytest.fixture(scope="session")
def client_of() -> Callable[[Operator], Client]:
    """A test client signed in as the operator, just now (so a step-up isn't asked for)."""

    def sign_in(operator: Operator, *, ago: float = 0) -> Client:
        client = Client()
        client.force_login(operator, backend="allauth.account.auth_backends.AuthenticationBackend")
        session = client.session
        session["account_authentication_methods"] = [{"method": "mfa", "type": "totp", "at": time.time() - ago}]
        session["account_authentication_methods_user"] = str(operator.pk)
        session.save()
        return client

    return sign_in


@pytest.fixture
def alices(client_of: Callable[..., Client], alice: Operator) -> Client:
    return client_of(alice)


@pytest.fixture
def bobs(client_of: Callable[..., Client], bob: Operator) -> Client:
    return client_of(bob)


@pytest.fixture
def erins(client_of: Callable[..., Client], erin: Operator) -> Client:
    return client_of(erin)


@pytest.fixture
def olgas(client_of: Callable[..., Client], olga: Operator) -> Client:
    return client_of(olga)


@pytest.fixture
def short_refusals(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """A page that says 403, 404 or 405 has no sidebar, for tests of who is refused what: that takes longer."""
    caplog.set_level(logging.CRITICAL, "django.request")
    for status in (403, 404):
        monkeypatch.setattr(urls, f"handler{status}", partial(_sentence_alone, status))
    monkeypatch.setattr(middleware, "refusal_page", lambda request, template, status: HttpResponse(status=status))


def _sentence_alone(status: int, request: HttpRequest, exception: Exception) -> HttpResponse:
    return HttpResponse(str(exception), status=status)


@pytest.fixture
def worker(transactional_db: None, emulator: Emulator) -> Iterator[Callable[..., Worker]]:
    """Starts real Celery workers on the test's database, broker and emulator; all are gone at the end."""
    empty_queue()
    started: list[Worker] = []

    def start(queues: str = "changes,pulls", heartbeats: bool = False, **env: str) -> Worker:
        environment = {"AWS_EMULATOR_URL": settings.AWS_EMULATOR_URL, **env}
        started.append(start_worker(queues, environment, heartbeats=heartbeats))
        return started[-1]

    yield start
    for running in started:
        running.kill()
