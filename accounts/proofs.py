"""What a sign-in by the identity provider proves, as allauth's records in the session."""

from __future__ import annotations

import time
from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.socialaccount.models import SocialAccount
from django.http import HttpRequest

from accounts.identity_provider import (
    LEEWAY_S,
    ProviderIdentity,
    is_configured,
    provider_id,
    provider_name,
    trusted_mfa,
)
from accounts.models import Operator
from accounts.sign_in import PROVIDER_METHOD, has_second_factor

METHOD_ID = "sso"  # among the ways to prove again who one is


def remember_proof(request: HttpRequest, operator: Operator, identity: ProviderIdentity) -> None:
    record_authentication(
        request,
        operator,
        PROVIDER_METHOD,
        type=provider_name(),  # what the audit trail says of how they signed in
        auth_time=min(identity.auth_time, time.time()) if identity.auth_time is not None else None,
        multi_factor=identity.multi_factor,
    )
    request.two_factors_elsewhere = identity.multi_factor  # type: ignore[attr-defined]  # for this sign-in's stages


def is_anew(identity: ProviderIdentity, since: float) -> bool:
    """Whether they proved who they are after `since`, as the provider's own clock has it."""
    return identity.auth_time is not None and identity.auth_time >= since - LEEWAY_S


def provider_counts_for(operator: Operator) -> bool:
    """Whether the provider's word can be enough: not where they have a second factor here, and it isn't trusted to
    ask for one there."""
    if not is_configured() or not SocialAccount.objects.filter(user=operator, provider=provider_id()).exists():
        return False
    return bool(trusted_mfa()) or not has_second_factor(operator)


def proof_method(url: str) -> dict[str, Any]:
    """As allauth describes a way to prove again who one is."""
    return {"id": METHOD_ID, "description": f"Sign in at {provider_name()} again", "url": url}
