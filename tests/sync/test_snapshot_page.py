"""The page that imports a file, and what pages of such an AWS account say."""

from __future__ import annotations

import gzip
import json
import os
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, AwsAccount, Operator
from accounts.roles import Role
from emulator.process import Emulator
from identities.models import IamUser
from sync import health, pull, selectors, tasks
from sync.models import Change, Run
from sync.snapshot import files
from tests.conftest import ACCOUNT_ID, make_operator, wait_until
from tests.services.pages import address, get, text_of
from tests.services.workers import Worker
from tests.sync.snapshots import changed, organisation, user

pytestmark = pytest.mark.django_db(transaction=True)
ClientOf = Callable[..., Client]
TYPED = {
    "account_id": ACCOUNT_ID,
    "name": "Audited",
    "environment": "staging",
    "partition": "aws",
    "taken_at": "2026-01-02T03:04",
}


@pytest.fixture(autouse=True)
def import_dir(settings: Any, tmp_path: Path) -> Path:
    settings.IMPORT_DIR = tmp_path / "imports"
    found: Path = settings.IMPORT_DIR
    return found


def upload(content: bytes | None = None) -> SimpleUploadedFile:
    return SimpleUploadedFile("details.json", json.dumps(organisation()).encode() if content is None else content)


@pytest.fixture
def olga(db: None) -> Operator:
    """Owner of all AWS accounts; there is none yet."""
    return make_operator("olga", Role.OWNER, None)


@pytest.fixture
def snapshot(olga: Operator, client_of: ClientOf) -> AwsAccount:
    """An AWS account from a file of three days ago."""
    at = timezone.localtime() - timedelta(days=3)
    client_of(olga).post(reverse("import_snapshot"), {**TYPED, "taken_at": f"{at:%Y-%m-%dT%H:%M}", "file": upload()})
    run = Run.objects.get()
    assert pull.finish(run.pk, progress=lambda run: None)
    return AwsAccount.objects.get()


def test_a_worker_imports_what_was_uploaded(
    olga: Operator, client_of: ClientOf, worker: Callable[..., Worker], settings: Any
) -> None:
    worker("pulls", IMPORT_DIR=str(settings.IMPORT_DIR))
    answer = client_of(olga).post(reverse("import_snapshot"), {**TYPED, "file": upload()})
    run = Run.objects.get()
    assert answer["Location"] == address("pull", pk=str(run.pk))
    wait_until(lambda: Run.objects.get().state == "done")
    assert IamUser.objects.get().name == "jane"
    assert not list(settings.IMPORT_DIR.glob("*"))
    entry = AuditEntry.objects.get(verb="aws_account.imported")
    assert (entry.actor, entry.aws_account) == (olga, AwsAccount.objects.get())


def test_takes_gzip(olga: Operator, client_of: ClientOf) -> None:
    packed = upload(gzip.compress(json.dumps(organisation()).encode()))
    client_of(olga).post(reverse("import_snapshot"), {**TYPED, "file": packed})
    assert Run.objects.get().expected == 5


@pytest.mark.parametrize(
    ("typed", "content", "sentence"),
    [
        ({}, b"", "The file is empty."),
        ({}, b"{}", "It has none of Policies"),
        ({}, b"{", "The file is cut off: it ends in line 1, byte 1"),
        ({"account_id": "210987654321"}, None, f"The file is of the AWS account {ACCOUNT_ID}, not of 210987654321"),
        ({"partition": "aws-cn"}, None, "The file is of the partition aws"),
        ({"account_id": "12"}, None, "An AWS account id has 12 digits."),
        ({"taken_at": ""}, None, "This field is required."),
        ({"taken_at": "2999-01-01T00:00"}, None, "that is still to come"),
    ],
)
def test_says_what_is_wrong_and_saves_nothing(
    olga: Operator, client_of: ClientOf, settings: Any, typed: dict[str, str], content: bytes | None, sentence: str
) -> None:
    answer = client_of(olga).post(reverse("import_snapshot"), {**TYPED, **typed, "file": upload(content)})
    assert answer.status_code == 422
    assert sentence in text_of(answer.content.decode())
    assert 'value="Audited"' in answer.content.decode()
    assert not AwsAccount.objects.exists()
    assert not list(settings.IMPORT_DIR.glob("*"))


