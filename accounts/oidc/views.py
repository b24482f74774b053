"""Signing in by the identity provider, and proving again there who one is.

Links lead here, not forms: the ways on to the provider (and from it to others) would else have to be in the content
security policy's `form-action`. Nothing changes by following one: the provider's answer counts in the session that
asked, for a sign-in or for a fresh `auth_time`.
"""

from __future__ import annotations

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
from accounts.oidc import provider
from accounts.oidc.identity import OidcIdentity
from accounts.oidc.provider import METHOD_ID, OidcSignInRefused, is_anew, provider_counts_for, remember_proof
from accounts.services.oidc_operators import known_as, operator_of
from accounts.services.operators import follow_claims, named
from accounts.stepup import is_fresh

SOMEBODY_ELSE = "{name} says that you are somebody else than who is signed in here, so nothing was confirmed."
NOT_AGAIN = "{name} didn’t ask you to sign in again, so nothing was confirmed. Sign out there first, then try again."
ONE_FACTOR = "{name} doesn’t say that you used a second factor. Use the one that you have here."


def _configured() -> None:
    if not provider.is_configured():
        raise Http404("No identity provider is configured.")


@require_GET
def sso_sign_in(request: HttpRequest) -> HttpResponse:
    _configured()
    next_url = get_next_redirect_url(request)
    if request.user.is_authenticated:
        return redirect(next_url or "home")
    try:
        return provider.send_there(request, next_url=next_url)
    except OidcSignInRefused as refused:
        return _refusal(request, refused, next_url)


@require_GET
def sso_callback(request: HttpRequest) -> HttpResponse:
    _configured()
    state: dict[str, Any] = {}
    try:
        identity, state = provider.answer(request)
        if state["again"]:
            return _proved_again(request, identity, state)
        operator = operator_of(identity, request=request)
    except OidcSignInRefused as refused:
        return _refusal(request, refused, state.get("next"))
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
        url = provider.end_of_session(request) if settings.OIDC_SIGN_OUT else ""
    except OidcSignInRefused:
        url = ""  # the log says why
    return render(request, "account/sso_signed_out.html", {"provider": settings.OIDC_NAME, "end_url": url})


@require_GET
def sso_reauthenticate(request: HttpRequest) -> HttpResponse:
    """The page that leads there. (A form that was posted must not be led on to the provider: see above.)"""
    _offered(request)
    methods = get_adapter(request).get_reauthentication_methods(request.user)
    context = {
        "provider": settings.OIDC_NAME,
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
        return provider.send_there(request, next_url=next_url, again=True)
    except OidcSignInRefused as refused:
        return _refusal(request, refused, next_url)


def _with_next(request: HttpRequest, url: str) -> str:
    return str(passthrough_next_redirect_url(request, url, REDIRECT_FIELD_NAME))


def _offered(request: HttpRequest) -> None:
    """Raises Http404 for operators whom the provider doesn't know, or for whom its word wouldn't be enough."""
    if not provider_counts_for(signed_in(request)):
        raise Http404("The identity provider confirms nothing for this operator.")


def _proved_again(request: HttpRequest, identity: OidcIdentity, state: dict[str, Any]) -> HttpResponse:
    operator = known_as(identity)
    if operator is None or operator != request.user:
        raise OidcSignInRefused(SOMEBODY_ELSE)
    if not is_anew(identity, state["began"]):
        raise OidcSignInRefused(NOT_AGAIN, f"auth_time is {identity.auth_time}, asked at {state['began']}")
    follow_claims(operator=operator, values=identity.groups, request=request)
    remember_proof(request, operator, identity)
    if not is_fresh(request):
        raise OidcSignInRefused(ONE_FACTOR)
    data = {"how": settings.OIDC_NAME}
    audit.record("operator.reauthenticated", actor=operator, obj=named(operator), data=data, request=request)
    return redirect(state.get("next") or "home")


def _refusal(request: HttpRequest, refused: OidcSignInRefused, next_url: str | None) -> HttpResponse:
    """Back to where they can try again, with the sentence."""
    messages.error(request, str(refused))
    back = redirect("sso_reauthenticate" if request.user.is_authenticated else "account_login")
    if next_url:
        back["Location"] += f"?{urlencode({REDIRECT_FIELD_NAME: next_url})}"
    return back
