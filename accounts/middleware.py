"""Middleware: every page needs a sign-in, changing AWS a second factor, and no page may be cached."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse, ReauthenticationRequired
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.sessions.middleware import SessionMiddleware
from django.core.cache import caches
from django.core.signing import BadSignature, Signer
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render, resolve_url
from django.urls import reverse
from django.utils.deprecation import MiddlewareMixin
from django.utils.http import urlencode

from accounts.access import enter
from accounts.models import Operator
from accounts.second_factors import FactorSealed
from accounts.sign_in import (
    READS,
    SET_UP_FIRST,
    forget_rights,
    needs_second_factor,
    page_of,
    remember_rights,
    send_to,
    why_refused,
)
from accounts.stepup import demand_step_up
from iamconsole.sealing import CannotUnseal
from iamconsole.web.addresses import access_of

View = Callable[..., HttpResponse]
SEEN_EVERY_S = 60


class NothingKept(MiddlewareMixin):
    """No browser or proxy keeps a page: the next one at a shared machine must not find it by the back button."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        response.headers.setdefault("Cache-Control", "no-store, private")
        return response


class SignedSessions(SessionMiddleware):
    """The cookie holds the session's key with a signature: the key that the database holds opens nothing by itself."""

    @property
    def _signer(self) -> Signer:
        return Signer(salt="session")

    def process_request(self, request: HttpRequest) -> None:
        if given := request.COOKIES.pop(settings.SESSION_COOKIE_NAME, ""):
            with suppress(BadSignature):
                request.COOKIES[settings.SESSION_COOKIE_NAME] = self._signer.unsign(given)
        super().process_request(request)

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        response = super().process_response(request, response)
        cookie = response.cookies.get(settings.SESSION_COOKIE_NAME)
        if cookie and cookie.value:
            response.cookies[settings.SESSION_COOKIE_NAME] = self._signer.sign(cookie.value)
        return response


class SessionsSeen(MiddlewareMixin):
    """Writes down that a session is in use, and from where: once a minute, and at once from a new address or browser.

    Each time costs five queries. Not on SQLite, where a page would wait for a pull that writes.
    """

    def process_request(self, request: HttpRequest) -> None:
        if not (settings.USERSESSIONS_TRACK_ACTIVITY and request.user.is_authenticated):
            return
        client = (request.session.session_key, request.META.get("REMOTE_ADDR"), request.META.get("HTTP_USER_AGENT"))
        forwarded = request.META.get("HTTP_X_FORWARDED_FOR")
        key = hashlib.sha256(repr((client, forwarded)).encode()).hexdigest()
        if caches["counts"].add(f"seen:{key}", True, SEEN_EVERY_S):
            UserSession.objects.create_from_request(request)


class UnsealFailureMiddleware(MiddlewareMixin):
    """What can't be opened, since its key is missing, gets a page that says what to do."""

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, CannotUnseal | FactorSealed):
            return None
        sentence = exception.message if isinstance(exception, FactorSealed) else str(exception)
        return render(request, "503_sealed.html", {"sentence": sentence}, status=503)


class SignInRequired(MiddlewareMixin):
    """Every view asks to sign in, but those marked `login_not_required` (allauth's sign-in and reset, /health/)."""

    def process_view(
        self, request: HttpRequest, view_func: View, view_args: tuple[Any, ...], view_kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        if isinstance(request.user, Operator) and (refusal := why_refused(request.user)):
            logout(request)
            messages.error(request, refusal)
        if request.user.is_authenticated or not getattr(view_func, "login_required", True):
            return None
        sign_in = resolve_url(settings.LOGIN_URL)
        return send_to(request, f"{sign_in}?{urlencode({'next': page_of(request)})}")


class StepUpAsked(MiddlewareMixin):
    """What allauth asks a fresh sign-in for is suspended as ours is: its own way would store the request's headers."""

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponseBase | None:
        if not isinstance(exception, ReauthenticationRequired):
            return None
        if not request.user.is_authenticated:
            return send_to(request, resolve_url(settings.LOGIN_URL))
        try:
            demand_step_up(request)
        except ImmediateHttpResponse as asked:
            response: HttpResponseBase = asked.response
            return response
        return send_to(request, request.get_full_path())  # allauth's measure is another one: here they are fresh


class MfaRequired(MiddlewareMixin):
    """Operators whose role asks for a second factor see nothing before they have one, but the pages to set it up."""

    def process_view(
        self, request: HttpRequest, view_func: View, view_args: tuple[Any, ...], view_kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        operator = request.user
        if not isinstance(operator, Operator) or _is_about_signing_in(view_func):
            return None
        remember_rights(operator)
        if not needs_second_factor(request, operator):
            return None
        if not getattr(request, "htmx", False):
            messages.warning(request, SET_UP_FIRST)
        return send_to(request, reverse("mfa_index"))


class DeclaredAccess(MiddlewareMixin):
    """Nobody comes to a view without what its address asks: `page(…, needs(…))` in urls.py."""

    def process_view(
        self, request: HttpRequest, view_func: View, view_args: tuple[Any, ...], view_kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        access = access_of(view_func)
        if access is not None:
            enter(request, access, view_kwargs.get("account_id", ""))
        if request.method in READS:
            return None
        if isinstance(request.user, Operator):
            forget_rights(request.user)
        if access is None or not access.fresh_sign_in:
            return None
        try:
            demand_step_up(request)
        except ImmediateHttpResponse as asked:
            response: HttpResponseBase = asked.response
            return response
        return None


def _is_about_signing_in(view: View) -> bool:
    """allauth's pages and ours (signing in and out, password, factors), and pages that need no sign-in at all."""
    modules = ("allauth.", "accounts.provider_views", "accounts.saml.")
    return view.__module__.startswith(modules) or not getattr(view, "login_required", True)
