"""The AWS accounts of Acme that the console is connected to, and what is in each beside IAM Console's own roles."""

from __future__ import annotations

from dataclasses import dataclass

from emulator.sample_estate.data import (
    account,
    anywhere,
    groups,
    management,
    more_policies,
    people,
    policies,
    resources,
    roles,
    security,
    service_users,
    staging,
    trail,
)
from emulator.sample_estate.data.account_ids import MANAGEMENT_ID, PRODUCTION_ID, SECURITY_ID, STAGING_ID
from emulator.sample_estate.data.calls import PastCall
from emulator.sample_estate.data.kinds import Contents, Resources


@dataclass(frozen=True)
class SampleAccount:
    """`name` is what operators call it, `labels` are the console's own."""

    account_id: str
    name: str
    alias: str
    external_id: str
    labels: tuple[str, ...]
    contents: Contents
    resources: Resources
    calls: tuple[PastCall, ...]
    environment: str = "production"


MAIN = SampleAccount(
    PRODUCTION_ID,
    "Acme",
    "acme-production",
    "acme-demo-external-id",
    ("Shop", "Customer data"),
    Contents(
        policies.REPORTS + policies.PLATFORM + policies.DELIVERY + more_policies.SERVICES + more_policies.TEAMS,
        groups.GROUPS,
        people.ENGINEERS + people.OFFICE + service_users.SERVICE_USERS,
        account.SSO_ROLES
        + roles.FUNCTIONS
        + roles.MACHINES
        + roles.DELIVERY
        + roles.PEOPLE
        + roles.VENDORS
        + anywhere.ROLES,
    ),
    resources.RESOURCES,
    trail.CALLS,
)
OTHERS = (
    SampleAccount(
        MANAGEMENT_ID,
        "Acme Management",
        "acme-management",
        "acme-demo-external-id-management",
        ("Platform",),
        management.CONTENTS,
        management.RESOURCES,
        management.CALLS,
    ),
    SampleAccount(
        SECURITY_ID,
        "Acme Security",
        "acme-security",
        "acme-demo-external-id-security",
        ("Platform",),
        security.CONTENTS,
        security.RESOURCES,
        security.CALLS,
    ),
    SampleAccount(
        STAGING_ID,
        "Acme Staging",
        "acme-staging",
        "acme-demo-external-id-staging",
        ("Shop",),
        staging.CONTENTS,
        staging.RESOURCES,
        staging.CALLS,
        environment="staging",
    ),
)
ESTATE = (MAIN, *OTHERS)
