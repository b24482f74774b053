"""The Regions of AWS, by partition.

AWS General Reference, "AWS Regions"; AWS GovCloud (US) User Guide; China Regions of Amazon Web Services. Regions that
policies name count, too, wherever this is asked (`policies/engine/somewhere`), so that a new one isn't missed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

REGIONS: Mapping[str, tuple[str, ...]] = {
    "aws": (
        "us-east-1", "us-east-2", "us-west-1", "us-west-2", "eu-west-1", "eu-west-2", "eu-west-3", "eu-central-1",
        "eu-central-2", "eu-north-1", "eu-south-1", "eu-south-2", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3",
        "ap-southeast-1", "ap-southeast-2", "ap-southeast-3", "ap-southeast-4", "ap-southeast-5", "ap-southeast-6",
        "ap-southeast-7", "ap-south-1", "ap-south-2", "ap-east-1", "ap-east-2", "ca-central-1", "ca-west-1",
        "sa-east-1", "mx-central-1", "me-south-1", "me-central-1", "il-central-1", "af-south-1",
    ),
    "aws-cn": ("cn-north-1", "cn-northwest-1"),
    "aws-us-gov": ("us-gov-west-1", "us-gov-east-1"),
    "aws-eusc": ("eusc-de-east-1",),
}  # fmt: skip
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


def of_partition(partition: str) -> tuple[str, ...]:
    """Of a partition that isn't known, those of all."""
    found = REGIONS.get(partition)
    return found if found is not None else tuple(name for names in REGIONS.values() for name in names)
