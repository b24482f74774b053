"""For how long a finding may be muted, and how many at once."""

from __future__ import annotations

from datetime import timedelta

from findings.models import FindingSeverity

LONGEST = timedelta(days=90)
LONGEST_OF_CRITICAL = timedelta(days=30)
MOST_AT_ONCE = 100  # their ids have to fit into an address
MOST_PICKED = 250  # a page of a list


def longest_mute(severity: str) -> timedelta:
    return LONGEST_OF_CRITICAL if severity == FindingSeverity.CRITICAL else LONGEST
