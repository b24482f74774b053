"""A secret is nowhere but with AWS, sealed, and on the one page that shows it: looked for everywhere, all its life."""

from __future__ import annotations

import base64
import json
import logging
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import redis
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core import mail
from django.db import connection
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone
from django.views.debug import ExceptionReporter

from accounts.models import Operator
from accounts.sessions import SessionStore
from identities.models import IamUser
from sync import changes, sealed
from sync.models import Change, SealedSecret
from tests.identities.operation_cases_credentials import knows, with_password
from tests.services.changing import carry_out, worked
from tests.services.pages import address, get, text_of
from tests.services.world import World

ClientOf = Callable[..., Client]
pytestmark = pytest.mark.django_db
TYPED = "Correct-Horse-9-Battery"


def tables() -> Iterator[str]:
    """All that the database has: sessions and messages too."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            for row in cursor.fetchall():
                if table == Session._meta.db_table:
                    yield str(SessionStore().decode(row[1]))  # which has it sealed
                for cell in row:
                    yield bytes(cell).decode("latin-1") if isinstance(cell, bytes | memoryview) else str(cell)


def queued() -> Iterator[str]:
    """What waits at the broker, or did; and what Redis has beside it."""
    for name in ("data_folder_in", "data_folder_out", "processed_folder"):
        folder = settings.CELERY_BROKER_TRANSPORT_OPTIONS.get(name)
        for path in Path(folder).rglob("*") if folder else ():
            if path.is_file():
                yield from _opened(path.read_text(errors="replace"))
    if settings.REDIS_URL:
        server: Any = redis.from_url(settings.REDIS_URL, decode_responses=True, encoding_errors="replace")
        ask = {"string": server.get, "hash": server.hgetall, "set": server.smembers}
        for key in server.scan_iter():
            kind = server.type(key)
            for message in server.lrange(key, 0, -1) if kind == "list" else ():
                yield from _opened(message)
            yield str(ask[kind](key)) if kind in ask else key


def _opened(message: str) -> Iterator[str]:
    yield message
    try:
        yield base64.b64decode(json.loads(message)["body"]).decode(errors="replace")
    except (ValueError, KeyError, TypeError):
        return


class Everywhere:
    """Looks for secrets in all places at once."""

    def __init__(self, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str], others: Client) -> None:
        self._caplog, self._capfd, self._others = caplog, capfd, others
        self._printed = ""

    def has_no(self, secret: str, change: Change) -> None:
        self._printed += "".join(self._capfd.readouterr())
        pages = [get(self._others, "change", query, pk=str(change.pk)) for query in ("", "?show=plan")]
        pages += [get(self._others, "changes"), get(self._others, "user", aws_id=IamUser.objects.get().aws_id)]
        pages.append(self._others.get(reverse("audit")).content.decode())
        mails = [f"{each.subject} {each.body}" for each in mail.outbox]
        places = {
            "database": "\n".join(tables()),
            "queue": "\n".join(queued()),
            "log": self._caplog.text + "\n".join(str(record.__dict__) for record in self._caplog.records),
            "output": self._printed,
            "mail": "\n".join(mails),
            "pages of others": "\n".join(pages),
        }
        for form in (secret, quote(secret, safe=""), base64.b64encode(secret.encode()).decode(), secret.encode().hex()):
            assert [place for place, text in places.items() if form in text] == []


@pytest.fixture
def everywhere(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str], alice: Operator, client_of: ClientOf
) -> Everywhere:
    caplog.set_level(logging.DEBUG)
    return Everywhere(caplog, capfd, client_of(alice))


@pytest.fixture
def lena(world: World) -> IamUser:
    return with_password(world).user


def stage(client: Client, user: IamUser, action: str, **said: str) -> Change:
    answer = client.post(address("user_action", aws_id=user.aws_id, action=action), {"reason": "Ticket 7", **said})
    assert answer.status_code == 302, text_of(answer.content.decode())
    return Change.objects.latest("pk")


def press(client: Client, name: str, change: Change) -> HttpResponse:
    answer = client.post(address(name, pk=str(change.pk)))
    assert isinstance(answer, HttpResponse)
    return answer


def typed(client: Client, lena: IamUser) -> Change:
    return stage(client, lena, "password-reset", how="typed", password=TYPED, reset_required="on")


def test_a_typed_password_that_is_applied(
    lena: IamUser, erin: Operator, client_of: ClientOf, everywhere: Everywhere, django_capture_on_commit_callbacks: Any
) -> None:
    change = typed(client_of(erin), lena)
    everywhere.has_no(TYPED, change)
    with django_capture_on_commit_callbacks(execute=True):
        changes.apply(change=change, actor=erin)
    changes.sweep_due()
    everywhere.has_no(TYPED, change)
    assert worked(change).state == Change.State.APPLIED
    assert not SealedSecret.objects.exists()
    everywhere.has_no(TYPED, change)


@pytest.mark.parametrize(
    ("rule", "state"),
    [
        ({"error": {"code": "PasswordPolicyViolation", "status": 400, "message": "Too weak."}}, Change.State.FAILED),
        ({"error": {"code": "AccessDenied", "status": 403}}, Change.State.FAILED),
        ({"when": "after", "truncate": True}, Change.State.UNKNOWN),
    ],
    ids=["refused", "denied", "unknown"],
)
def test_a_typed_password_that_isnt_applied(
    world: World, lena: IamUser, erin: Operator, client_of: ClientOf, everywhere: Everywhere, rule: Any, state: str
) -> None:
    world.emulator.rules([{"action": "UpdateLoginProfile", **rule}])
    change = carry_out(typed(client_of(erin), lena), erin)
    assert change.state == state
    everywhere.has_no(TYPED, change)
    changes.cancel(change=change, actor=erin)
    assert not SealedSecret.objects.exists()
    everywhere.has_no(TYPED, change)


def test_a_typed_password_of_a_form_that_is_refused(
    lena: IamUser, erin: Operator, client_of: ClientOf, everywhere: Everywhere
) -> None:
    client = client_of(erin)
    said = {"how": "typed", "password": TYPED, "reason": "x" * 3000}  # the reason is too long
    answer = client.post(address("user_action", aws_id=lena.aws_id, action="password-reset"), said)
    assert answer.status_code == 422
    assert TYPED not in answer.content.decode()
    assert TYPED not in "\n".join(tables())


@pytest.mark.parametrize(
    ("action", "said", "name"),
    [
        ("key-create", {}, "Secret access key"),
        ("password-reset", {"how": "made_up"}, "Console password"),
        ("service-create", {"service": "codecommit.amazonaws.com"}, "Password for the service"),
        ("service-create", {"service": "bedrock.amazonaws.com"}, "API key"),
    ],
    ids=["key", "password", "service password", "API key"],
)
def test_what_is_shown_once(
    world: World,
    lena: IamUser,
    erin: Operator,
    client_of: ClientOf,
    everywhere: Everywhere,
    action: str,
    said: dict[str, str],
    name: str,
) -> None:
    client = client_of(erin)
    change = carry_out(stage(client, lena, action, **said), erin)
    assert change.state == Change.State.APPLIED, change.error
    knows(world, lena, "keys", "service_credentials")
    (row,) = SealedSecret.objects.all()
    assert row.name == name
    [kept] = sealed.show(change, erin)
    secret = kept.secret.open()
    everywhere.has_no(secret, change)
    shown = text_of(press(client, "change_secrets", change).content.decode())
    assert secret in shown
    assert ("User name lena.fischer-at-123456789012" in shown) is (name == "Password for the service")
    everywhere.has_no(secret, change)
    assert secret in press(client, "change_secrets_csv", change).content.decode()
    everywhere.has_no(secret, change)
    press(client, "change_secrets_kept", change)
    everywhere.has_no(secret, change)
    assert secret not in get(client, "change", pk=str(change.pk))


def test_what_nobody_took_is_erased(lena: IamUser, erin: Operator, client_of: ClientOf, everywhere: Everywhere) -> None:
    change = carry_out(stage(client_of(erin), lena, "key-create"), erin)
    (row,) = SealedSecret.objects.all()
    blob = bytes(row.blob).decode()
    SealedSecret.objects.update(expires_at=timezone.now())
    changes.sweep_due()
    everywhere.has_no(blob, change)  # not even sealed


def test_a_crash_tells_no_values() -> None:
    def crashes(text: str) -> None:
        raise ValueError("The console failed.")

    request = RequestFactory().post("/aws/1/users/2/do/password-reset/", {"password": TYPED})
    try:
        crashes(TYPED)
    except ValueError:
        report = ExceptionReporter(request, *sys.exc_info())
        texts = report.get_traceback_html() + report.get_traceback_text()
    assert "The console failed." in texts and "crashes" in texts
    assert TYPED not in texts
