"""Account settings, identity providers, instance profiles."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.access import fetch_aws_account
from identities.account import password_policy, selectors
from identities.account.settings import read_root_access
from objects.object_pages import HISTORY
from sync.selectors import coverages_of

_SETTINGS = (
    "iam.alias",
    "iam.password_policy",
    "iam.summary",
    "iam.server_certificates",
    "iam.virtual_mfa",
    "iam.root_access",
)


@require_GET
def account_settings(request: HttpRequest, account_id: str) -> HttpResponse:
    aws_account = fetch_aws_account(request, account_id)
    settings = selectors.settings_of(aws_account)
    summary: dict[str, int] = settings.summary if settings else {}
    coverages = coverages_of(aws_account, _SETTINGS)
    context: dict[str, Any] = {
        "aws_account": aws_account,
        "settings": settings,
        "sign_in": selectors.sign_in_address(aws_account, settings.alias if settings else ""),
        "quotas": selectors.quotas(summary),
        "limits": selectors.limits(summary),
        "certificates": selectors.server_certificates(aws_account).filter(gone_at__isnull=True).order_by("expires_at"),
        "alias_coverage": coverages["iam.alias"],
        "policy_coverage": coverages["iam.password_policy"],
        "summary_coverage": coverages["iam.summary"],
        "certificates_coverage": coverages["iam.server_certificates"],
        "mfa_coverage": coverages["iam.virtual_mfa"],
        "root_coverage": selectors.root_access_coverage(settings, coverages["iam.root_access"]),
    }
    if settings is not None and settings.password_policy is not None:
        context["policy"] = password_policy.read(settings.password_policy)
    if settings is not None and settings.root_access is not None:
        context["root"] = read_root_access(settings.root_access)
    return render(request, "identities/account/settings.html", context)


@require_GET
def account_settings_history(request: HttpRequest, account_id: str) -> HttpResponse:
    aws_account = fetch_aws_account(request, account_id)
    settings = selectors.settings_of(aws_account)
    context = HISTORY.context(request, settings) if settings else {}
    return render(request, "identities/account/settings_history.html", {"row": settings, **context})


@require_GET
def identity_providers(request: HttpRequest, account_id: str) -> HttpResponse:
    aws_account = fetch_aws_account(request, account_id)
    oidc = list(selectors.oidc_providers(aws_account).filter(gone_at__isnull=True).order_by("name_key"))
    saml = list(selectors.saml_providers(aws_account).filter(gone_at__isnull=True).order_by("name_key"))
    coverages = coverages_of(aws_account, ("iam.oidc_providers", "iam.saml_providers"))
    trusting = selectors.trusting_roles(aws_account, [provider.arn for provider in (*oidc, *saml)])
    context = {
        "aws_account": aws_account,
        "oidc": [(provider, trusting.get(provider.arn, [])) for provider in oidc],
        "saml": [(provider, trusting.get(provider.arn, [])) for provider in saml],
        "oidc_coverage": coverages["iam.oidc_providers"],
        "saml_coverage": coverages["iam.saml_providers"],
    }
    return render(request, "identities/account/providers.html", context)
