"""The page that asks for a link to set a new password: the same for everybody, whoever's the address is."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import ResetPasswordForm
from allauth.core.exceptions import ImmediateHttpResponse
from django.http import HttpRequest
from django.shortcuts import render

from accounts.services import password_links


class ResetForm(ResetPasswordForm):  # type: ignore[misc]
    def clean_email(self) -> str:
        """allauth would look here whose it is: a worker does."""
        return str(self.cleaned_data["email"]).strip().lower()

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        email: str = self.cleaned_data["email"]
        if not password_links.ask(email, home=password_links.home_of(request)):
            raise ImmediateHttpResponse(render(request, "account/mail_waits.html", status=503))
        return email
