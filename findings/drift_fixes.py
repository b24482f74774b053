"""What takes drift back: the reverse of the one change outside that an object had."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse

from accounts.models import Operator
from findings import fixes
from findings.drift_source import RULE
from findings.fixes import FindingFix
from findings.models import Finding
from sync import drift
from sync.operations import Refusal, StepSpec


def _fix_of(finding: Finding) -> FindingFix | None:
    pks = finding.evidence.get("revisions") or []
    revision = drift.open_drift(finding.aws_account).filter(pk__in=pks).order_by("-pk").first()
    if revision is None:
        return None
    url = reverse("drift_one", kwargs={"account_id": finding.aws_account.account_id, "pk": revision.pk})

    def steps(operator: Operator) -> Sequence[StepSpec]:
        undoing = drift.reversal_of(finding.aws_account, revision)
        if not undoing.steps:
            raise Refusal(" ".join(undoing.left))
        return undoing.steps

    return FindingFix("Accept or undo it…", url, steps if len(pks) == 1 else None)


def register() -> None:
    fixes.register(RULE, fix_of=_fix_of)
