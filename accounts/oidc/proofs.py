"""Authentication methods: what a sign-in by the identity provider proves, as allauth's records in the session."""

from __future__ import annotations

import time
from typing import Any

# Public is the reading of these records only; there is no other way to add one.
from allauth.account.internal.flows.login import record_authentication
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.http import HttpRequest

from accounts.models import Operator
from accounts.oidc.identity import OidcIdentity
from accounts.oidc.provider import ID
from accounts.oidc.tokens import LEEWAY_S
from accounts.sign_in import PROVIDER_METHOD, has_second_factor

METHOD_ID = "sso"  # among the ways to prove again who one is


def remember(request: HttpRequest, operator: Operator, identity: OidcIdentity) -> None:
    record_authentication(
        request,
        operator,
        PROVIDER_METHOD,
        type=settings.OIDC_NAME,  # what the audit trail says of how they signed in
        auth_time=min(identity.auth_time, time.time()) if identity.auth_time is not None else None,
        multi_factor=identity.multi_factor,
    )
    request.two_factors_elsewhere = identity.multi_factor  # type: ignore[attr-defined]  # for this sign-in's stages


def is_anew(identity: OidcIdentity, since: float) -> bool:
    """Whether they proved who they are after `since`, as the provider's own clock has it."""
    return identity.auth_time is not None and identity.auth_time >= since - LEEWAY_S


def counts_for(operator: Operator) -> bool:
    """Whether the provider's word can be enough: not where they have a second factor here, and it isn't trusted to
    ask for one there."""
    if not settings.OIDC_ISSUER or not SocialAccount.objects.filter(user=operator, provider=ID).exists():
        return False
    return bool(settings.OIDC_TRUSTED_MFA) or not has_second_factor(operator)


def method(url: str) -> dict[str, Any]:
    """As allauth describes a way to prove again who one is."""
    return {"id": METHOD_ID, "description": f"Sign in at {settings.OIDC_NAME} again", "url": url}
