"""The mirrored rows that operations look at."""

from __future__ import annotations

from typing import TypeVar

from accounts.models import AwsAccount
from identities.models import IamRole
from policies.operations.arns import name_of
from sync.mirror import ObjectRef
from sync.models import MirroredRow
from sync.operations import Refusal

R = TypeVar("R", bound=MirroredRow)


def live_row(model: type[R], aws_account: AwsAccount, arn: str) -> R:
    """Raises Refusal when the mirror doesn't have it, and when AWS keeps it for itself."""
    row: R | None = model.objects.live().filter(aws_account=aws_account, arn=arn).order_by("-pk").first()
    if row is None:
        what = model.kind.removeprefix("iam.")
        raise Refusal(f"The mirror of {aws_account} has no {what} {name_of(arn)}: pull, then try again.")
    if isinstance(row, IamRole) and row.is_reserved:
        raise Refusal(f"The role {row.name} belongs to an AWS service: only that service can change it.")
    return row


def ref(model: type[MirroredRow], aws_account: AwsAccount, arn: str) -> ObjectRef:
    """The newest object of that ARN, also when it is gone."""
    newest = model.objects.filter(aws_account=aws_account, arn=arn).order_by("-pk").first()
    return ObjectRef(model.kind, newest.aws_id if newest else "", name_of(arn), arn)
