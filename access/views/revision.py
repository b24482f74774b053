"""What access lies between two revisions of an object: a panel of drift and of history, and a page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from access.plans.effect_blocks import LEDE, blocks_of, headline
from access.plans.revisions import KINDS, measure_between
from access.views.change import SHOWN_IN_PANEL
from accounts.access import fetch_aws_account, signed_in
from accounts.models import AwsAccount
from iamconsole.web.fragments import render_page, wants_fragment
from objects.object_pages import number_in
from sync import mirror
from sync.mirror.base import DETAILS
from sync.models import Revision
from sync.naming import Names

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
    older = revision.number - 1 if since is None else since
    before = revisions.filter(facet=revision.facet, number=older).first()
    if before and older > revision.number:
        before, revision, older = revision, before, revision.number
    context: dict[str, Any] = {"aws_account": aws_account, "revision": revision, "older": older, "lede": LEDE}
    context |= _object(aws_account, revision, before)
    if older == revision.number:
        context["problem"] = THE_SAME
    elif before is None and older > 0:
        context["problem"] = NOT_KEPT
    else:
        context |= _measured(request, aws_account, revision, before)
    return render_page(request, "access/revision.html", context, fragment="access")


def _object(aws_account: AwsAccount, revision: Revision, before: Revision | None) -> dict[str, Any]:
    """What it was called, and its page."""
    content = revision.content or (before.content if before else {})
    its_mirror = mirror.registry[revision.facet.kind, DETAILS]
    row: Any = its_mirror.model.objects.filter(aws_account=aws_account, aws_id=revision.facet.object_id).first()
    url = its_mirror.url(row) if row else ""
    return {"name": content.get("name") or revision.facet.object_id, "object_url": url}


def _measured(
    request: HttpRequest, aws_account: AwsAccount, revision: Revision, before: Revision | None
) -> dict[str, Any]:
    contents = [{} if each is None or each.gone else each.content for each in (before, revision)]
    measure = measure_between(revision.facet, *contents)
    found = blocks_of(measure.access, measure.escalation, aws_account.account_id)
    shown = SHOWN_IN_PANEL if wants_fragment(request) else len(found)
    return {
        "measure": measure,
        "summary": headline(measure.access),
        "blocks": found[:shown],
        "more": len(found[shown:]),
        "names": Names(signed_in(request), aws_account),
    }
