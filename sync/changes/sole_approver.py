"""The sole approver: an owner who alone may approve decides alone, where a rule else needs two people.

The only owner then decides by a fresh sign-in (the views ask for it), a typed reason and an entry of the trail that
everybody with a role in the AWS account is told of. As soon as somebody else may approve, that ends: what the owner
approved alone and didn't apply yet no longer counts. Helpdesk may approve nothing, so it is neither of the two.
"""

from __future__ import annotations

from accounts.access import may, who_may
from accounts.models import AwsAccount, Operator
from accounts.roles import ADMINISTER, APPROVE
from sync.changes import verbs
from sync.changes.errors import PlanError
from sync.models import Change

SAFER = (
    "You are the only one who may approve in this AWS account, so you may approve it alone. Two people are safer: "
    "as soon as another operator is an approver or owner, one of them has to approve."
)


def sole_owner(aws_account: AwsAccount) -> Operator | None:
    """The only operator who may approve there, where that is an owner."""
    found = list(who_may(APPROVE, aws_account)[:2])
    return found[0] if len(found) == 1 and may(found[0], ADMINISTER, aws_account) else None


def decides_alone(operator: Operator, aws_account: AwsAccount) -> bool:
    return sole_owner(aws_account) == operator


def record_alone(verb: str, change: Change, *, actor: Operator, reason: str) -> None:
    """Raises PlanError without a reason."""
    if not reason.strip():
        raise PlanError("Say why you decide it alone: everybody with a role here reads it.")
    verbs.record(verb, change, actor=actor, reason=reason.strip(), digest=change.digest)
