"""Where a safeguard holds: in one AWS account, or in all that have a label."""

from __future__ import annotations

from typing import Any

from accounts.access import may
from accounts.models import AccountLabel, ApprovalRule, AwsAccount, Operator
from accounts.roles import ADMINISTER

Scope = AwsAccount | AccountLabel


def accounts_in(scope: Scope) -> list[AwsAccount]:
    return [scope] if isinstance(scope, AwsAccount) else scope.aws_accounts()


def columns_of(scope: Scope) -> dict[str, Any]:
    """Of a Safeguard's row."""
    return {"aws_account": scope} if isinstance(scope, AwsAccount) else {"label": scope}


def owns(operator: Operator, scope: Scope) -> bool:
    """Whether they own all AWS accounts that it is. A label that none has is for owners of all."""
    found = accounts_in(scope)
    if not found:
        return operator.owns_all()
    return all(may(operator, ADMINISTER, each) for each in found)


def asks_for_approvals(aws_account: AwsAccount) -> bool:
    """Of anything. Nothing is changed in one that isn't connected, so nobody approves there."""
    if not aws_account.is_connected:
        return False
    return aws_account.approvals_required > 0 or ApprovalRule.objects.filter(aws_account=aws_account).exists()


def asking_in(scope: Scope) -> list[AwsAccount]:
    """The AWS accounts for which loosening takes a second person."""
    return [each for each in accounts_in(scope) if asks_for_approvals(each)]


def takes_second_person(scope: Scope) -> bool:
    return bool(asking_in(scope))
