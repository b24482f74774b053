"""The OpenID Connect client: the provider's configuration, the redirect to it, and its verified answer."""

from __future__ import annotations

import logging
import secrets
import time
from typing import Any

import requests
from allauth.account.internal.flows.login import record_authentication
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.internal import statekit
from allauth.socialaccount.models import SocialAccount, SocialApp
from allauth.socialaccount.providers.base.constants import AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.core.cache import caches  # "counts" is the process’s own memory: nobody else writes there
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import urlencode

from accounts.models import Operator
from accounts.oidc import tokens
from accounts.oidc.identity import OidcIdentity, identity_of
from accounts.oidc.tokens import LEEWAY_S
from accounts.sign_in import PROVIDER_METHOD, has_second_factor

REMEMBERED_S = 300
MOST_SAID = 300  # characters of the provider’s own words in the log
_SCHEMES = {True: ("https://",), False: ("https://", "http://")}  # of its addresses, in production and elsewhere
ID = "oidc"  # of the one provider, in allauth's tables and in the state of a try

log = logging.getLogger("iamconsole.oidc")


class OidcSignInRefused(Exception):
    """Nobody is signed in; the text is a sentence for the person. `why` goes to the log."""

    def __init__(self, sentence: str, why: object = "") -> None:
        super().__init__(sentence.format(name=settings.OIDC_NAME))
        if why:
            log.warning("sign-in by the identity provider failed: %s", str(why)[:MOST_SAID])


UNREACHABLE = "{name} can’t be reached from here. Try again in a minute; if it stays so, tell an owner of this console."
UNTRUSTED = (
    "{name} gave an answer that can’t be trusted. Try again; if it happens again, tell an owner: the log says why."
)
CANCELLED = "{name} didn’t sign you in. Try again, or ask its administrator whether you may use this console."
LOST = "That sign-in took too long, or began in another window. Begin again."


def is_configured() -> bool:
    return bool(settings.OIDC_ISSUER)


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
        """The provider's configuration, asked for every five minutes. Raises Refused."""
        key = f"oidc:{settings.OIDC_ISSUER}"
        found: dict[str, Any] | None = caches["counts"].get(key)
        if found is None:
            try:
                found = _get(self._provider.server_url)
            except (requests.RequestException, ValueError) as error:
                raise OidcSignInRefused(UNREACHABLE, error) from error
            caches["counts"].set(key, found, REMEMBERED_S)
        if str(found.get("issuer")).rstrip("/") != settings.OIDC_ISSUER.rstrip("/"):
            raise OidcSignInRefused(UNTRUSTED, f"the provider calls itself {found.get('issuer')!r}, not OIDC_ISSUER")
        addresses = [str(found.get(name)) for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")]
        if not all(address.startswith(_SCHEMES[settings.PRODUCTION]) for address in addresses):
            raise OidcSignInRefused(UNTRUSTED, f"an endpoint is missing, or not to be trusted: {addresses}")
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

    Raises Refused.
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
    provider knows this console by its client id, and may ask them whether they mean it. Raises Refused.
    """
    config = _provider(request).get_oauth2_adapter(request).discover()
    address = str(config.get("end_session_endpoint") or "")
    if not address.startswith(_SCHEMES[settings.PRODUCTION]):
        return ""
    payload = {"client_id": settings.OIDC_CLIENT_ID}
    if settings.OIDC_SIGN_OUT_RETURNS:
        payload["post_logout_redirect_uri"] = request.build_absolute_uri(reverse("account_login"))
    return f"{address}{'&' if '?' in address else '?'}{urlencode(payload)}"


def answer(request: HttpRequest) -> tuple[OidcIdentity, dict[str, Any]]:
    """Whom the provider has seen, and the state of the try that this answers. Raises Refused."""
    state = statekit.unstash_state(request, state_id=request.GET.get("state", ""), provider_id=ID)
    if state is None:
        raise OidcSignInRefused(LOST)
    if "code" not in request.GET:
        raise OidcSignInRefused(CANCELLED, f"it said {request.GET.get('error', '')[:80]!r}")
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
        raise OidcSignInRefused(UNREACHABLE, error) from error
    except (OAuth2Error, tokens.BadToken, ValueError) as error:
        raise OidcSignInRefused(UNTRUSTED, error) from error


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


# ---- What a sign-in proves -----------------------------------------------------------------------------------------
# As allauth's records in the session.
METHOD_ID = "sso"  # among the ways to prove again who one is


def remember_proof(request: HttpRequest, operator: Operator, identity: OidcIdentity) -> None:
    record_authentication(
        request,
        operator,
        PROVIDER_METHOD,
        type=settings.OIDC_NAME,  # what the audit trail says of how they signed in
        auth_time=min(identity.auth_time, time.time()) if identity.auth_time is not None else None,
        multi_factor=identity.multi_factor,
    )
    request.two_factors_elsewhere = identity.multi_factor  # type: ignore[attr-defined]  # for this sign-in's stages


def is_anew(identity: OidcIdentity, since: float) -> bool:
    """Whether they proved who they are after `since`, as the provider's own clock has it."""
    return identity.auth_time is not None and identity.auth_time >= since - LEEWAY_S


def provider_counts_for(operator: Operator) -> bool:
    """Whether the provider's word can be enough: not where they have a second factor here, and it isn't trusted to
    ask for one there."""
    if not settings.OIDC_ISSUER or not SocialAccount.objects.filter(user=operator, provider=ID).exists():
        return False
    return bool(settings.OIDC_TRUSTED_MFA) or not has_second_factor(operator)


def proof_method(url: str) -> dict[str, Any]:
    """As allauth describes a way to prove again who one is."""
    return {"id": METHOD_ID, "description": f"Sign in at {settings.OIDC_NAME} again", "url": url}
