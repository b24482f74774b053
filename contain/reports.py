"""Reports of a containment: what was cut and when, what wasn't, what CloudTrail had. The audit trail has their digest.

They hold no personal data, so that nothing in them has to be erased: no names of people, sessions or addresses, and
nothing that anybody typed.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.db import transaction

from accounts import audit
from accounts.audit import reports
from accounts.models import AuditEntry, Operator
from contain.lately import Lately
from contain.left_behind import is_making
from contain.models import Containment, ContainmentReport
from contain.release import releases
from contain.together import kept_together
from sync.activity.principals import ShownCall
from sync.changes.steps import created_ids, planned_step
from sync.models import Step
from sync.operations import BadParams
from sync.selectors import last_attempt

_MOST_CALLS = 200

_VERB = "contain.reported"

audit.register({_VERB: "sealed a report of the containment of {name}, change {change}: {sha256}"})


def content_of(containment: Containment, lately: Lately) -> dict[str, Any]:
    """Plain values: what a report says."""
    change = containment.change
    return {
        "who": containment.called,
        "kind": containment.slug,
        "aws_account": containment.aws_account.account_id,
        "change": change.pk,
        "state": change.state,
        "begun_at": containment.begun_at.isoformat(),
        "begun_by": containment.begun_by.email,
        "started_at": change.started_at.isoformat() if change.started_at else "",
        "finished_at": change.finished_at.isoformat() if change.finished_at else "",
        "digest": change.digest,
        "steps": [_step(step, created_ids(change)) for step in change.steps.all()],
        "uncut": containment.uncut,
        "together": kept_together(containment),
        "asked_at": lately.answer.asked_at.isoformat() if lately.answer and lately.is_told else "",
        "calls": [_call(each) for each in lately.calls[:_MOST_CALLS]],
        "releases": [{"change": each.pk, "state": each.state} for each in releases(containment)],
    }


def _step(step: Step, ids: dict[int, str]) -> dict[str, Any]:
    attempt = last_attempt(step)
    return {
        "position": step.position,
        "title": title_of_step(step, ids),
        "state": step.get_state_display(),
        "gone": bool(step.result.get("gone")),
        "began": attempt.started_at.isoformat() if attempt else "",
        "ended": attempt.finished_at.isoformat() if attempt and attempt.finished_at else "",
        "request_id": attempt.request_id if attempt else "",
        "why": str(step.error.get("sentence") or ""),
    }


def title_of_step(step: Step, ids: Mapping[int, str]) -> str:
    try:
        planned = planned_step(step, ids)
    except (BadParams, KeyError):  # of another release of this console
        return step.kind
    return planned.operation.title(planned.params)


def _call(call: ShownCall) -> dict[str, Any]:
    return {
        "at": call.at,
        "name": f"{call.service}:{call.name}",
        "about": call.about,
        "region": call.region,
        "error": call.error,
        "as": call.role,
        "made": call.made,
        "stays": is_making(call),
    }


@transaction.atomic
def make_report(*, containment: Containment, lately: Lately, actor: Operator) -> ContainmentReport:
    content = content_of(containment, lately)
    sha256 = reports.digest_of(content)
    report = ContainmentReport.objects.create(containment=containment, made_by=actor, content=content, sha256=sha256)
    audit.record(
        _VERB,
        actor=actor,
        aws_account=containment.aws_account,
        obj=("contain.report", report.pk, containment.called),
        data={"name": containment.called, "change": containment.change_id, reports.DIGEST: sha256},
    )
    return report


def entry_of(report: ContainmentReport) -> AuditEntry | None:
    """The entry of the audit trail that has its digest; None where that isn't what the report says."""
    return reports.entry_of(_VERB, report.pk, report.content, report.sha256)


def _contents(ids: Collection[str]) -> Mapping[str, Any]:
    rows = ContainmentReport.objects.filter(pk__in=[int(each) for each in ids])
    return {str(pk): content for pk, content in rows.values_list("pk", "content")}


def register() -> None:
    reports.register(_VERB, _contents)
