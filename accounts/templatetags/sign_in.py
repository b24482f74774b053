"""What pages of signing in say of the identity provider."""

from __future__ import annotations

from django import template
from django.conf import settings

register = template.Library()


@register.simple_tag
def identity_provider() -> str:
    """What the provider is called; "" where none is configured."""
    return str(settings.OIDC_NAME) if settings.OIDC_ISSUER else ""
