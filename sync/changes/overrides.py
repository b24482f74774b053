"""What checks protect: a change that touches it is refused at the apply, unless an owner has overridden it before.

An override is for the findings that its owner has read; a new one needs a new override. It counts as long as its owner
is one.
"""

from __future__ import annotations

from collections.abc import Iterable

from accounts.access import may
from accounts.models import Operator
from accounts.roles import ADMINISTER
from sync.changes import verbs
from sync.changes.approvals import UNDECIDED
from sync.changes.errors import PlanError
from sync.changes.rows import locked, log_line
from sync.checks import PlanFinding
from sync.models import Change, Override


def override(*, change: Change, actor: Operator, reason: str) -> Override:
    """Raises PlanError."""
    with locked(change.pk) as change:
        if not may(actor, ADMINISTER, change.aws_account):
            raise PlanError(f"Only an owner of {change.aws_account} may override what protects it.")
        if change.state not in UNDECIDED:
            raise PlanError(f"There is nothing to override: the change is {change.get_state_display().lower()}.")
        if not reason.strip():
            raise PlanError("Say why what is protected has to be touched.")
        found = findings_without_override(change, map(PlanFinding.from_json, change.findings))
        if not found:
            raise PlanError("There is nothing to override.")
        made = change.overrides.create(operator=actor, reason=reason, findings=[each.as_json() for each in found])
        log_line(change, f"{actor} overrides what is protected.")
        verbs.record(
            "change.overridden", change, actor=actor, reason=reason, protected=[each.message for each in found]
        )
    return made


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
    said = " ".join(dict.fromkeys(finding.message for finding in findings))
    return f"{said} Only an owner can let it through."
