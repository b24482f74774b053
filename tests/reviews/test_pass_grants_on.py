"""Grants that go to another reviewer, and those of reviewers who have left; and what is told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, AwsAccount, Grant, Operator
from accounts.roles import Role
from notifications import outbox
from notifications.models import Delivery, NotifiedEvent
from reviews import passing, reminders, services
from reviews.finishing import finish
from reviews.models import Review, ReviewedGrant
from reviews.services import ReviewRefused
from tests.conftest import make_operator
from tests.reviews.made import decide_all, grant_of, make_grants, start_review
from tests.services.pages import text_of

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., Client]


@pytest.fixture
def review(aws_account: AwsAccount, alice: Operator, bob: Operator) -> Review:
    make_grants(aws_account)
    return start_review(alice, aws_account, bob)


def told(kind: str = "") -> list[tuple[str, str]]:
    """To whom, which title."""
    rows = Delivery.objects.filter(event__kind__startswith=kind or "review.").order_by("pk")
    return [(row.operator.name, row.event.title) for row in rows if row.operator]


def test_an_owner_passes_on_what_waits_for_somebody(review: Review, alices: Client, anton: Operator) -> None:
    url = reverse("review_pass_on", kwargs={"pk": review.pk})
    bob = review.parts.get().reviewer
    services.decide(grants=[grant_of(review, "dana.okafor", "platform")], decision="keep", reason="", actor=bob)
    asked = text_of(alices.get(f"{url}?of={bob.pk}").content.decode())
    assert "Pass 3 grants on" in asked
    rows = [row.pk for row in review.grants.all()]
    alices.post(url, {"grant": rows, "to": anton.pk})
    assert grant_of(review, "dana.okafor", "platform").reviewer == bob
    assert review.grants.filter(reviewer=anton, moved=ReviewedGrant.Moved.PASSED_ON).count() == 3
    assert ("Anton", f"Access review {review.pk}: 3 grants came to you") in told()
    [entry] = AuditEntry.objects.filter(verb="review.passed_on")
    assert entry.data == {"review": review.pk, "grants": 3, "reviewer": "Anton"}


def test_nothing_is_passed_on_to_who_it_is_about_or_who_doesnt_see_it(
    review: Review, aws_account: AwsAccount, alices: Client, alice: Operator, charlie: Operator
) -> None:
    dana = make_operator("dana.okafor", Role.VIEWER, aws_account)
    url = reverse("review_pass_on", kwargs={"pk": review.pk})
    own = grant_of(review, "platform", "reports-write")
    page = alices.post(url, {"grant": [own.pk], "to": dana.pk}).content.decode()
    assert "is access of Dana.Okafor themselves" in page
    with pytest.raises(ReviewRefused, match="doesn’t see what is reviewed"):
        passing.pass_on(review=review, grants=[own], to=charlie, actor=alice)
    own.refresh_from_db()
    assert own.reviewer is not None and own.reviewer.name == "Bob"


@pytest.mark.parametrize("left", ["deactivated", "lost the grant"])
def test_what_waits_for_who_has_left_goes_back_to_who_started_it(
    review: Review, alice: Operator, bob: Operator, left: str
) -> None:
    decided = grant_of(review, "dana.okafor", "platform")
    services.decide(grants=[decided], decision="keep", reason="", actor=bob)
    if left == "deactivated":
        Operator.objects.filter(pk=bob.pk).update(is_active=False)
    else:
        Grant.objects.filter(operator=bob).delete()
    passing.take_back_from_leavers()
    passing.take_back_from_leavers()
    assert grant_of(review, "dana.okafor", "platform").reviewer == bob
    rows = review.grants.filter(reviewer=alice)
    assert {row.moved for row in rows} == {ReviewedGrant.Moved.LEFT} and rows.count() == 3
    assert told() == [
        ("Bob", f"Access review {review.pk}: 4 grants to decide"),
        ("Alice", f"Access review {review.pk}: 3 grants came to you"),
    ]
    decide = list(rows)
    services.decide(grants=decide, decision="keep", reason="", actor=alice)
    services.finish_part(review=review, actor=alice)
    finish(review=review, actor=alice)


def test_where_who_started_it_has_left_another_owner_gets_it(
    review: Review, alice: Operator, bob: Operator, olga: Operator
) -> None:
    Operator.objects.filter(pk__in=[alice.pk, bob.pk]).update(is_active=False)
    passing.take_back_from_leavers()
    assert {row.reviewer for row in review.grants.all()} == {olga}


def test_where_nobody_is_left_it_is_nobodys(review: Review, alice: Operator, bob: Operator) -> None:
    Operator.objects.filter(pk__in=[alice.pk, bob.pk]).update(is_active=False)
    passing.take_back_from_leavers()
    assert {row.reviewer for row in review.grants.all()} == {None}
    with pytest.raises(ReviewRefused, match="4 grants have no decision"):
        finish(review=review, actor=alice)


# ---- Reminders ---------------------------------------------------------------------------------------------------
def test_reminded_once_before_and_once_when_it_is_due(review: Review, bob: Operator) -> None:
    due = f"Access review {review.pk} is due"
    reminders.remind()
    assert len(told()) == 1
    for before in (timedelta(days=2), timedelta(0)):
        Review.objects.update(due_at=timezone.now() + before, started_at=timezone.now() - timedelta(days=14))
        reminders.remind()
        reminders.remind()
    titles = [title for _, title in told("review.due")]
    assert len(titles) == 2 and all(title.startswith(due) and "4 grants wait for you" in title for title in titles)


def test_who_has_decided_is_not_reminded(review: Review) -> None:
    decide_all(review)
    Review.objects.update(due_at=timezone.now())
    reminders.remind()
    assert told("review.due") == []


def test_what_is_no_longer_so_isnt_sent(review: Review, alice: Operator, bob: Operator) -> None:
    decide_all(review)
    outbox.work()
    states = dict(Delivery.objects.values_list("operator__name", "state"))
    assert states == {"Bob": "dropped", "Alice": "delivered"}


def test_who_started_it_is_told_when_all_have_decided(review: Review) -> None:
    decide_all(review)
    assert told("review.ready") == [("Alice", f"Access review {review.pk}: all reviewers have decided")]


def test_messages_say_nothing_that_somebody_typed(review: Review) -> None:
    decide_all(review, "revoke", "Says kim")
    for event in NotifiedEvent.objects.all():
        assert "Q4 2026" not in f"{event.title} {event.text} {event.data}" and "kim" not in event.text


def test_the_day_is_moved(review: Review, alices: Client, alice: Operator) -> None:
    url = reverse("review_postpone", kwargs={"pk": review.pk})
    later = timezone.localdate() + timedelta(days=30)
    page = alices.post(url, {"due_on": later.isoformat()}, follow=True).content.decode()
    assert "The day was moved." in page
    review.refresh_from_db()
    assert review.due_at.date() == later
    assert "Choose a day from today on" in alices.post(url, {"due_on": "2020-01-01"}, follow=True).content.decode()
