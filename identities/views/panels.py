"""What `identities` adds to the page of a policy: who has it, and whose boundary it is."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from iamconsole.web.counts import first_of
from identities import selectors
from identities.object_pages import SHOWN
from objects.object_pages import fetch_row, render_tab
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
