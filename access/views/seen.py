"""Which other AWS accounts an operator may be told of."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest

from accounts.access import may, signed_in, visible_aws_accounts
from accounts.models import AwsAccount
from accounts.roles import SEE_IAM


def aws_account_seen(request: HttpRequest, account_id: str) -> AwsAccount | None:
    """The AWS account of that id, if the operator may see its IAM here."""
    operator, visible = signed_in(request), visible_aws_accounts(request)
    return next((each for each in visible if each.account_id == account_id and may(operator, SEE_IAM, each)), None)


def seen_by(request: HttpRequest) -> Callable[[str], bool]:
    return lambda account_id: aws_account_seen(request, account_id) is not None
