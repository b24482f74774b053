"""The documents of the console's two roles: permissions policies, from what is registered, and trust policies."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from sync.aws.permission import IAM, SETTINGS, ArnsOfKind, Permission, RolePart, part_of, registered
from sync.aws.purpose import Tier


def permissions_of(tier: Tier, part: RolePart = IAM) -> list[Permission]:
    """The reads first; each by its name."""
    found = [each for each in registered() if each.tier == tier and part_of(each.action) == part]
    return sorted(found, key=lambda each: (_word(each.on), each.action))


def console_role_policy(tier: Tier, partition: str = "aws", part: RolePart = IAM) -> dict[str, Any]:
    """The least that the console's role to read, or to write, must be allowed."""
    return {"Version": "2012-10-17", "Statement": list(_statements(tier, partition, part))}


def _statements(tier: Tier, partition: str, part: RolePart) -> Iterator[dict[str, Any]]:
    for on, group in groupby(permissions_of(tier, part), key=lambda permission: permission.on):
        yield {
            "Sid": f"Write{_word(on).title().replace('-', '').replace('/', '')}" if on else "Read",  # letters only
            "Effect": "Allow",
            "Action": [permission.action for permission in group],
            "Resource": (on or SETTINGS).pattern.format(partition=partition),
        }


def _word(on: ArnsOfKind | None) -> str:
    return on.word if on else ""


def console_role_trust(tier: Tier, *, principal_arn: str, external_id: str = "") -> dict[str, Any]:
    """Who may assume the role: the console's own identity. To write, it also names the operator and the change."""
    principal = {"AWS": principal_arn}
    statements: list[dict[str, Any]] = [{"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}]
    if external_id:
        statements[0]["Condition"] = {"StringEquals": {"sts:ExternalId": external_id}}
    if tier == "write":
        # A statement of its own: AWS knows the external id at sts:AssumeRole only.
        naming = ["sts:SetSourceIdentity", "sts:TagSession"]
        statements.append({"Effect": "Allow", "Principal": principal, "Action": naming})
    return {"Version": "2012-10-17", "Statement": statements}
