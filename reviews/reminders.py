"""What is told of reviews: to reviewers when grants wait for them, before the review is due and when it is, and to
whoever started it when all have decided. Titles and reasons, which somebody typed, are on its page only.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import partial

from django.db.models import Count
from django.urls import reverse

from accounts.models import Operator
from iamconsole import clock
from iamconsole.web.words import counted, day
from notifications import kinds
from notifications.kinds import EventKind
from notifications.models import NotifiedEvent
from notifications.telling import tell
from notifications.timing import Timing
from reviews.models import Review

ASKED, DUE, READY = "review.asked", "review.due", "review.ready"
AHEAD = timedelta(days=3)


def register() -> None:
    """To be called in `AppConfig.ready()`."""
    kind = partial(EventKind, permission="", default=Timing.AT_ONCE, concerns=True, on_routes=False)
    kinds.register(
        kind(
            name=ASKED,
            label="Access reviews",
            help="Grants wait for your decision: a review has begun, or they came to you.",
            position=46,
            still=_waits_for,
        ),
        kind(
            name=DUE,
            label="Access reviews that are due",
            help="Three days before, and on the day: grants still wait for your decision.",
            position=47,
            still=_waits_for,
        ),
        kind(
            name=READY,
            label="Access reviews that can be finished",
            help="All reviewers of a review that you started have decided.",
            position=48,
            still=_is_open,
        ),
    )


def _is_open(event: NotifiedEvent, operator: Operator | None) -> bool:
    return Review.objects.open().filter(pk=event.data["review"]).exists()


def _waits_for(event: NotifiedEvent, operator: Operator | None) -> bool:
    """Not where they have decided meanwhile, or somebody else does now."""
    rows = Review.objects.open().filter(pk=event.data["review"], grants__reviewer=operator, grants__decision="")
    return operator is not None and rows.exists()


def _open_by_reviewer(review: Review) -> Mapping[Operator, int]:
    rows = review.grants.filter(decision="", reviewer__isnull=False).order_by()
    counts = dict(rows.values("reviewer").annotate(count=Count("pk")).values_list("reviewer", "count"))
    return {each: counts[each.pk] for each in Operator.objects.filter(pk__in=counts)}


def _tell(kind: str, review: Review, operator: Operator, title: str, text: str, key: str | None = None) -> None:
    path = reverse("review", kwargs={"pk": review.pk})
    data = {"review": review.pk}
    tell(kind, aws_account=None, title=title, text=text, path=path, data=data, to=[operator], key=key)


def tell_started(review: Review) -> None:
    for operator, count in _open_by_reviewer(review).items():
        title = f"Access review {review.pk}: {counted(count, 'grant')} to decide"
        _tell(ASKED, review, operator, title, f"It is due on {day(review.due_at)}.")


def tell_came(review: Review, operator: Operator, count: int, why: str) -> None:
    """`why`: a sentence."""
    title = f"Access review {review.pk}: {counted(count, 'grant')} came to you"
    _tell(ASKED, review, operator, title, f"{why} It is due on {day(review.due_at)}.")


def tell_ready(review: Review) -> None:
    """To whoever started it, when nobody has anything left to decide."""
    if not is_ready(review):
        return
    title = f"Access review {review.pk}: all reviewers have decided"
    _tell(READY, review, review.started_by, title, "It can be finished: what is revoked becomes a change.")


def is_ready(review: Review) -> bool:
    return not review.parts.filter(finished_at=None).exists() and not review.grants.filter(decision="").exists()


def remind() -> None:
    """Who has grants left to decide, once each: three days before the review is due, and when it is."""
    now = clock.now()
    for review in Review.objects.open().filter(due_at__lte=now + AHEAD):
        is_due = review.due_at <= now
        if not is_due and review.due_at - review.started_at <= AHEAD:
            continue  # they were asked only just now
        when = "is due now" if is_due else f"is due on {day(review.due_at)}"
        for operator, count in _open_by_reviewer(review).items():
            key = f"{DUE}:{review.pk}:{operator.pk}:{'due' if is_due else 'soon'}:{review.due_at:%Y-%m-%d}"
            title = f"Access review {review.pk} {when}: {counted(count, 'grant waits', 'grants wait')} for you"
            _tell(DUE, review, operator, title, "What has no decision stays as it is.", key)
