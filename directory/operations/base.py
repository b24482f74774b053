"""What all operations on Identity Center have in common: they give and take access in other AWS accounts."""

from __future__ import annotations

from typing import TypeVar

from directory.models import AccountAssignment
from sync.operation_mixins import AffectsOtherAccounts
from sync.plan_draft import Draft

P = TypeVar("P")


def assignments_left(draft: Draft, **of: str) -> int:
    """How many no step of the plan ends: AWS would keep them for nobody. `of`: columns of theirs."""
    rows = AccountAssignment.objects.live().filter(aws_account=draft.aws_account, **of)
    ended = {step.params.assignment_id for step in draft.steps if step.kind == "sso.assignment.delete"}
    return len(set(rows.values_list("aws_id", flat=True)) - ended)


class OfIdentityCenter(AffectsOtherAccounts[P]):
    """Plans name the AWS accounts that it reaches and that aren't connected."""
