"""Who can become an administrator of an AWS account, and how."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from access.escalation.cached_paths import escalation_paths_of
from access.views.who_can import url_of
from accounts.access import fetch_aws_account


@require_GET
def escalations(request: HttpRequest, account_id: str) -> HttpResponse:
    aws_account = fetch_aws_account(request, account_id)
    ways = escalation_paths_of(aws_account)
    context = {
        "aws_account": aws_account,
        "paths": [(path, url_of(aws_account, path.unique_id, path.is_role)) for path in ways.paths],
        "total": ways.total,
        "people": ways.people,
        "left_out": ways.total - len(ways.paths),
        "not_read": sorted(ways.surroundings.not_read.values()),
    }
    return render(request, "access/escalations.html", context)
