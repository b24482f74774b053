"""Redis that can't be reached, and a full disk: signing in works or says why it can't, and health is told right."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings as real
from django.core.cache import cache, caches
from django.core.management import call_command
from django.db import DatabaseError, OperationalError, connection
from django.test import Client
from kombu.exceptions import OperationalError as BrokerError
from redis.exceptions import ConnectionError as RedisGone

from accounts.models import Operator
from iamconsole import settings as console
from iamconsole import trouble
from sync import health
from sync.doctor import machine
from sync.doctor.finding import DoctorFinding
from tests.accounts.conftest import PASSWORD, sign_in
from tests.services.servers import free_port
from tests.services.workers import empty_queue

pytestmark = pytest.mark.django_db


# ---- Redis ----------------------------------------------------------------------------------------------------


@pytest.fixture
def no_redis(settings: Any) -> None:
    """As REDIS_URL would make it, with nobody at that address."""
    settings.REDIS_URL = f"redis://127.0.0.1:{free_port()}/0"
    options = {"serializer": "iamconsole.web.cache.JsonSerializer", "socket_connect_timeout": 1, "socket_timeout": 2}
    backend = {"BACKEND": "iamconsole.web.cache.RedisOrMemory", "LOCATION": settings.REDIS_URL, "OPTIONS": options}
    settings.CACHES = {**real.CACHES, "default": backend}
    settings.ACCOUNT_RATE_LIMITS = console.ACCOUNT_RATE_LIMITS
    caches["default"].clear()


def test_signing_in_works_without_redis(no_redis: None, client: Client, bob: Operator) -> None:
    assert sign_in(client, bob.email) == 302
    assert client.get("/accounts/").status_code == 200


def test_and_tries_are_limited_still(no_redis: None, client: Client, bob: Operator) -> None:
    for _ in range(5):
        sign_in(client, bob.email, "wrong")
    sign_in(client, bob.email)
    assert client.get("/accounts/").status_code == 302


def test_redis_is_asked_again_when_it_is_back(no_redis: None, monkeypatch: pytest.MonkeyPatch) -> None:
    cache.set("a", 1)
    assert cache.get("a") == 1
    backend: Any = caches["default"]
    assert backend._not_before > 0
    backend._not_before = 0.0
    backend._redis = caches["counts"]  # any that answers
    cache.get("a")
    assert backend._not_before == 0.0


def test_health_tells_that_redis_is_away_and_that_the_process_lives(no_redis: None, client: Client) -> None:
    answer = client.get("/health/")
    assert answer.status_code == 503
    described = {"status": "trouble", "database": "ok", "broker": "The queue can’t be reached"}
    assert described.items() <= answer.json().items()
    assert client.get("/health/live/").json() == {"status": "ok"}


def test_health_is_well_when_all_is(client: Client) -> None:
    empty_queue()
    assert {"status": "ok", "database": "ok", "broker": "ok"}.items() <= client.get("/health/").json().items()


# ---- a full disk ----------------------------------------------------------------------------------------------


@pytest.fixture
def full(transactional_db: None) -> Iterator[None]:
    """SQLite with room for nothing more; on a server nothing stands for that."""
    if connection.vendor != "sqlite":
        pytest.skip("by SQLite's own limit")
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA page_count")
        (pages,) = cursor.fetchone()
        cursor.execute("CREATE TABLE filler (x)")
        cursor.execute(f"PRAGMA max_page_count = {pages + 2}")
        try:
            while True:
                cursor.execute("INSERT INTO filler VALUES (zeroblob(1500))")
        except OperationalError:
            pass
        yield
        cursor.execute("PRAGMA max_page_count = 1073741823")
        cursor.execute("DROP TABLE filler")


def test_signing_in_says_that_the_disk_is_full(full: None) -> None:
    client = Client(raise_request_exception=False)
    answers = []
    for number in range(80):  # the pages that there are have a little room
        answers.append(client.post("/auth/login/", {"login": f"nobody{number}@example.org", "password": PASSWORD}))
        if answers[-1].status_code != 200:
            break
    assert answers[-1].status_code == 503
    text = answers[-1].content.decode()
    assert "The disk is full" in text
    assert "nobody can sign in" in text


def test_doctor_has_a_sentence_for_it(full: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "PING_S", 0.1)

    def no_room() -> DoctorFinding:
        with connection.cursor() as cursor:
            while True:
                cursor.execute("INSERT INTO filler VALUES (zeroblob(1500))")

    monkeypatch.setattr(health, "check_audit", no_room)
    printed = io.StringIO()
    with pytest.raises(SystemExit):
        call_command("doctor", "--json", stdout=printed)
    found = {each["name"]: each for each in json.loads(printed.getvalue())}
    assert found["audit trail"]["detail"].startswith("The disk is full")
    assert "Make room" in found["audit trail"]["what_to_do"]
    assert "beat" in found


def test_doctor_tells_how_little_room_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "LEAST_ROOM_MB", 2**40)
    assert not any(each.ok for each in machine.check_disk())


# ---- what an error comes from ---------------------------------------------------------------------------------


def test_sqlite_that_only_says_it_could_not_write_is_asked_for_room(monkeypatch: pytest.MonkeyPatch) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("SQLite's words")
    monkeypatch.setattr(trouble, "LEAST_ROOM", 2**60)
    assert trouble.recognise(OperationalError("disk I/O error")) == trouble.FULL


def caused(error: Exception, by: Exception) -> Exception:
    error.__cause__ = by
    return error


@pytest.mark.parametrize(
    ("error", "found"),
    [
        (OperationalError("database or disk is full"), trouble.FULL),
        (OperationalError('could not extend file "base/1/2": No space left on device'), trouble.FULL),
        (OSError(28, "No space left on device"), trouble.FULL),
        (caused(RuntimeError("x"), OSError(122, "Disk quota exceeded")), trouble.FULL),
        (OperationalError("attempt to write a readonly database"), trouble.READ_ONLY),
        (OperationalError("unable to open database file"), trouble.READ_ONLY),
        (OperationalError("connection to server at 127.0.0.1 failed: Connection refused"), trouble.DOWN),
        (OperationalError("database is locked"), trouble.HELD_UP),
        (RedisGone("Error 111 connecting"), trouble.NO_BROKER),
        (BrokerError("Error 111 connecting"), trouble.NO_BROKER),
        (DatabaseError("relation does not exist"), None),
        (OSError(2, "No such file"), None),
        (ValueError("x"), None),
        (None, None),
    ],
    ids=str,
)
def test_trouble_is_known_by_its_error(error: Exception | None, found: trouble.ConsoleTrouble | None) -> None:
    assert trouble.recognise(error) == found
