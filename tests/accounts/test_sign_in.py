"""Signing in and out, who is refused, and what the audit trail says of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.test import Client
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts.models import AuditEntry, AwsAccount, Grant, Operator
from accounts.roles import Role
from accounts.sign_in import DEMO_IS_OVER
from tests.accounts.conftest import PASSWORD, deactivate, sign_in, totp_code, use_totp
from tests.conftest import make_operator

pytestmark = pytest.mark.django_db


def signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_bob_signs_in_by_e_mail_and_password(client: Client, bob: Operator, verbs: Callable[[], list[str]]) -> None:
    assert sign_in(client, "BOB@example.org") == 302
    assert signed_in(client)
    assert verbs() == ["operator.signed_in"]
    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.data, entry.address) == (bob, {"how": "password"}, "127.0.0.1")


def test_alice_needs_her_second_factor(
    client: Client, alice: Operator, clock: Callable[[float], None], verbs: Callable[[], list[str]]
) -> None:
    use_totp(alice)
    sign_in(client, alice.email)
    assert not signed_in(client)
    client.post("/auth/2fa/authenticate/", {"code": totp_code()})
    assert signed_in(client)
    assert verbs() == ["operator.signed_in"]
    assert AuditEntry.objects.get().data == {"how": "password and totp"}


def test_a_wrong_second_factor_is_written_down(client: Client, alice: Operator, verbs: Callable[[], list[str]]) -> None:
    use_totp(alice)
    sign_in(client, alice.email)
    client.post("/auth/2fa/authenticate/", {"code": "000000"})
    assert not signed_in(client)
    assert verbs() == ["operator.factor_failed"]


def test_a_failed_sign_in_names_the_operator(client: Client, bob: Operator) -> None:
    sign_in(client, bob.email, "wrong")
    entry = AuditEntry.objects.get()
    assert (entry.verb, entry.actor, entry.object_name) == ("operator.sign_in_failed", None, bob.email)


def test_a_failed_sign_in_keeps_nothing_that_was_typed(client: Client, db: None) -> None:
    sign_in(client, "my-secret-password@example.org", "wrong")
    entry = AuditEntry.objects.get()
    assert "my-secret" not in f"{entry.actor_name} {entry.object_name} {entry.object_id} {entry.data}"


def test_signing_out_is_written_down(
    client_of: Callable[..., Client], bob: Operator, verbs: Callable[[], list[str]]
) -> None:
    client = client_of(bob)
    client.post("/auth/logout/")
    assert not signed_in(client)
    assert verbs() == ["operator.signed_out"]


def test_signing_up_is_closed(client: Client, db: None) -> None:
    data = {"email": "mallory@example.org", "password1": PASSWORD}
    assert b"Nobody signs up here" in client.post("/auth/signup/", data).content
    assert not Operator.objects.exists()


def test_the_password_is_reset_by_mail(
    client: Client, bob: Operator, verbs: Callable[[], list[str]], work_mails: Callable[[], list[str]]
) -> None:
    client.post("/auth/password/reset/", {"email": "BOB@example.org"})
    (link,) = work_mails()
    page = client.get(link, follow=True)
    new = "a wholly different phrase"
    client.post(page.redirect_chain[-1][0], {"password1": new, "password2": new})
    assert sign_in(client, bob.email, new) == 302
    assert verbs() == ["operator.password_reset", "operator.signed_in"]


# ---- the middleware -------------------------------------------------------------------------------------------


def test_strangers_to_the_console_are_sent_to_sign_in(client: Client) -> None:
    response = client.get("/audit/?verb=change.")
    assert response.status_code == 302
    assert response["Location"] == "/auth/login/?next=%2Faudit%2F%3Fverb%3Dchange."


def test_htmx_is_told_to_load_the_sign_in_page(client: Client) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/accounts/"}
    response = client.get("/audit/", headers=headers)
    assert response.status_code == 200
    assert response["HX-Redirect"] == "/auth/login/?next=%2Faccounts%2F"


def test_health_needs_no_sign_in(client: Client, db: None) -> None:
    assert client.get("/health/live/").status_code == 200
    assert "Location" not in client.get("/health/")


@pytest.mark.parametrize("role", [Role.HELPDESK, Role.EDITOR, Role.APPROVER, Role.OWNER])
def test_who_can_change_aws_sets_up_a_second_factor_first(
    client_of: Callable[..., Client], charlie: Operator, aws_account: AwsAccount, role: Role
) -> None:
    Grant.objects.create(operator=charlie, aws_account=aws_account, role=role)
    client = client_of(charlie)
    assert client.get("/audit/")["Location"] == "/auth/2fa/"
    page = client.get("/auth/2fa/")
    assert page.status_code == 200
    assert "needs a second factor" in page.content.decode()
    assert client.get("/accounts/", headers={"HX-Request": "true"})["HX-Redirect"] == "/auth/2fa/"


@pytest.mark.parametrize("role", [Role.VIEWER])
def test_who_only_reads_needs_none(
    client_of: Callable[..., Client], charlie: Operator, aws_account: AwsAccount, role: Role
) -> None:
    Grant.objects.create(operator=charlie, aws_account=aws_account, role=role)
    assert client_of(charlie).get("/accounts/").status_code == 200


def test_a_second_factor_is_set_up_just_after_signing_in(
    client: Client,
    charlie: Operator,
    aws_account: AwsAccount,
    clock: Callable[[float], None],
    verbs: Callable[[], list[str]],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    """No second time to type the password; and the recovery codes can be seen right after."""
    Grant.objects.create(operator=charlie, aws_account=aws_account, role=Role.EDITOR)
    sign_in(client, charlie.email)
    assert client.get("/auth/2fa/totp/activate/").status_code == 200
    session = client.session
    session["mfa.totp.secret"] = "JBSWY3DPEHPK3PXP"
    session.save()
    with django_capture_on_commit_callbacks(execute=True):
        response = client.post("/auth/2fa/totp/activate/", {"code": totp_code()}, follow=True)
    assert response.status_code == 200
    assert response.request["PATH_INFO"] == "/auth/2fa/recovery-codes/"
    assert client.get("/accounts/").status_code == 200
    assert verbs() == ["operator.signed_in", "operator.factor_added", "operator.factor_added"]


def test_secrets_of_second_factors_are_kept_encrypted(alice: Operator) -> None:
    use_totp(alice)
    assert "JBSWY3DPEHPK3PXP" not in str(alice.authenticator_set.get().data)  # type: ignore[attr-defined]


# ---- deactivated ----------------------------------------------------------------------------------------------


def test_a_deactivated_operator_cant_sign_in(client: Client, bob: Operator) -> None:
    Operator.objects.filter(pk=bob.pk).update(is_active=False)
    sign_in(client, bob.email)
    assert not signed_in(client)


def test_deactivating_ends_sessions(client: Client, bob: Operator, olga: Operator) -> None:
    sign_in(client, bob.email)
    assert client.get("/accounts/").status_code == 200
    assert UserSession.objects.filter(user=bob).exists()
    deactivate(bob, by=olga)
    assert client.get("/accounts/").status_code == 302
    assert not UserSession.objects.filter(user=bob).exists()


# ---- the demo operator ----------------------------------------------------------------------------------------


@pytest.fixture
def demo(aws_account: AwsAccount, settings: Any) -> Operator:
    settings.DEMO = True
    operator = make_operator("demo", None, None)
    operator.is_demo = True
    operator.save()
    Grant.objects.create(operator=operator, role=Role.OWNER)
    return operator


def test_the_demo_operator_needs_no_second_factor(client_of: Callable[..., Client], demo: Operator) -> None:
    assert client_of(demo).get("/accounts/").status_code == 200


def test_without_the_demo_they_do(client_of: Callable[..., Client], demo: Operator, settings: Any) -> None:
    settings.DEMO = False
    assert client_of(demo).get("/accounts/")["Location"] == "/auth/2fa/"


def test_the_demo_operator_is_refused_once_a_real_aws_account_is_connected(
    client: Client, client_of: Callable[..., Client], demo: Operator, aws_account: AwsAccount
) -> None:
    inside = client_of(demo)
    AwsAccount.objects.create(account_id="111122223333", name="Real")
    response = inside.get("/accounts/", follow=True)
    assert response.request["PATH_INFO"] == "/auth/login/"
    assert not signed_in(inside)
    assert DEMO_IS_OVER in response.content.decode().replace("&#x27;", "'")
    sign_in(client, demo.email)
    assert not signed_in(client)
