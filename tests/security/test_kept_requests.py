"""What the console keeps of a request until the operator has proved again who they are: nothing to sign in by."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from allauth.core.exceptions import ReauthenticationRequired
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.forms import BaseForm, PasswordInput
from django.test import Client, RequestFactory
from django.urls import URLResolver, get_resolver

from accounts.middleware import StepUpAsked
from accounts.models import AwsAccount, Operator
from accounts.sessions import SessionStore
from accounts.stepup import NEVER_KEPT
from tests.accounts.conftest import use_totp

OLD = settings.STEP_UP_S + 60
COOKIE, TOKEN, TYPED = "cookie-that-signs-in", "csrf-token-of-the-form", "Correct-Horse-9-Battery"
SECRET_NAMES = ("password", "password1", "oldpassword", "secret", "code", "private_key", "token", "credential")
APPS = (
    "accounts",
    "notifications",
    "sync",
    "findings",
    "policies",
    "identities",
    "resources",
    "directory",
    "infrastructure",
    "access",
    "cognito",
)


def posts() -> Iterator[str]:
    """Each address of signing in that may be posted to, and some of the console's own that ask for a fresh sign-in."""
    for prefix in ("auth/", "auth/2fa/", "auth/sessions/"):
        for found in get_resolver().url_patterns:
            if isinstance(found, URLResolver) and str(found.pattern) == prefix:
                yield from _addresses(found, f"/{prefix}")
    yield from ("/accounts/123456789012/writes/", "/accounts/123456789012/", "/admin/accounts/grant/add/", "/connect/")


def _addresses(resolver: URLResolver, above: str) -> Iterator[str]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            yield from _addresses(pattern, f"{above}{pattern.pattern}")
        elif not pattern.pattern.regex.groups:
            yield f"{above}{pattern.pattern}"


def everything_kept() -> str:
    """All tables, and what the sessions hold behind their seal."""
    kept = [str(SessionStore().decode(session.session_data)) for session in Session.objects.all()]
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            kept += [str(row) for row in cursor.fetchall()]
    return "\n".join(kept)


@pytest.mark.parametrize("path", sorted(set(posts())))
def test_nothing_that_signs_in_is_kept_of_a_post_with_an_old_sign_in(
    client_of: Callable[..., Client],
    olga: Operator,
    aws_account: AwsAccount,
    caplog: pytest.LogCaptureFixture,
    path: str,
) -> None:
    use_totp(olga)
    client = client_of(olga, ago=OLD)
    client.cookies["another"] = COOKIE
    fields = {"reason": "holidays", "csrfmiddlewaretoken": TOKEN, **dict.fromkeys(SECRET_NAMES, TYPED)}
    client.post(path, fields, headers={"authorization": COOKIE, "x-csrftoken": TOKEN})
    kept = everything_kept() + caplog.text
    assert COOKIE not in kept
    assert TOKEN not in kept
    assert TYPED not in kept


def test_allauths_own_pages_come_back_to_our_question(client_of: Callable[..., Client], olga: Operator) -> None:
    use_totp(olga)
    client = client_of(olga, ago=OLD)
    assert client.post("/auth/2fa/totp/deactivate/")["Location"] == "/auth/2fa/reauthenticate/?next=%2Fstep-up%2F"
    assert client.session["step_up_kept"]["path"] == "/auth/2fa/totp/deactivate/"
    assert Authenticator.objects.filter(user=olga).exists()


def test_should_allauth_ask_by_itself_it_is_suspended_the_same_way(olga: Operator) -> None:
    request: Any = RequestFactory().post("/auth/2fa/totp/deactivate/", {"password": TYPED}, HTTP_COOKIE=COOKIE)
    request.user, request.session = olga, SessionStore()
    answer: Any = StepUpAsked(lambda request: None).process_exception(request, ReauthenticationRequired())  # type: ignore[arg-type]
    assert answer["Location"].startswith("/auth/2fa/reauthenticate/")
    assert set(request.session.keys()) == {"step_up_kept"}
    assert request.session["step_up_kept"]["fields"] == []


def test_the_row_of_a_session_tells_nothing_of_what_it_holds(client_of: Callable[..., Client], olga: Operator) -> None:
    client = client_of(olga, ago=OLD)
    client.post("/accounts/123456789012/writes/", {"reason": "holidays"})
    assert "holidays" in str(client.session["step_up_kept"])
    stored = Session.objects.get().session_data
    assert "holidays" not in stored
    assert Session.objects.get().get_decoded() == {}  # Django's own way of reading it


def _forms(base: type[Any]) -> Iterator[type[Any]]:
    for child in base.__subclasses__():
        yield child
        yield from _forms(child)


def test_what_a_form_hides_on_the_screen_is_never_kept() -> None:
    for app in APPS:
        for module in pkgutil.walk_packages(importlib.import_module(app).__path__, f"{app}."):
            if "migrations" not in module.name:
                importlib.import_module(module.name)
    hidden = {
        name
        for form in _forms(BaseForm)
        for name, field in getattr(form, "base_fields", {}).items()
        if isinstance(field.widget, PasswordInput) and not field.widget.render_value
    }
    assert {"password", "code1", "secret", "token"} <= hidden
    assert [name for name in hidden if not NEVER_KEPT.search(name)] == []
