"""Reports of a review, one for each AWS account: who decided what, when and why. The audit trail has their digests.

Whoever sees the AWS account may read its part, and nothing of another. A report holds no personal data, so that nothing
in it has to be erased: people by their ids, reasons by the digests under which the audit trail keeps them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from accounts import audit
from accounts.audit import reports
from accounts.models import AuditEntry, AwsAccount, Operator
from infrastructure.owned.changes import OwnedPatch
from reviews.models import Review, ReviewedGrant, ReviewReport
from sync.models import Change

_VERB = "review.reported"

audit.register({_VERB: "sealed a report of the access review {review}: {sha256}"})


def register() -> None:
    """To be called in `AppConfig.ready()`."""
    reports.register(_VERB, _contents)


def _contents(ids: Collection[str]) -> Mapping[str, Any]:
    rows = ReviewReport.objects.filter(pk__in=[int(each) for each in ids])
    return {str(pk): content for pk, content in rows.values_list("pk", "content")}


def make(
    review: Review,
    aws_account: AwsAccount,
    rows: Sequence[ReviewedGrant],
    change: Change | None,
    patches: Sequence[OwnedPatch],
    actor: Operator,
) -> ReviewReport:
    """In the caller's transaction."""
    content = _content(review, aws_account, rows, change, patches)
    sha256 = reports.digest_of(content)
    made = ReviewReport.objects.create(review=review, aws_account=aws_account, content=content, sha256=sha256)
    audit.record(
        _VERB,
        actor=actor,
        aws_account=aws_account,
        obj=("review.report", made.pk, ""),
        data={"review": review.pk, reports.DIGEST: sha256},
    )
    return made


def entry_of(report: ReviewReport) -> AuditEntry | None:
    """The entry of the audit trail that has its digest; None where that isn't what the report says."""
    return reports.entry_of(_VERB, report.pk, report.content, report.sha256)


def _content(
    review: Review,
    aws_account: AwsAccount,
    rows: Sequence[ReviewedGrant],
    change: Change | None,
    patches: Sequence[OwnedPatch],
) -> dict[str, Any]:
    """Plain values."""
    return {
        "review": review.pk,
        "aws_account": aws_account.account_id,
        "sources": review.sources,
        "only": review.only,
        "groups": review.groups,
        "started_at": review.started_at.isoformat(),
        "started_by": review.started_by.email,
        "due_at": review.due_at.isoformat(),
        "finished_at": review.closed_at.isoformat() if review.closed_at else "",
        "finished_by": review.closed_by.email if review.closed_by else "",
        "change": change.pk if change else None,
        "digest": change.digest if change else "",
        "grants": list(_grants(rows)),
        "patches": [_patch(each) for each in patches],
    }


def _grants(rows: Sequence[ReviewedGrant]) -> Iterator[dict[str, Any]]:
    digests = _digests(rows)
    for row in rows:
        yield {
            "source": row.source,
            "holder_kind": row.holder_kind,
            "holder_id": row.holder_id,
            "holder": row.holder_name,
            "what": row.what,
            "level": row.level,
            "power": row.power,
            "use": row.use,
            "last_used_at": row.last_used_at.isoformat() if row.last_used_at else "",
            "reviewer": row.reviewer.email if row.reviewer else "",
            "moved": row.moved,
            "decision": row.decision,
            "decided_by": row.decided_by.email if row.decided_by else "",
            "decided_at": row.decided_at.isoformat() if row.decided_at else "",
            "reason": digests.get(row.pk, ""),
            "outcome": row.outcome,
            "why": row.why,
        }


def _digests(rows: Sequence[ReviewedGrant]) -> Mapping[int, str]:
    """Of the reasons, as the entries of the decisions hold them: the last of each grant."""
    ids = [str(row.pk) for row in rows if row.reason]
    found: dict[int, str] = {}
    for first in range(0, len(ids), 500):
        entries = AuditEntry.objects.filter(
            verb="review.decided", object_kind="review.grant", object_id__in=ids[first : first + 500]
        )
        for object_id, data in entries.order_by("pk").values_list("object_id", "data"):
            found[int(object_id)] = data.get("texts", {}).get("reason", "")
    return found


def _patch(patch: OwnedPatch) -> dict[str, str]:
    resource = patch.resource
    return {
        "object": patch.row.name,
        "address": resource.address,
        "where": str(resource.stack or resource.state),
        "code": patch.cloudformation if resource.stack_id else patch.terraform,
        "unsaid": ", ".join(patch.unsaid),
    }
