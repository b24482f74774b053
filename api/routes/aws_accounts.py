"""The AWS accounts that the token may see."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest
from ninja import Router, Schema

from accounts.access import fetch_aws_account, visible_aws_accounts
from accounts.models import AwsAccount
from accounts.roles import SEE_IAM, SEE_PEOPLE
from api.interface import asks
from iamconsole.web.addresses import SIGNED_IN, needs
from sync.account_status import aws_account_status, remember_statuses
from sync.snapshot.importing import taken_at

router = Router(tags=["AWS accounts"])


class AwsAccountOut(Schema):
    account_id: str
    name: str
    partition: str
    environment: str
    is_connected: bool
    writes_enabled: bool
    approvals_required: int
    read_at: datetime | None = None


class AwsAccountsOut(Schema):
    items: list[AwsAccountOut]


@router.get("/aws-accounts", response=AwsAccountsOut, url_name="api_aws_accounts", operation_id="list_aws_accounts")
@asks(SIGNED_IN)
def list_aws_accounts(request: HttpRequest) -> AwsAccountsOut:
    """All of them: there are as many as the owner of the token has grants for."""
    found = visible_aws_accounts(request)
    remember_statuses(found)
    return AwsAccountsOut(items=[_said(each) for each in found])


@router.get(
    "/aws-accounts/{account_id}",
    response=AwsAccountOut,
    url_name="api_aws_account",
    operation_id="read_aws_account",
)
@asks(needs(SEE_IAM, SEE_PEOPLE))
def read_aws_account(request: HttpRequest, account_id: str) -> AwsAccountOut:
    return _said(fetch_aws_account(request, account_id))


def _said(aws_account: AwsAccount) -> AwsAccountOut:
    return AwsAccountOut(
        account_id=aws_account.account_id,
        name=aws_account.name,
        partition=aws_account.partition,
        environment=aws_account.environment,
        is_connected=aws_account.is_connected,
        writes_enabled=aws_account.writes_enabled,
        approvals_required=aws_account.approvals_required,
        read_at=aws_account_status(aws_account).age if aws_account.is_connected else taken_at(aws_account),
    )
