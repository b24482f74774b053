"""Grants that go to another reviewer: an owner passes them on, or who was to decide has left.

A reviewer has left when they can’t sign in any more, or don’t see the AWS account, or its people, any more. What they
decided stands; the rest goes back to whoever started the review, who is told; from them to another owner where it is
their own access, or they have left, too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from django.db import transaction
from django.db.models import QuerySet

from accounts.models import AwsAccount, Operator
from accounts.roles import SEE_IAM
from iamconsole import clock
from reviews import reminders
from reviews.grants import GrantSource, source_of
from reviews.models import Review, ReviewedGrant, ReviewPart
from reviews.reviewers import Assigned, Dealing, GrantPlace, OwnAccess, managers
from reviews.services import ReviewRefused, locked, record_each

Moved = ReviewedGrant.Moved


def pass_on(*, review: Review, grants: Sequence[ReviewedGrant], to: Operator, actor: Operator) -> int:
    """Those that have no decision yet. Returns how many. Raises ReviewRefused, and passes none on."""
    with locked(review) as found:
        rows = list(_undecided(found).filter(pk__in=[each.pk for each in grants]).exclude(reviewer=to))
        if not rows:
            raise ReviewRefused("None of these waits for a decision of somebody else.")
        own = OwnAccess([to])
        for row in rows:
            place = _place(row)
            if place is None or not place.source.may_review(to, row.aws_account):
                words = f"{to} doesn’t see what is reviewed in {row.aws_account}: choose somebody else."
                raise ReviewRefused(words, "to")
            if own.is_own(to, place):
                raise ReviewRefused(f"“{row.what}” of {row.called} is access of {to} themselves.", "to")
        _give(found, rows, [Assigned(to, Moved.PASSED_ON)] * len(rows), actor)
        if to != actor:
            reminders.tell_came(found, to, len(rows), f"{actor} passed them on.")
        return len(rows)


def take_back_from_leavers() -> None:
    """In each open review."""
    for review in Review.objects.open():
        with transaction.atomic():
            found = Review.objects.select_for_update().filter(pk=review.pk, state=Review.State.OPEN).first()
            if found is not None:
                _take_back(found)


def _take_back(review: Review) -> None:
    left = _left_by(review)
    if left:
        rows = [row for row in _undecided(review) if (row.reviewer_id, row.source, row.aws_account_id) in left]
        moved = [Assigned(each.reviewer, Moved.LEFT) for each in _dealt_again(review, rows)]
        _give(review, rows, moved, None)
        _tell_came(review, moved)
    for part in review.parts.filter(finished_at=None).select_related("reviewer"):
        if _is_gone(part.reviewer, review) and not _undecided(review).filter(reviewer=part.reviewer).exists():
            part.finished_at = clock.now()
            part.save(update_fields=["finished_at"])
            reminders.tell_ready(review)


def _left_by(review: Review) -> set[tuple[int, str, int]]:
    """Reviewer, source and AWS account of what waits for somebody who may not decide it any more."""
    rows = review.grants.filter(decision="", reviewer__isnull=False).order_by()
    about = set(rows.values_list("reviewer", "source", "aws_account"))
    operators = Operator.objects.in_bulk({each[0] for each in about})
    places = AwsAccount.objects.in_bulk({each[2] for each in about})
    return {
        (operator, name, place)
        for operator, name, place in about
        if not _may_review(operators[operator], source_of(name), places[place])
    }


def _may_review(operator: Operator, source: GrantSource | None, aws_account: AwsAccount) -> bool:
    """What no app knows any more is left with whoever has it."""
    return source is None or source.may_review(operator, aws_account)


def _dealt_again(review: Review, rows: Sequence[ReviewedGrant]) -> list[Assigned]:
    fallbacks = managers(list(review.aws_accounts.all()), review.started_by)
    places = [place for row in rows if (place := _place(row)) is not None]
    return Dealing((), fallbacks).deal(places)


def _is_gone(operator: Operator, review: Review) -> bool:
    seen = AwsAccount.objects.visible_to(operator, SEE_IAM).filter(reviews=review)
    return not operator.is_active or not seen.exists()


def _tell_came(review: Review, moved: Sequence[Assigned]) -> None:
    counts = Counter(each.reviewer for each in moved if each.reviewer)
    for operator, count in counts.items():
        reminders.tell_came(review, operator, count, "Who was to decide them has left.")


def _undecided(review: Review) -> QuerySet[ReviewedGrant]:
    return review.grants.filter(decision="").select_related("aws_account")


def _place(row: ReviewedGrant) -> GrantPlace | None:
    source = source_of(row.source)
    return GrantPlace(source, row.aws_account, row.holder_id) if source else None


def _give(review: Review, rows: Sequence[ReviewedGrant], assigned: Sequence[Assigned], actor: Operator | None) -> None:
    for row, each in zip(rows, assigned, strict=True):
        row.reviewer, row.moved = each.reviewer, each.moved
    ReviewedGrant.objects.bulk_update(rows, ["reviewer", "moved"], batch_size=500)
    for operator in {row.reviewer for row in rows if row.reviewer}:
        of_theirs = [row for row in rows if row.reviewer == operator]
        ReviewPart.objects.update_or_create(review=review, reviewer=operator, defaults={"finished_at": None})
        places = {row.aws_account for row in of_theirs}
        record_each(review, "review.passed_on", actor, places, of_theirs, reviewer=str(operator))
    _drop_empty(review)


def _drop_empty(review: Review) -> None:
    """Parts in which nothing is left to decide, nor was decided."""
    for part in review.parts.all():
        if not review.grants.filter(reviewer=part.reviewer).exists():
            part.delete()
