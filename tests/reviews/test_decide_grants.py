"""What reviewers decide, each only theirs; and what speaks against it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, AwsAccount, Operator
from identities.models import InlinePolicy
from reviews import services
from reviews.models import Review
from reviews.services import ReviewRefused
from sync.changes import free_texts
from tests.reviews.made import decide_all, grant_of, make_grants, start_review
from tests.services.pages import BY_HTMX, text_of

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., Client]
HOSTILE = "<script>alert(1)</script> =cmd|' /C calc'!A0 {{ 7|add:7 }}"


@pytest.fixture
def review(aws_account: AwsAccount, alice: Operator, bob: Operator) -> Review:
    make_grants(aws_account)
    return start_review(alice, aws_account, bob)


def url_of(review: Review, name: str = "review", **kwargs: int) -> str:
    return reverse(name, kwargs={"pk": review.pk, **kwargs})


def sent(client: Client, review: Review, holder: str, what: str, **posted: str) -> str:
    """What htmx gets."""
    row = grant_of(review, holder, what)
    answered = client.post(url_of(review, "review_decide", grant=row.pk), posted, headers=BY_HTMX)
    assert answered.status_code == 200
    return answered.content.decode()


def test_a_decision_is_kept_and_audited_with_its_reason_apart(review: Review, bobs: Client, bob: Operator) -> None:
    page = sent(bobs, review, "olga.petrova", "own-buckets", decision="revoke", reason=f" {HOSTILE} ")
    assert "1 of your 4 grants is decided" in text_of(page) and "<script>alert" not in page
    row = grant_of(review, "olga.petrova", "own-buckets")
    assert (row.decision, row.reason, row.decided_by) == ("revoke", HOSTILE, bob)
    [entry] = AuditEntry.objects.filter(verb="review.decided")
    assert entry.reason == "" and entry.said_reason == HOSTILE and entry.object_id == str(row.pk)
    assert HOSTILE not in str(entry.data)
    listed = bobs.get(url_of(review)).content.decode()
    assert "<script>alert" not in listed and "&lt;script&gt;alert" in listed


def test_a_reason_is_asked_for_only_at_revoke(review: Review, bobs: Client) -> None:
    page = sent(bobs, review, "olga.petrova", "own-buckets", decision="revoke")
    assert "Not saved yet. Say why it is revoked." in text_of(page) and "autofocus" in page
    assert grant_of(review, "olga.petrova", "own-buckets").decision == ""
    sent(bobs, review, "olga.petrova", "own-buckets", decision="keep", reason="left over")
    row = grant_of(review, "olga.petrova", "own-buckets")
    assert (row.decision, row.reason) == ("keep", "")


def test_a_reason_that_is_too_long_is_not_lost(review: Review, bobs: Client) -> None:
    page = sent(bobs, review, "olga.petrova", "own-buckets", decision="revoke", reason="x" * 1001)
    assert "1,001 characters: write 1,000 at most" in page and "x" * 1001 in page


@pytest.mark.parametrize("decision", ["", "delete", "KEEP"])
def test_what_is_no_decision(review: Review, bobs: Client, decision: str) -> None:
    assert "Choose Keep or Revoke." in sent(bobs, review, "olga.petrova", "own-buckets", decision=decision)


def test_the_same_decision_twice_is_one_entry(review: Review, bobs: Client) -> None:
    for _ in range(2):
        sent(bobs, review, "olga.petrova", "own-buckets", decision="keep")
    assert AuditEntry.objects.filter(verb="review.decided").count() == 1


def test_nobody_decides_what_isnt_theirs(review: Review, alices: Client, bob: Operator, client_of: ClientOf) -> None:
    """Also where it was passed on while the page was open: the second of two learns who decides it now."""
    page = sent(alices, review, "olga.petrova", "own-buckets", decision="keep")
    assert "isn’t yours to decide: Bob decides it. Nothing was saved." in page
    assert grant_of(review, "olga.petrova", "own-buckets").decision == ""


def test_strangers_find_no_review(review: Review, charlie: Operator, client_of: ClientOf) -> None:
    client = client_of(charlie)
    assert client.get(url_of(review)).status_code == 404
    row = grant_of(review, "olga.petrova", "own-buckets")
    assert client.post(url_of(review, "review_decide", grant=row.pk), {"decision": "keep"}).status_code == 404


def test_without_script_the_page_says_what_wasnt_saved(review: Review, bobs: Client) -> None:
    row = grant_of(review, "olga.petrova", "own-buckets")
    url = url_of(review, "review_decide", grant=row.pk)
    assert (
        "Say why it is revoked. Nothing was saved."
        in bobs.post(url, {"decision": "revoke"}, follow=True).content.decode()
    )
    bobs.post(url, {"decision": "keep"})
    assert grant_of(review, "olga.petrova", "own-buckets").decision == "keep"


def test_what_has_gone_is_shown_as_gone(review: Review, bobs: Client) -> None:
    assert "Gone" not in text_of(bobs.get(url_of(review)).content.decode())
    InlinePolicy.objects.update(gone_at=timezone.now())
    page = text_of(bobs.get(url_of(review)).content.decode())
    assert page.count(" Gone ") == 1
    sent(bobs, review, "olga.petrova", "own-buckets", decision="keep")


def test_several_alike_are_kept_together_and_nothing_else_is(review: Review, bobs: Client) -> None:
    alike = [grant_of(review, who, "reports-write").pk for who in ("olga.petrova", "platform")]
    others = [*alike, grant_of(review, "olga.petrova", "own-buckets").pk]
    answered = bobs.post(url_of(review, "review_keep"), {"grant": others}, follow=True)
    assert "Only grants of the same group, policy or permission set are kept together" in answered.content.decode()
    bobs.post(url_of(review, "review_keep"), {"grant": alike})
    assert sorted(review.grants.filter(decision="keep").values_list("pk", flat=True)) == sorted(alike)


def test_several_are_revoked_by_name_and_with_a_reason(review: Review, bobs: Client) -> None:
    picks = [row.pk for row in review.grants.all()]
    asked = text_of(bobs.post(url_of(review, "review_revoke"), {"grant": picks, "ask": "1"}).content.decode())
    assert "Revoke 4 grants" in asked and "dana.okafor" in asked
    refused = bobs.post(url_of(review, "review_revoke"), {"grant": picks})
    assert refused.status_code == 422 and "Say why it is revoked." in refused.content.decode()
    bobs.post(url_of(review, "review_revoke"), {"grant": picks, "reason": "Moved on"})
    assert review.grants.filter(decision="revoke", reason="Moved on").count() == 4
    assert AuditEntry.objects.filter(verb="review.decided").count() == 4


def test_the_unused_are_named(review: Review, bobs: Client) -> None:
    review.grants.filter(what="own-buckets").update(use="never")
    page = bobs.get(url_of(review)).content.decode()
    assert "Revoke the 1 unused…" in page
    named = text_of(bobs.get(f"{url_of(review, 'review_revoke')}?unused=1").content.decode())
    assert "Revoke 1 grant" in named and "own-buckets" in named and "dana.okafor" not in named


def test_a_part_is_finished_only_when_all_is_decided(review: Review, bobs: Client, bob: Operator) -> None:
    page = bobs.post(url_of(review, "review_part"), follow=True).content.decode()
    assert "4 grants have no decision yet." in page
    decide_all(review)
    assert "Your part is finished" not in page
    refused = sent(bobs, review, "olga.petrova", "own-buckets", decision="revoke", reason="After all")
    assert "take it up again first" in refused
    bobs.post(url_of(review, "review_part"), {"again": "1"})
    assert "After all" in sent(bobs, review, "olga.petrova", "own-buckets", decision="revoke", reason="After all")
    assert list(AuditEntry.objects.filter(verb__startswith="review.part").values_list("verb", flat=True)) == [
        "review.part_reopened",
        "review.part_finished",
    ]


def test_nothing_is_decided_in_a_review_that_was_ended(review: Review, bobs: Client, alices: Client) -> None:
    alices.post(url_of(review, "review_end"))
    assert "was closed by Alice" in sent(bobs, review, "olga.petrova", "own-buckets", decision="keep")
    assert "Ended without a result" in text_of(bobs.get(url_of(review)).content.decode())


def test_a_reason_that_was_erased(review: Review, bob: Operator) -> None:
    row = grant_of(review, "olga.petrova", "own-buckets")
    services.decide(grants=[row], decision="revoke", reason="Left, says kim@example.org", actor=bob)
    free_texts.erase_naming(row.aws_account, free_texts.names_one_of(["kim@example.org"]))
    row.refresh_from_db()
    [entry] = AuditEntry.objects.filter(verb="review.decided")
    assert row.reason == entry.said_reason == free_texts.ERASED


def test_a_thousand_rows_at_once_are_too_many(
    review: Review, bob: Operator, bobs: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "MOST_AT_ONCE", 3)
    with pytest.raises(ReviewRefused, match="3 grants at once"):
        services.decide(grants=list(review.grants.all()), decision="keep", reason="", actor=bob)
