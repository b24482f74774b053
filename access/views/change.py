"""What access a change gives and takes, and whose: a panel of its plan, and a page. As it was measured, not anew."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from access.plans.check import NAME
from access.plans.control_policies import not_counted
from access.plans.effect_blocks import LEDE, blocks, headline, is_measured
from access.surroundings import surroundings_of
from accounts.access import may, signed_in
from accounts.roles import SEE_IAM
from iamconsole.web.fragments import render_page, wants_fragment
from sync.changes.bookkeeping import record_names_viewed
from sync.models import Change
from sync.naming import Names
from sync.views.live import fetch_change

SHOWN_IN_PANEL = 5  # of those to whom the same happens; the page has all


@require_GET
def change_access(request: HttpRequest, account_id: str, pk: int) -> HttpResponse:
    change = fetch_change(request, account_id, pk)
    found = blocks(change)
    shown = SHOWN_IN_PANEL if wants_fragment(request) else len(found)
    operator = signed_in(request)
    names = Names(operator, change.aws_account).learn(each.name for one in found for each in one.everybody)
    if names.tell_anybody:
        record_names_viewed(change, operator)
    context = {
        "change": change,
        "blocks": found[:shown],
        "more": len(found[shown:]),
        "summary": headline(change.measured.get(NAME, {})),
        "is_measured": is_measured(change),
        "lede": LEDE,
        "not_counted": list(not_counted(surroundings_of(account_id))),
        "names": names,
        "may_simulate": change.state in Change.OPEN and may(operator, SEE_IAM, change.aws_account),
        "asked": _some(change),
    }
    return render_page(request, "access/change.html", context, fragment="access")


def _some(change: Change) -> list[str]:
    """ARNs of users and roles whose access it changes, the first few."""
    effects = change.measured.get(NAME, {}).get("effects", ())
    arns = (arn for effect in effects for arn, _ in effect["who"] if ":iam::" in arn)
    return list(dict.fromkeys(arns))[:SHOWN_IN_PANEL]
