"""The Regions that requests may go to: those of a partition, and the only ones of global services."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from policies.engine import catalogue

_FIRST = "us-east-1"  # of Regions that nothing tells apart, the one to name
# IAM User Guide, "AWS global condition context keys", "aws:RequestedRegion": "IAM calls are always made to the
# us-east-1 Region". AWS Fault Isolation Boundaries, "Global services": where the only control plane of others is.
_ONLY_IN: Mapping[str, Mapping[str, str]] = {
    "aws": {
        **dict.fromkeys(("account", "cloudfront", "iam", "organizations", "route53", "shield"), "us-east-1"),
        **dict.fromkeys(("globalaccelerator", "networkmanager", "route53-recovery-control-config"), "us-west-2"),
    },
    "aws-cn": {"iam": "cn-north-1"},
    "aws-us-gov": {"iam": "us-gov-west-1"},
}
_REGION = re.compile(r"[a-z]{2,4}(-[a-z]+)+-\d{1,2}", re.ASCII)


def is_region(text: str) -> bool:
    """Whether it reads like the name of one."""
    return _REGION.fullmatch(text) is not None


def only_region(action: str, partition: str) -> str:
    """The one to which all requests for the action go, of a global service; "" for those of others."""
    return _ONLY_IN.get(partition, {}).get(action.partition(":")[0].lower(), "")


@cache
def of_partition(partition: str) -> tuple[str, ...]:
    """Of a partition that isn't known, those of all."""
    known = catalogue.regions()
    found = known.get(partition) or [name for names in known.values() for name in names]
    return tuple(sorted(filter(is_region, found), key=lambda name: (name != _FIRST, name)))
