"""Signing in by a SAML identity provider, as a browser does it."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

import requests
from django.test import Client

from tests.accounts.oidc import path_of


def ask(client: Client, address: str = "/auth/sso/") -> str:
    """From a link of the console to the provider: the response that its page would post."""
    there = client.get(address)["Location"]
    assert there.startswith("http://127.0.0.1"), there
    page = requests.get(there, timeout=10).text
    assert 'action="http://testserver/auth/saml/acs/"' in page
    return str(re.findall(r'name="SAMLResponse" value="([^"]*)"', page)[0])


def post(response: str) -> Any:
    """From the provider's site, so without the cookies of the console (SameSite=Lax), and without its CSRF token."""
    stranger = Client(enforce_csrf_checks=True)
    posted = {"SAMLResponse": response, "RelayState": "https://evil.example/"}
    answer = stranger.post("/auth/saml/acs/", posted, headers={"origin": "http://127.0.0.1:1"})
    assert "sessionid" not in answer.cookies
    return answer


def go(client: Client, address: str = "/auth/sso/") -> Any:
    """To the provider and back: what the console then says."""
    answer = post(ask(client, address))
    client.cookies.update(answer.cookies)
    if urlsplit(answer["Location"]).path != "/auth/saml/finish/":
        return answer
    return client.get(path_of(answer["Location"]))


def signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session
