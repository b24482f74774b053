"""Decisions that end because of what a look finds: it is in the audit trail, and told as what is new is."""

from __future__ import annotations

from dataclasses import dataclass

from accounts import audit
from accounts.models import AuditEntry, AwsAccount
from findings.models import Finding
from findings.services import named_in_audit
from findings.states import forget_decision

audit.register({"finding.acceptance_ended": "saw the acceptance of {object} end: it {why}"})


@dataclass(frozen=True)
class RowBefore:
    """What was decided of a finding before somebody looked again."""

    state: str
    severity: str
    is_accepted: bool

    @classmethod
    def of(cls, row: Finding) -> RowBefore:
        return cls(row.state, row.severity, row.is_accepted)

    def is_reopened(self, row: Finding) -> bool:
        """Whether it was mended or decided of, and somebody has to act on it from now; not where a mute just ended."""
        if row.state != Finding.State.OPEN:
            return False
        is_graver = self.state == Finding.State.MUTED and self.severity != row.severity
        return is_graver or self.state in (Finding.State.MENDED, Finding.State.ACCEPTED)

    def ended(self, row: Finding, aws_account: AwsAccount) -> AuditEntry | None:
        """Takes a decision away that holds no more (the row is to be saved), and gives the entry that says so."""
        if row.state != Finding.State.OPEN or not (self.is_accepted or row.muted_until):
            return None
        forget_decision(row)
        verb, data = "finding.mute_ended", {}
        if self.is_accepted:
            was_mended = self.state == Finding.State.MENDED
            why = "was mended, and is there again" if was_mended else "is graver than what was accepted"
            verb, data = "finding.acceptance_ended", {"why": why}
        return audit.entry(verb, actor=None, aws_account=aws_account, obj=named_in_audit(row), data=data)
