"""How far a review is: of the operator, and of each reviewer, counted over the grants that the operator sees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from accounts.models import Operator
from reviews.models import Review, ReviewedGrant, ReviewPart


@dataclass(frozen=True)
class PartStanding:
    """`unused`: never used, without a decision yet. `grave`: of administrators, or who can become one, without one."""

    reviewer: Operator | None
    part: ReviewPart | None
    total: int
    kept: int
    revoked: int
    unused: int
    grave: int

    @property
    def name(self) -> str:
        return str(self.reviewer) if self.reviewer else "Nobody"

    @property
    def decided(self) -> int:
        return self.kept + self.revoked

    @property
    def open(self) -> int:
        return self.total - self.decided

    @property
    def is_finished(self) -> bool:
        return self.part is not None and self.part.finished_at is not None


@dataclass(frozen=True)
class ReviewStanding:
    mine: PartStanding | None
    parts: Sequence[PartStanding]

    @property
    def total(self) -> int:
        return sum(each.total for each in self.parts)

    @property
    def open(self) -> int:
        return sum(each.open for each in self.parts)

    @property
    def revoked(self) -> int:
        return sum(each.revoked for each in self.parts)

    @property
    def kept(self) -> int:
        return sum(each.kept for each in self.parts)


def standing_of(review: Review, grants: QuerySet[ReviewedGrant], operator: Operator) -> ReviewStanding:
    """The operator’s own part first, what is nobody’s last."""
    parts = {each.reviewer_id: each for each in review.parts.select_related("reviewer")}
    undecided = Q(decision="")
    counts = (
        grants.order_by()
        .values_list("reviewer")
        .annotate(
            total=Count("pk"),
            kept=Count("pk", filter=Q(decision="keep")),
            revoked=Count("pk", filter=Q(decision="revoke")),
            unused=Count("pk", filter=undecided & Q(use=ReviewedGrant.Use.NEVER)),
            grave=Count("pk", filter=undecided & ~Q(power="")),
        )
    )
    found = []
    for pk, total, kept, revoked, unused, grave in counts:
        part = parts.get(pk)
        reviewer = part.reviewer if part else None
        found.append(PartStanding(reviewer, part, total, kept, revoked, unused, grave))
    found.sort(key=lambda each: (each.reviewer is None, each.reviewer != operator, str(each.reviewer).casefold()))
    mine = next((each for each in found if each.reviewer == operator), None)
    return ReviewStanding(mine, found)
