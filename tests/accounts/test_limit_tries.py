"""How often a password may be tried, and what the page of forgotten passwords tells a stranger."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as real
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import audit
from accounts.models import AuditEntry, Operator
from iamconsole import settings as console
from tests.accounts.conftest import sign_in
from tests.conftest import wait_until
from tests.services.workers import Worker

pytestmark = pytest.mark.django_db
ATTACKER, OWNER = {"REMOTE_ADDR": "203.0.113.66"}, {"REMOTE_ADDR": "198.51.100.7"}


@pytest.fixture
def limits(settings: Any) -> None:
    """Those of the console: other tests go without."""
    settings.ACCOUNT_RATE_LIMITS = console.ACCOUNT_RATE_LIMITS
    settings.CACHES = {**real.CACHES, "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    cache.clear()


def signs_in(operator: Operator, **where: str) -> bool:
    client = Client(**where)  # type: ignore[arg-type]
    sign_in(client, operator.email)
    return "_auth_user_id" in client.session


def wrong_passwords(operator: Operator, tries: int, **where: str) -> None:
    client = Client(**where)  # type: ignore[arg-type]
    for _ in range(tries):
        sign_in(client, operator.email, "wrong")


def test_five_wrong_passwords_lock_an_address_for_who_tried_only(limits: None, bob: Operator) -> None:
    wrong_passwords(bob, 5, **ATTACKER)
    assert not signs_in(bob, **ATTACKER)
    assert signs_in(bob, **OWNER)


def test_one_network_address_cant_try_many_operators(limits: None, bob: Operator, erin: Operator) -> None:
    for operator in (bob, erin):
        wrong_passwords(operator, 5, **ATTACKER)
    assert not signs_in(Operator.objects.create_user("last@example.org", "x", name="L"), **ATTACKER)


def test_from_everywhere_together_fifty_an_hour(limits: None, bob: Operator) -> None:
    for number in range(10):
        wrong_passwords(bob, 5, REMOTE_ADDR=f"203.0.113.{number}")
    assert not signs_in(bob, **OWNER)


def test_but_never_against_where_the_owner_signed_in_from_lately(limits: None, bob: Operator) -> None:
    assert signs_in(bob, **OWNER)
    for number in range(10):
        wrong_passwords(bob, 5, REMOTE_ADDR=f"203.0.113.{number}")
    assert signs_in(bob, **OWNER)
    wrong_passwords(bob, 5, **OWNER)
    assert not signs_in(bob, **OWNER)


def test_long_ago_is_not_lately(limits: None, bob: Operator) -> None:
    then = timezone.now() - timedelta(days=31)
    entry = audit.entry("operator.signed_in", actor=bob, data={"how": "password"})
    entry.at, entry.address = then, OWNER["REMOTE_ADDR"]
    entry.save()
    for number in range(10):
        wrong_passwords(bob, 5, REMOTE_ADDR=f"203.0.113.{number}")
    assert not signs_in(bob, **OWNER)


def test_the_right_password_costs_no_tries(limits: None, bob: Operator) -> None:
    assert all(signs_in(bob, **OWNER) for _ in range(8))
    assert AuditEntry.objects.filter(verb="operator.signed_in").count() == 8


# ---- forgotten passwords --------------------------------------------------------------------------------------


def test_known_and_unknown_take_the_same_path(
    client: Client, bob: Operator, work_mails: Callable[[], list[str]]
) -> None:
    described = []
    for email in (bob.email, "nobody@example.org"):
        with CaptureQueriesContext(connection) as asked:
            answer = client.post("/auth/password/reset/", {"email": email})
        described.append(
            (answer.status_code, answer["Location"], [query["sql"].split(" WHERE ")[0] for query in asked])
        )
        assert mail.outbox == []
    assert described[0] == described[1]
    assert not [sql for sql in described[0][2] if "accounts_operator" in sql or "emailaddress" in sql]
    assert len(work_mails()) == 1


def test_a_link_for_who_forgot_ends_after_an_hour(
    client: Client, bob: Operator, work_mails: Callable[[], list[str]], settings: Any
) -> None:
    client.post("/auth/password/reset/", {"email": bob.email})
    (link,) = work_mails()
    assert "It works once, within an hour." in str(mail.outbox[0].body)
    assert client.get(link).status_code == 302
    settings.FORGOTTEN_TIMEOUT = -1
    assert b"work any more" in Client().get(link).content


def test_without_a_broker_nothing_is_promised(client: Client, bob: Operator) -> None:
    shutil.rmtree(real.QUEUE_DIR, ignore_errors=True)
    for email in (bob.email, "nobody@example.org"):
        answer = client.post("/auth/password/reset/", {"email": email})
        assert answer.status_code == 503
        assert "No e-mail can be sent now" in answer.content.decode()


@pytest.mark.django_db(transaction=True)
def test_a_worker_sends_it(client: Client, bob: Operator, worker: Callable[..., Worker], tmp_path: Path) -> None:
    worker("pulls", EMAIL_URL=f"filemail:///{tmp_path}")
    client.post("/auth/password/reset/", {"email": bob.email})
    (letter,) = wait_until(lambda: list(tmp_path.glob("*.log")))
    text = wait_until(letter.read_text)
    assert f"To: {bob.email}" in text
    assert "http://testserver/auth/password/reset/key/" in text