def test_too_large_a_file_is_dropped_on_its_way(olga: Operator, client_of: ClientOf, settings: Any) -> None:
    settings.IMPORT_MAX_MB = 1
    answer = client_of(olga).post(reverse("import_snapshot"), {**TYPED, "file": upload(b"x" * 3_000_000)})
    assert "The file is larger than 1 MB." in text_of(answer.content.decode())
    assert not list(settings.IMPORT_DIR.glob("*"))


def test_a_file_that_is_too_large_unpacked_is_refused(olga: Operator, client_of: ClientOf, settings: Any) -> None:
    settings.IMPORT_MAX_MB = 1
    bomb = gzip.compress(json.dumps(organisation()).encode() + b" " * 3_000_000)
    answer = client_of(olga).post(reverse("import_snapshot"), {**TYPED, "file": upload(bomb)})
    assert "larger than 1 MB, unpacked" in text_of(answer.content.decode())
    assert not AwsAccount.objects.exists()


def test_an_aws_account_that_is_there_is_refused(olga: Operator, aws_account: AwsAccount, client_of: ClientOf) -> None:
    answer = client_of(olga).post(reverse("import_snapshot"), {**TYPED, "file": upload()})
    assert "The console has this AWS account already" in text_of(answer.content.decode())
    assert client_of(olga).get(address("import_newer")).status_code == 403


def test_only_owners_of_all_come_here_and_nobody_elses_file_is_read(
    alice: Operator, bob: Operator, charlie: Operator, client_of: ClientOf
) -> None:
    for operator in (alice, bob, charlie):
        assert client_of(operator).get(reverse("import_snapshot")).status_code == 403
        answer = client_of(operator).post(reverse("import_snapshot"), {**TYPED, "file": upload()})
        assert answer.status_code == 403
    assert not Run.objects.exists()


def test_asks_for_a_fresh_sign_in_and_a_token(olga: Operator, client_of: ClientOf) -> None:
    stale = client_of(olga, ago=3600)
    for answer in (
        stale.get(reverse("import_snapshot")),
        stale.post(reverse("import_snapshot"), {**TYPED, "file": upload()}),
    ):
        assert "reauthenticate" in answer["Location"]
    forged = client_of(olga)
    forged.handler.enforce_csrf_checks = True
    assert forged.post(reverse("import_snapshot"), {**TYPED, "file": upload()}).status_code == 403
    assert not Run.objects.exists()


def test_other_pages_take_no_file(olga: Operator, client_of: ClientOf) -> None:
    assert client_of(olga).post(reverse("connect"), {"file": upload()}).status_code == 400


def test_pages_say_how_old_the_file_is_and_offer_a_newer_one(
    snapshot: AwsAccount, olga: Operator, client_of: ClientOf
) -> None:
    html = get(client_of(olga), "users")
    assert "file of <time" in html
    assert "3 days ago" in html
    assert f'href="{address("import_newer")}"' in html
    assert "Pull now" not in html


def test_what_a_file_does_not_have_is_not_read(snapshot: AwsAccount) -> None:
    held = selectors.coverages_of(snapshot, ["iam.details", "iam.keys"])
    assert held["iam.details"].at == Run.objects.get().taken_at
    assert held["iam.details"].is_read
    assert not held["iam.keys"].is_read
    assert "imported from a file" in held["iam.keys"].why


def test_a_newer_file_is_imported_on_its_own_page(snapshot: AwsAccount, olga: Operator, client_of: ClientOf) -> None:
    newer = upload(json.dumps(changed(UserDetailList=[user("john")])).encode())
    at = f"{timezone.localtime() - timedelta(hours=1):%Y-%m-%dT%H:%M}"
    client_of(olga).post(address("import_newer"), {"taken_at": at, "file": newer})
    run = Run.objects.latest("pk")
    assert pull.finish(run.pk, progress=lambda run: None)
    assert list(IamUser.objects.live().values_list("name", flat=True)) == ["john"]


