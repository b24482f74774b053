"""Questions about changes across AWS accounts, asked by pages."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q

from accounts.models import Operator
from sync.models import Change, SpanningChange
from sync.spanning.state import SpanSituation, situations


def waiting_for(operator: Operator) -> Sequence[SpanSituation]:
    """Those that they proposed or let go on, and that are to be applied, or resumed; the newest first."""
    mine = Q(requested_by=operator) | Q(released_by=operator)
    rows = SpanningChange.objects.filter(mine, finished_at=None, cancelled_at=None).order_by("-pk")
    return [each for each in situations(rows).values() if each.is_halted or _is_to_decide(each)]


def _is_to_decide(at: SpanSituation) -> bool:
    """Of one that nobody applied yet: one of its changes is stopped, or none lacks an approval."""
    if at.span.released_at is not None:
        return False
    ready = (each.state == Change.State.APPROVED or not each.approvals_needed for each in at.included)
    return bool(at.stopped) or all(ready)
