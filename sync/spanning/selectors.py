"""Questions about changes across AWS accounts, asked by pages."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q

from accounts.models import Operator
from sync.models import Change, SpanningChange
from sync.spanning.state import SpanSituation, SpanState, situations

# Somebody has to decide what becomes of it.
_DECIDED_BY_PEOPLE = (SpanState.APPROVED, SpanState.HALTED, SpanState.REJECTED, SpanState.EXPIRED)


def waiting_for(operator: Operator) -> Sequence[SpanSituation]:
    """Those that they proposed or let go on, and that are to be applied, or resumed; the newest first."""
    mine = Q(requested_by=operator) | Q(released_by=operator)
    rows = SpanningChange.objects.filter(mine, finished_at=None, cancelled_at=None).order_by("-pk")
    found = situations(rows)
    return [each for each in found.values() if each.state in _DECIDED_BY_PEOPLE or _needs_no_approval(each)]


def _needs_no_approval(at: SpanSituation) -> bool:
    unreleased = at.state is SpanState.PROPOSED
    return unreleased and all(each.state == Change.State.APPROVED or not each.approvals_needed for each in at.included)
