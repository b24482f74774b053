"""The page of the CIS AWS Foundations Benchmark, its files, and what is confirmed by hand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import fetch_aws_account, may, signed_in
from accounts.models import AwsAccount
from accounts.roles import MUTE
from findings.cis.controls import STANDARD, USUAL, VERSIONS, control_of
from findings.cis.results import ControlLine, confirm, lines_of, summary
from findings.exports import json_response, ocsf
from findings.forms import ConfirmForm
from findings.services import MuteRefused
from findings.tallies import open_by_severity
from findings.views.inbox import InboxOf, tabs
from iamconsole.web.exports import csv_lines, file_response

REFUSED = 422


@dataclass(frozen=True)
class _CisColumn:
    name: str
    value: Any


@require_GET
def benchmark(request: HttpRequest, account_id: str) -> HttpResponseBase:
    aws_account = fetch_aws_account(request, account_id)
    asked = request.GET.get("version", USUAL)
    version = asked if asked in VERSIONS else USUAL
    lines = lines_of(aws_account, version)
    wanted = request.GET.get("format", "")
    if wanted == "csv":
        return file_response("csv", f"cis-{version}", csv_lines(_columns(), iter(lines)))
    if wanted == "ocsf":
        return json_response(f"cis-{version}-ocsf", _events(aws_account, version, lines))
    opened = sum(open_by_severity([aws_account]).values())
    context = {
        "aws_account": aws_account,
        "tabs": tabs(InboxOf([aws_account], aws_account), "cis", opened),
        "version": version,
        "versions": VERSIONS,
        "lines": lines,
        "summary": summary(lines),
        "may_confirm": may(signed_in(request), MUTE, aws_account),
    }
    return render(request, "findings/cis.html", context)


def _columns() -> Sequence[_CisColumn]:
    return (
        _CisColumn("number", lambda line: line.number),
        _CisColumn("control", lambda line: line.control.title),
        _CisColumn("level", lambda line: line.control.level),
        _CisColumn("result", lambda line: line.mark[0]),
        _CisColumn("evidence", lambda line: line.evidence),
        _CisColumn("as_of", lambda line: line.as_of or ""),
        _CisColumn("note", lambda line: line.confirmation.note if line.confirmation else ""),
    )


def _events(aws_account: AwsAccount, version: str, lines: Sequence[ControlLine]) -> Iterator[Any]:
    now = timezone.now()
    for each in lines:
        at = each.as_of or now
        standard = f"{STANDARD} {version}"
        yield ocsf.compliance_finding(
            aws_account, standard, each.number, each.control.title, each.result, each.evidence, at
        )


@require_http_methods(["GET", "POST"])
def confirm_by_hand(request: HttpRequest, account_id: str, control_id: str) -> HttpResponse:
    aws_account, control = fetch_aws_account(request, account_id), control_of(control_id)
    if control is None or not (control.by_hand or control.why_not_held):
        raise Http404("No such control to confirm.")
    form = ConfirmForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            confirm(
                aws_account=aws_account,
                control=control_id,
                passes=form.cleaned_data["passes"],
                note=form.cleaned_data["note"],
                actor=signed_in(request),
                request=request,
            )
        except MuteRefused as refusal:
            form.add_error(refusal.field or None, str(refusal))
        else:
            messages.success(request, "It is noted, and holds for 90 days.")
            return redirect("findings_cis", account_id=account_id)
    context = {"aws_account": aws_account, "control": control, "form": form}
    return render(request, "findings/confirm.html", context, status=REFUSED if form.errors else 200)
