"""Provides the page shell with the AWS accounts that an operator may see, and with the links of this app."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from django.http import HttpRequest

from accounts.access import visible_aws_accounts
from accounts.models import AwsAccount, Operator
from accounts.roles import SEE_IAM, roles_with
from accounts.sign_in import remember_rights
from iamconsole.web.navigation import NavGroup, NavItem, ShellProvider


def _sees_audit(request: HttpRequest) -> bool:
    """As its page: helpdesk sees no IAM anywhere."""
    operator = request.user
    return isinstance(operator, Operator) and bool(operator.aws_accounts_with(roles_with(SEE_IAM)))


def _owns(request: HttpRequest) -> bool:
    return isinstance(request.user, Operator) and request.user.is_staff


class AccountsShell(ShellProvider):
    navigation = (
        NavGroup(
            "",
            (
                NavItem("Audit trail", "scroll-text", "audit", per_aws_account=False, position=30, shows=_sees_audit),
                NavItem("Operators", "users", "operators", per_aws_account=False, position=35, shows=_owns),
            ),
            position=0,
        ),
    )

    def aws_accounts(self, request: HttpRequest) -> Sequence[AwsAccount] | None:
        if not isinstance(request.user, Operator):
            return None
        return visible_aws_accounts(request)

    def before_refusal(self, request: HttpRequest) -> None:
        if isinstance(request.user, Operator) and request.user.remembered_grants is None:
            remember_rights(request.user)

    def rows_depend_on(self, request: HttpRequest, aws_account: AwsAccount | None) -> Hashable:
        """The operator, what they may do, and the AWS account, which a grant gives less of when it isn't connected."""
        if not isinstance(request.user, Operator) or aws_account is None:
            return None
        granted = frozenset(request.user.held_grants())
        return request.user.pk, granted, aws_account.pk, aws_account.is_connected
