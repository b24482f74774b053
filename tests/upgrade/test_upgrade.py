"""A database of release 0.1.0, full of what was going on, is migrated: it all goes on here."""

from __future__ import annotations

import io
import json
import subprocess
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from accounts.models import AwsAccount, Operator
from emulator.process import Emulator
from iamconsole import messages
from identities.models import IamGroup
from identities.operations import create_group
from notifications import services as notifications
from notifications.models import NotificationRoute
from sync import changes, pull, sealed
from sync.models import Change, Run, SealedSecret, SourceState
from tests.conftest import wait_until
from tests.services.changing import propose
from tests.services.pages import address
from tests.services.workers import ROOT, empty_queue, start_worker, worker_of
from tests.upgrade.dumps import RELEASE, loaded, migrate, row_counts
from tests.upgrade.make_dump import KEYS

pytestmark = pytest.mark.stack
PAGES = (
    *("overview", "changes", "drift", "pulls", "users", "groups", "roles", "policies", "findings", "unused"),
    *("escalations", "simulate", "permissions", "ownership", "access_requests"),
)


@pytest.fixture(scope="module")
def counts(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, int]]:
    """How many rows each table had before it was migrated."""
    folder = tmp_path_factory.mktemp("upgrade")
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patched:
        for name, key in KEYS.items():
            patched.setattr(django_settings, name, [key] if name == "SEAL_KEYS" else key)
        patched.setattr(django_settings, "AUDIT_HEAD_FILE", folder / "audit-head")
        with loaded(folder):
            before = row_counts()
            migrate()
            yield before


@pytest.fixture
def alice(counts: dict[str, int]) -> Operator:
    return Operator.objects.get(email="alice@example.org")


def test_no_row_is_lost(counts: dict[str, int]) -> None:
    after = row_counts()
    assert {table: (number, after.get(table)) for table, number in counts.items() if after.get(table) != number} == {}


def test_migrating_again_does_nothing(counts: dict[str, int]) -> None:
    before = row_counts()
    migrate()
    assert row_counts() == before
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_how_sources_stand_is_filled_in(counts: dict[str, int]) -> None:
    done = set(Run.objects.filter(state=Run.State.DONE, object_id="").values_list("source", flat=True))
    assert done and set(SourceState.objects.filter(done__isnull=False).values_list("source", flat=True)) == done


def test_the_audit_trail_is_as_it_was_sealed(counts: dict[str, int]) -> None:
    said = io.StringIO()
    call_command("verify_audit", json=True, stdout=said)
    found = json.loads(said.getvalue())
    assert (found["problems"], found["sealed"]) == ([], 51)


def test_secrets_open(counts: dict[str, int], alice: Operator) -> None:
    SealedSecret.objects.update(expires_at=timezone.now() + timedelta(hours=1))
    typed = Change.objects.get(title="Give a password")
    with sealed.sending(typed):
        assert sealed.open_typed(typed.steps.get().params["password"]).open() == "Correct-Horse-9-Battery"
    returned = Change.objects.get(title="Make a key")
    assert [each.name for each in sealed.show(returned, returned.requested_by)] == ["Secret access key"]
    assert notifications.show_secret(route=NotificationRoute.objects.get(), actor=alice)


@pytest.mark.parametrize("name", PAGES)
def test_pages_answer(name: str, alice: Operator, client_of: Callable[..., Client]) -> None:
    assert client_of(alice).get(address(name)).status_code == 200


def test_pages_of_all_answer(alice: Operator, client_of: Callable[..., Client]) -> None:
    client = client_of(alice)
    assert [client.get(reverse(name)).status_code for name in ("audit", "reviews")] == [200, 200]


def test_pages_of_each_change_answer(alice: Operator, client_of: Callable[..., Client]) -> None:
    client = client_of(alice)
    for change in Change.objects.all():
        assert change.title in client.get(address("change", pk=str(change.pk))).content.decode()


@pytest.fixture
def environment(counts: dict[str, int], emulator: Emulator) -> dict[str, str]:
    """Of a worker, with the release's keys."""
    empty_queue()
    return {**KEYS, "AWS_EMULATOR_URL": emulator.url, "AUDIT_HEAD_FILE": str(django_settings.AUDIT_HEAD_FILE)}


@pytest.fixture
def workers(environment: dict[str, str], emulator: Emulator) -> Iterator[Any]:
    """IAM of an AWS that has what the changes are about; a real worker."""
    iam = emulator.client("iam")
    for name in ("dana.okafor", "lena.fischer"):
        iam.create_user(UserName=name)
    running = start_worker("changes,pulls", environment)
    yield iam
    running.kill()


@pytest.fixture
def former_worker(environment: dict[str, str], emulator: Emulator, tmp_path: Path) -> Iterator[Any]:
    """IAM of an AWS; a real worker of the release itself, on the database that was migrated."""
    tags = subprocess.run(["git", "tag", "--list", RELEASE], cwd=ROOT, stdout=subprocess.PIPE, check=True, text=True)
    if not tags.stdout:
        pytest.skip(f"This clone has no tag {RELEASE}.")
    with worker_of(RELEASE, tmp_path, "changes,pulls", environment):
        yield emulator.client("iam")


def test_a_worker_of_the_release_goes_on_on_the_migrated_database(former_worker: Any, alice: Operator) -> None:
    """What is new here is filled in by the database itself, whoever writes."""
    AwsAccount.objects.update(pull_every_minutes=0)
    aws_account = AwsAccount.objects.get()
    change = propose(aws_account, alice, [create_group(aws_account, "by-the-release-before")])
    changes.apply(change=change, actor=alice)
    applied = Change.objects.filter(pk=change.pk, state=Change.State.APPLIED)
    wait_until(applied.exists, seconds=60)
    [group] = former_worker.list_groups()["Groups"]
    assert group["GroupName"] == "by-the-release-before"
    run = pull.start(aws_account=aws_account, trigger=Run.Trigger.COMMAND)
    wait_until(Run.objects.filter(pk=run.pk, state=Run.State.DONE).exists, seconds=60)
    assert IamGroup.objects.live().get(aws_id=group["GroupId"]).name == group["GroupName"]
    assert SourceState.objects.get(aws_account=aws_account, source=run.source).done == run


def test_what_was_scheduled_queued_or_left_by_a_dead_worker_is_carried_out(workers: Any) -> None:
    """The dead one had sent its call, so it is looked for first; this AWS doesn't have it."""
    titles = ("Make a group later", "Nobody has taken it", "Its worker dies")
    AwsAccount.objects.update(pull_every_minutes=0)
    Change.objects.filter(title="Make a group later").update(not_before=timezone.now())
    mine = Change.objects.filter(title__in=titles)
    mine.update(expires_at=timezone.now() + timedelta(days=1))  # by the dump they expired on 6 December 2026
    messages.send("sync.tasks.tick")
    wait_until(lambda: mine.exclude(state=Change.State.APPLIED).count() == 0, seconds=90)
    made = {group["GroupName"] for group in workers.list_groups()["Groups"]}
    assert made == {"later", "queued", "half"}
