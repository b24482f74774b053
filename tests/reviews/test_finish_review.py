"""The end of a review: one change in each AWS account, and a report of which the audit trail has the digest."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import audit
from accounts.models import AuditEntry, AwsAccount, Grant, Operator
from accounts.roles import Role
from identities.models import InlinePolicy, Membership
from infrastructure.models import OwnedResource, StateFile
from reviews import services
from reviews.finishing import finish
from reviews.models import Review, ReviewedGrant, ReviewReport
from reviews.services import ReviewRefused
from sync.changes import free_texts
from sync.models import Change, OwnershipRule
from tests.conftest import make_operator
from tests.reviews.made import decide_all, grant_of, make_grants, new_review, start_review
from tests.services.changing import carry_out
from tests.services.pages import text_of
from tests.services.rows import make_document
from tests.services.statements import reports_policy

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., Client]
Outcome = ReviewedGrant.Outcome


def url_of(review: Review, name: str) -> str:
    return reverse(name, kwargs={"pk": review.pk})


def revoke(review: Review, holder: str, what: str, reason: str = "Moved on") -> None:
    row = grant_of(review, holder, what)
    assert row.reviewer is not None
    services.decide(grants=[row], decision="revoke", reason=reason, actor=row.reviewer)


def test_from_two_reviewers_to_one_applied_change(
    iam: Any, aws_account: AwsAccount, alice: Operator, bob: Operator, client_of: ClientOf
) -> None:
    erin = make_operator("erin", Role.EDITOR, aws_account)
    review = start_review(alice, aws_account, bob, erin)
    assert {row.reviewer for row in review.grants.all()} == {bob, erin}
    revoke(review, "jane", "developers")
    revoke(review, "exporter", "logs", "Nobody reads them")
    client = client_of(alice)
    assert (
        "2 grants have no decision yet." in client.post(url_of(review, "review_finish"), follow=True).content.decode()
    )
    decide_all(review)
    page = text_of(client.post(url_of(review, "review_finish"), follow=True).content.decode())
    assert "Sealed." in page and "“Nobody reads them”" in page and "2 kept, 2 revoked" in page
    change = Change.objects.get()
    assert change.requested_by == alice and change.title == f"Revoke 2 grants of access review {review.pk}"
    assert carry_out(change, alice).state == Change.State.APPLIED
    assert iam.list_groups_for_user(UserName="jane")["Groups"] == []
    assert iam.list_role_policies(RoleName="exporter")["PolicyNames"] == []
    assert iam.list_attached_role_policies(RoleName="exporter")["AttachedPolicies"] != []
    audit.seal()
    assert audit.verify() == []


def test_an_altered_report_shows_on_its_page_and_in_the_trail(
    iam: Any, aws_account: AwsAccount, alice: Operator, bob: Operator, alices: Client
) -> None:
    review = start_review(alice, aws_account, bob)
    decide_all(review)
    finish(review=review, actor=alice)
    audit.seal()
    report = ReviewReport.objects.get()
    report.content["grants"][0]["decision"] = "revoke"
    report.save()
    assert "This report was altered" in alices.get(url_of(review, "review_report")).content.decode()
    [problem] = audit.verify()
    assert problem.kind == "altered" and "report" in problem.sentence


def test_a_reason_that_was_erased_leaves_the_report_whole(
    iam: Any, aws_account: AwsAccount, alice: Operator, bob: Operator, alices: Client
) -> None:
    review = start_review(alice, aws_account, bob)
    revoke(review, "jane", "developers", "Says kim@example.org")
    decide_all(review)
    finish(review=review, actor=alice)
    free_texts.erase_naming(aws_account, free_texts.names_one_of(["kim@example.org"]))
    audit.seal()
    page = text_of(alices.get(url_of(review, "review_report")).content.decode())
    assert "kim@example.org" not in page and "“[erased]”" in page and "Sealed." in page
    assert audit.verify() == []


def test_what_has_gone_is_not_revoked_again(iam: Any, aws_account: AwsAccount, alice: Operator, bob: Operator) -> None:
    review = start_review(alice, aws_account, bob)
    decide_all(review, "revoke", "All of it")
    Membership.objects.update(gone_at=timezone.now())
    finish(review=review, actor=alice)
    assert grant_of(review, "jane", "developers").outcome == Outcome.GONE
    assert Change.objects.get().steps.count() == 3


def test_what_was_replaced_under_its_name_is_left_out(
    iam: Any, aws_account: AwsAccount, alice: Operator, bob: Operator
) -> None:
    review = start_review(alice, aws_account, bob)
    decide_all(review, "revoke", "All of it")
    narrower = make_document(reports_policy("s3:GetObject"))
    InlinePolicy.objects.filter(role__name="exporter").update(document=narrower)
    finish(review=review, actor=alice)
    row = grant_of(review, "exporter", "logs")
    assert row.outcome == Outcome.LEFT_OUT and "changed since the review began" in row.why
    assert Change.objects.get().steps.count() == 3


def test_what_code_owns_is_a_patch_and_not_in_the_change(
    iam: Any, aws_account: AwsAccount, alice: Operator, bob: Operator, alices: Client
) -> None:
    state = StateFile.objects.create(aws_account=aws_account, name="platform", read_at=timezone.now())
    OwnedResource.objects.create(
        aws_account=aws_account, state=state, kind="iam.role", name="exporter", address="aws_iam_role.exporter"
    )
    review = start_review(alice, aws_account, bob)
    decide_all(review, "revoke", "All of it")
    finish(review=review, actor=alice)
    row = grant_of(review, "exporter", "logs")
    assert row.outcome == Outcome.IN_CODE and row.why == "Code owns it: aws_iam_role.exporter in platform."
    assert grant_of(review, "jane", "developers").outcome == Outcome.STAGED
    assert {step.kind for step in Change.objects.get().steps.all()} == {"iam.group.remove_user", "iam.group.detach"}
    page = text_of(alices.get(url_of(review, "review_report")).content.decode())
    assert "Owned by code" in page and "# Take out: aws_iam_role_policy.exporter_logs" in page


def test_what_cant_be_planned_is_left_out_and_said(
    iam: Any, aws_account: AwsAccount, alice: Operator, bob: Operator
) -> None:
    """Such as what the rules of the AWS account say that this console doesn't change."""
    OwnershipRule.objects.create(
        aws_account=aws_account, position=1, matches="name", pattern="exporter", ownership="read_only"
    )
    review = start_review(alice, aws_account, bob)
    decide_all(review, "revoke", "All of it")
    finish(review=review, actor=alice)
    left_out = list(review.grants.filter(outcome=Outcome.LEFT_OUT))
    assert {row.holder_name for row in left_out} == {"exporter"}
    assert all("read-only" in row.why for row in left_out)
    assert {step.kind for step in Change.objects.get().steps.all()} == {"iam.group.remove_user", "iam.group.detach"}


