"""The page of one finding, and the way to the form that puts it right."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from accounts import audit
from accounts.access import fetch_aws_account, may, signed_in
from accounts.models import AuditEntry
from accounts.roles import ADMINISTER, MUTE, PROPOSE
from findings.finding_links import link_of
from findings.fixes import fix_of, is_fixable
from findings.inbox.lines import InboxLine, object_urls
from findings.inbox.table import noun_of, state_of
from findings.models import Finding, RuleSetting, SourceLook
from findings.sources import rule_of

_HISTORY = 20
_VERBS = (
    "finding.muted",
    "finding.unmuted",
    "finding.mute_ended",
    "finding.accepted",
    "finding.accepted_no_more",
    "finding.acceptance_ended",
    "finding.assigned",
    "finding.unassigned",
)


def fetch_finding(request: HttpRequest, account_id: str, pk: int) -> Finding:
    """Raises Http404 where the AWS account has none of that number."""
    rows = Finding.objects.filter(aws_account=fetch_aws_account(request, account_id))
    found = rows.select_related("aws_account", "owner", "owner_group", "muted_by").filter(pk=pk).first()
    if found is None:
        raise Http404("No such finding.")
    return found


@require_GET
def finding(request: HttpRequest, account_id: str, pk: int) -> HttpResponse:
    row = fetch_finding(request, account_id, pk)
    operator, aws_account = signed_in(request), row.aws_account
    same = Finding.objects.filter(aws_account=aws_account, kind=row.kind, object_id=row.object_id).exclude(pk=pk)
    context = {
        "line": InboxLine(row, None, noun_of(row), says_rule=True),
        "object_url": object_urls([row]).get(row.pk, ""),
        "finding": row,
        "aws_account": aws_account,
        "rule": rule_of(row.rule),
        "link": link_of(row),
        "setting": RuleSetting.objects.filter(aws_account=aws_account, rule=row.rule).first(),
        "state": state_of(row),
        "look": SourceLook.objects.filter(aws_account=aws_account, source=row.source).first(),
        "evidence": list(_evidence(row)),
        "others": list(same.filter(state=Finding.State.OPEN).order_by("rank", "pk")[:20]),
        "history": _history(row),
        "may_mute": may(operator, MUTE, aws_account),
        "may_accept": may(operator, ADMINISTER, aws_account),
        "may_stage": may(operator, PROPOSE, aws_account) and row.is_there and is_fixable(row.rule),
        "here": request.path,
    }
    return render(request, "findings/finding.html", context)


def _history(row: Finding) -> list[tuple[AuditEntry, str]]:
    entries = AuditEntry.objects.filter(
        aws_account=row.aws_account, object_kind="finding", object_id=str(row.pk), verb__in=_VERBS
    )
    return [(each, audit.sentence(each)) for each in entries.order_by("-pk")[:_HISTORY]]


def _evidence(row: Finding) -> Any:
    """What of it can be said in a line each."""
    for name, value in row.evidence.items():
        words = name.replace("_", " ")
        if isinstance(value, bool):
            yield words, "Yes" if value else "No"
        elif isinstance(value, str | int) and value != "":
            yield words, str(value)
        elif isinstance(value, list) and value and all(isinstance(each, str | int) for each in value):
            yield words, ", ".join(str(each) for each in value[:40])


@require_GET
def fix(request: HttpRequest, account_id: str, pk: int) -> HttpResponse:
    """To the form that stages it, filled in."""
    row = fetch_finding(request, account_id, pk)
    found = fix_of(row)
    if found is not None and (why_not := found.why_not(signed_in(request))):
        messages.info(request, why_not)
        return redirect(reverse("finding", kwargs={"account_id": account_id, "pk": pk}))
    if found is None:
        messages.info(request, "The console has no change that puts it right as it is now. Below stands what to do.")
        return redirect(reverse("finding", kwargs={"account_id": account_id, "pk": pk}))
    return redirect(found.url)
