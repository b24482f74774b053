"""What checks protect: a change that touches it is refused at the apply, unless an owner has overridden it before.

An override (sync/changes/emergency.py) is for the findings that its owner has read; a new one needs a new override. It
counts as long as its owner is one.
"""

from __future__ import annotations

from collections.abc import Iterable

from accounts.access import may
from accounts.roles import ADMINISTER
from sync.checks import PlanFinding
from sync.models import Change


def findings_without_override(change: Change, findings: Iterable[PlanFinding]) -> list[PlanFinding]:
    """Those about what is protected that no owner has overridden."""
    protected = [finding for finding in findings if finding.severity == "protected"]
    if not protected:
        return []
    counting = [
        made
        for made in change.overrides.select_related("operator")
        if may(made.operator, ADMINISTER, change.aws_account)
    ]
    read = [PlanFinding.from_json(stored) for made in counting for stored in made.findings]
    return [finding for finding in protected if not any(earlier.covers(finding) for earlier in read)]


def sentence(findings: Iterable[PlanFinding]) -> str:
    sentences = " ".join(dict.fromkeys(finding.message for finding in findings))
    return f"{sentences} Only an owner can let it through."
