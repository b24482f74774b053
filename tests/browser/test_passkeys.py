"""A passkey in a real browser, with Chromium's virtual authenticator: added, asked for before what is risky, and
signed in by. One test, since each part needs the key of the one before."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from playwright.sync_api import Page, expect

from accounts.models import AuditEntry, AwsAccount, Operator

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PAGE = "/accounts/123456789012/"
VIRTUAL_KEY = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def plug_in_a_key(page: Page) -> None:
    """A key of Chromium's own, which is touched and unlocked whenever a page asks (CDP, domain WebAuthn)."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": VIRTUAL_KEY})


def let_an_hour_pass(page: Page) -> None:
    """Since everything by which the session was proved."""
    key = next(cookie["value"] for cookie in page.context.cookies() if cookie["name"] == settings.SESSION_COOKIE_NAME)
    session = import_module(settings.SESSION_ENGINE).SessionStore(key)
    records = session["account_authentication_methods"]
    session["account_authentication_methods"] = [{**record, "at": record["at"] - 3600} for record in records]
    session.save()


def test_a_passkey_is_added_proves_again_and_signs_in(
    page_of: Callable[[Operator], Page], alice: Operator, aws_account: AwsAccount
) -> None:
    Authenticator.objects.all().delete()
    page = page_of(alice)
    page.goto("/auth/2fa/webauthn/add/")
    plug_in_a_key(page)
    page.get_by_role("textbox", name="Name optional").fill("Laptop")
    page.get_by_label("Sign in with it alone").check()
    page.get_by_role("button", name="Add the key").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()

    let_an_hour_pass(page)
    page.goto(PAGE)
    page.get_by_role("button", name="Turn writes off").click()
    page.get_by_role("button", name="Use a passkey or security key").click()
    page.get_by_role("button", name="Turn writes off").click()
    expect(page.get_by_text("Writes are off: nothing can be changed.")).to_be_visible()

    page.goto("/auth/logout/")
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_hidden()
    page.goto(PAGE)
    expect(page.get_by_role("button", name="Turn writes on")).to_be_visible()
    how = AuditEntry.objects.filter(verb__in=("operator.reauthenticated", "operator.signed_in"))
    assert list(how.order_by("pk").values_list("data__how", flat=True)) == ["webauthn", "webauthn"]
