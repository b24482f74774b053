"""Who can become an administrator of an AWS account, and how."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from access.escalation import escalations as find
from access.escalation.account import account_of
from access.views.who_can import url_of
from accounts.access import fetch_aws_account
from accounts.roles import SEE_IAM

SHOWN = 100


@require_GET
def escalations(request: HttpRequest, account_id: str) -> HttpResponse:
    aws_account = fetch_aws_account(request, account_id, SEE_IAM)
    account = account_of(aws_account)
    found = find(account)
    urls = {holder.arn: url_of(aws_account, holder) for holder in account.index.holders}
    context = {
        "aws_account": aws_account,
        "paths": [(path, urls.get(path.source, "")) for path in found[:SHOWN]],
        "total": len(found),
        "people": len({path.source for path in found}),
        "left_out": max(0, len(found) - SHOWN),
        "not_held": sorted(account.index.surroundings.not_held.values()),
    }
    return render(request, "access/escalations.html", context)
