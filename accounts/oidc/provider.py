"""The OpenID Connect client: the provider's configuration, the redirect to it, and its verified answer."""

from __future__ import annotations

import secrets
import time
from typing import Any

import requests
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.internal import statekit
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.base.constants import AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.core.cache import caches  # "counts" is the process’s own memory: nobody else writes there
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import urlencode

from accounts.identity_provider import (
    CANCELLED,
    LOST,
    UNREACHABLE,
    UNTRUSTED,
    ProviderIdentity,
    ProviderSignInRefused,
)
from accounts.identity_provider import OIDC as ID
from accounts.oidc import tokens
from accounts.oidc.identity import identity_of

REMEMBERED_S = 300
_SCHEMES = {True: ("https://",), False: ("https://", "http://")}  # of its addresses, in production and elsewhere


class _Adapter(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]
    """allauth's, at our own address, and only with the provider that we know by its very name."""

    def __init__(self, request: HttpRequest, provider: _Provider) -> None:
        super().__init__(request, ID)
        self._provider = provider

    def get_provider(self) -> _Provider:
        return self._provider

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        return request.build_absolute_uri(reverse("sso_callback"))

    def discover(self) -> dict[str, Any]:
        """The provider's configuration, asked for every five minutes. Raises ProviderSignInRefused."""
        key = f"oidc:{settings.OIDC_ISSUER}"
        found: dict[str, Any] | None = caches["counts"].get(key)
        if found is None:
            try:
                found = _get(self._provider.server_url)
            except (requests.RequestException, ValueError) as error:
                raise ProviderSignInRefused(UNREACHABLE, error) from error
            caches["counts"].set(key, found, REMEMBERED_S)
        if str(found.get("issuer")).rstrip("/") != settings.OIDC_ISSUER.rstrip("/"):
            raise ProviderSignInRefused(
                UNTRUSTED, f"the provider calls itself {found.get('issuer')!r}, not OIDC_ISSUER"
            )
        addresses = [str(found.get(name)) for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")]
        if not all(address.startswith(_SCHEMES[settings.PRODUCTION]) for address in addresses):
            raise ProviderSignInRefused(UNTRUSTED, f"an endpoint is missing, or not to be trusted: {addresses}")
        self._openid_config = found  # where allauth looks first
        return found


class _Provider(OpenIDConnectProvider):  # type: ignore[misc]
    def get_oauth2_adapter(self, request: HttpRequest) -> _Adapter:
        if not hasattr(self, "_adapter"):
            self._adapter = _Adapter(request, self)
        return self._adapter


def _provider(request: HttpRequest) -> _Provider:
    """The one of the settings: rows of allauth's table of providers count for nothing here."""
    app = SocialApp(
        provider="openid_connect",
        provider_id=ID,
        name=settings.OIDC_NAME,
        client_id=settings.OIDC_CLIENT_ID,
        secret=settings.OIDC_CLIENT_SECRET,
        settings={
            "server_url": settings.OIDC_ISSUER.rstrip("/"),
            "scope": settings.OIDC_SCOPES,
            "oauth_pkce_enabled": True,
        },
    )
    return _Provider(request, app=app)


def send_there(request: HttpRequest, *, next_url: str | None, again: bool = False) -> HttpResponse:
    """The redirect to the provider; `again`: to prove anew who they are, even when they are signed in there.

    Raises ProviderSignInRefused.
    """
    provider = _provider(request)
    provider.get_oauth2_adapter(request).discover()
    nonce = secrets.token_urlsafe(24)
    params = {"nonce": nonce, **({"prompt": "login", "max_age": "0"} if again else {})}
    response: HttpResponse = provider.redirect(
        request, AuthProcess.LOGIN, next_url, auth_params=params, nonce=nonce, again=again, began=time.time()
    )
    return response


def end_of_session(request: HttpRequest) -> str:
    """Where the provider ends the session that it has of them; "" where it doesn't say (RP-Initiated Logout 1.0).

    The ID token of the sign-in, which the provider may like to see there, isn't kept: it says who they are. The
    provider knows this console by its client id, and may ask them whether they mean it. Raises ProviderSignInRefused.
    """
    config = _provider(request).get_oauth2_adapter(request).discover()
    address = str(config.get("end_session_endpoint") or "")
    if not address.startswith(_SCHEMES[settings.PRODUCTION]):
        return ""
    payload = {"client_id": settings.OIDC_CLIENT_ID}
    if settings.OIDC_SIGN_OUT_RETURNS:
        payload["post_logout_redirect_uri"] = request.build_absolute_uri(reverse("account_login"))
    return f"{address}{'&' if '?' in address else '?'}{urlencode(payload)}"


def answer(request: HttpRequest) -> tuple[ProviderIdentity, dict[str, Any]]:
    """Whom the provider has seen, and the state of the try that this answers. Raises ProviderSignInRefused."""
    state = statekit.unstash_state(request, state_id=request.GET.get("state", ""), provider_id=ID)
    if state is None:
        raise ProviderSignInRefused(LOST)
    if "code" not in request.GET:
        raise ProviderSignInRefused(CANCELLED, f"it said {request.GET.get('error', '')[:80]!r}")
    provider = _provider(request)
    adapter = provider.get_oauth2_adapter(request)
    config = adapter.discover()
    client = adapter.get_client(request, provider.app)
    try:
        got = client.get_access_token(request.GET["code"], pkce_code_verifier=state["pkce_code_verifier"])
        claims = tokens.read(
            str(got.get("id_token")),
            keys=_get(config["jwks_uri"]),
            issuer=config["issuer"],
            client_id=provider.app.client_id,
            nonce=state["nonce"],
        )
        return identity_of(claims, _userinfo(config, got, claims["sub"])), state
    except requests.RequestException as error:
        raise ProviderSignInRefused(UNREACHABLE, error) from error
    except (OAuth2Error, tokens.BadToken, ValueError) as error:
        raise ProviderSignInRefused(UNTRUSTED, error) from error


def _userinfo(config: dict[str, Any], got: dict[str, Any], subject: str) -> dict[str, Any]:
    """What else the provider says of them; about somebody else (another `sub`) it is nothing (Core 1.0, 5.3.2)."""
    if "userinfo_endpoint" not in config or "access_token" not in got:
        return {}
    said = _get(config["userinfo_endpoint"], headers={"Authorization": f"Bearer {got['access_token']}"})
    if said.get("sub") != subject:
        raise tokens.BadToken("The userinfo is about somebody else.")
    return said


def _get(url: str, **how: Any) -> dict[str, Any]:
    with get_adapter().get_requests_session() as session:
        response = session.get(url, **how)
        response.raise_for_status()
    answer = response.json()
    if not isinstance(answer, dict):
        raise ValueError(f"No object at {url}.")
    return answer
