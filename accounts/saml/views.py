"""Where the identity provider's page posts its SAML response, and this console's own metadata."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from accounts.identity_provider import ProviderSignInRefused, is_saml
from accounts.provider_views import refusal, taken_in


def _configured() -> None:
    if not is_saml():
        raise Http404("No SAML identity provider is configured.")


@csrf_exempt  # another site's page posts it: the signature says whose it is, and nobody is signed in yet
@require_POST
def saml_acs(request: HttpRequest) -> HttpResponse:
    """Without a session, whose cookie browsers don't send from there: see `provider`."""
    _configured()
    from accounts.saml import provider  # needs the extra

    try:
        key = provider.receive(request)
    except ProviderSignInRefused as refused:
        return refusal(request, refused, None)
    return redirect(f"{reverse('saml_finish')}?{urlencode({'key': key})}")


@require_GET
def saml_finish(request: HttpRequest) -> HttpResponse:
    _configured()
    from accounts.saml import provider  # needs the extra

    return taken_in(request, provider.answer)


@require_GET
def saml_metadata(request: HttpRequest) -> HttpResponse:
    _configured()
    from accounts.saml import provider  # needs the extra

    try:
        return HttpResponse(provider.own_metadata(request), content_type="application/samlmetadata+xml")
    except ProviderSignInRefused as refused:
        return HttpResponse(str(refused), content_type="text/plain", status=503)
