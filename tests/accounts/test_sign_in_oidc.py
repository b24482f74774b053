"""Signing in by an identity provider: a real one over loopback HTTP, right and wrong in every way."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest
import requests
from allauth.account.utils import perform_login
from allauth.socialaccount.models import SocialAccount, SocialApp
from django.contrib.messages.storage import default_storage
from django.core import mail
from django.test import Client

from accounts.models import AuditEntry, AwsAccount, Grant, Operator
from accounts.roles import Role
from tests.accounts.conftest import PASSWORD, sign_in, totp_code, use_totp
from tests.accounts.oidc import come_back, go, path_of, said
from tests.services.oidc_provider import WRONG_CLAIMS, WRONG_KEYS, OidcProvider

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _quiet(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL, "iamconsole.oidc")


def signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


# ---- who comes for the first time -----------------------------------------------------------------------------


def test_a_first_sign_in_makes_an_operator_without_grants(
    client: Client, provider: OidcProvider, verbs: Callable[[], list[str]]
) -> None:
    assert go(client)["Location"] == "/"
    dora = Operator.objects.get()
    assert (dora.email, dora.name, dora.is_stranger, dora.has_usable_password()) == (
        "dora@example.org",
        "Dora",
        True,
        False,
    )
    assert signed_in(client)
    assert verbs() == ["operator.made", "operator.identity_joined", "operator.signed_in"]
    assert AuditEntry.objects.get(verb="operator.signed_in").data == {"how": "Acme SSO"}


def test_the_second_sign_in_is_of_the_same_operator(client: Client, provider: OidcProvider) -> None:
    go(client)
    client.post("/auth/logout/")
    provider.person["email"] = "dora.married@example.org"
    go(client)
    assert Operator.objects.count() == 1
    assert signed_in(client)


def test_it_leads_on_to_where_one_wanted_to_go(client: Client, provider: OidcProvider) -> None:
    page = client.get("/auth/login/?next=/accounts/").content.decode()
    assert 'href="/auth/sso/?next=/accounts/"' in page
    assert "Sign in with Acme SSO" in page
    assert go(client, "/auth/sso/?next=/accounts/")["Location"] == "/accounts/"


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_but_nowhere_else(client: Client, provider: OidcProvider, elsewhere: str) -> None:
    assert go(client, f"/auth/sso/?next={elsewhere}")["Location"] == "/"


def test_it_is_asked_with_pkce_a_nonce_and_nothing_of_the_address(client: Client, provider: OidcProvider) -> None:
    go(client, "/auth/sso/?auth_params=prompt%3Dnone&scope=admin&process=connect")
    (asked,) = provider.asked
    assert asked["code_challenge_method"] == "S256"
    assert len(asked["nonce"]) >= 32
    assert set(asked["scope"].split()) == {"openid", "profile", "email"}
    assert "prompt" not in asked


def test_without_a_provider_there_is_nothing(client: Client) -> None:
    assert client.get("/auth/sso/").status_code == 404
    assert client.get("/auth/sso/callback/?code=1&state=2").status_code == 404
    assert "/auth/sso/" not in client.get("/auth/login/").content.decode()


def test_a_provider_in_the_database_is_none(client: Client, provider: OidcProvider, settings: Any) -> None:
    SocialApp.objects.create(
        provider="openid_connect", provider_id="oidc", client_id="evil", settings={"server_url": "http://127.0.0.1:1"}
    )
    go(client)
    assert signed_in(client)


# ---- whom it doesn't sign in ----------------------------------------------------------------------------------


@pytest.mark.parametrize("wrong", [*WRONG_CLAIMS, *WRONG_KEYS])
def test_a_token_that_is_wrong_signs_nobody_in(client: Client, provider: OidcProvider, wrong: str) -> None:
    provider.wrong = wrong
    assert "can’t be trusted" in said(client, go(client))
    assert not signed_in(client)
    assert not Operator.objects.exists()


def test_a_provider_that_calls_itself_otherwise_is_not_asked(client: Client, provider: OidcProvider) -> None:
    provider.calls_itself = "https://elsewhere.example"
    assert "can’t be trusted" in said(client, client.get("/auth/sso/"))


@pytest.mark.parametrize(
    ("claim", "value", "named"),
    [
        ("name", "Do\x00ra", "Dora"),
        ("name", "D" * 5000, "D" * 120),
        ("name", {"given": "Dora"}, "{'given': 'Dora'}"),
        ("name", " ", "dora"),
        ("name", "<script>", "<script>"),
        ("groups", ["a\x00b", "x" * 5000], "Dora"),
        ("amr", {"mfa": 1}, "Dora"),
        ("acr", 7, "Dora"),
    ],
)
def test_odd_claims_break_nothing(
    client: Client, provider: OidcProvider, claim: str, value: object, named: str
) -> None:
    provider.person[claim] = value
    go(client)
    assert Operator.objects.get().name == named


@pytest.mark.parametrize(
    "email", ["no address", "d@" + "x" * 300 + ".example", ["dora@example.org"], "d\x00@example.org"]
)
def test_an_address_that_is_none_makes_nobody(client: Client, provider: OidcProvider, email: object) -> None:
    provider.person["email"] = email
    assert "doesn’t say that your e-mail address is yours" in said(client, go(client))
    assert not Operator.objects.exists()


@pytest.mark.parametrize("lacks", ["authorization_endpoint", "token_endpoint", "jwks_uri"])
def test_a_provider_that_lacks_an_endpoint_is_not_asked(client: Client, provider: OidcProvider, lacks: str) -> None:
    provider.lacks = lacks
    assert "can’t be trusted" in said(client, client.get("/auth/sso/"))


def test_in_production_every_endpoint_is_https(client: Client, provider: OidcProvider, settings: Any) -> None:
    settings.PRODUCTION = True
    assert "can’t be trusted" in said(client, client.get("/auth/sso/"))


def test_a_provider_without_userinfo_does(client: Client, provider: OidcProvider) -> None:
    provider.lacks = "userinfo_endpoint"
    go(client)
    assert signed_in(client)


@pytest.mark.parametrize("query", ["", "?state=x", "?code=1&state=x", "?error=access_denied", "?state=" + "x" * 9000])
def test_an_answer_that_nobody_asked_for_is_told_so(client: Client, provider: OidcProvider, query: str) -> None:
    assert "began in another window" in said(client, client.get(f"/auth/sso/callback/{query}"))


def test_a_provider_that_is_away_is_said(client: Client, provider: OidcProvider, settings: Any) -> None:
    settings.OIDC_ISSUER = "http://127.0.0.1:1"
    assert "Acme SSO can’t be reached" in said(client, client.get("/auth/sso/?next=/accounts/"))


def test_userinfo_about_somebody_else_is_not_believed(client: Client, provider: OidcProvider) -> None:
    provider.userinfo = {"sub": "u-2", "groups": ["admins"]}
    assert "can’t be trusted" in said(client, go(client))
    assert not signed_in(client)


def test_who_is_denied_there_is_told_so(client: Client, provider: OidcProvider) -> None:
    provider.wrong = "denied"
    assert "didn’t sign you in" in said(client, go(client))


def test_an_answer_for_another_browser_signs_nobody_in(client: Client, provider: OidcProvider) -> None:
    there = client.get("/auth/sso/")["Location"]
    victim = Client()
    victim.get("/auth/sso/")
    assert "began in another window" in said(victim, come_back(victim, there))
    assert not signed_in(victim)


def test_an_answer_works_once(client: Client, provider: OidcProvider) -> None:
    there = client.get("/auth/sso/")["Location"]
    back = path_of(requests.get(there, allow_redirects=False, timeout=10).headers["Location"])
    client.get(back)
    client.post("/auth/logout/")
    client.get(back)
    assert not signed_in(client)


def test_an_address_that_is_not_verified_makes_nobody(
    client: Client, provider: OidcProvider, verbs: Callable[[], list[str]]
) -> None:
    provider.person["email_verified"] = False
    assert "doesn’t say that your e-mail address is yours" in said(client, go(client))
    assert not Operator.objects.exists()
    assert verbs() == ["operator.sign_in_refused"]


def test_where_the_provider_never_says_so_the_setting_may(
    client: Client, provider: OidcProvider, settings: Any
) -> None:
    del provider.person["email_verified"]
    go(client)
    assert not signed_in(client)
    settings.OIDC_TRUST_EMAIL = True
    go(client)
    assert signed_in(client)


# ---- who is here already --------------------------------------------------------------------------------------


def test_the_same_address_takes_nobody_over(client: Client, provider: OidcProvider, bob: Operator) -> None:
    provider.person["email"] = "BOB@example.org"
    assert "Somebody here has your e-mail address already" in said(client, go(client))
    assert not signed_in(client)
    assert not SocialAccount.objects.exists()


def test_unless_an_owner_allowed_it_once(client: Client, provider: OidcProvider, bob: Operator) -> None:
    Operator.objects.filter(pk=bob.pk).update(oidc_may_join=True)
    provider.person["email"] = "BOB@example.org"
    go(client)
    assert client.session["_auth_user_id"] == str(bob.pk)
    bob.refresh_from_db()
    assert not bob.oidc_may_join
    another = Client()
    provider.person["sub"] = "u-2"
    go(another)
    assert not signed_in(another)


def test_an_owner_allows_it_in_the_administration(
    client_of: Callable[..., Client], provider: OidcProvider, bob: Operator, olga: Operator
) -> None:
    form = {"email": bob.email, "name": bob.name, "is_active": "on", "oidc_may_join": "on"}
    client_of(olga).post(f"/admin/accounts/operator/{bob.pk}/change/", form)
    bob.refresh_from_db()
    assert bob.oidc_may_join
    entry = AuditEntry.objects.get(verb="operator.changed")
    assert (entry.actor, entry.data["changes"]) == (olga, {"oidc_may_join": ["False", "True"]})


def test_and_then_only_with_a_verified_address(client: Client, provider: OidcProvider, bob: Operator) -> None:
    Operator.objects.filter(pk=bob.pk).update(oidc_may_join=True)
    provider.person.update(email=bob.email, email_verified=False)
    go(client)
    assert not signed_in(client)


def test_another_issuer_knows_nobody_by_the_subjects_of_the_old(
    client: Client, provider: OidcProvider, settings: Any
) -> None:
    go(client)
    SocialAccount.objects.update(extra_data={})
    client.post("/auth/logout/")
    provider.issuer, old = provider.issuer.replace("127.0.0.1", "localhost"), provider.issuer
    settings.OIDC_ISSUER = provider.issuer
    try:
        assert "Somebody here has your e-mail address" in said(
            client, come_back(client, client.get("/auth/sso/")["Location"])
        )
    finally:
        provider.issuer = old


def test_a_deactivated_operator_stays_out(client: Client, provider: OidcProvider) -> None:
    go(client)
    client.post("/auth/logout/")
    Operator.objects.update(is_active=False)
    go(client)
    assert not signed_in(client)


# ---- nothing else signs them in -------------------------------------------------------------------------------


def test_who_comes_from_the_provider_gets_no_password_by_mail(
    client: Client, provider: OidcProvider, work_mails: Callable[[], list[str]]
) -> None:
    go(client)
    client.post("/auth/logout/")
    client.post("/auth/password/reset/", {"email": "dora@example.org"})
    assert not work_mails() and not mail.outbox


def test_nor_sets_one(client: Client, provider: OidcProvider) -> None:
    go(client)
    page = client.post("/auth/password/set/", {"password1": PASSWORD, "password2": PASSWORD})
    assert "there is no password to set here" in page.content.decode()
    assert not Operator.objects.get().has_usable_password()


def test_a_password_from_before_still_works_for_who_joined(
    client: Client, provider: OidcProvider, bob: Operator
) -> None:
    Operator.objects.filter(pk=bob.pk).update(oidc_may_join=True)
    provider.person["email"] = bob.email
    go(client)
    client.post("/auth/logout/")
    sign_in(client, bob.email)
    assert signed_in(client)


def test_nor_a_passkey_alone(client: Client, provider: OidcProvider) -> None:
    go(client)
    client.post("/auth/logout/")
    request = client.get("/auth/login/").wsgi_request
    request._messages = default_storage(request)  # type: ignore[attr-defined]
    answer = perform_login(request, Operator.objects.get())  # as allauth does when it has seen a passkey
    assert answer["Location"] == "/auth/login/"
    assert "You sign in by Acme SSO: nothing else counts." in map(str, request._messages)  # type: ignore[attr-defined]
    assert not request.user.is_authenticated


# ---- the second factor ----------------------------------------------------------------------------------------


@pytest.fixture
def dora(client: Client, provider: OidcProvider, aws_account: AwsAccount) -> Operator:
    """An editor who signs in by the provider, and has done so once."""
    go(client)
    client.post("/auth/logout/")
    operator = Operator.objects.get(email="dora@example.org")
    Grant.objects.create(operator=operator, aws_account=aws_account, role=Role.EDITOR)
    return operator


def test_an_editor_sets_one_up_here(client: Client, dora: Operator) -> None:
    go(client)
    assert client.get("/accounts/")["Location"] == "/auth/2fa/"


def test_the_providers_word_for_one_counts_only_when_it_is_trusted(
    client: Client, dora: Operator, provider: OidcProvider, settings: Any
) -> None:
    provider.person["amr"] = ["pwd", "mfa"]
    go(client)
    assert client.get("/accounts/")["Location"] == "/auth/2fa/"
    client.post("/auth/logout/")
    settings.OIDC_TRUSTED_MFA = ["mfa", "urn:acme:gold"]
    go(client)
    assert client.get("/accounts/").status_code == 200


def test_so_does_its_class_of_authentication(
    client: Client, dora: Operator, provider: OidcProvider, settings: Any
) -> None:
    provider.person["acr"] = "urn:acme:gold"
    settings.OIDC_TRUSTED_MFA = ["urn:acme:gold"]
    go(client)
    assert client.get("/accounts/").status_code == 200


def test_a_trusted_provider_that_saw_one_factor_is_not_enough(
    client: Client, dora: Operator, provider: OidcProvider, settings: Any
) -> None:
    provider.userinfo = {"amr": ["mfa"]}  # not signed, and about the person, not about this sign-in
    settings.OIDC_TRUSTED_MFA = ["mfa"]
    go(client)
    assert client.get("/accounts/")["Location"] == "/auth/2fa/"


def test_who_has_a_second_factor_here_is_asked_for_it(
    client: Client, dora: Operator, clock: Callable[[float], None]
) -> None:
    use_totp(dora)
    assert go(client)["Location"] == "/auth/2fa/authenticate/"
    assert not signed_in(client)
    client.post("/auth/2fa/authenticate/", {"code": totp_code()})
    assert client.get("/accounts/").status_code == 200


def test_but_not_where_two_were_used_there(
    client: Client, dora: Operator, provider: OidcProvider, settings: Any
) -> None:
    use_totp(dora)
    provider.person["amr"] = ["mfa"]
    settings.OIDC_TRUSTED_MFA = ["mfa"]
    go(client)
    assert signed_in(client)
