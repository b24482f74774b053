"""Who asks the API: an operator, by a token in the header `Authorization: Bearer …` and by nothing else."""

from __future__ import annotations

import hmac
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from allauth.core.internal import ratelimit
from django.core.cache import caches
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.http import HttpRequest
from django.utils import timezone

from accounts import audit
from accounts.audit.trail import address_of
from accounts.models import ApiToken, Operator
from accounts.sign_in import why_refused
from accounts.tokens.secrets import TokenSecret
from accounts.tokens.services import named
from iamconsole.networks import is_within
from iamconsole.web.waiting import short_waits

SEEN_EVERY_S = 60
MISSING = "Send a token: the header Authorization: Bearer iamc_…. Cookies of a signed-in browser don’t count here."
UNKNOWN = "This token isn’t known here."


@dataclass
class TokenRefused(Exception):
    """`sentence` for the program's log: what is wrong, without saying whether a guess was near."""

    sentence: str
    status: int = 401
    retry_after: int = 0


def authenticate(request: HttpRequest) -> tuple[ApiToken, Operator]:
    """The token, and its owner as they are now, cut down to what it leaves. Raises TokenRefused."""
    secret = _sent(request)
    token = _find(secret) if secret else None
    if token is None:
        _count_wrong(request)
        raise TokenRefused(UNKNOWN)
    if why := _why_refused(token, request):
        _record_refused(token, why)
        raise TokenRefused(f"{why} {_WHAT_TO_DO}")
    operator = token.operator
    operator.token_limits = token.limits
    _note_use(token, operator, request)
    return token, operator


_WHAT_TO_DO = "Its owner makes another one on the page My account."


def _sent(request: HttpRequest) -> TokenSecret | None:
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    if not text or scheme.lower() != "bearer":
        raise TokenRefused(MISSING)
    return TokenSecret.read(text.strip())


def _find(secret: TokenSecret) -> ApiToken | None:
    found = ApiToken.objects.select_related("operator").prefetch_related("aws_accounts")
    token = found.filter(prefix=secret.prefix).first()
    return token if token and hmac.compare_digest(token.digest, secret.digest) else None


def _why_refused(token: ApiToken, request: HttpRequest) -> str:
    if token.ended_at is not None:
        return "This token was ended."
    if token.expires_at <= timezone.now():
        return "This token has expired."
    if not token.operator.is_active:
        return "The owner of this token was deactivated."
    if why := why_refused(token.operator):
        return why
    if not is_within(token.networks, address_of(request)):
        return "This token isn’t good for the network address that you come from."
    return ""


def _count_wrong(request: HttpRequest) -> None:
    """Whoever tries tokens out is slowed down. Raises TokenRefused."""
    with suppress(PermissionDenied):  # allauth's answer when the server was told no address
        if ratelimit.consume(request, app="allauth.account", action="api_refused", limit_get=True) is None:
            raise TokenRefused("Too many unknown tokens came from your network address.", 429, 60)


def _record_refused(token: ApiToken, why: str) -> None:
    """Once in ten minutes for each token: a program that goes on asking fills no audit trail."""
    lately = audit.looks_lately("api_token.refused", token.operator, ("api_token", token.pk))
    if not lately.filter(data__why=why).exists():
        audit.record("api_token.refused", actor=token.operator, obj=named(token), data={"why": why})


def _note_use(token: ApiToken, operator: Operator, request: HttpRequest) -> None:
    now = timezone.now()
    if token.first_used_at is None:
        _note_first(token, operator, now)
    if not caches["requests"].add(f"api-token-seen:{token.prefix}", True, SEEN_EVERY_S):
        return
    if token.last_used_at and token.last_used_at > now - timedelta(seconds=SEEN_EVERY_S):
        return
    with suppress(DatabaseError), short_waits(100), transaction.atomic():  # else a pull that writes would be waited for
        seen = {"last_used_at": now, "last_used_from": address_of(request)}
        ApiToken.objects.filter(pk=token.pk).update(**seen)


@transaction.atomic
def _note_first(token: ApiToken, operator: Operator, now: datetime) -> None:
    if ApiToken.objects.filter(pk=token.pk, first_used_at=None).update(first_used_at=now):
        audit.record("api_token.first_used", actor=operator, obj=named(token))
