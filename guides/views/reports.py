"""A report of what somebody had who left, to read and to print."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts.access import fetch_aws_account, signed_in
from guides.models import LeaverReport
from guides.people.reports import entry_of
from guides.people.whom import name_of, note_look


@require_safe
def task_report(request: HttpRequest, account_id: str, pk: int) -> HttpResponse:
    rows = LeaverReport.objects.filter(run__aws_account=fetch_aws_account(request, account_id))
    report: LeaverReport = get_object_or_404(rows.select_related("made_by", "run__aws_account"), pk=pk)
    note_look(request, report.run)
    context = {
        "aws_account": report.run.aws_account,
        "report": report,
        "content": report.content,
        "title": name_of(report.run, signed_in(request)),
        "entry": entry_of(report),
    }
    return render(request, "guides/people/report.html", context)
