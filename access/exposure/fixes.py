"""What closes what a finding tells of: the policy without the statements that open it, as a change to be staged."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from findings.models import Finding
from resources.actions.offers import has_policy_to_delete, may_be_written
from resources.models import Resource
from resources.operations.policies import standing_text
from resources.statements import without_statements


@dataclass(frozen=True)
class StagedFix:
    """`url`: of the page that stages it; `label`: of the button."""

    url: str
    label: str


def fix_of(row: Resource, finding: Finding) -> StagedFix | None:
    """None of a kind that the console doesn't write, and where no statement of its policy opens it, but a grant or an
    access control list."""
    names = [str(each["which"]) for each in finding.evidence["statements"]]
    text = standing_text(row) if may_be_written(row) and row.gone_at is None else None
    if text is None or not names:
        return None
    left = without_statements(text, names)
    if left == text:
        return None
    if left is None and has_policy_to_delete(row):
        return StagedFix(_url(row, "delete-policy"), "Delete policy…")
    query = urlencode({"without": "\n".join(names)}) if left else ""
    return StagedFix(f"{_url(row, 'edit-policy')}{'?' if query else ''}{query}", "Take it out…")


def _url(row: Resource, action: str) -> str:
    kwargs = {"account_id": row.aws_account.account_id, "aws_id": row.aws_id, "action": action}
    return reverse("resource_action", kwargs=kwargs)
