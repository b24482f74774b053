"""Acme's management account: it pays, and it holds organization and Identity Center. Little else is to be here."""

from __future__ import annotations

from emulator.sample_estate.data.account_ids import MANAGEMENT_ID, SECURITY_ID
from emulator.sample_estate.data.calls import CLI, By, PastCall
from emulator.sample_estate.data.documents import Condition, allow, arn, bucket, document, opened, trust
from emulator.sample_estate.data.kinds import (
    Contents,
    Group,
    Key,
    Policy,
    Resources,
    Role,
    SampleResource,
    User,
    Version,
)

BILLING_VENDOR = "777788889999"  # also trusted by a role in production
_OUR_BILLS: Condition = {"StringEquals": {"aws:SourceAccount": MANAGEMENT_ID}}

CONTENTS = Contents(
    policies=(
        Policy(
            "organization-read",
            description="See the organization",
            versions=(
                Version("2022-07-18 16:00", document(allow("See", "organizations:Describe* organizations:List*"))),
            ),
        ),
    ),
    groups=(Group("emergency", "2021-02-01 09:30", attached=("AdministratorAccess",)),),
    users=(
        User(
            "emergency-1",
            "2021-02-01 09:40",
            groups=("emergency",),
            console_since="2021-02-01 09:41",
            signed_in="2025-10-02 02:31",
            mfa="hardware",
        ),
        User(
            "emergency-2",
            "2021-02-01 09:50",
            groups=("emergency",),
            console_since="2021-02-01 09:51",
        ),
        User(
            "invoice-download",
            "2021-04-21 10:00",
            path="/service/",
            tags={"kind": "service", "team": "finance"},
            inline={"invoices": document(allow("Invoices", "s3:GetObject s3:ListBucket"))},
            keys=(Key("2021-04-21 10:05", "2026-11-02 06:00"),),
        ),
    ),
    roles=(
        Role(
            "inventory",
            "2022-07-18 16:05",
            trust({"AWS": arn("iam", "role/inventory", account_id=SECURITY_ID)}),
            description="Security sees what there is",
            path="/security/",
            tags={"team": "security"},
            attached=("organization-read", "SecurityAudit"),
            last_used="2026-11-24 01:30",
        ),
    ),
)

RESOURCES = Resources(
    buckets=(
        SampleResource(
            "acme-billing",
            "2021-04-21 09:45",
            document(
                opened(
                    "Reports",
                    {"Service": "billingreports.amazonaws.com"},
                    "s3:PutObject",
                    bucket("acme-billing"),
                    when=_OUR_BILLS,
                ),
                opened("Vendor", {"AWS": BILLING_VENDOR}, "s3:GetObject", bucket("acme-billing", "reports/*")),
            ),
        ),
    ),
)

_INVOICES = By("invoice-download", address="192.0.2.58", agent=CLI)
_BEN = By(role="AWSReservedSSO_SecurityAudit", session="ben.carter@acme.example")
CALLS = (
    PastCall(
        "2026-11-02 06:00", _INVOICES, "ListBuckets", {}, reads=True, source="s3.amazonaws.com", region="eu-west-1"
    ),
    PastCall(
        "2026-11-17 13:25",
        _BEN,
        "DetachPolicy",
        {"policyId": "p-examplescp"},
        error="AccessDeniedException",
        source="organizations.amazonaws.com",
    ),
    PastCall(
        "2026-11-18 14:20",
        By("emergency-1"),
        "ConsoleLogin",
        {},
        error="Failed authentication",
        source="signin.amazonaws.com",
    ),
)
