"""The inbox over all AWS accounts: each row is one finding, with its AWS account."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_GET

from estate.across import ACCOUNT, LABEL, across, chosen
from estate.scope import all_accounts
from findings.inbox.table import FINDINGS
from findings.views.inbox import InboxOf, inbox_response

ALL_FINDINGS = across(FINDINGS)


@require_GET
def findings(request: HttpRequest) -> HttpResponseBase:
    scope = all_accounts(request)
    looked_in = chosen(scope, request.GET.get(ACCOUNT, ""), request.GET.get(LABEL, ""))
    of = InboxOf(scope.held, None, scope, ALL_FINDINGS)
    return inbox_response(request, of, looked_in=looked_in)
