"""Who reads the database, a backup of it, or the Django admin, can't take over a session."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.cache import caches
from django.core.signing import Signer
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Operator
from accounts.sessions import forget_ended
from iamconsole import retention
from tests.accounts.conftest import PASSWORD, sign_in

OURS, DJANGOS = "accounts.middleware.SignedSessions", "django.contrib.sessions.middleware.SessionMiddleware"


@pytest.fixture
def signing(settings: Any) -> Iterator[None]:
    """The middleware of production: Django's test client makes sessions by their bare keys."""
    settings.MIDDLEWARE = [OURS if name == DJANGOS else name for name in settings.MIDDLEWARE]
    yield


@pytest.fixture
def bobs(signing: None, client: Client, bob: Operator) -> Client:
    sign_in(client, bob.email)
    return client


def test_production_signs_its_sessions() -> None:
    from iamconsole import settings as real

    assert OURS in real.MIDDLEWARE
    assert DJANGOS not in real.MIDDLEWARE


def test_a_session_works(bobs: Client) -> None:
    assert bobs.get("/accounts/").status_code == 200
    assert UserSession.objects.get().session_key == Session.objects.get().session_key


def test_its_key_alone_does_not(bobs: Client) -> None:
    stranger = Client()
    stranger.cookies[settings.SESSION_COOKIE_NAME] = Session.objects.get().session_key
    assert stranger.get("/accounts/")["Location"].startswith("/auth/login/")


def test_signing_out_takes_the_cookie(bobs: Client) -> None:
    bobs.post("/auth/logout/")
    assert bobs.cookies[settings.SESSION_COOKIE_NAME].value == ""
    assert not Session.objects.exists()


def test_signing_in_changes_the_key(signing: None, client: Client, bob: Operator) -> None:
    session = client.session
    session["planted"] = True
    session.save()
    planted = session.session_key
    client.cookies[settings.SESSION_COOKIE_NAME] = Signer(salt="session").sign(str(planted))
    sign_in(client, bob.email)
    assert planted not in client.cookies[settings.SESSION_COOKIE_NAME].value
    assert not Session.objects.filter(session_key=planted).exists()


@pytest.mark.parametrize(
    ("page", "field"), [("usersessions/usersession", "session_key"), ("accounts/operator", "password")]
)
def test_the_admin_tells_no_secret_letter_by_letter(
    client_of: Callable[..., Client], olga: Operator, page: str, field: str
) -> None:
    answer = client_of(olga).get(f"/admin/{page}/", {f"{field}__startswith": "a"})
    assert answer.status_code == 400


def test_use_is_written_down_once_a_minute_and_from_each_client(bobs: Client, settings: Any) -> None:
    settings.USERSESSIONS_TRACK_ACTIVITY = True
    settings.CACHES = {**settings.CACHES, "counts": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    queries = []
    for browser in ("Firefox", "Firefox", "Chrome"):
        with CaptureQueriesContext(connection) as captured:
            bobs.get("/accounts/", headers={"user-agent": browser})
        queries.append(sum("usersessions_usersession" in query["sql"] for query in captured))
    caches["counts"].clear()
    assert queries[0] > 0 and queries[1] == 0 and queries[2] > 0
    assert UserSession.objects.get().user_agent == "Chrome"


# ---- the end of a session -------------------------------------------------------------------------------------


@pytest.fixture
def bobs_signed_in(client: Client, bob: Operator, clock: Callable[[float], None]) -> Client:
    sign_in(client, bob.email)
    return client


def test_a_session_ends_twelve_hours_after_the_sign_in_whatever_is_done_meanwhile(
    bobs_signed_in: Client, clock: Callable[[float], None]
) -> None:
    first = Session.objects.get().expire_date
    for _ in range(11):
        clock(3600)
        bobs_signed_in.post("/auth/reauthenticate/", {"password": PASSWORD})
        assert bobs_signed_in.get("/accounts/").status_code == 200
    assert abs((Session.objects.get().expire_date - first).total_seconds()) < 2
    left = bobs_signed_in.session.get_expiry_age()
    assert left <= 3600
    clock(3601)
    assert bobs_signed_in.session.get_expiry_age() == 0


def test_a_session_that_is_over_opens_nothing(bobs_signed_in: Client) -> None:
    Session.objects.update(expire_date=timezone.now())
    assert bobs_signed_in.get("/accounts/")["Location"].startswith("/auth/login/")


def test_sessions_that_are_over_leave_the_database(bobs: Client, bob: Operator) -> None:
    other = Client()
    sign_in(other, bob.email)
    Session.objects.filter(session_key=UserSession.objects.earliest("pk").session_key).update(
        expire_date=timezone.now() - timedelta(seconds=1)
    )
    forget_ended()
    assert Session.objects.count() == UserSession.objects.count() == 1
    assert other.get("/accounts/").status_code == 200


def test_the_clock_has_them_cleared() -> None:
    assert forget_ended in list(retention.parts())
