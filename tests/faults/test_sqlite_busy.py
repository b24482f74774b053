"""SQLite has one writer, and a pull is writing: pages are read at once, and what people write waits its turn."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from threading import Event
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.http import HttpResponse
from django.test import Client

from accounts.models import AwsAccount, Operator
from emulator.process import Emulator
from identities.models import IamUser
from policies.models import ManagedPolicy
from sync import pull
from sync.models import Change, Run
from tests.services.pages import address, get, names_in
from tests.services.pulling import seeded_and_pulled
from tests.services.statements import reports_policy
from tests.services.workers import Worker

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(bool(settings.REDIS_URL), reason="PostgreSQL has many writers"),
]

ClientOf = Callable[..., Client]
PATIENCE_S = 10
A_MOMENT_S = 0.3


@pytest.fixture
def policy(emulator: Emulator, aws_account: AwsAccount) -> ManagedPolicy:
    """Mirrored, with all else that is there; then AWS moves on, so that the next pull writes."""
    iam = seeded_and_pulled(emulator, aws_account)
    iam.tag_user(UserName="jane", Tags=[{"Key": "team", "Value": "exports"}])
    return ManagedPolicy.objects.get(name="reports-read")


@contextmanager
def a_pull_in_its_transaction(aws_account: AwsAccount, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """It has written, and doesn't commit until the block ends."""
    run = pull.start(aws_account=aws_account, trigger=Run.Trigger.COMMAND, wake=False)
    store = importlib.import_module("sync.mirror.store")
    write, has_written, may_commit = store.write, Event(), Event()

    def write_and_wait(*given: Any) -> Any:
        counts = write(*given)
        if counts.changed:
            has_written.set()
            assert may_commit.wait(PATIENCE_S)
        return counts

    def work() -> None:
        pull.finish(run.pk, progress=lambda run: None)
        connection.close()

    monkeypatch.setattr(store, "write", write_and_wait)
    with ThreadPoolExecutor(1) as worker:
        at_work = worker.submit(work)
        try:
            assert has_written.wait(PATIENCE_S)
            yield run
        finally:
            may_commit.set()
            at_work.result(PATIENCE_S)


def propose(client: Client, policy: ManagedPolicy, action: str) -> HttpResponse:
    typed = {"title": "Archive", "reason": "", "document": reports_policy(action), "base": policy.default_version}
    answer = client.post(address("policy_action", aws_id=policy.aws_id, action="edit"), typed)
    connection.close()
    assert isinstance(answer, HttpResponse)
    return answer


def test_a_page_is_read_while_a_pull_is_in_its_transaction(
    policy: ManagedPolicy,
    aws_account: AwsAccount,
    erin: Operator,
    client_of: ClientOf,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    client = client_of(erin)
    with a_pull_in_its_transaction(aws_account, monkeypatch) as run:
        assert names_in(get(client, "users")) == ["jane"]
        assert f"Pull {run.pk}" in get(client, "pulls")
        assert IamUser.objects.get().tags == {"team": "reports"}  # as it was before that transaction
    assert IamUser.objects.get().tags == {"team": "exports"}


def test_a_write_waits_for_the_pull_s_transaction_and_is_done(
    policy: ManagedPolicy,
    aws_account: AwsAccount,
    erin: Operator,
    client_of: ClientOf,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    client = client_of(erin)
    with ThreadPoolExecutor(1) as window:
        with a_pull_in_its_transaction(aws_account, monkeypatch) as run:
            asked = window.submit(propose, client, policy, "s3:PutObject")
            assert not wait([asked], A_MOMENT_S).done, "it didn't wait: the transaction wasn't open"
        assert asked.result(PATIENCE_S).status_code == 302
    run.refresh_from_db()
    assert (run.state, run.changed, Change.objects.count()) == (Run.State.DONE, 1, 1)


def test_nobody_is_locked_out_by_a_worker_that_pulls(
    policy: ManagedPolicy,
    aws_account: AwsAccount,
    emulator: Emulator,
    worker: Callable[..., Worker],
    erin: Operator,
    client_of: ClientOf,
) -> None:
    """A real worker, many small transactions; signing in and proposing all the while."""
    iam = emulator.client("iam")
    for number in range(15):
        iam.create_user(UserName=f"user-{number}")
    worker("pulls", PULL_PAGE_ITEMS="1")
    run = pull.start(aws_account=aws_account, trigger=Run.Trigger.OPERATOR)
    written = 0
    while written < 3 or Run.objects.filter(pk=run.pk, state__in=Run.ACTIVE).exists():
        client = client_of(erin)
        assert get(client, "users")
        written += 1
        assert propose(client, policy, f"s3:Put{written}").status_code == 302
    run.refresh_from_db()
    assert (run.state, run.new) == (Run.State.DONE, 15), run.error
    assert Change.objects.count() == written
