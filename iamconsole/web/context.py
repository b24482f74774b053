"""Context processors: what every template can rely on."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from iamconsole.web.shell import shell_for


def csp_nonce(request: HttpRequest) -> dict[str, Any]:
    """django-csp says CSP_NONCE, django-htmx and our templates say csp_nonce. Made when a template first prints it."""
    return {"csp_nonce": getattr(request, "csp_nonce", None)}


def shell(request: HttpRequest) -> dict[str, Any]:
    return {"shell": shell_for(request)}
