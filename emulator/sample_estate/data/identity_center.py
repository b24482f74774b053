"""IAM Identity Center of Acme's organization: who gets into which AWS account by which permission set.

The management account holds it; Acme's own account administers it as its delegate.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Literal

from emulator.sample_estate.data.account_ids import MANAGEMENT_ID, PRODUCTION_ID, SECURITY_ID, STAGING_ID
from emulator.sample_estate.data.documents import allow, deny, document
from emulator.sample_estate.data.kinds import Tags

REGION = "eu-west-1"
ENABLED, DELEGATED_AT, PEOPLE_CAME = "2021-02-04 09:00", "2024-06-10 08:15", "2021-02-04 10:00"
DIRECTORY = "https://sso.acme.example/scim"
DOMAIN = "acme.example"


@dataclass(frozen=True)
class PermissionSet:
    """`managed` are AWS's own policies by name; `customer` such as each AWS account has one of its own."""

    name: str
    description: str
    created: str
    session: str = "PT8H"
    managed: tuple[str, ...] = ()
    customer: tuple[str, ...] = ()
    inline: str = ""
    tags: Tags = field(default_factory=dict)


@dataclass(frozen=True)
class Assignment:
    """`to` is a group, or a user name with `kind` USER; `accounts` by their ids."""

    permission_set: str
    to: str
    accounts: tuple[str, ...]
    at: str
    kind: Literal["GROUP", "USER"] = "GROUP"


_PRODUCTION, _STAGING, _SECURITY, _MANAGEMENT = PRODUCTION_ID, STAGING_ID, SECURITY_ID, MANAGEMENT_ID

SETS = (
    PermissionSet(
        "AdministratorAccess",
        "Everything, for those who run the platform",
        "2021-02-04 11:00",
        "PT4H",
        ("AdministratorAccess",),
    ),
    PermissionSet(
        "PlatformOps",
        "Builds and runs what isn't about identities",
        "2021-11-10 09:00",
        managed=("PowerUserAccess",),
        inline=document(
            allow("PassServiceRoles", "iam:PassRole", "arn:aws:iam::*:role/service/*"),
            deny("KeepTheTrail", "cloudtrail:StopLogging cloudtrail:DeleteTrail"),
        ),
        tags={"team": "platform"},
    ),
    PermissionSet("ReadOnly", "To look around", "2021-02-04 11:10", managed=("job-function/ViewOnlyAccess",)),
    PermissionSet(
        "DataAnalyst",
        "Queries with Athena, and the reports",
        "2021-09-15 10:00",
        managed=("AmazonAthenaFullAccess",),
        customer=("analytics-query",),
        tags={"team": "analytics"},
    ),
    PermissionSet("Billing", "Invoices and budgets", "2021-04-21 09:00", managed=("job-function/Billing",)),
    PermissionSet(
        "SecurityAudit",
        "What auditors look at",
        "2022-07-18 14:00",
        managed=("SecurityAudit",),
        inline=document(allow("Evidence", "sts:AssumeRole", "arn:aws:iam::*:role/security/evidence-reader")),
    ),
    PermissionSet("SupportTickets", "Cases with AWS Support", "2022-05-10 08:00", managed=("AWSSupportAccess",)),
    PermissionSet(
        "BreakGlass",
        "For the night when nothing else works",
        "2023-01-16 16:00",
        "PT12H",
        ("AdministratorAccess",),
    ),
)
# By the names of IAM users: most people have both by now.
GROUPS = {
    "aws-administrators": ("alice.meyer", "maya.rao"),
    "aws-platform": (
        "dana.okafor",
        "ines.duarte",
        "jonas.weber",
        "priya.nair",
        "maya.rao",
        "samuel.osei",
        "emma.nilsson",
    ),
    "aws-analytics": ("lena.fischer", "sofia.lindqvist", "arjun.patel", "grace.kim"),
    "aws-finance": ("carla.gomez", "diego.santos", "chloe.martin"),
    "aws-support": ("fatima.elsayed", "yuki.tanaka", "kenji.watanabe"),
    "aws-auditors": ("ben.carter", "zoe.dubois"),
}
DISABLED = ("samuel.osei",)
ASSIGNMENTS = (
    Assignment("AdministratorAccess", "aws-administrators", (_PRODUCTION, _STAGING, _SECURITY), "2021-02-04 12:00"),
    Assignment("PlatformOps", "aws-platform", (_PRODUCTION, _STAGING), "2021-11-10 10:00"),
    Assignment("ReadOnly", "aws-platform", (_SECURITY,), "2022-01-12 09:30"),
    Assignment("ReadOnly", "aws-support", (_PRODUCTION,), "2022-05-10 08:30"),
    Assignment("DataAnalyst", "aws-analytics", (_PRODUCTION,), "2021-09-15 11:00"),
    Assignment("Billing", "aws-finance", (_MANAGEMENT,), "2021-04-21 09:30"),
    Assignment("SecurityAudit", "aws-auditors", (_PRODUCTION, _STAGING, _SECURITY, _MANAGEMENT), "2022-07-18 15:00"),
    Assignment("SupportTickets", "aws-support", (_PRODUCTION,), "2022-05-10 08:40"),
    Assignment("BreakGlass", "tom.becker", (_PRODUCTION, _MANAGEMENT), "2023-01-16 16:30", "USER"),
    Assignment("AdministratorAccess", "olga.petrova", (_STAGING,), "2025-10-02 17:45", "USER"),
)
# Edited last week, and not provisioned since.
EDITED, EDITED_AT = "PlatformOps", "2026-11-18 14:20"
EDITED_INLINE = document(
    allow("PassServiceRoles", "iam:PassRole", "arn:aws:iam::*:role/service/*"),
    deny("KeepTheTrail", "cloudtrail:StopLogging cloudtrail:DeleteTrail cloudtrail:UpdateTrail"),
)
# Who takes on an ordinary role by the account access manager.
ENTITLED, ENTITLED_ROLE, ENTITLED_AT = "aws-auditors", "incident-reports-reader", "2026-09-14 10:20"
ENTITLED_POLICY = document(allow("Read", "s3:GetObject s3:ListBucket", "arn:aws:s3:::acme-incidents*"))


def entitled_trust(application_arn: str) -> str:
    """Trusts the service for that application alone (IAM Identity Center User Guide, "Account access manager")."""
    where = {"aws:SourceArn": application_arn, "aws:SourceAccount": MANAGEMENT_ID}
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "account-access.amazonaws.com"},
        "Action": ["sts:AssumeRole", "sts:SetContext"],
        "Condition": {"StringEquals": where},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
