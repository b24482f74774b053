"""The pages of providers, instance profiles, server certificates, delegation requests; and the tab *Last accessed*."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest

from identities import kinds
from identities.account import selectors
from identities.account.last_accessed import FACET, LastAccessed
from identities.account.tables import DELEGATION_REQUESTS, INSTANCE_PROFILES
from identities.models import DelegationRequest, OidcProvider, Principal, SamlProvider
from objects.object_pages import HISTORY, RAW, ObjectPages, Tab
from objects.views.lists import ObjectList
from policies.findings import judged
from policies.summaries import summaries_of
from sync.selectors import coverage_of


def _trusting(request: HttpRequest, row: OidcProvider | SamlProvider) -> Mapping[str, Any]:
    return {"trusting": selectors.roles_trusting(row)}


TRUSTED_BY = Tab("", "Trusted by", "identities/account/trusted_by.html", _trusting, position=20)
TAGS = Tab("tags", "Tags", "identities/account/tags.html", count=lambda row: len(row.tags or {}), position=60)
FIRST_TAGS = Tab("", "Tags", "identities/account/tags.html", count=lambda row: len(row.tags or {}), position=20)

OIDC = ObjectPages(
    of=kinds.OIDC,
    template="identities/account/oidc_provider.html",
    rows=selectors.oidc_providers,
    tabs=(TRUSTED_BY, TAGS, HISTORY, RAW),
)
SAML = ObjectPages(
    of=kinds.SAML,
    template="identities/account/saml_provider.html",
    rows=selectors.saml_providers,
    tabs=(TRUSTED_BY, TAGS, HISTORY, RAW),
)
INSTANCE_PROFILE = ObjectPages(
    of=kinds.INSTANCE_PROFILE,
    template="identities/account/instance_profile.html",
    rows=selectors.instance_profiles,
    tabs=(FIRST_TAGS, HISTORY, RAW),
)
SERVER_CERTIFICATE = ObjectPages(
    of=kinds.SERVER_CERTIFICATE,
    template="identities/account/server_certificate.html",
    rows=selectors.server_certificates,
    tabs=(FIRST_TAGS, HISTORY, RAW),
)


def _asked_for(request: HttpRequest, row: DelegationRequest) -> Mapping[str, Any]:
    text = row.document.text if row.document else ""
    return {"judged": judged(text), "summaries": summaries_of(text)} if text else {}


DELEGATION_REQUEST = ObjectPages(
    of=kinds.DELEGATION_REQUEST,
    tabs=(Tab("", "Request", "identities/account/delegation_request.html", _asked_for, position=20), HISTORY, RAW),
    tells_namesakes=False,
)
LISTS = (
    ObjectList(INSTANCE_PROFILE, INSTANCE_PROFILES, source="iam.instance_profiles", can_be_picked=False),
    ObjectList(DELEGATION_REQUEST, DELEGATION_REQUESTS, source="iam.delegation_requests", can_be_picked=False),
)


def _last_accessed(request: HttpRequest, row: Principal) -> Mapping[str, Any]:
    return {
        "services": list(selectors.services_of(row)),
        "facet": selectors.facet_of(row, FACET),
        "coverage": coverage_of(row.aws_account, LastAccessed.name),
    }


LAST_ACCESSED = Tab(
    "last_accessed", "Last accessed", "identities/account/last_accessed.html", _last_accessed, position=50
)
