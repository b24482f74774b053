"""Who gets to a resource, on its page."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_safe

from access.exposure.asked import lets_in_anybody
from access.exposure.lines import exposure_lines
from access.people.behind import PeopleBehind
from access.people.role_ways import role_ways
from access.reach.answer import ResourceReach
from access.views.people import people_context, people_file
from access.views.seen import seen_by
from accounts.access import may, signed_in
from accounts.roles import MUTE
from objects.object_pages import fetch_row, render_tab
from resources.models import Resource
from resources.views.pages import RESOURCE_PAGES

REACH = "reach"


def has_questions(row: Any) -> bool:
    """Whether anybody can get to it at all."""
    return isinstance(row, Resource) and lets_in_anybody(row.kind) and row.gone_at is None


@require_safe
def reach(request: HttpRequest, account_id: str, aws_id: str) -> HttpResponseBase:
    row = fetch_row(request, RESOURCE_PAGES, account_id, aws_id)
    context: dict[str, Any] = {"reach": None}
    if has_questions(row):
        found = ResourceReach(row, seen_by(request))
        url = reverse("who_can", kwargs={"account_id": account_id})
        ways = [(question.level, role_ways(answer)) for question, answer in found.answers]
        behind = PeopleBehind(signed_in(request), ways)
        if request.GET.get("format") == "people":
            return people_file(request, behind, f"people-{account_id}")
        context = people_context(
            request, behind, [answer for _, answer in found.answers], lambda **changes: f"?{urlencode(changes)}"
        )
        context |= {
            "reach": found,
            "findings": exposure_lines(row, request.get_full_path()),
            "may_mute": may(signed_in(request), MUTE, row.aws_account),
            "asked": [
                (each, f"{url}?{urlencode({'action': each.action, 'resource': f'{row.arn}{each.below}'})}#answer")
                for each in found.questions
            ],
        }
    return render_tab(request, RESOURCE_PAGES, row, tab=REACH, template="access/reach.html", context=context)
