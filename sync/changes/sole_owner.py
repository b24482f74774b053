"""An owner who alone may approve in an AWS account decides alone there, where a rule else needs two people."""

from __future__ import annotations

from accounts.access import may, who_may
from accounts.models import AwsAccount, Operator
from accounts.roles import ADMINISTER, APPROVE


def sole_owner(aws_account: AwsAccount) -> Operator | None:
    """The only operator who may approve there, where that is an owner."""
    found = list(who_may(APPROVE, aws_account)[:2])
    return found[0] if len(found) == 1 and may(found[0], ADMINISTER, aws_account) else None


def decides_alone(operator: Operator, aws_account: AwsAccount) -> bool:
    return sole_owner(aws_account) == operator
