"""Checking the trail from a page: owners ask, one worker looks, and nobody's page waits for it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import audit
from accounts.models import AuditCheck, AuditEntry, Operator
from accounts.services import audit_checks
from tests.accounts.test_seal_audit import tamper  # noqa: F401  a fixture
from tests.conftest import wait_until
from tests.services.workers import Worker

PAGE = "/audit/check/"
pytestmark = pytest.mark.django_db


@pytest.fixture
def entries(alice: Operator) -> int:
    for number in range(12):
        audit.record("test.done", actor=alice, data={"what": str(number)})
    return 12


def test_no_page_reads_the_trail(alices: Client, entries: int) -> None:
    audit.seal()
    with CaptureQueriesContext(connection) as asked:
        alices.post(PAGE)
        alices.get(PAGE)
    reading = [query["sql"] for query in asked if "SELECT" in query["sql"] and '"previous"' not in query["sql"]]
    assert not [sql for sql in reading if 'ORDER BY "accounts_auditentry"."number" ASC' in sql]


def test_only_one_runs_whoever_asks(alice: Operator, olga: Operator) -> None:
    first = audit_checks.start(actor=alice)
    assert audit_checks.start(actor=olga) == first
    assert AuditCheck.objects.count() == AuditEntry.objects.filter(verb="audit.check_started").count() == 1


@pytest.mark.parametrize("who", ["bob", "erin", "anton", "hal"])
def test_others_ask_for_none(request: pytest.FixtureRequest, who: str) -> None:
    with pytest.raises(PermissionDenied):
        audit_checks.start(actor=request.getfixturevalue(who))


def test_it_goes_on_where_another_message_left_it(
    alice: Operator, entries: int, settings: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.WORKER_SLICE_S = 0.0  # type: ignore[attr-defined]
    monkeypatch.setattr(audit_checks, "LOOK_UP", 5)
    check = audit_checks.start(actor=alice)
    slices = 0
    while AuditCheck.objects.get().is_running and slices < 10:
        audit_checks.work(check.pk)
        slices += 1
    check.refresh_from_db()
    assert slices == 3
    assert (check.looked_at, check.found) == (13, 0)
    assert AuditEntry.objects.get(verb="audit.checked").data == {"found": "as it was sealed", "number": 13}


def test_what_it_finds_is_on_the_page(
    alices: Client,
    entries: int,
    tamper: Callable[..., None],  # noqa: F811
) -> None:
    alices.post(PAGE)
    audit.seal()
    tamper("DELETE FROM accounts_auditentry WHERE number = 3")
    audit_checks.work(AuditCheck.objects.get().pk)
    assert "Entry 3 is missing." in alices.get(PAGE).content.decode()


def test_one_that_lost_its_worker_can_be_asked_for_again(alices: Client, entries: int) -> None:
    alices.post(PAGE)
    assert b"Check again" not in alices.get(PAGE).content
    AuditCheck.objects.update(seen_at=timezone.now() - timedelta(minutes=5))
    assert b"Check again" in alices.get(PAGE).content


def test_owners_see_that_nothing_is_sealed(
    alices: Client, client_of: Callable[..., Client], bob: Operator, settings: object
) -> None:
    settings.AUDIT_HEAD_FILE.write_text(f"7:{'0' * 64}\n")  # type: ignore[attr-defined]
    for address in (PAGE, "/audit/"):
        assert "it was sealed up to entry 7 before" in alices.get(address).content.decode()
    assert "sealed up to entry 7" not in client_of(bob).get("/audit/").content.decode()


@pytest.mark.stack
@pytest.mark.django_db(transaction=True)
def test_a_worker_carries_it_out(worker: Callable[..., Worker], alices: Client, entries: int) -> None:
    worker("pulls")
    alices.post(PAGE)
    wait_until(lambda: not AuditCheck.objects.get().is_running)
    assert "sealed entries are unchanged" in alices.get(PAGE).content.decode()
