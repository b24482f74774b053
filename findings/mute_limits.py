"""For how long a finding may be muted."""

from __future__ import annotations

from datetime import timedelta

from findings.models import FindingSeverity

LONGEST = timedelta(days=90)
LONGEST_OF_CRITICAL = timedelta(days=30)


def longest_mute(severity: str) -> timedelta:
    return LONGEST_OF_CRITICAL if severity == FindingSeverity.CRITICAL else LONGEST
