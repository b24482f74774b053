"""The changes that were open when the queue was put on hold, as its page shows them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from accounts.access import may
from accounts.models import Operator
from accounts.roles import ADMINISTER
from sync.held.saying import Says, StepOnHold, newest_looks, steps_of
from sync.models import Change, DryRun, HeldDecision

State = Change.State


def goes_by_itself() -> Q:
    """Workers would go on with it, now or at its time; the end of temporary access also where it was stopped."""
    return Q(state__in=(*Change.MOVING, State.SCHEDULED)) | Q(state__in=Change.STUCK, ends__isnull=False)


def open_at(since: datetime) -> QuerySet[Change]:
    """Those that are older than the hold; what waits for its grant follows that."""
    rows = Change.objects.filter(state__in=Change.OPEN, created_at__lt=since).exclude(state=State.AWAITING_GRANT)
    return rows.select_related("aws_account", "applied_by", "requested_by", "ends")


def undecided(since: datetime) -> QuerySet[Change]:
    """Those that somebody has to decide about before the queue is released."""
    return open_at(since).filter(goes_by_itself()).exclude(held_decision__is_in_force=True)


@dataclass(frozen=True)
class HeldChange:
    change: Change
    steps: Sequence[StepOnHold]
    looked: DryRun | None
    decision: HeldDecision | None
    goes_by_itself: bool

    @property
    def is_looked_at(self) -> bool:
        return self.looked is not None and self.looked.finished_at is not None

    @property
    def is_being_looked_at(self) -> bool:
        return self.looked is not None and self.looked.finished_at is None

    @property
    def is_decided(self) -> bool:
        return self.decision is not None and self.decision.is_in_force

    @property
    def is_uncertain(self) -> bool:
        """Whether a step may have been done, and AWS doesn't show it."""
        return any(step.says is Says.UNKNOWN for step in self.steps)

    @property
    def is_all_done(self) -> bool:
        return all(step.says is Says.SO_ALREADY for step in self.steps)

    @property
    def gives_until(self) -> bool:
        """Whether access that it gave has to end yet."""
        return self.change.until is not None and any(step.says is Says.SO_ALREADY for step in self.steps)

    @property
    def why_not_released(self) -> str:
        """Why it can't go on as it is, in a sentence; "" where it can."""
        if not self.goes_by_itself:
            return "It doesn’t go on by itself: apply or retry it on its page, once the queue is released."
        if not self.is_looked_at:
            return "Look at AWS first."
        if any(step.says is Says.UNREAD for step in self.steps):
            return "AWS didn’t say how all of its steps are: look again."
        if any(step.says is Says.CONFLICT for step in self.steps):
            return "AWS isn’t as its plan expects: it would stop. Give it up, and plan anew, or mark it as done."
        return ""


def held_change(change: Change, since: datetime) -> HeldChange:
    return held_changes([change], since)[0]


def held_changes(changes: Sequence[Change], since: datetime) -> list[HeldChange]:
    looks = newest_looks(changes, since)
    decisions = {
        each.change_id: each for each in HeldDecision.objects.filter(change__in=changes).select_related("decided_by")
    }
    going = set(
        Change.objects.filter(goes_by_itself(), pk__in=[each.pk for each in changes]).values_list("pk", flat=True)
    )
    return [
        HeldChange(
            change,
            steps_of(change, looks.get(change.pk)),
            looks.get(change.pk),
            decisions.get(change.pk),
            change.pk in going,
        )
        for change in changes
    ]


def seen_by(operator: Operator, since: datetime) -> list[Change]:
    """Those in AWS accounts that they own, what goes by itself first, the oldest first."""
    rows = list(open_at(since).prefetch_related("steps").order_by("pk"))
    owned = {each for each in {row.aws_account for row in rows} if may(operator, ADMINISTER, each)}
    mine = [row for row in rows if row.aws_account in owned]
    going = set(undecided(since).values_list("pk", flat=True))
    return sorted(mine, key=lambda change: (change.pk not in going, change.pk))
