"""The organization that Acme's AWS account is a member of: who manages it, its units, accounts and control policies.

Acme's account is its delegated administrator, so the console reads the whole of it from there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from emulator.sample_estate.data.documents import Condition, deny, document
from emulator.wellknown import ACCOUNT_ID

MANAGEMENT_ID = "111122223333"
ROOT, SECURITY, WORKLOADS = "", "Security", "Workloads"
DELEGATED_TO = "access-analyzer.amazonaws.com"
DELEGATED_AT = "2026-09-14 08:30"
# From when on the management account looks after the root users of the members, with Acme's account as its delegate.
ROOT_ACCESS_SINCE = "2025-03-04 09:15"


@dataclass(frozen=True)
class Account:
    """`unit` is where it is; without an id the organization makes it."""

    name: str
    unit: str
    joined: str
    account_id: str = ""


@dataclass(frozen=True)
class ControlPolicy:
    name: str
    type: str
    description: str
    document: str
    attached_to: str
    created: str


CREATED = "2021-02-01 09:00"
UNITS = (SECURITY, WORKLOADS)
ACCOUNTS = (
    Account("Acme Management", ROOT, CREATED, MANAGEMENT_ID),
    Account("Acme Production", WORKLOADS, "2021-02-01 11:20", ACCOUNT_ID),
    Account("Acme Staging", WORKLOADS, "2021-02-03 14:05"),
    Account("Acme Audit", SECURITY, "2021-02-03 14:30"),
)

_OUR_REGIONS: Condition = {"StringNotEquals": {"aws:RequestedRegion": ["eu-west-1", "eu-central-1", "us-east-1"]}}
_NOT_THE_AUDITORS: Condition = {"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/audit/*"}}
_STRANGERS: Condition = {
    "StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-8gfc1phwvo"},
    "BoolIfExists": {"aws:PrincipalIsAWSService": "false"},
}


def _of_anybody(statement: dict[str, Any]) -> dict[str, Any]:
    """Resource control policies name a principal, and it is always everybody."""
    return {"Sid": statement["Sid"], "Effect": statement["Effect"], "Principal": "*"} | statement


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
        "No stranger reads our buckets or assumes our roles",
        document(_of_anybody(deny("Strangers", "s3:* sts:AssumeRole kms:Decrypt", when=_STRANGERS))),
        WORKLOADS,
        "2025-02-11 15:45",
    ),
)
