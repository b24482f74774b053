"""Signing in by a SAML identity provider: a real one over loopback HTTP, right and wrong in every way."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.models import Group
from django.test import Client

from accounts.models import AuditEntry, AwsAccount, ClaimGroup, Grant, Operator
from accounts.roles import Role
from tests.accounts.conftest import deactivate
from tests.accounts.saml import ask, go, post, signed_in

pytest.importorskip("xmlsec", reason="needs requirements/saml.txt")

if TYPE_CHECKING:
    from tests.services.saml_provider import SamlProvider

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _quiet(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL, "iamconsole.saml")


def test_a_first_sign_in_makes_an_operator_without_grants(
    client: Client, saml: SamlProvider, verbs: Callable[[], list[str]]
) -> None:
    assert go(client)["Location"] == "/"
    dora = Operator.objects.get()
    assert (dora.email, dora.name, dora.is_stranger) == ("dora@example.org", "Dora", True)
    assert not dora.has_usable_password()
    assert signed_in(client)
    assert verbs() == ["operator.made", "operator.identity_joined", "operator.signed_in"]
    assert AuditEntry.objects.get(verb="operator.signed_in").data == {"how": "Acme SAML"}


def test_the_second_sign_in_is_of_the_same_operator(client: Client, saml: SamlProvider) -> None:
    go(client)
    client.post("/auth/logout/")
    saml.person["email"] = ["dora.married@example.org"]
    go(client)
    assert Operator.objects.count() == 1
    assert signed_in(client)


def test_it_leads_on_to_where_one_wanted_to_go(client: Client, saml: SamlProvider) -> None:
    page = client.get("/auth/login/?next=/accounts/").content.decode()
    assert "Sign in with Acme SAML" in page
    assert go(client, "/auth/sso/?next=/accounts/")["Location"] == "/accounts/"


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_but_nowhere_else(client: Client, saml: SamlProvider, elsewhere: str) -> None:
    assert go(client, f"/auth/sso/?next={elsewhere}")["Location"] == "/"


def test_it_is_asked_who_somebody_is_and_nothing_more(client: Client, saml: SamlProvider) -> None:
    go(client, "/auth/sso/?ForceAuthn=true")
    (request,) = saml.asked
    assert request.get("AssertionConsumerServiceURL") == "http://testserver/auth/saml/acs/"
    assert request.get("ForceAuthn") is None


def test_an_answer_works_once(client: Client, saml: SamlProvider) -> None:
    response = ask(client)
    finish = post(response)["Location"]
    client.get(finish)
    client.post("/auth/logout/")
    client.get(finish)
    assert not signed_in(client)


def test_a_response_is_taken_once(client: Client, saml: SamlProvider) -> None:
    response = ask(client)
    assert post(response)["Location"].startswith("/auth/saml/finish/")
    assert post(response)["Location"] == "/auth/login/"


def test_an_answer_for_another_browser_signs_nobody_in(client: Client, saml: SamlProvider) -> None:
    finish = post(ask(client))["Location"]
    victim = Client()
    ask(victim)
    assert victim.get(finish)["Location"] == "/auth/login/"
    assert not signed_in(victim)


def test_without_a_provider_there_is_nothing(client: Client) -> None:
    assert client.post("/auth/saml/acs/", {"SAMLResponse": "x"}).status_code == 404
    assert client.get("/auth/saml/finish/?key=x").status_code == 404
    assert client.get("/auth/saml/metadata/").status_code == 404


def test_its_own_metadata_says_where_responses_go(client: Client, saml: SamlProvider) -> None:
    said = client.get("/auth/saml/metadata/").content.decode()
    assert 'Location="http://testserver/auth/saml/acs/"' in said
    assert 'WantAssertionsSigned="true"' in said
    assert 'entityID="http://testserver/auth/saml/metadata/"' in said


# ---- who is here already --------------------------------------------------------------------------------------


def test_the_same_address_takes_nobody_over(client: Client, saml: SamlProvider, bob: Operator) -> None:
    saml.person["email"] = ["BOB@example.org"]
    go(client)
    assert not signed_in(client)
    assert not SocialAccount.objects.exists()


def test_unless_an_owner_allowed_it(client: Client, saml: SamlProvider, bob: Operator) -> None:
    Operator.objects.filter(pk=bob.pk).update(oidc_may_join=True)
    saml.person["email"] = [bob.email]
    go(client)
    assert client.session["_auth_user_id"] == str(bob.pk)


@pytest.mark.parametrize("emails", [[], ["no address"], ["dora@example.org", "olga@example.org"]])
def test_without_one_address_nobody_is_made(client: Client, saml: SamlProvider, emails: list[str]) -> None:
    saml.person["email"] = emails
    go(client)
    assert not Operator.objects.exists()


def test_whom_an_owner_deactivated_is_not_let_in(client: Client, saml: SamlProvider, olga: Operator) -> None:
    go(client)
    deactivate(Operator.objects.get(email="dora@example.org"), by=olga)
    client.post("/auth/logout/")
    go(client)
    assert not signed_in(client)


def test_subjects_of_openid_connect_are_nobody_here(client: Client, saml: SamlProvider) -> None:
    go(client)
    SocialAccount.objects.update(provider="oidc")
    client.post("/auth/logout/")
    go(client)
    assert not signed_in(client)


# ---- groups and the second factor -----------------------------------------------------------------------------


def test_groups_follow_the_attribute(client: Client, saml: SamlProvider, aws_account: AwsAccount) -> None:
    auditors = Group.objects.create(name="Auditors")
    Grant.objects.create(group=auditors, role=Role.VIEWER, aws_account=aws_account)
    ClaimGroup.objects.create(value="aws-audit", group=auditors)
    saml.person["groups"] = ["people", "aws-audit"]
    go(client)
    assert not Operator.objects.get().is_stranger
    client.post("/auth/logout/")
    saml.person["groups"] = ["people"]
    go(client)
    assert Operator.objects.get().is_stranger


@pytest.mark.parametrize(("trusted", "leads_to"), [([], "/auth/2fa/"), (["https://refeds.org/profile/mfa"], None)])
def test_two_factors_there_count_where_they_are_trusted(
    client: Client, saml: SamlProvider, settings: Any, aws_account: AwsAccount, trusted: list[str], leads_to: str | None
) -> None:
    settings.SAML_TRUSTED_MFA = trusted
    saml.context = "https://refeds.org/profile/mfa"
    go(client)
    Grant.objects.create(operator=Operator.objects.get(), role=Role.EDITOR, aws_account=aws_account)
    assert client.get("/accounts/").headers.get("Location") == leads_to


def test_it_confirms_who_is_signed_in_anew(client: Client, saml: SamlProvider) -> None:
    go(client)
    answer = go(client, "/auth/sso/step-up/?next=/accounts/")
    assert saml.asked[-1].get("ForceAuthn") == "true"
    assert answer["Location"] == "/accounts/"
    assert AuditEntry.objects.filter(verb="operator.reauthenticated").exists()


def test_but_not_when_it_asked_for_nothing(client: Client, saml: SamlProvider) -> None:
    go(client)
    saml.obeys_force, saml.signed_in_at = False, saml.signed_in_at - 3600
    go(client, "/auth/sso/step-up/?next=/accounts/")
    assert not AuditEntry.objects.filter(verb="operator.reauthenticated").exists()


def test_signing_out_says_that_the_session_there_goes_on(client: Client, saml: SamlProvider) -> None:
    go(client)
    assert client.post("/auth/logout/")["Location"] == "/auth/sso/signed-out/"
    assert "Your session at Acme SAML goes on" in client.get("/auth/sso/signed-out/").content.decode()
