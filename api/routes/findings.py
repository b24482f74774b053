"""What was found to be wrong in an AWS account, as its inbox lists it."""

from __future__ import annotations

from django.http import HttpRequest
from ninja import Query, Router

from accounts.access import fetch_aws_account, signed_in
from accounts.models import Operator
from accounts.roles import SEE_IAM
from api.interface import asks
from api.listing import ListQuery, RowPage, row_page
from api.table_parameters import listed_by
from findings.inbox.table import FINDINGS, table_for
from findings.views.inbox import rows_of
from iamconsole.web.addresses import needs

router = Router(tags=["Findings"])


@router.get(
    "/aws-accounts/{account_id}/findings",
    response=RowPage,
    url_name="api_findings",
    operation_id="list_findings",
)
@asks(needs(SEE_IAM))
@listed_by(lambda: {"": table_for(FINDINGS, Operator(pk=0))})
def list_findings(request: HttpRequest, account_id: str, asked: Query[ListQuery]) -> RowPage:
    """Those that are open; with `?state=` muted, accepted, mended, off or any."""
    aws_account = fetch_aws_account(request, account_id)
    table = table_for(FINDINGS, signed_in(request))
    return row_page(request, table, rows_of([aws_account]), aws_account, asked)
