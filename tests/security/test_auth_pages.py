"""What allauth could do and must not do here, and where it must not lead."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core import mail
from django.test import Client

from accounts.models import AuditEntry, Operator
from tests.accounts.conftest import PASSWORD, sign_in, totp_code, use_totp

ELSEWHERE = ["https://evil.example/", "//evil.example/", "/\\evil.example/", "javascript:alert(1)"]


@pytest.mark.parametrize(
    "address",
    [
        "/auth/login/code/",
        "/auth/phone/change/",
        "/auth/phone/verify/",
        "/auth/social/connections/",
        "/auth/3rdparty/",
        "/auth/google/login/",
        "/auth/2fa/trust/",
        "/auth/2fa/webauthn/signup/",
        "/_allauth/browser/v1/config",
        "/_allauth/app/v1/auth/login",
    ],
)
def test_is_not_there(address: str, client: Client, db: None) -> None:
    assert client.get(address).status_code == 404


@pytest.mark.parametrize("ago", [0, 3600])
def test_nobody_adds_an_address_of_their_own(bob: Operator, client_of: Callable[..., Client], ago: float) -> None:
    client_of(bob, ago=ago).post("/auth/email/", {"action_add": "", "email": "bob@home.example"})
    assert list(EmailAddress.objects.values_list("email", flat=True)) == [bob.email]
    assert mail.outbox == []


def test_no_mail_to_whomever_a_stranger_names(client: Client, work_mails: Callable[[], list[str]]) -> None:
    client.post("/auth/password/reset/", {"email": "victim@elsewhere.example"})
    assert not work_mails() and not mail.outbox


def test_a_new_password_signs_nobody_in(client: Client, erin: Operator, work_mails: Callable[[], list[str]]) -> None:
    client.post("/auth/password/reset/", {"email": erin.email})
    (link,) = work_mails()
    form = client.get(link)["Location"]
    client.post(form, {"password1": "another horse battery", "password2": "another horse battery"})
    assert client.get("/accounts/")["Location"].startswith("/auth/login/")
    sign_in(client, erin.email, "another horse battery")
    assert client.get("/accounts/")["Location"].startswith("/auth/login/")


@pytest.mark.parametrize("elsewhere", ELSEWHERE)
def test_signing_in_leads_nowhere_else(client: Client, bob: Operator, elsewhere: str) -> None:
    answer = client.post("/auth/login/", {"login": bob.email, "password": PASSWORD, "next": elsewhere})
    assert answer["Location"] == "/"


@pytest.mark.parametrize("elsewhere", ELSEWHERE)
def test_nor_does_proving_it_again(
    client_of: Callable[..., Client], erin: Operator, clock: Callable[[float], None], elsewhere: str
) -> None:
    use_totp(erin)
    client = client_of(erin, ago=3600)
    answer = client.post(f"/auth/2fa/reauthenticate/?next={elsewhere}", {"code": totp_code(), "next": elsewhere})
    assert answer["Location"] == "/"


@pytest.mark.parametrize("elsewhere", ELSEWHERE)
def test_nor_does_the_admin(client_of: Callable[..., Client], alice: Operator, elsewhere: str) -> None:
    assert client_of(alice).get("/admin/login/", {"next": elsewhere})["Location"] == "/admin/"


def test_a_header_that_no_proxy_of_ours_wrote_is_not_believed(client: Client, bob: Operator) -> None:
    data = {"login": bob.email, "password": "wrong"}
    client.post("/auth/login/", data, headers={"X-Forwarded-For": "203.0.113.9"})
    assert AuditEntry.objects.get().address == "127.0.0.1"


@pytest.mark.parametrize("page", ["webauthn/add/", "recovery-codes/generate/", "totp/deactivate/"])
def test_an_old_sign_in_changes_no_second_factor(client_of: Callable[..., Client], erin: Operator, page: str) -> None:
    use_totp(erin)
    answer = client_of(erin, ago=3600).post(f"/auth/2fa/{page}")
    assert answer["Location"].startswith(("/auth/2fa/reauthenticate/", "/auth/reauthenticate/"))
    assert list(Authenticator.objects.values_list("type", flat=True)) == ["totp"]