def test_an_account_that_was_imported_has_no_change(
    iam: Any, aws_account: AwsAccount, alice: Operator, bob: Operator
) -> None:
    AwsAccount.objects.update(connection=AwsAccount.Connection.SNAPSHOT)
    aws_account.refresh_from_db()
    review = start_review(alice, aws_account, bob)
    decide_all(review, "revoke", "All of it")
    finish(review=review, actor=alice)
    assert not Change.objects.exists()
    assert {row.outcome for row in review.grants.all()} == {Outcome.LEFT_OUT}


def test_silence_revokes_nothing(iam: Any, aws_account: AwsAccount, alice: Operator, bob: Operator) -> None:
    """After its day a review can be finished without all decisions: what has none stays."""
    review = start_review(alice, aws_account, bob)
    revoke(review, "jane", "developers")
    with pytest.raises(ReviewRefused, match="3 grants have no decision yet"):
        finish(review=review, actor=alice)
    Review.objects.update(due_at=timezone.now() - timedelta(minutes=1))
    review.refresh_from_db()
    finish(review=review, actor=alice)
    assert [step.kind for step in Change.objects.get().steps.all()] == ["iam.group.remove_user"]
    content = ReviewReport.objects.get().content
    assert [each["decision"] for each in content["grants"]].count("") == 3


