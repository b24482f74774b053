"""Rate limits of password attempts: by e-mail address and network address together, and by each alone.

Five wrong passwords lock an e-mail address for the network address that they came from, and not for its owner
elsewhere. Whoever has many network addresses meets a cap for each e-mail address; where its owner has signed in from
lately, that cap doesn't count, so that nobody locks them out. Guessing slowly from everywhere stays below fifty tries
an hour: nothing against twelve characters, and editors, approvers and owners have a second factor besides.
"""

from __future__ import annotations

from datetime import timedelta

from allauth.core.internal import ratelimit
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils import timezone

from accounts.audit.causes import address_of
from accounts.models import AuditEntry

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
