"""Step-up by the identity provider: a fresh `auth_time`, asked for and looked at, in the ID token."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings as given
from django.test import Client

from accounts.models import AuditEntry, AwsAccount, Grant, Operator
from accounts.roles import Role
from tests.accounts.conftest import use_totp
from tests.accounts.oidc import come_back, go, said
from tests.services.oidc_provider import OidcProvider

pytestmark = pytest.mark.django_db
WRITES = "/accounts/123456789012/writes/"
LONG_AGO = int(time.time()) - given.STEP_UP_S - 3600
PAGE = "/auth/sso/reauthenticate/?next=%2Fstep-up%2F"
STEP_UP = "/auth/sso/step-up/?next=%2Fstep-up%2F"


@pytest.fixture(autouse=True)
def _quiet(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL, "iamconsole.oidc")


@pytest.fixture
def dora(client: Client, provider: OidcProvider, aws_account: AwsAccount, settings: Any) -> Operator:
    """An owner whom the provider signs in, by two factors as it is trusted to say. She signed in there long ago."""
    settings.OIDC_TRUSTED_MFA = ["mfa"]
    provider.person["amr"] = ["pwd", "mfa"]
    provider.signed_in_at = LONG_AGO
    go(client)
    operator = Operator.objects.get(email="dora@example.org")
    Grant.objects.create(operator=operator, aws_account=aws_account, role=Role.OWNER)
    return operator


def turn_off(client: Client, aws_account: AwsAccount) -> bool:
    """Whether writes are off after she asked for it."""
    client.post(WRITES, {"reason": "holidays"})
    aws_account.refresh_from_db()
    return not aws_account.writes_enabled


def test_having_come_from_the_provider_is_not_fresh(client: Client, dora: Operator, aws_account: AwsAccount) -> None:
    assert client.post(WRITES, {"reason": "holidays"})["Location"] == PAGE
    page = client.get(PAGE).content.decode()
    assert "Sign in at Acme SSO again" in page
    assert 'href="/auth/sso/step-up/?next=' in page
    aws_account.refresh_from_db()
    assert aws_account.writes_enabled


def test_signing_in_there_again_is(
    client: Client, dora: Operator, provider: OidcProvider, aws_account: AwsAccount
) -> None:
    client.post(WRITES, {"reason": "holidays"})
    assert go(client, STEP_UP)["Location"] == "/step-up/"
    assert (provider.asked[-1]["prompt"], provider.asked[-1]["max_age"]) == ("login", "0")
    assert "holidays" in client.get("/step-up/").content.decode()
    assert turn_off(client, aws_account)
    entry = AuditEntry.objects.get(verb="operator.reauthenticated")
    assert (entry.actor, entry.data) == (dora, {"how": "Acme SSO"})


def test_having_just_signed_in_there_is_fresh_too(
    client: Client, dora: Operator, provider: OidcProvider, aws_account: AwsAccount
) -> None:
    client.post("/auth/logout/")
    provider.signed_in_at = int(time.time())
    go(client)
    assert turn_off(client, aws_account)


@pytest.mark.parametrize("auth_time", [None, LONG_AGO], ids=["unsaid", "long ago"])
def test_a_provider_that_doesnt_ask_again_confirms_nothing(
    client: Client, dora: Operator, provider: OidcProvider, aws_account: AwsAccount, auth_time: int | None
) -> None:
    provider.ignores_prompt, provider.signed_in_at = True, auth_time
    assert "didn’t ask you to sign in again" in said(client, go(client, STEP_UP))
    assert not turn_off(client, aws_account)


@pytest.mark.parametrize("known", [False, True])
def test_nor_does_somebody_else_who_signs_in_there(
    client: Client, dora: Operator, provider: OidcProvider, aws_account: AwsAccount, known: bool
) -> None:
    provider.person.update(sub="u-2", email="eve@example.org")
    if known:
        go(Client())
    assert "somebody else" in said(client, go(client, STEP_UP))
    assert not turn_off(client, aws_account)
    assert client.session["_auth_user_id"] == str(dora.pk)


def test_nor_does_one_factor_after_two(
    client: Client, dora: Operator, provider: OidcProvider, aws_account: AwsAccount
) -> None:
    provider.person["amr"] = ["pwd"]
    assert "doesn’t say that you used a second factor" in said(client, go(client, STEP_UP))
    assert not turn_off(client, aws_account)


def test_an_answer_to_a_sign_in_is_none_to_a_step_up(
    client: Client, dora: Operator, provider: OidcProvider, aws_account: AwsAccount
) -> None:
    there = client.get(STEP_UP)["Location"].replace("prompt=login", "prompt=none")
    assert "didn’t ask you to sign in again" in said(client, come_back(client, there))
    assert not turn_off(client, aws_account)


def test_a_second_factor_here_is_asked_for_where_the_provider_isnt_trusted_with_one(
    client: Client, dora: Operator, settings: Any
) -> None:
    settings.OIDC_TRUSTED_MFA = []
    use_totp(dora)
    assert client.get(STEP_UP).status_code == 404
    location = client.post(WRITES, {"reason": "holidays"})["Location"]
    assert location.startswith("/auth/2fa/reauthenticate/")
    assert "Acme SSO" not in client.get(location).content.decode()


def test_who_has_an_app_may_choose(client: Client, dora: Operator) -> None:
    use_totp(dora)
    location = client.post(WRITES, {"reason": "holidays"})["Location"]
    assert location.startswith("/auth/2fa/reauthenticate/")
    assert "Sign in at Acme SSO again" in client.get(location).content.decode()


def test_a_passkey_is_not_added_by_an_old_session(client: Client, dora: Operator) -> None:
    """allauth itself asks nothing of who has neither password nor second factor."""
    for page in ("webauthn/add/", "totp/activate/"):
        assert client.get(f"/auth/2fa/{page}")["Location"].startswith("/auth/sso/reauthenticate/")
        assert client.post(f"/auth/2fa/{page}")["Location"].startswith("/auth/sso/reauthenticate/")
    assert not Authenticator.objects.exists()


def test_but_after_signing_in_there_again(client: Client, dora: Operator) -> None:
    go(client, STEP_UP)
    assert client.get("/auth/2fa/webauthn/add/").status_code == 200


def test_the_page_is_for_who_signs_in_so(
    client: Client, provider: OidcProvider, client_of: Callable[..., Client], bob: Operator
) -> None:
    assert client.get(PAGE)["Location"].startswith("/auth/login/")
    assert client_of(bob).get(PAGE).status_code == 404
    assert client_of(bob).get(STEP_UP).status_code == 404
