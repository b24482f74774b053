"""Step-up: what is risky asks for a fresh sign-in, and nothing that was posted is lost."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.test import Client, RequestFactory
from django.utils import timezone

from accounts.models import AwsAccount, Operator
from accounts.stepup import is_fresh
from tests.accounts.conftest import PASSWORD, totp_code, use_totp

WRITES = "/accounts/123456789012/writes/"
OLD = settings.STEP_UP_S + 60


def freshness(operator: Operator, *records: dict[str, object]) -> bool:
    request = RequestFactory().get("/")
    request.user = operator
    session = {
        "account_authentication_methods": list(records),
        "account_authentication_methods_user": str(operator.pk),
    }
    request.session = session  # type: ignore[assignment]
    return is_fresh(request)


def proof(method: str, ago: float = 0, **more: object) -> dict[str, object]:
    return {"method": method, "at": time.time() - ago, **more}


# ---- what counts ----------------------------------------------------------------------------------------------


def test_a_password_is_enough_for_who_has_nothing_better(bob: Operator) -> None:
    assert freshness(bob, proof("password"))


def test_ten_minutes_later_it_is_not(bob: Operator) -> None:
    assert not freshness(bob, proof("password", OLD))


def test_a_password_alone_is_not_enough_for_who_has_a_second_factor(alice: Operator) -> None:
    assert not freshness(alice, proof("password"))


def test_a_password_from_before_the_second_factor_is(alice: Operator) -> None:
    Authenticator.objects.filter(user=alice).update(created_at=timezone.now() + timedelta(seconds=1))
    assert freshness(alice, proof("password"))


def test_a_second_factor_is(alice: Operator) -> None:
    assert freshness(alice, proof("password", OLD), proof("mfa", type="webauthn"))


def test_an_identity_provider_is_not(bob: Operator) -> None:
    assert not freshness(bob, proof("socialaccount"))


def test_records_of_another_operator_are_not(alice: Operator, bob: Operator) -> None:
    request = RequestFactory().get("/")
    request.user = bob
    request.session = {  # type: ignore[assignment]
        "account_authentication_methods": [proof("mfa")],
        "account_authentication_methods_user": str(alice.pk),
    }
    assert not is_fresh(request)


# ---- what happens ---------------------------------------------------------------------------------------------


@pytest.fixture
def stale(client_of: Callable[..., Client], alice: Operator) -> Client:
    use_totp(alice)
    return client_of(alice, ago=OLD)


def test_a_fresh_sign_in_goes_through(
    client_of: Callable[..., Client], alice: Operator, aws_account: AwsAccount
) -> None:
    client_of(alice).post(WRITES, {"reason": "holidays"})
    aws_account.refresh_from_db()
    assert not aws_account.writes_enabled


def test_an_old_one_is_asked_again_and_what_was_posted_waits(
    stale: Client, aws_account: AwsAccount, clock: Callable[[float], None], verbs: Callable[[], list[str]]
) -> None:
    response = stale.post(WRITES, {"reason": "holidays & more"})
    assert response["Location"] == "/auth/2fa/reauthenticate/?next=%2Fstep-up%2F"
    aws_account.refresh_from_db()
    assert aws_account.writes_enabled

    page = stale.post(response["Location"], {"code": totp_code()}, follow=True)
    assert page.request["PATH_INFO"] == "/step-up/"
    html = page.content.decode()
    assert f'action="{WRITES}"' in html
    assert "holidays &amp; more" in html

    stale.post(WRITES, {"reason": "holidays & more"})
    aws_account.refresh_from_db()
    assert not aws_account.writes_enabled
    assert verbs() == ["operator.reauthenticated", "aws_account.writes_off"]
    assert stale.get("/step-up/")["Location"] == "/"


def test_a_page_that_was_only_looked_at_is_come_back_to(stale: Client) -> None:
    assert stale.get("/step-up/")["Location"] == "/auth/2fa/reauthenticate/?next=%2Fstep-up%2F"


def test_htmx_is_told_to_load_the_page(stale: Client) -> None:
    response = stale.post(WRITES, {"reason": "x"}, headers={"HX-Request": "true"})
    assert response["HX-Redirect"] == "/auth/2fa/reauthenticate/?next=%2Fstep-up%2F"


def test_secrets_are_not_kept(stale: Client) -> None:
    stale.post(
        WRITES, {"reason": "x", "new_password": "hunter2", "client_secret": "s3cret", "csrfmiddlewaretoken": "t"}
    )
    kept = stale.session["step_up_kept"]
    assert kept["fields"] == [["reason", "x"]] or kept["fields"] == [("reason", "x")]
    assert kept["lost"]


def test_who_may_not_come_here_is_not_asked(
    client_of: Callable[..., Client], bob: Operator, charlie: Operator, aws_account: AwsAccount
) -> None:
    assert client_of(bob, ago=OLD).post(WRITES).status_code == 403
    assert client_of(charlie, ago=OLD).post(WRITES).status_code == 404


def test_the_demo_operator_steps_up_by_password(
    client_of: Callable[..., Client], alice: Operator, aws_account: AwsAccount, settings: object
) -> None:
    settings.DEMO = True  # type: ignore[attr-defined]
    Authenticator.objects.filter(user=alice).delete()
    Operator.objects.filter(pk=alice.pk).update(is_demo=True)
    client = client_of(alice, ago=OLD)
    response = client.post(WRITES, {"reason": "x"})
    assert response["Location"].startswith("/auth/reauthenticate/")
    page = client.post(response["Location"], {"password": PASSWORD}, follow=True)
    assert page.request["PATH_INFO"] == "/step-up/"


def test_a_password_is_not_offered_to_who_has_a_second_factor(stale: Client) -> None:
    assert stale.get("/auth/reauthenticate/?next=/step-up/")["Location"].startswith("/auth/2fa/reauthenticate/")
