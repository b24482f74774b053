"""Signing in by the identity provider, and proving again there who one is.

Links lead here, not forms: the ways on to the provider (and from it to others) would else have to be in the content
security policy's `form-action`. Nothing changes by following one: the provider's answer counts in the session that
asked, for a sign-in or for a fresh `auth_time`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.utils import get_next_redirect_url, passthrough_next_redirect_url, perform_login
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET

from accounts import audit
from accounts.access import signed_in
from accounts.identity_provider import (
    ProviderIdentity,
    ProviderSignInRefused,
    is_configured,
    is_saml,
    provider_name,
)
from accounts.oidc import provider as oidc
from accounts.proofs import METHOD_ID, is_anew, provider_counts_for, remember_proof
from accounts.services.operator_names import named
from accounts.services.operators import follow_claims
from accounts.services.provider_operators import known_as, operator_of
from accounts.stepup import is_fresh

SOMEBODY_ELSE = "{name} says that you are somebody else than who is signed in here, so nothing was confirmed."
NOT_AGAIN = "{name} didn’t ask you to sign in again, so nothing was confirmed. Sign out there first, then try again."
ONE_FACTOR = "{name} doesn’t say that you used a second factor. Use the one that you have here."


def _configured() -> None:
    if not is_configured():
        raise Http404("No identity provider is configured.")


@require_GET
def sso_sign_in(request: HttpRequest) -> HttpResponse:
    _configured()
    next_url = get_next_redirect_url(request)
    if request.user.is_authenticated:
        return redirect(next_url or "home")
    try:
        return _send_there(request, next_url)
    except ProviderSignInRefused as refused:
        return refusal(request, refused, next_url)


def _send_there(request: HttpRequest, next_url: str | None, *, again: bool = False) -> HttpResponse:
    """Raises ProviderSignInRefused."""
    if not is_saml():
        return oidc.send_there(request, next_url=next_url, again=again)
    from accounts.saml import provider as saml  # needs the extra

    return redirect(saml.address_of(request, next_url=next_url, again=again))


@require_GET
def sso_callback(request: HttpRequest) -> HttpResponse:
    """Where a provider of OpenID Connect sends them back to."""
    if is_saml() or not is_configured():
        raise Http404("No OpenID Connect provider is configured.")
    return taken_in(request, oidc.answer)


def taken_in(
    request: HttpRequest, answer: Callable[[HttpRequest], tuple[ProviderIdentity, dict[str, Any]]]
) -> HttpResponse:
    """Signs in whom the provider has seen, or confirms who is signed in. `answer` raises ProviderSignInRefused."""
    state: dict[str, Any] = {}
    try:
        identity, state = answer(request)
        if state["again"]:
            return _proved_again(request, identity, state)
        operator = operator_of(identity, request=request)
    except ProviderSignInRefused as refused:
        return refusal(request, refused, state.get("next"))
    if request.user.is_authenticated:
        get_adapter(request).logout(request)
    follow_claims(operator=operator, values=identity.groups, request=request)
    remember_proof(request, operator, identity)
    response: HttpResponse = perform_login(request, operator, redirect_url=state.get("next"))
    return response


@require_GET
def sso_signed_out(request: HttpRequest) -> HttpResponse:
    """After signing out of a session that the provider began: there another one goes on. A link ends it, see above."""
    _configured()
    if request.user.is_authenticated:
        return redirect("home")
    try:
        url = oidc.end_of_session(request) if settings.OIDC_SIGN_OUT and not is_saml() else ""
    except ProviderSignInRefused:
        url = ""  # the log says why
    return render(request, "account/sso_signed_out.html", {"provider": provider_name(), "end_url": url})


@require_GET
def sso_reauthenticate(request: HttpRequest) -> HttpResponse:
    """The page that leads there. (A form that was posted must not be led on to the provider: see above.)"""
    _offered(request)
    methods = get_adapter(request).get_reauthentication_methods(request.user)
    context = {
        "provider": provider_name(),
        "step_up_url": _with_next(request, reverse("sso_step_up")),
        "reauthentication_alternatives": [
            {**method, "url": _with_next(request, method["url"])} for method in methods if method["id"] != METHOD_ID
        ],
    }
    return render(request, "account/sso_reauthenticate.html", context)


@require_GET
def sso_step_up(request: HttpRequest) -> HttpResponse:
    _offered(request)
    next_url = get_next_redirect_url(request)
    try:
        return _send_there(request, next_url, again=True)
    except ProviderSignInRefused as refused:
        return refusal(request, refused, next_url)


def _with_next(request: HttpRequest, url: str) -> str:
    return str(passthrough_next_redirect_url(request, url, REDIRECT_FIELD_NAME))


def _offered(request: HttpRequest) -> None:
    """Raises Http404 for operators whom the provider doesn't know, or for whom its word wouldn't be enough."""
    if not provider_counts_for(signed_in(request)):
        raise Http404("The identity provider confirms nothing for this operator.")


def _proved_again(request: HttpRequest, identity: ProviderIdentity, state: dict[str, Any]) -> HttpResponse:
    operator = known_as(identity)
    if operator is None or operator != request.user:
        raise ProviderSignInRefused(SOMEBODY_ELSE)
    if not is_anew(identity, state["began"]):
        raise ProviderSignInRefused(NOT_AGAIN, f"auth_time is {identity.auth_time}, asked at {state['began']}")
    follow_claims(operator=operator, values=identity.groups, request=request)
    remember_proof(request, operator, identity)
    if not is_fresh(request):
        raise ProviderSignInRefused(ONE_FACTOR)
    data = {"how": provider_name()}
    audit.record("operator.reauthenticated", actor=operator, obj=named(operator), data=data, request=request)
    return redirect(state.get("next") or "home")


def refusal(request: HttpRequest, refused: ProviderSignInRefused, next_url: str | None) -> HttpResponse:
    """Back to where they can try again, with the sentence."""
    messages.error(request, str(refused))
    back = redirect("sso_reauthenticate" if request.user.is_authenticated else "account_login")
    if next_url:
        back["Location"] += f"?{urlencode({REDIRECT_FIELD_NAME: next_url})}"
    return back
