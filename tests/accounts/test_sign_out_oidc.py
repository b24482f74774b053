"""Signing out of a session that the identity provider began: its own goes on, and can be ended."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.cache import caches
from django.test import Client

from accounts.models import Operator
from tests.accounts.oidc import go
from tests.services.oidc_provider import CLIENT_ID, OidcProvider

pytestmark = pytest.mark.django_db
PAGE = "/auth/sso/signed-out/"


@pytest.fixture(autouse=True)
def configuration_asked_anew() -> Iterator[None]:
    caches["counts"].clear()
    yield
    caches["counts"].clear()


def signed_out(client: Client) -> str:
    response = client.post("/auth/logout/")
    assert response["Location"] == PAGE
    assert "_auth_user_id" not in client.session
    return str(client.get(PAGE).content.decode())


def link_of(html: str) -> str:
    return unescape(re.findall(r'<a class="btn btn-primary" href="([^"]+)"', html)[0])


def test_it_offers_to_end_the_session_there(client: Client, provider: OidcProvider) -> None:
    go(client)
    html = signed_out(client)
    assert "Your session at Acme SSO goes on" in html
    link = urlsplit(link_of(html))
    assert f"{link.scheme}://{link.netloc}{link.path}" == f"{provider.issuer}/logout"
    assert parse_qs(link.query) == {"client_id": [CLIENT_ID]}


def test_it_comes_back_where_the_client_knows_the_way(client: Client, provider: OidcProvider, settings: Any) -> None:
    settings.OIDC_SIGN_OUT_RETURNS = True
    provider.logout_query = "?tenant=acme"
    go(client)
    said = parse_qs(urlsplit(link_of(signed_out(client))).query)
    back = ["http://testserver/auth/login/"]
    assert said == {"tenant": ["acme"], "client_id": [CLIENT_ID], "post_logout_redirect_uri": back}


@pytest.mark.parametrize("what", ["lacks", "unsafe", "unreachable"])
def test_without_an_address_it_says_what_to_do(
    client: Client, provider: OidcProvider, settings: Any, what: str
) -> None:
    go(client)
    caches["counts"].clear()
    if what == "lacks":
        provider.lacks = "end_session_endpoint"
    elif what == "unreachable":
        settings.OIDC_ISSUER = "http://127.0.0.1:9"
    else:
        provider.logout_at = "javascript:alert(1)"
    html = signed_out(client)
    assert "sign out there yourself" in html
    assert "btn-primary" not in html


def test_a_session_that_the_provider_didnt_begin_knows_nothing_of_it(
    client_of: Callable[..., Client], provider: OidcProvider, bob: Operator
) -> None:
    assert client_of(bob).post("/auth/logout/")["Location"] != PAGE


def test_it_can_be_left_out(client: Client, provider: OidcProvider, settings: Any) -> None:
    settings.OIDC_SIGN_OUT = False
    go(client)
    assert client.post("/auth/logout/")["Location"] != PAGE


def test_who_is_signed_in_is_told_nothing_of_the_sort(client: Client, provider: OidcProvider) -> None:
    go(client)
    assert client.get(PAGE)["Location"] == "/"
