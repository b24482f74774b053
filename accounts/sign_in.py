"""Rules of signing in: who is refused, who needs a second factor."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db.models import Exists, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django_htmx.http import HttpResponseClientRedirect

from accounts.identity_provider import provider_name
from accounts.models import AwsAccount, Grant, HeldGrant, Operator
from accounts.roles import MFA_ROLES
from iamconsole.web.compiled import CompiledQuery, compiled

# Recovery codes alone are no factor: they stand in for one that was lost.
SECOND_FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)

READS = ("GET", "HEAD")

PROVIDER_METHOD = "socialaccount"  # allauth's word for a sign-in by an identity provider

DEMO_IS_OVER = "The demo operator can't sign in any more: a real AWS account is connected. Sign in as yourself."
DEMO_WOULD_END = (
    "This console runs the demo. As soon as it holds a real AWS account, the demo operator can no longer sign in."
)
SET_UP_FIRST = "Your role can change AWS, so it needs a second factor. Set up a passkey or an authenticator app."


def demo_would_end() -> bool:
    """Whether a real AWS account, connected or imported, would lock out a demo operator who can sign in now.

    An imported one counts: what it tells of an AWS account is as confidential, and the demo has no second factor.
    """
    is_demo = settings.DEMO or Operator.objects.filter(is_demo=True, is_active=True).exists()
    return is_demo and not _has_real_aws_account()


def _has_real_aws_account() -> bool:
    return AwsAccount.objects.filter(emulated=False).exists()


def why_refused(operator: Operator) -> str:
    """Why this operator may not be signed in, as a sentence for them; "" when they may."""
    if operator.is_demo and _has_real_aws_account():
        return DEMO_IS_OVER
    return ""


def why_not_so(request: HttpRequest, operator: Operator) -> str:
    """Why this operator may not sign in the way that this request did; "" when they may."""
    if operator.signs_in_elsewhere and not _by_the_provider(request, operator):
        return f"You sign in by {provider_name()}: nothing else counts."
    return ""


def needs_second_factor(request: HttpRequest, operator: Operator) -> bool:
    """Whether the operator's role asks for a second factor that they haven't set up, and didn't use elsewhere."""
    if operator.is_demo and settings.DEMO:
        return False
    if not operator.aws_accounts_with(MFA_ROLES) or has_second_factor(operator):
        return False
    return not used_two_factors_elsewhere(request, operator)


def used_two_factors_elsewhere(request: HttpRequest, operator: Operator) -> bool:
    """Whether this session is of a sign-in that the identity provider says had two factors, and is trusted in that."""
    return any(record.get("multi_factor") for record in _by_the_provider(request, operator))


def signed_in_elsewhere(request: HttpRequest, operator: Operator) -> bool:
    """Whether this session is of a sign-in by the identity provider, where another one may go on."""
    return bool(_by_the_provider(request, operator))


def _by_the_provider(request: HttpRequest, operator: Operator) -> list[dict[str, Any]]:
    records = get_authentication_records(request, operator)
    return [record for record in records if record["method"] == PROVIDER_METHOD]


def has_second_factor(operator: Operator) -> bool:
    known: bool | None = getattr(operator, "_has_second_factor", None)
    return _factors(operator).exists() if known is None else known


def factors() -> QuerySet[Authenticator]:
    """The second factors of all operators."""
    found: QuerySet[Authenticator] = Authenticator.objects.filter(type__in=SECOND_FACTORS)
    return found


def _factors(operator: Operator) -> QuerySet[Authenticator]:
    return factors().filter(user=operator)


def remember_rights(operator: Operator) -> None:
    """Asks once for all that is asked again and again: the grants, and the second factor.

    For as long as a request only reads; of one that writes, until it comes to its view, which asks anew each time.
    """
    grants = _rights_of(operator.pk).rows() if operator.is_active else []
    operator.remembered_grants = tuple(HeldGrant(*grant) for *grant, _ in grants)
    if grants:
        operator._has_second_factor = any(has for *_, has in grants)  # type: ignore[attr-defined]


@lru_cache(1000)
def _rights_of(operator_id: int) -> CompiledQuery:
    """The fields of a HeldGrant, and whether there is a second factor, for each grant of an active operator."""
    operator = Operator(pk=operator_id)
    grants = Grant.objects.of(operator)
    return compiled(grants.values_list("aws_account", "role", "pool_id", Exists(_factors(operator))))


def forget_rights(operator: Operator) -> None:
    operator.remembered_grants = None
    operator._has_second_factor = None  # type: ignore[attr-defined]


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
    return request.get_full_path() if request.method in ("GET", "HEAD") else reverse("home")
