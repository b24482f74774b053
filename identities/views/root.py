"""The page of the root user of an AWS account."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.access import fetch_aws_account
from identities.credentials.root import root_of
from objects.object_pages import HISTORY
from sync.selectors import coverages_of


@require_GET
def root_user(request: HttpRequest, account_id: str) -> HttpResponse:
    aws_account = fetch_aws_account(request, account_id)
    root = root_of(aws_account)
    history = HISTORY.context(request, root.row) if root.row else {}
    coverages = coverages_of(aws_account, ("iam.credential_report", "iam.virtual_mfa"))
    context = {
        "aws_account": aws_account,
        "root": root,
        "row": root.row,
        "report": coverages["iam.credential_report"],
        "virtual": coverages["iam.virtual_mfa"],
        "mfa_kind": root.mfa_kind(coverages["iam.virtual_mfa"]),
        **history,
    }
    return render(request, "identities/credentials/root.html", context)
