"""The SAML service provider: the redirect to the identity provider, and its answer in two steps.

The provider's page posts the response from its own site, so browsers send no session cookie with it (SameSite=Lax). It
is verified all the same (`receive`), once for each assertion, and kept for the redirect to ourselves that follows. That
one has the cookie: there the answer counts in the session that asked, once (`answer`).
"""

from __future__ import annotations

import hashlib
import secrets
import time
from dataclasses import asdict
from typing import Any

from allauth.socialaccount.internal import statekit
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.urls import reverse
from onelogin.saml2.auth import OneLogin_Saml2_Auth as Auth
from onelogin.saml2.constants import OneLogin_Saml2_Constants as Constants
from onelogin.saml2.settings import OneLogin_Saml2_Settings as Saml

from accounts.identity_provider import CANCELLED, LOST, SAML, UNTRUSTED, ProviderIdentity, ProviderSignInRefused
from accounts.saml import metadata, responses

REDIRECTED_WITHIN_S = 120


def _here(request: HttpRequest) -> str:
    return str(request.build_absolute_uri(reverse("saml_acs")))


def _config(request: HttpRequest) -> dict[str, Any]:
    """python3-saml's settings. Raises ProviderSignInRefused."""
    try:
        idp = metadata.idp()
    except metadata.BadMetadata as wrong:
        raise ProviderSignInRefused(UNTRUSTED, wrong) from wrong
    return {
        "strict": True,
        "idp": idp,
        "sp": {
            "entityId": settings.SAML_ENTITY_ID or request.build_absolute_uri(reverse("saml_metadata")),
            "assertionConsumerService": {"url": _here(request), "binding": Constants.BINDING_HTTP_POST},
            "NameIDFormat": Constants.NAMEID_UNSPECIFIED,
        },
        "security": {
            "wantAssertionsSigned": True,
            "wantNameId": True,
            "wantAttributeStatement": False,
            "requestedAuthnContext": False,
            "rejectDeprecatedAlgorithm": True,
            "allowRepeatAttributeName": True,
            "allowSingleLabelDomains": not settings.PRODUCTION,
        },
    }


def address_of(request: HttpRequest, *, next_url: str | None, again: bool) -> str:
    """Where the provider is asked; `again`: to prove anew who they are. Raises ProviderSignInRefused."""
    here = {"https": "on" if request.is_secure() else "off", "http_host": request.get_host(), "script_name": ""}
    auth = Auth({**here, "get_data": {}, "post_data": {}}, _config(request))
    address = auth.login(return_to="", force_authn=again)
    state = {"again": again, "began": time.time(), **({"next": next_url} if next_url else {})}
    statekit.stash_state(request, provider_id=SAML, state=state, state_id=auth.get_last_request_id())
    return str(address)


def own_metadata(request: HttpRequest) -> bytes:
    """What the provider must know of this console. Raises ProviderSignInRefused."""
    said: str | bytes = Saml(_config(request)).get_sp_metadata()
    return said if isinstance(said, bytes) else said.encode()


def receive(request: HttpRequest) -> str:
    """Verifies the response that is posted, and keeps whom it is about. Returns the key for `answer`.

    RelayState is not read: where somebody wanted to go is in their session. Raises ProviderSignInRefused.
    """
    try:
        saml = Saml(_config(request))
        found = responses.read(request.POST.get("SAMLResponse", ""), saml=saml, here=_here(request))
    except responses.BadResponse as wrong:
        is_denied = "status code of the Response was not Success" in str(wrong)
        raise ProviderSignInRefused(CANCELLED if is_denied else UNTRUSTED, wrong) from wrong
    seconds = int(found.ends_at - time.time()) + 60
    if not cache.add(_name("seen", f"{found.identity.issuer}\n{found.id}"), True, seconds):
        raise ProviderSignInRefused(UNTRUSTED, f"the assertion {found.id} came a second time")
    key = secrets.token_urlsafe(24)
    said = {**asdict(found.identity), "groups": sorted(found.identity.groups)}
    cache.set(_name("answer", key), {"to": found.in_response_to, "identity": said}, REDIRECTED_WITHIN_S)
    return key


def answer(request: HttpRequest) -> tuple[ProviderIdentity, dict[str, Any]]:
    """Whom the provider has seen, and the state of the try that this answers. Raises ProviderSignInRefused."""
    name = _name("answer", request.GET.get("key", ""))
    kept = cache.get(name)
    if kept is None:
        raise ProviderSignInRefused(LOST)
    state = statekit.unstash_state(request, state_id=kept["to"], provider_id=SAML)
    if state is None:
        raise ProviderSignInRefused(LOST)
    cache.delete(name)
    return ProviderIdentity(**{**kept["identity"], "groups": frozenset(kept["identity"]["groups"])}), state


def _name(kind: str, text: str) -> str:
    return f"saml:{kind}:{hashlib.sha256(text.encode()).hexdigest()}"
