"""How django-allauth behaves here: nobody signs up, operators are made by an owner or by `create_operator`."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts.models import Operator
from accounts.sign_in import has_second_factor, why_refused
from accounts.stepup import is_fresh

PASSWORD = "reauthenticate"  # noqa: S105  allauth's id of the method
PASSKEY = "mfa_reauthenticate:webauthn"


class ConsoleAccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def pre_login(self, request: HttpRequest, user: Operator, **kwargs: Any) -> HttpResponse | None:
        if refusal := why_refused(user):
            messages.error(request, refusal)
            return redirect("account_login")
        response: HttpResponse | None = super().pre_login(request, user, **kwargs)
        return response

    def get_reauthentication_methods(self, user: Operator | AnonymousUser) -> list[dict[str, Any]]:
        """The strongest first; who has a second factor proves it with that one, since a password alone is less."""
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        if isinstance(user, Operator) and has_second_factor(user):
            methods = [method for method in methods if method["id"] != PASSWORD]
        return sorted(methods, key=lambda method: bool(method["id"] != PASSKEY))

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """allauth counts reauthentications only; here a sign-in just now is as good."""
        return not is_fresh(self.request) and bool(super().is_reauthentication_required(app=app, **kwargs))


class ConsoleMfaAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Keeps the secrets of authenticator apps and recovery codes encrypted: the database alone doesn't tell them."""

    def encrypt(self, text: str) -> str:
        return self._ring().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return self._ring().decrypt(encrypted_text.encode()).decode()

    def _ring(self) -> MultiFernet:
        return MultiFernet([Fernet(key) for key in settings.SEAL_KEYS])
