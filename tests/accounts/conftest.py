"""What the tests of signing in need."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from queue import Empty
from typing import Any
from unittest.mock import patch

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from celery import current_app
from django.core import mail
from django.test import Client

from accounts.models import AuditEntry, Operator
from accounts.services import operators, scim_tokens
from tests.services.oidc_provider import CLIENT_ID, CLIENT_SECRET, OidcProvider
from tests.services.scim_client import ScimDirectory
from tests.services.workers import empty_queue

PASSWORD = "correct horse battery"
TOTP_SECRET = "JBSWY3DPEHPK3PXP"


@pytest.fixture
def verbs() -> Callable[[], list[str]]:
    """What the audit trail holds, oldest first."""
    return lambda: list(AuditEntry.objects.order_by("pk").values_list("verb", flat=True))


def sign_in(client: Client, email: str, password: str = PASSWORD) -> int:
    return client.post("/auth/login/", {"login": email, "password": password}).status_code


def deactivate(operator: Operator, *, by: Operator) -> None:
    edited = Operator.objects.get(pk=operator.pk)
    edited.is_active = False
    operators.change(actor=by, operator=edited, before={"is_active": True})


def use_totp(operator: Operator) -> None:
    """An authenticator app whose codes `totp_code` knows."""
    Authenticator.objects.filter(user=operator).delete()
    TOTP.activate(operator, TOTP_SECRET)


def totp_code() -> str:
    return str(format_hotp_value(hotp_value(TOTP_SECRET, next(yield_hotp_counters_from_time()))))


@pytest.fixture
def work_mails(db: None) -> Callable[[], list[str]]:
    """Does in this process what waits at the broker for the workers that send mails; returns the links in the mails."""
    empty_queue()
    current_app.loader.import_default_modules()

    def work() -> list[str]:
        with current_app.connection_for_read() as connection, connection.SimpleQueue("pulls") as queue, suppress(Empty):
            while True:
                message = queue.get(block=False)
                current_app.tasks[message.headers["task"]](*message.payload[0])
                message.ack()
        return re.findall(r"/auth/password/reset/key/\S+", "".join(str(letter.body) for letter in mail.outbox))

    return work


@pytest.fixture
def clock() -> Iterator[Callable[[float], None]]:
    """Stops the clock that allauth and step-up read; `clock(601)` moves it on by ten minutes and a second."""
    # Just when an authenticator app shows a new code, and never ahead of the clock of what databases stamp.
    now = [time.time() // 30 * 30]
    with patch("time.time", lambda: now[0]):
        yield lambda seconds: now.__setitem__(0, now[0] + seconds)


@pytest.fixture(scope="session")
def oidc_process() -> Iterator[OidcProvider]:
    with OidcProvider().running() as running:
        yield running


@pytest.fixture
def provider(oidc_process: OidcProvider, settings: Any) -> OidcProvider:
    """An identity provider that the console is configured for; Dora signs in there."""
    oidc_process.reset()
    settings.OIDC_ISSUER = oidc_process.issuer
    settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET = CLIENT_ID, CLIENT_SECRET
    settings.OIDC_NAME = "Acme SSO"
    return oidc_process


@pytest.fixture(scope="session")
def saml_process() -> Iterator[Any]:
    pytest.importorskip("xmlsec", reason="needs requirements/saml.txt")
    from tests.services.saml_provider import SamlProvider

    with SamlProvider().running() as running:
        yield running


@pytest.fixture
def saml(saml_process: Any, settings: Any, tmp_path: Path) -> Any:
    """A SAML identity provider that the console is configured for; Dora signs in there."""
    saml_process.reset()
    settings.SAML_METADATA = str(saml_process.write_metadata(tmp_path / "idp.xml"))
    settings.SAML_NAME = "Acme SAML"
    return saml_process


@pytest.fixture
def directory(live_server: Any, olga: Operator) -> ScimDirectory:
    token = scim_tokens.make(actor=olga, name="Entra ID", networks="", days=90)
    return ScimDirectory(live_server.url, token)
