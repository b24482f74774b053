"""The rules of signing in: who is refused, who needs a second factor."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django_htmx.http import HttpResponseClientRedirect

from accounts.models import AwsAccount, Grant, Operator

# Recovery codes alone are no factor: they stand in for one that was lost.
SECOND_FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)

DEMO_IS_OVER = "The demo operator can't sign in any more: a real AWS account is connected. Sign in as yourself."
SET_UP_FIRST = "Your role can change AWS, so it needs a second factor. Set up a passkey or an authenticator app."


def why_refused(operator: Operator) -> str:
    """Why this operator may not be signed in, as a sentence for them; "" when they may."""
    if operator.is_demo and AwsAccount.objects.filter(emulated=False).exists():
        return DEMO_IS_OVER
    return ""


def needs_second_factor(operator: Operator) -> bool:
    """Whether the operator's role asks for a second factor that they haven't set up."""
    if operator.is_demo and settings.DEMO:
        return False
    return not has_second_factor(operator) and Grant.objects.of(operator).asking_for_mfa().exists()


def has_second_factor(operator: Operator) -> bool:
    return bool(Authenticator.objects.filter(user=operator, type__in=SECOND_FACTORS).exists())


def send_to(request: HttpRequest, url: str) -> HttpResponse:
    """A redirect of the whole page, also when htmx asked for a part of it."""
    if getattr(request, "htmx", False):
        return HttpResponseClientRedirect(url)
    return redirect(url)


def page_of(request: HttpRequest) -> str:
    """The address of the page that sent this request, to come back to: a fragment's is that of the page around it."""
    htmx = getattr(request, "htmx", None)
    if htmx and htmx.current_url_abs_path:
        return str(htmx.current_url_abs_path)
    return request.get_full_path() if request.method in ("GET", "HEAD") else "/"
