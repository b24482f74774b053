"""What access others changed: between two revisions of an object, and under a step. Panels, and pages of their own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_GET

from access.plans.conflicts import measure_conflict
from access.plans.control_policies import not_counted
from access.plans.effect_blocks import LEDE, blocks_of, headline
from access.plans.revisions import KINDS, AccessMeasure, measure_between
from access.surroundings import surroundings_of
from access.views.change import SHOWN_IN_PANEL
from accounts.access import fetch_aws_account, signed_in
from accounts.models import AwsAccount
from iamconsole.web.fragments import render_page, wants_fragment
from objects.object_pages import number_in
from sync import mirror
from sync.mirror.base import DETAILS
from sync.models import Revision
from sync.naming import Names
from sync.views.live import fetch_change

NOT_KEPT = "What it said before isn’t kept any more: there is nothing to compare with."
THE_SAME = "Both are the same revision."


@require_GET
def revision_access(request: HttpRequest, account_id: str, pk: int) -> HttpResponse:
    """`since`: the number of the revision to compare with; without it, the one before."""
    aws_account = fetch_aws_account(request, account_id)
    revisions = Revision.objects.filter(
        facet__aws_account=aws_account, facet__kind__in=KINDS, facet__source=DETAILS
    ).select_related("facet__aws_account")
    revision = get_object_or_404(revisions, pk=pk)
    since = number_in(request, "since")
    older = revision.number_before if since is None else since
    before = revisions.filter(facet=revision.facet, number=older).first()
    if before and older > revision.number:
        before, revision, older = revision, before, revision.number
    title = f"from revision {older} to revision {revision.number}" if older else f"revision {revision.number}"
    context = _object(aws_account, revision, before)
    context["title"] = f"{context['name']}: {title}"
    context["url"] = f"{request.path}?since={older}"
    if older == revision.number:
        measure: AccessMeasure | str = THE_SAME
    elif before is None and older > 0:
        measure = NOT_KEPT
    else:
        contents = [{} if each is None or each.gone else each.content for each in (before, revision)]
        measure = measure_between(revision.facet, *contents)
    return render_difference(request, aws_account, measure, context)


@require_GET
def conflict_access(request: HttpRequest, account_id: str, pk: int) -> HttpResponse:
    """What somebody changed under the step of a change that was not sent."""
    change = fetch_change(request, account_id, pk)
    url = reverse("change", kwargs={"account_id": account_id, "pk": pk})
    context = {"name": f"Change {pk}", "object_url": url, "url": request.path}
    context["title"] = "What somebody else changed since the plan was made"
    return render_difference(request, change.aws_account, measure_conflict(change), context)


def render_difference(
    request: HttpRequest, aws_account: AwsAccount, measure: AccessMeasure | str, context: Mapping[str, Any]
) -> HttpResponse:
    """A page, or a panel of one. `measure`: a sentence where there is nothing to measure."""
    said = {"problem": measure} if isinstance(measure, str) else _said(request, aws_account, measure)
    return render_page(request, "access/difference.html", {**context, **said, "lede": LEDE}, fragment="access")


def _object(aws_account: AwsAccount, revision: Revision, before: Revision | None) -> dict[str, Any]:
    """What it was called, and its page."""
    content = revision.content or (before.content if before else {})
    its_mirror = mirror.registry[revision.facet.kind, DETAILS]
    row: Any = its_mirror.model.objects.filter(aws_account=aws_account, aws_id=revision.facet.object_id).first()
    url = its_mirror.url(row) if row else ""
    return {"name": content.get("name") or revision.facet.object_id, "object_url": url}


def _said(request: HttpRequest, aws_account: AwsAccount, measure: AccessMeasure) -> dict[str, Any]:
    found = blocks_of(measure.access, measure.escalation, aws_account.account_id)
    shown = SHOWN_IN_PANEL if wants_fragment(request) else len(found)
    return {
        "measure": measure,
        "not_counted": list(not_counted(surroundings_of(aws_account.account_id))),
        "summary": headline(measure.access),
        "blocks": found[:shown],
        "more": len(found[shown:]),
        "names": Names(signed_in(request), aws_account),
    }
