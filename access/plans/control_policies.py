"""What service control policies take from the principals of an AWS account, for the comparison of what they have."""

from __future__ import annotations

from collections.abc import Iterator

from access.surroundings import Surroundings
from policies.engine.document import compact
from policies.engine.layers import LayerPolicy


def denials(surroundings: Surroundings) -> frozenset[str]:
    """Documents with what the service control policies deny: to a principal it is as if it had them itself.

    Organizations User Guide, "SCP evaluation": an explicit Deny at any level holds for all accounts below.
    """
    found = (_denying(policy) for level in surroundings.scps for policy in level.policies)
    return frozenset(text for text in found if text)


def _denying(policy: LayerPolicy) -> str:
    statements = [each.source.written for each in policy.document.statements if each.denies]
    return compact({"Version": "2012-10-17", "Statement": statements}) if statements else ""


def is_bound(arn: str) -> bool:
    """Organizations User Guide, "Service control policies", "Tasks and entities not restricted by SCPs"."""
    return ":role/aws-service-role/" not in arn


def not_counted(surroundings: Surroundings) -> Iterator[str]:
    """In sentences, which control policies a comparison leaves out."""
    for why in sorted(set(surroundings.not_read.values())):
        yield f"Control policies may still deny it. {why}"
    for level in surroundings.scps:
        if not any(policy.document.allows_everything for policy in level.policies):
            yield f"Service control policies on {level.target} allow some actions only: that isn’t counted."
    names = sorted({policy.name for level in surroundings.rcps for policy in level.policies if policy.document.denies})
    if names:
        yield f"Resource control policies may still deny it on resources of this AWS account: {', '.join(names)}."
