"""Reports of what somebody had who left. The audit trail has their digest."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.db import transaction
from django.urls import reverse

from accounts import audit
from accounts.audit import reports
from accounts.models import AuditEntry, Operator
from guides.models import LeaverReport, TaskRun
from guides.people.had import had
from guides.people.whom import subject_of, whom

_VERB = "task.reported"

audit.register({_VERB: "wrote down what {object} had in {aws_account}: {sha256}"})


@transaction.atomic
def make(*, run: TaskRun, actor: Operator) -> LeaverReport | None:
    """None where they are gone by now."""
    row = whom(run)
    if row is None:
        return None
    content = had(subject_of(row, actor))
    sha256 = reports.digest_of(content)
    report = LeaverReport.objects.create(run=run, made_by=actor, content=content, sha256=sha256)
    about = ("task.report", report.pk, content["who"])
    audit.record(_VERB, actor=actor, aws_account=run.aws_account, obj=about, data={reports.DIGEST: sha256})
    return report


def address(report: LeaverReport) -> str:
    return reverse("task_report", kwargs={"account_id": report.run.aws_account.account_id, "pk": report.pk})


def entry_of(report: LeaverReport) -> AuditEntry | None:
    """The entry of the audit trail that has its digest; None where that isn't what the report says."""
    return reports.entry_of(_VERB, report.pk, report.content, report.sha256)


def _contents(ids: Collection[str]) -> Mapping[str, Any]:
    rows = LeaverReport.objects.filter(pk__in=[int(each) for each in ids])
    return {str(pk): content for pk, content in rows.values_list("pk", "content")}


def register() -> None:
    reports.register(_VERB, _contents)
