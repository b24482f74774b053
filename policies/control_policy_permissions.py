"""What the console's role to write must be allowed of Organizations: a part of its own, for the management account.

Service Authorization Reference, "Actions, resources, and condition keys for AWS Organizations".
"""

from __future__ import annotations

from dataclasses import replace

from sync.aws.permission import ArnsOfKind, Permission, RolePart, look, write

# Policies of the organization and AWS's own, roots, units and accounts: attaching one asks for both.
ORGANIZATION = ArnsOfKind(
    "organization",
    "arn:{partition}:organizations::*:*",
    "arn:{partition}:organizations::{account_id}:policy/o-none000000/service_control_policy/p-00000000",
)
PART = RolePart(
    "organization",
    "control policies",
    "for who changes service control policies and resource control policies, in the management account",
)
_LOOKS = (
    look("organizations:DescribePolicy", PolicyId="p-00000000"),
    look("organizations:ListTargetsForPolicy", PolicyId="p-00000000", MaxResults=1),
    look("organizations:ListPolicies", Filter="SERVICE_CONTROL_POLICY", MaxResults=1),
)


def changing(operation: str, feature: str) -> list[Permission]:
    """For one call that changes a control policy, and for the looks before and after it."""
    return [replace(each, part=PART) for each in (write(f"organizations:{operation}", feature, ORGANIZATION), *_LOOKS)]
