"""Adapters that configure django-allauth.

Nobody signs up: operators are made by an owner, by `create_operator`, and by a first sign-in by the identity provider.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.internal import ratelimit
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from accounts import second_factors
from accounts.audit.trail import address_of
from accounts.identity_provider import is_configured, is_saml, provider_name
from accounts.models import AuditEntry, Operator
from accounts.proofs import proof_method, provider_counts_for
from accounts.sign_in import has_second_factor, signed_in_elsewhere, why_not_so, why_refused
from accounts.stepup import demand_step_up

# ---- Rate limits of password attempts ------------------------------------------------------------------------------
# By e-mail address and network address together, and by each alone. Five wrong passwords lock an e-mail address for
# the network address that they came from, and not for its owner elsewhere. Whoever has many network addresses meets a
# cap for each e-mail address; where its owner has signed in from lately, that cap doesn't count, so that nobody locks
# them out. Guessing slowly from everywhere stays below fifty tries an hour: nothing against twelve characters, and
# editors, approvers and owners have a second factor besides.
LATELY = timedelta(days=30)
EVERYWHERE = "login_failed_everywhere"  # of settings.ACCOUNT_RATE_LIMITS
APP = "allauth.account"


def here(request: HttpRequest) -> str:
    """The network address that tries are counted for; of IPv6 the network that a customer has."""
    try:
        return str(ratelimit.get_ip(request))
    except PermissionDenied:  # allauth's answer when the server was told no address
        return ""


def try_everywhere(request: HttpRequest, email: str) -> ratelimit.RateLimitUsage | None:
    """Counts a try for the e-mail address; None when it has had too many, from wherever."""
    return ratelimit.consume(request, app=APP, action=EVERYWHERE, key=email)


def signed_in_from_here(request: HttpRequest, email: str) -> bool:
    """Whether somebody has signed in by that e-mail address from this network address within LATELY."""
    address = address_of(request)
    if address is None:
        return False
    found = AuditEntry.objects.filter(verb="operator.signed_in", address=address, at__gte=timezone.now() - LATELY)
    return found.filter(actor__email__iexact=email).exists()


PASSWORD = "reauthenticate"  # noqa: S105  allauth's id of the method
PASSKEY = "mfa_reauthenticate:webauthn"
SECOND_FACTOR_STAGE = "allauth.mfa.stages.AuthenticateStage"


class ConsoleAccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def pre_login(self, request: HttpRequest, user: Operator, **kwargs: Any) -> HttpResponse | None:
        if refusal := why_refused(user) or why_not_so(request, user):
            messages.error(request, refusal)
            return redirect("account_login")
        response: HttpResponse | None = super().pre_login(request, user, **kwargs)
        return response

    def get_logout_redirect_url(self, request: HttpRequest) -> str:
        """Asked while the session is still there."""
        user = request.user
        offered = is_configured() and (is_saml() or settings.OIDC_SIGN_OUT)
        if offered and isinstance(user, Operator) and signed_in_elsewhere(request, user):
            return reverse("sso_signed_out")
        return str(super().get_logout_redirect_url(request))

    def get_login_stages(self) -> list[str]:
        """Who used two factors at the identity provider, which is trusted in that, isn't asked for another here."""
        stages: list[str] = super().get_login_stages()
        elsewhere = getattr(self.request, "two_factors_elsewhere", False)
        return [stage for stage in stages if not (elsewhere and stage == SECOND_FACTOR_STAGE)]

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Wrong passwords lock an e-mail address for where they came from, not for its owner elsewhere."""
        return f"{_email(credentials)}|{here(request)}"

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        super().pre_authenticate(request, **credentials)
        email = _email(credentials)
        self._everywhere = try_everywhere(request, email)
        if self._everywhere is None and not signed_in_from_here(request, email):
            raise self.validation_error("too_many_login_attempts")

    def _rollback_login_failed_rl_usage(self) -> None:
        """After the right password: that try doesn't count."""
        super()._rollback_login_failed_rl_usage()
        if self._everywhere is not None:
            self._everywhere.rollback()

    def clean_password(self, password: str, user: Operator | None = None) -> str:
        if user is not None and user.signs_in_elsewhere:
            raise ValidationError(f"You sign in by {provider_name()}: there is no password to set here.")
        return str(super().clean_password(password, user))

    def get_reauthentication_methods(self, user: Operator | AnonymousUser) -> list[dict[str, Any]]:
        """The strongest first; who has a second factor proves it with that one, since a password alone is less."""
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        if isinstance(user, Operator) and has_second_factor(user):
            methods = [method for method in methods if method["id"] != PASSWORD]
        if isinstance(user, Operator) and provider_counts_for(user):
            methods.append(proof_method(reverse("sso_reauthenticate")))
        return sorted(methods, key=lambda method: bool(method["id"] != PASSKEY))

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """allauth's pages ask as ours do: who isn't fresh leaves here, before allauth keeps the request itself.

        That would store all of its headers, the session's cookie among them, and what was typed.
        """
        demand_step_up(self.request)
        return False


def _email(credentials: dict[str, Any]) -> str:
    return str(credentials.get("email") or credentials.get("username") or "").lower()


class ConsoleMfaAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Keeps the secrets of authenticator apps and recovery codes encrypted: the database alone doesn't tell them."""

    def encrypt(self, text: str) -> str:
        return second_factors.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        return second_factors.decrypt(encrypted_text)
