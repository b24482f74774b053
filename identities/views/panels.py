"""What other pages ask for: who has a policy or is bounded by it, and what is to be said of a trust policy."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET, require_POST

from accounts.access import fetch_aws_account, signed_in
from iamconsole.web.counts import first_of
from identities import selectors
from identities.forms import TrustField, describe_trust
from identities.object_pages import SHOWN
from objects.object_pages import fetch_row, render_tab
from policies.views.document import render_checked
from policies.views.managed_policies import POLICY


@require_GET
def policy_attached(request: HttpRequest, account_id: str, aws_id: str) -> HttpResponse:
    policy = fetch_row(request, POLICY, account_id, aws_id)
    context = {
        "holders": first_of(selectors.holders_of(policy), SHOWN),
        "bounded": [first_of(rows, SHOWN) for rows in selectors.bounded_by(policy)],
    }
    return render_tab(
        request, POLICY, policy, tab="attached", template="identities/tabs/attached.html", context=context
    )


@require_POST
def trust_check(request: HttpRequest, account_id: str) -> HttpResponse:
    aws_account = fetch_aws_account(request, account_id)
    description = describe_trust(request.POST.get("document", ""), aws_account, signed_in(request))
    return render_checked(request, aws_account, TrustField.kind, TrustField.description_template, description)
