"""Starts a review, and decides its grants. Each decision is in the audit trail, its reason apart: it can be erased."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import Group
from django.db import transaction

from accounts import audit
from accounts.access import may
from accounts.models import AuditEntry, AwsAccount, Operator
from accounts.roles import ADMINISTER
from iamconsole import clock
from iamconsole.web.words import counted, number
from reviews import reminders
from reviews.grants import GrantSource
from reviews.models import Review, ReviewedGrant, ReviewPart
from reviews.reviewers import Assigned, Dealing, GrantPlace, managers
from reviews.snapshot import MOST_GRANTS, SnapshotGrant, TooManyGrants, before, grants_in, last_uses, rank

MOST_AT_ONCE = 500  # decided by one form
_AT_ONCE = 500
KEEP, REVOKE = ReviewedGrant.Decision.KEEP.value, ReviewedGrant.Decision.REVOKE.value

audit.register(
    {
        "review.started": "started the access review {review} of {grants} grants",
        "review.decided": "decided in the access review {review}: {decision} “{what}” of {object}",
        "review.part_finished": "finished their part of the access review {review}",
        "review.part_reopened": "took their part of the access review {review} up again",
        "review.passed_on": "passed grants of the access review {review} on: {grants} to {reviewer}",
        "review.postponed": "moved the day on which the access review {review} is due to {due}",
        "review.ended": "ended the access review {review} without a result",
    }
)


class ReviewRefused(Exception):
    """A sentence for the operator. `field`: of the form that it is about."""

    def __init__(self, sentence: str, field: str = "") -> None:
        super().__init__(sentence)
        self.field = field


@dataclass(frozen=True)
class NewReview:
    """`operators` and `groups`: who is picked. `by_owner_tag`: whom a tag of the holder names comes first."""

    title: str
    aws_accounts: Sequence[AwsAccount]
    sources: Sequence[GrantSource]
    only: str
    group_names: Sequence[str]
    due_at: datetime
    operators: Sequence[Operator]
    groups: Sequence[Group] = ()
    by_owner_tag: bool = False

    @property
    def picked(self) -> list[Operator]:
        members = Operator.objects.filter(groups__in=[each.pk for each in self.groups]).order_by("pk")
        found = {each.pk: each for each in (*self.operators, *members) if each.is_active}
        return list(found.values())


def start(*, actor: Operator, wanted: NewReview) -> Review:
    """Raises ReviewRefused."""
    for each in wanted.aws_accounts:
        if not may(actor, ADMINISTER, each):
            raise ReviewRefused(f"Only owners of {each} start a review of it.", "aws_accounts")
    if wanted.due_at <= clock.now():
        raise ReviewRefused("The day on which it is due has passed.", "due_on")
    try:
        grants = grants_in(wanted.aws_accounts, wanted.sources, wanted.only, wanted.group_names)
    except TooManyGrants as error:
        words = f"These are more than {number(MOST_GRANTS)} grants: make several reviews of it."
        raise ReviewRefused(words, "only") from error
    if not grants:
        raise ReviewRefused("The mirror has no such grant, so there is nothing to review.", "only")
    with transaction.atomic():
        return _begin(actor, wanted, grants)


def _begin(actor: Operator, wanted: NewReview, grants: Sequence[SnapshotGrant]) -> Review:
    review = Review.objects.create(
        title=wanted.title,
        sources=[each.name for each in wanted.sources],
        only=wanted.only,
        groups=list(wanted.group_names),
        due_at=wanted.due_at,
        started_by=actor,
        started_at=clock.now(),
    )
    review.aws_accounts.set(wanted.aws_accounts)
    rows = _rows(review, grants, _dealt(actor, wanted, grants))
    ReviewedGrant.objects.bulk_create(rows, batch_size=_AT_ONCE)
    reviewers = {row.reviewer_id: row.reviewer for row in rows if row.reviewer}
    ReviewPart.objects.bulk_create(ReviewPart(review=review, reviewer=each) for each in reviewers.values())
    record_each(review, "review.started", actor, wanted.aws_accounts, rows)
    reminders.tell_started(review)
    return review


def _dealt(actor: Operator, wanted: NewReview, grants: Sequence[SnapshotGrant]) -> list[Assigned]:
    places = [GrantPlace(each.source, each.aws_account, each.found.holder_id, each.found.owner) for each in grants]
    named = {place.owner.casefold() for place in places if place.owner} if wanted.by_owner_tag else set()
    owners = {each.email.casefold(): each for each in Operator.objects.filter(is_active=True) if named}
    tagged = {email: each for email, each in owners.items() if email in named}
    return Dealing(wanted.picked, managers(wanted.aws_accounts, actor), tagged).deal(places)


def _rows(review: Review, grants: Sequence[SnapshotGrant], assigned: Sequence[Assigned]) -> list[ReviewedGrant]:
    decided = before(grants)
    return [
        ReviewedGrant(
            review=review,
            aws_account=each.aws_account,
            source=each.source.name,
            key=each.found.key,
            fingerprint=each.found.fingerprint,
            holder_kind=each.found.holder_kind,
            holder_id=each.found.holder_id,
            holder_name=each.found.holder_name,
            what=each.found.what,
            since=each.found.since,
            level=each.found.level,
            power=each.power,
            risk=rank(each.found.level, each.power),
            use=used.use,
            last_used_at=used.at,
            previous_id=decided.get((each.aws_account.pk, each.source.name, each.found.key)),
            reviewer=given.reviewer,
            moved=given.moved,
        )
        for each, used, given in zip(grants, last_uses(grants), assigned, strict=True)
    ]


def record_each(
    review: Review,
    verb: str,
    actor: Operator | None,
    aws_accounts: Iterable[AwsAccount],
    rows: Sequence[ReviewedGrant] = (),
    **data: object,
) -> None:
    """An entry in each AWS account, with how many grants of it: whoever sees one learns nothing of another."""
    for each in aws_accounts:
        of_account = sum(row.aws_account_id == each.pk for row in rows)
        audit.record(
            verb,
            actor=actor,
            aws_account=each,
            obj=("review", review.pk, ""),
            data={"review": review.pk, **({"grants": of_account} if rows else {}), **data},
        )


# ---- Deciding ----------------------------------------------------------------------------------------------------
@contextmanager
def locked(review: Review) -> Iterator[Review]:
    """The review as it is now: of two who close it at once, the second finds it closed. Raises ReviewRefused."""
    with transaction.atomic():
        found = Review.objects.select_for_update().get(pk=review.pk)
        if not found.is_open:
            by = f" by {found.closed_by}" if found.closed_by else ""
            raise ReviewRefused(f"This review was closed{by}: nothing is decided any more.")
        yield found


def decide(*, grants: Collection[ReviewedGrant], decision: str, reason: str, actor: Operator) -> int:
    """Of one review. Returns how many were decided otherwise before. Raises ReviewRefused, and decides none."""
    reason = reason.strip()
    if decision not in (KEEP, REVOKE):
        raise ReviewRefused("Choose Keep or Revoke.", "decision")
    if decision == REVOKE and not reason:
        raise ReviewRefused("Say why it is revoked.", "reason")
    if not 0 < len(grants) <= MOST_AT_ONCE:
        raise ReviewRefused(f"Pick fewer: {MOST_AT_ONCE} grants at once is the most.")
    with locked(next(iter(grants)).review) as review:
        _check_part(review, actor)
        rows = list(review.grants.select_for_update(of=("self",)).filter(pk__in=[each.pk for each in grants]))
        _check_rows(rows, actor)
        changed = [row for row in rows if (row.decision, row.reason) != (decision, reason)]
        for row in changed:
            row.decision, row.reason = decision, reason
            row.decided_by, row.decided_at = actor, clock.now()
        fields = ["decision", "reason", "decided_by", "decided_at"]
        ReviewedGrant.objects.bulk_update(changed, fields, batch_size=_AT_ONCE)
        audit.record_all([_entry(row, actor) for row in changed])
        return len(changed)


def _check_part(review: Review, actor: Operator) -> None:
    part = review.parts.filter(reviewer=actor).first()
    if part is not None and part.finished_at is not None:
        raise ReviewRefused("You finished your part: take it up again first.")


def _check_rows(rows: Sequence[ReviewedGrant], actor: Operator) -> None:
    for row in rows:
        if row.reviewer_id != actor.pk:
            who = f"{row.reviewer} decides it" if row.reviewer else "nobody does yet"
            raise ReviewRefused(f"“{row.what}” of {row.called} isn’t yours to decide: {who}. Nothing was saved.")


def _entry(row: ReviewedGrant, actor: Operator) -> AuditEntry:
    texts = audit.apart(row.aws_account, ("review.grant", row.pk), {"reason": row.reason})
    return audit.entry(
        "review.decided",
        actor=actor,
        aws_account=row.aws_account,
        obj=("review.grant", row.pk, row.called),
        data={"review": row.review_id, "decision": row.decision, "what": row.what, "source": row.source},
        texts=texts,
    )


# ---- A reviewer's part -------------------------------------------------------------------------------------------
def finish_part(*, review: Review, actor: Operator) -> None:
    """Raises ReviewRefused."""
    with locked(review) as found:
        part = _part_of(found, actor)
        left = found.grants.filter(reviewer=actor, decision="").count()
        if left:
            raise ReviewRefused(f"{counted(left, 'grant has', 'grants have')} no decision yet.")
        if part.finished_at is None:
            part.finished_at = clock.now()
            part.save(update_fields=["finished_at"])
            record_each(found, "review.part_finished", actor, _places_of(found, actor))
            reminders.tell_ready(found)


def take_up_again(*, review: Review, actor: Operator) -> None:
    """Raises ReviewRefused."""
    with locked(review) as found:
        part = _part_of(found, actor)
        if part.finished_at is not None:
            part.finished_at = None
            part.save(update_fields=["finished_at"])
            record_each(found, "review.part_reopened", actor, _places_of(found, actor))


def _part_of(review: Review, actor: Operator) -> ReviewPart:
    part = review.parts.filter(reviewer=actor).first()
    if part is None:
        raise ReviewRefused("You have nothing to decide in this review.")
    return part


def _places_of(review: Review, reviewer: Operator) -> list[AwsAccount]:
    rows = review.grants.filter(reviewer=reviewer).order_by().values("aws_account")
    return list(AwsAccount.objects.filter(pk__in=rows))


def postpone(*, review: Review, due_at: datetime, actor: Operator) -> None:
    """Raises ReviewRefused."""
    if due_at <= clock.now():
        raise ReviewRefused("That day has passed.", "due_on")
    with locked(review) as found:
        found.due_at = due_at
        found.save(update_fields=["due_at"])
        record_each(found, "review.postponed", actor, found.aws_accounts.all(), due=due_at.date().isoformat())


def end(*, review: Review, actor: Operator) -> None:
    """Without a result: nothing is revoked, and the next review doesn’t show what was decided. Raises ReviewRefused."""
    with locked(review) as found:
        found.state, found.closed_by, found.closed_at = Review.State.ENDED, actor, clock.now()
        found.save(update_fields=["state", "closed_by", "closed_at"])
        record_each(found, "review.ended", actor, found.aws_accounts.all())
