"""/metrics, which Prometheus asks. It isn't there unless a setting says who may ask."""

from __future__ import annotations

import hmac

from allauth.core.internal.httpkit import get_client_ip
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from iamconsole.networks import is_within
from monitoring.exposition import exposed

_BEARER = "Bearer "
_OF_PROXIES = ("X-Forwarded-For", "Forwarded")
_NOT_FROM_HERE = "This address may not read the metrics (METRICS_ALLOWED), or a proxy isn’t known (TRUSTED_PROXIES)."


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """By METRICS_ALLOWED from these networks only, by METRICS_TOKEN with that token only; by both, with both."""
    if not (settings.METRICS_TOKEN or settings.METRICS_ALLOWED):
        raise Http404
    if settings.METRICS_ALLOWED and not _is_allowed(request):
        return _refusal(_NOT_FROM_HERE, 403)
    if settings.METRICS_TOKEN and not _has_token(request):
        refused = _refusal("The metrics ask for their token: Authorization: Bearer … (METRICS_TOKEN).", 401)
        refused["WWW-Authenticate"] = 'Bearer realm="metrics"'
        return refused
    text, content_type = exposed(request.headers.get("Accept", ""))
    return HttpResponse(text, content_type=content_type)


def _is_allowed(request: HttpRequest) -> bool:
    """By the address that the request came from, as far as the proxies in front tell.

    Nobody knows it where a proxy in front isn't known: it is no address of a client that the web server sees.
    """
    if not settings.TRUSTED_PROXIES and any(name in request.headers for name in _OF_PROXIES):
        return False
    try:
        return is_within(settings.METRICS_ALLOWED, get_client_ip(request))
    except (ValueError, ImproperlyConfigured):
        return False


def _has_token(request: HttpRequest) -> bool:
    given = request.headers.get("Authorization", "")
    if not given.startswith(_BEARER):
        return False
    return hmac.compare_digest(given.removeprefix(_BEARER).strip().encode(), settings.METRICS_TOKEN.encode())


def _refusal(sentence: str, status: int) -> HttpResponse:
    return HttpResponse(f"{sentence}\n", status=status, content_type="text/plain; charset=utf-8")
