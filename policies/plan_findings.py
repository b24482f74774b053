"""What lint finds in the documents that a plan writes, to be read above its steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from accounts.models import AwsAccount
from iamconsole.web.words import counted
from policies.engine import lint
from policies.engine.lint import Severity
from policies.engine.lint.sizes import CODES as SIZE_CODES
from policies.engine.structure import DocumentType
from sync import checks
from sync.checks import Measurement, PlanCheck, PlanFinding
from sync.operation_mixins import WritesDocument
from sync.operations import PlannedStep

MOST = 20
# AWS takes documents with such errors, which then allow less than they seem to: nothing to refuse a plan for.
_AS: Mapping[Severity, checks.Severity] = {
    Severity.SECURITY_WARNING: "security_warning",
    Severity.ERROR: "warning",
    Severity.WARNING: "warning",
    Severity.SUGGESTION: "suggestion",
}
_ORDER = list(_AS)
_HIDES = "INVISIBLE_CHARACTER"  # what is read differs from what is sent: a reviewer must know


class LintPlanCheck(PlanCheck):
    """Of the same text once, at the first step that writes it. It can't get worse: the texts are those of the plan."""

    name = "lint"

    def measure(
        self, aws_account: AwsAccount, steps: Sequence[PlannedStep], undoing: Sequence[PlannedStep]
    ) -> Measurement | None:
        first: dict[tuple[str, str], int] = {}
        for step in steps:
            operation = step.operation
            if not isinstance(operation, WritesDocument):
                continue
            text, kind = operation.writes(aws_account, step.params), operation.writes_type
            if text is not None and kind is not None:
                first.setdefault((text, kind), step.position)
        if not first:
            return None
        found = [
            (step, each)
            for (text, kind), step in first.items()
            for each in lint.lint(text, DocumentType(kind), aws_account.account_id)
            if each.code not in SIZE_CODES  # the operation says it, by the quota of what holds the document
        ]
        found.sort(key=lambda each: (_ORDER.index(each[1].severity), each[0], each[1].start))
        described = [_finding(step, each) for step, each in found[:MOST]]
        if more := sum(each.stands_for for _, each in found[MOST:]):
            described.append(PlanFinding("MORE_FINDINGS", "suggestion", f"{counted(more, 'more finding')}."))
        return Measurement(None, described) if described else None


def _finding(step: int, found: lint.LintFinding) -> PlanFinding:
    return PlanFinding(
        found.code,
        "security_warning" if found.code == _HIDES else _AS[found.severity],
        found.message,
        step,
        found.line,
        found.column,
        about=(found.path, found.message),
    )
