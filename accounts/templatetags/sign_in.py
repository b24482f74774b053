"""What pages of signing in say of the identity provider."""

from __future__ import annotations

from django import template

from accounts.identity_provider import is_configured, provider_name

register = template.Library()


@register.simple_tag
def identity_provider() -> str:
    """What the provider is called; "" where none is configured."""
    return provider_name() if is_configured() else ""
