"""The list of identity pools."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_GET

from accounts.access import fetch_aws_account, may, signed_in
from accounts.roles import PROPOSE
from cognito.identity_pools.selectors import identity_pools as identity_pools_of
from cognito.identity_pools.tables import IDENTITY_POOLS
from cognito.posture import with_findings
from iamconsole.web.tables import list_response
from objects import object_actions
from sync.selectors import coverage_of


@require_GET
def identity_pools(request: HttpRequest, account_id: str) -> HttpResponseBase:
    aws_account = fetch_aws_account(request, account_id)
    made = object_actions.offered_on(IDENTITY_POOLS.name) if may(signed_in(request), PROPOSE, aws_account) else []
    context = {"coverage": coverage_of(aws_account, "cognito.identity_pools"), "list_actions": made}
    template = "cognito/identity_pools/list.html"
    return list_response(
        request, IDENTITY_POOLS, with_findings(identity_pools_of(aws_account)), aws_account, template, context=context
    )
