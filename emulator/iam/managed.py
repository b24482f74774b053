"""The policies that AWS itself manages."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from moto.iam.aws_managed_policies import aws_managed_policies_data
from moto.iam.models import AWSManagedPolicy

from emulator.ids import unique_id


@cache
def managed_by_aws(partition: str) -> dict[str, Any]:
    """ARN → policy. One set serves all AWS accounts of a partition, so nothing about one account is kept on it."""
    policies = (
        AWSManagedPolicy.from_data(name, "aws", partition, content)
        for name, content in json.loads(aws_managed_policies_data).items()
    )
    found = {policy.arn: policy for policy in policies}
    for policy in found.values():
        policy.id = unique_id("ANPA", account_id="aws", name=policy.name)
    return found


def is_managed_by_aws(policy: Any) -> bool:
    return isinstance(policy, AWSManagedPolicy)
