"""The organization that Acme's AWS account is a member of: who manages it, its units, accounts and control policies.

Acme's account is its delegated administrator, so the console reads the whole of it from there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from emulator.sample_estate.data.account_ids import (
    MANAGEMENT_ID,
    ORGANIZATION_ID,
    PRODUCTION_ID,
    SANDBOX_ID,
    SECURITY_ID,
    STAGING_ID,
)
from emulator.sample_estate.data.documents import PARTNER, Condition, bucket, deny, document

ROOT, SECURITY, WORKLOADS, SANDBOX = "", "Security", "Workloads", "Sandbox"
DELEGATED_TO = "access-analyzer.amazonaws.com"
DELEGATED_AT = "2026-09-14 08:30"
# From when on the management account looks after the root users of the members, with Acme's account as its delegate.
ROOT_ACCESS_SINCE = "2025-03-04 09:15"


@dataclass(frozen=True)
class Account:
    """`unit` is where it is. `invited`: it was there before; others the organization made."""

    account_id: str
    name: str
    unit: str
    joined: str
    invited: bool = False


@dataclass(frozen=True)
class ControlPolicy:
    name: str
    type: str
    description: str
    document: str
    attached_to: str
    created: str


CREATED = "2021-02-01 09:00"
UNITS = (SECURITY, WORKLOADS, SANDBOX)
ACCOUNTS = (
    Account(MANAGEMENT_ID, "Acme Management", ROOT, CREATED),
    Account(PRODUCTION_ID, "Acme Production", WORKLOADS, "2021-02-01 11:20", invited=True),
    Account(STAGING_ID, "Acme Staging", WORKLOADS, "2021-02-03 14:05"),
    Account(SECURITY_ID, "Acme Security", SECURITY, "2021-02-03 14:30"),
    # Nobody has connected the console to it.
    Account(SANDBOX_ID, "Acme Sandbox", SANDBOX, "2024-04-08 10:15"),
)
# AWS accounts of others that may come in: the partner and monitoring, billing, and what was a company of Acme's own.
_KNOWN_OUTSIDE = [PARTNER, "777788889999", "210987654321"]

_OUR_REGIONS: Condition = {"StringNotEquals": {"aws:RequestedRegion": ["eu-west-1", "eu-central-1", "us-east-1"]}}
_NOT_THE_AUDITORS: Condition = {"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/audit/*"}}
_STRANGERS: Condition = {
    "StringNotEqualsIfExists": {"aws:PrincipalOrgID": ORGANIZATION_ID, "aws:PrincipalAccount": _KNOWN_OUTSIDE},
    "BoolIfExists": {"aws:PrincipalIsAWSService": "false"},
}


def _of_anybody(statement: dict[str, Any]) -> dict[str, Any]:
    """Resource control policies name a principal, and it is always everybody."""
    return {"Sid": statement["Sid"], "Effect": statement["Effect"], "Principal": "*"} | statement


def _but(statement: dict[str, Any], resource: str) -> dict[str, Any]:
    return {name: value for name, value in statement.items() if name != "Resource"} | {"NotResource": resource}


POLICIES = (
    ControlPolicy(
        "stay-in-our-regions",
        "SERVICE_CONTROL_POLICY",
        "Nothing regional outside Ireland, Frankfurt and N. Virginia",
        document(
            deny(
                "OutsideOurRegions",
                "not iam:* organizations:* account:* sts:* route53:* cloudfront:* support:* budgets:* health:*",
                when=_OUR_REGIONS,
            )
        ),
        WORKLOADS,
        "2022-06-20 13:00",
    ),
    ControlPolicy(
        "protect-the-trail",
        "SERVICE_CONTROL_POLICY",
        "Nobody but the auditors touches the organization's trail",
        document(
            deny(
                "Trail",
                "cloudtrail:DeleteTrail cloudtrail:StopLogging cloudtrail:UpdateTrail cloudtrail:PutEventSelectors",
                when=_NOT_THE_AUDITORS,
            )
        ),
        ROOT,
        "2021-03-15 10:10",
    ),
    ControlPolicy(
        "only-our-own",
        "RESOURCE_CONTROL_POLICY",
        "No stranger reads our buckets or assumes our roles, but for what is published",
        document(
            _of_anybody(deny("Strangers", "sts:AssumeRole kms:Decrypt", when=_STRANGERS)),
            _but(_of_anybody(deny("StrangersInS3", "s3:*", when=_STRANGERS)), bucket("acme-www")),
        ),
        WORKLOADS,
        "2025-02-11 15:45",
    ),
)