def test_nothing_revoked_is_no_change_but_a_report(
    iam: Any, aws_account: AwsAccount, alice: Operator, bob: Operator, alices: Client
) -> None:
    review = start_review(alice, aws_account, bob)
    decide_all(review)
    finish(review=review, actor=alice)
    assert not Change.objects.exists()
    assert "None: nothing was left to revoke" in text_of(alices.get(url_of(review, "review_report")).content.decode())


def test_finished_twice_is_one_change(
    iam: Any, aws_account: AwsAccount, alice: Operator, bob: Operator, alices: Client
) -> None:
    review = start_review(alice, aws_account, bob)
    decide_all(review, "revoke", "All of it")
    alices.post(url_of(review, "review_finish"))
    answered = alices.post(url_of(review, "review_finish"), follow=True)
    assert "This review was closed by Alice" in answered.content.decode()
    assert Change.objects.count() == ReviewReport.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_who_finish_at_once(iam: Any, aws_account: AwsAccount, alice: Operator, bob: Operator) -> None:
    review = start_review(alice, aws_account, bob)
    decide_all(review, "revoke", "All of it")

    def try_to(_: int) -> bool:
        try:
            finish(review=Review.objects.get(pk=review.pk), actor=alice)
        except ReviewRefused:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(try_to, range(2))) == [False, True]
    assert Change.objects.count() == ReviewReport.objects.count() == 1


def test_each_reader_gets_the_accounts_that_they_see(
    aws_account: AwsAccount, other_account: AwsAccount, alice: Operator, bob: Operator, client_of: ClientOf
) -> None:
    """In pages, counts, exports, the audit trail and the report."""
    make_grants(aws_account)
    make_grants(other_account)
    Grant.objects.create(operator=alice, aws_account=other_account, role=Role.OWNER)
    review = services.start(actor=alice, wanted=new_review([aws_account, other_account], alice))
    decide_all(review, "revoke", "All of it")
    client = client_of(bob)
    for query in ("", "?format=csv", "?format=json"):
        answered = client.get(f"{url_of(review, 'review')}{query}")
        said = b"".join(answered).decode()
        assert "dana.okafor" in said and "999900009999" not in said and "Zirconium" not in said
    assert "4 grants" in text_of(client.get(url_of(review, "review")).content.decode())
    assert "4 of 4" in text_of(client.get(reverse("reviews")).content.decode())
    finish(review=review, actor=alice)
    page = client.get(url_of(review, "review_report")).content.decode()
    assert "123456789012" in page and "999900009999" not in page and "Other" not in text_of(page)
    seen = AuditEntry.objects.visible_to(bob).filter(verb__startswith="review.")
    assert {entry.aws_account for entry in seen} == {aws_account}
    assert review.reports.count() == Change.objects.filter(aws_account=aws_account).count() + 1
    assert client.get(url_of(review, "review_finish")).status_code == 403


def test_an_owner_of_some_does_not_manage_all(
    aws_account: AwsAccount, other_account: AwsAccount, alice: Operator, olga: Operator, client_of: ClientOf
) -> None:
    make_grants(other_account)
    make_grants(aws_account)
    review = services.start(actor=olga, wanted=new_review([aws_account, other_account], olga))
    for name in ("review_finish", "review_end", "review_pass_on", "review_postpone"):
        assert client_of(alice).post(url_of(review, name)).status_code == 403


def test_the_next_review_shows_what_was_decided(
    iam: Any, aws_account: AwsAccount, alice: Operator, bob: Operator, bobs: Client
) -> None:
    first = start_review(alice, aws_account, bob)
    decide_all(first)
    finish(review=first, actor=alice)
    ReviewedGrant.objects.update(decided_at=timezone.now() - timedelta(days=90))
    ended = start_review(alice, aws_account, bob)
    services.end(review=ended, actor=alice)
    second = start_review(alice, aws_account, bob)
    assert {row.previous.review for row in second.grants.all() if row.previous} == {first}
    page = text_of(bobs.get(url_of(second, "review")).content.decode())
    assert page.count("Last time: kept by Bob, 90 days ago") == 4
