"""What is to be said of a trust policy while one types."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from accounts.access import fetch_aws_account, signed_in
from identities.forms import TrustField, describe_trust
from policies.views.document import render_checked


@require_POST
def trust_check(request: HttpRequest, account_id: str) -> HttpResponse:
    aws_account = fetch_aws_account(request, account_id)
    description = describe_trust(request.POST.get("document", ""), aws_account, signed_in(request))
    return render_checked(request, aws_account, TrustField.kind, TrustField.description_template, description)
