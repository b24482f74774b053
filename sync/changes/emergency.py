"""Emergencies: owners apply a change without its approvals (break-glass), or let it touch what is protected (override).

Break-glass applies a change at once. Everybody with a grant in the AWS account is told, and it stays open until
somebody else has reviewed it. What stands against the change beside the missing approvals still does.
"""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from accounts.models import Operator
from sync.changes import verbs
from sync.changes.errors import PlanError
from sync.changes.lifecycle import apply
from sync.changes.rows import locked, log_line
from sync.changes.rules import check
from sync.changes.transitions import BREAK_GLASS, OVERRIDE, REVIEW
from sync.models import BreakGlass, Change, Override


@transaction.atomic
def break_glass(*, change: Change, actor: Operator, reason: str) -> Change:
    """Applies it. Raises PlanError, and leaves nothing behind then."""
    with locked(change.pk) as change:
        check(BREAK_GLASS, change, actor)
        if not reason.strip():
            raise PlanError("Say why it can't wait: everybody with a role here reads it.")
        change.broken_glass.create(operator=actor, reason=reason)
        log_line(change, f"{actor} applies it without the approvals that it needs.")
        verbs.record("change.glass_broken", change, actor=actor, reason=reason, digest=change.digest)
    return apply(change=change, actor=actor)


def review(*, change: Change, actor: Operator, comment: str) -> BreakGlass:
    """Records that somebody else reviewed what was done. Raises PlanError."""
    with locked(change.pk) as change:
        glass = check(REVIEW, change, actor).to_review
        assert glass is not None  # noqa: S101  by the rule of the event
        if not comment.strip():
            raise PlanError("Say in the comment what you found.")
        glass.reviewed_by, glass.reviewed_at, glass.review = actor, timezone.now(), comment
        glass.save(update_fields=["reviewed_by", "reviewed_at", "review"])
        log_line(change, f"Reviewed by {actor}.")
        verbs.record("change.reviewed", change, actor=actor, reason=comment)
    return glass


def override(*, change: Change, actor: Operator, reason: str) -> Override:
    """Lets the change touch what its plan says is protected. Raises PlanError."""
    with locked(change.pk) as change:
        found = check(OVERRIDE, change, actor).protected
        if not reason.strip():
            raise PlanError("Say why what is protected has to be touched.")
        made = change.overrides.create(operator=actor, reason=reason, findings=[each.as_json() for each in found])
        log_line(change, f"{actor} overrides what is protected.")
        verbs.record(
            "change.overridden", change, actor=actor, reason=reason, protected=[each.message for each in found]
        )
    return made
