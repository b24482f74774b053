"""Who asks: the token, its owner, and what is left of the owner's grants now."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest
from ninja import Router, Schema

from accounts.access import may as holds
from accounts.access import signed_in, visible_aws_accounts
from accounts.models import ApiToken
from api.interface import asks
from iamconsole.web.addresses import SIGNED_IN

router = Router(tags=["Token"])


class AccountPermissions(Schema):
    aws_account: str
    name: str
    scopes: list[str]


class TokenSelf(Schema):
    name: str
    prefix: str
    service: str
    scopes: list[str]
    networks: list[str]
    expires_at: datetime


class Me(Schema):
    operator: str
    operator_name: str
    token: TokenSelf
    aws_accounts: list[AccountPermissions]


@router.get("/me", response=Me, url_name="api_me", operation_id="who_am_i")
@asks(SIGNED_IN)
def who_am_i(request: HttpRequest) -> Me:
    """The token and its owner, and in which AWS accounts which of its scopes is good for anything now."""
    operator = signed_in(request)
    token: ApiToken = request.api_token  # type: ignore[attr-defined]
    allowed = [
        AccountPermissions(
            aws_account=each.account_id,
            name=each.name,
            scopes=[scope for scope in token.scopes if holds(operator, scope, each)],
        )
        for each in visible_aws_accounts(request)
    ]
    return Me(
        operator=operator.email,
        operator_name=operator.name,
        token=TokenSelf(
            name=token.name,
            prefix=token.prefix,
            service=token.service,
            scopes=token.scopes,
            networks=token.networks,
            expires_at=token.expires_at,
        ),
        aws_accounts=allowed,
    )