def test_two_files_at_once_are_refused(snapshot: AwsAccount, olga: Operator, client_of: ClientOf) -> None:
    at = f"{timezone.localtime() - timedelta(hours=1):%Y-%m-%dT%H:%M}"
    posted = [client_of(olga).post(address("import_newer"), {"taken_at": at, "file": upload()}) for _ in range(2)]
    assert [answer.status_code for answer in posted] == [302, 422]
    assert "is still importing another file" in text_of(posted[1].content.decode())


def test_owners_of_that_aws_account_import_too_and_others_do_not(
    snapshot: AwsAccount, charlie: Operator, client_of: ClientOf
) -> None:
    alice, bob = make_operator("alice", Role.OWNER, snapshot), make_operator("bob", Role.VIEWER, snapshot)
    statuses = [client_of(operator).get(address("import_newer")).status_code for operator in (alice, bob, charlie)]
    assert statuses == [200, 403, 404]


def test_nothing_can_be_changed_there(snapshot: AwsAccount, olga: Operator, client_of: ClientOf) -> None:
    jane = IamUser.objects.get()
    client = client_of(olga)
    html = get(client, "user", aws_id=jane.aws_id)
    assert "Stage a change" not in html
    answer = client.post(address("pull_now"))
    assert answer.status_code == 403
    assert "imported from a file" in text_of(answer.content.decode())
    assert client.post(address("pull_now"), {"lift_brake": "yes"}).status_code == 403
    assert client.get(address("users_stage_action", action="attach"), {"pick": jane.aws_id}).status_code == 403
    client.post(address("aws_account_writes"), {"on": "1"})
    snapshot.refresh_from_db()
    assert not snapshot.writes_enabled
    assert not Change.objects.exists()


def test_the_schedule_never_pulls_it(snapshot: AwsAccount, emulator: Emulator) -> None:
    snapshot.pull_every_minutes = 1
    snapshot.save()
    tasks.tick()
    assert Run.objects.count() == 1


def test_doctor_has_nothing_to_ask_there(snapshot: AwsAccount) -> None:
    assert list(health.check_aws_accounts()) == []


def test_an_import_can_be_stopped_and_its_file_goes(olga: Operator, client_of: ClientOf, settings: Any) -> None:
    client = client_of(olga)
    client.post(reverse("import_snapshot"), {**TYPED, "file": upload()})
    run = Run.objects.get()
    assert "Stop the pull" in get(client, "pull", pk=str(run.pk))
    client.post(address("pull_cancel", pk=str(run.pk)))
    files.sweep()
    assert Run.objects.get().state == "cancelled"
    assert not list(settings.IMPORT_DIR.glob("*"))


def test_the_sweeper_takes_what_a_dead_process_left(settings: Any) -> None:
    settings.IMPORT_DIR.mkdir(parents=True, exist_ok=True)
    fresh, old = settings.IMPORT_DIR / "new-1", settings.IMPORT_DIR / "new-2"
    for path in (fresh, old):
        path.touch()
    os.utime(old, (time.time() - 7200,) * 2)
    files.sweep()
    assert list(settings.IMPORT_DIR.glob("*")) == [fresh]
    fresh.unlink()


def test_a_run_whose_file_is_lost_says_so(olga: Operator, client_of: ClientOf, settings: Any) -> None:
    client_of(olga).post(reverse("import_snapshot"), {**TYPED, "file": upload()})
    run = Run.objects.get()
    files.of_run(run.pk).unlink()
    pull.finish(run.pk, progress=lambda run: None)
    run.refresh_from_db()
    assert run.state == "failed"
    assert "IMPORT_DIR" in run.error["sentence"]


def test_goes_on_where_a_dead_worker_stopped(
    olga: Operator, client_of: ClientOf, settings: Any, tmp_path: Path
) -> None:
    settings.PULL_BATCH = 2
    many = json.dumps({"UserDetailList": [user(f"u{number}") for number in range(7)]}).encode()
    client_of(olga).post(reverse("import_snapshot"), {**TYPED, "file": upload(many)})
    run = Run.objects.get()
    settings.WORKER_SLICE_S = 0
    slices = 0
    while Run.objects.get().is_active and slices < 9:
        pull.work(run.pk)
        slices += 1
    run.refresh_from_db()
    assert slices > 3
    assert (run.state, run.seen, run.new) == ("done", 7, 7)
