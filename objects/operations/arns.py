"""ARNs of IAM objects, as the parameters of operations carry them."""

from __future__ import annotations

from aws_constraints.arn import Arn
from sync.operations import BadParams


def check_arn(arn: str, kind: str) -> None:
    """`kind` as ARNs have it: user, group, role, policy, saml-provider … Raises BadParams."""
    if Arn.match(arn, "iam", kind) is None:
        raise BadParams(f"{arn!r} isn't the ARN of {'an' if kind[0] in 'io' else 'a'} {kind.replace('-', ' ')}.")
