"""A review takes down the grants that there are, and deals them out: nobody gets their own access."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, AwsAccount, Grant, Operator
from accounts.roles import Role
from directory.models import DirectoryUser
from findings.models import Finding
from findings.rule_names import ADMINISTRATOR, ESCALATION_PATH
from iamconsole.web.words import day
from identities.models import IamUser
from reviews import snapshot
from reviews.models import Review, ReviewedGrant
from reviews.services import ReviewRefused
from tests.access_requests.conftest import linked
from tests.conftest import make_operator
from tests.reviews.made import grant_of, make_grants, start_review
from tests.services.directory_rows import DirectoryRows
from tests.services.pages import text_of
from tests.services.rows import attach, join, make_group, make_policy, make_role, make_user

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., Client]
STARTED = {
    "title": "Q4 2026",
    "aws_accounts": ["123456789012"],
    "sources": ["iam.membership", "iam.attachment", "iam.inline"],
    "only": "all",
    "due_on": "2099-12-31",
}


def found(aws_account: AwsAccount, rule: str, user: IamUser) -> None:
    now = timezone.now()
    Finding.objects.create(
        aws_account=aws_account,
        rule=rule,
        source="test",
        scope="all",
        kind=IamUser.kind,
        object_id=user.aws_id,
        name=user.name,
        severity="high",
        found_severity="high",
        fingerprint=rule,
        sentence="Bad.",
        state_since=now,
        first_seen=now,
        last_seen=now,
    )


def told(review: Review) -> list[tuple[str, str, str]]:
    rows = review.grants.order_by("source", "holder_name")
    return [(row.source, row.holder_name, row.what) for row in rows]


def test_nobody_gets_what_is_of_whom_they_are_linked_to(
    aws_account: AwsAccount, alice: Operator, bob: Operator
) -> None:
    """Whatever they are called there; also by a group."""
    make_grants(aws_account)
    dana = IamUser.objects.get(name="dana.okafor")
    linked(aws_account, bob, dana, alice)
    review = start_review(alice, aws_account, bob)
    assert {row.what for row in review.grants.filter(reviewer=bob)} == {"own-buckets", "reports-write"}
    assert {row.holder_name for row in review.grants.filter(reviewer=bob)} == {"olga.petrova"}
    assert {row.holder_name for row in review.grants.filter(reviewer=alice)} == {"dana.okafor", "platform"}


def test_nobody_gets_what_the_person_has_whom_they_are_linked_to(
    aws_account: AwsAccount, alice: Operator, bob: Operator
) -> None:
    rows = DirectoryRows(aws_account)
    chosen = rows.permission_set("PlatformEngineer", aws_account)
    rows.assign(chosen, aws_account, rows.person("priya.nair"))
    linked(aws_account, bob, DirectoryUser.objects.get(), alice)
    assert start_review(alice, aws_account, bob).grants.get().reviewer == alice


def test_every_kind_of_grant_of_iam(aws_account: AwsAccount, alice: Operator, bob: Operator) -> None:
    make_grants(aws_account)
    attach(
        make_role(aws_account, "AWSServiceRoleForX", path="/aws-service-role/x.amazonaws.com/"),
        make_policy(aws_account, "kept"),
    )
    review = start_review(alice, aws_account, bob)
    assert told(review) == [
        ("iam.attachment", "olga.petrova", "reports-write"),
        ("iam.attachment", "platform", "reports-write"),
        ("iam.inline", "olga.petrova", "own-buckets"),
        ("iam.membership", "dana.okafor", "platform"),
    ]
    assert {row.reviewer for row in review.grants.all()} == {bob}
    assert grant_of(review, "olga.petrova", "own-buckets").level == "read"
    [entry] = AuditEntry.objects.filter(verb="review.started")
    assert entry.data == {"review": review.pk, "grants": 4} and entry.aws_account == aws_account


def test_only_what_can_write_or_isnt_known(aws_account: AwsAccount, alice: Operator, bob: Operator) -> None:
    make_grants(aws_account)
    review = start_review(alice, aws_account, bob, only=Review.Only.WRITING)
    assert ("iam.inline", "olga.petrova", "own-buckets") not in told(review)
    assert ("iam.membership", "dana.okafor", "platform") in told(review)  # s3:Action1: nobody knows its level


def test_only_of_some_groups(aws_account: AwsAccount, alice: Operator, bob: Operator) -> None:
    make_grants(aws_account)
    join(make_user(aws_account, "tom.becker"), make_group(aws_account, "support"))
    review = start_review(alice, aws_account, bob, group_names=["Platform"])
    assert told(review) == [
        ("iam.attachment", "platform", "reports-write"),
        ("iam.membership", "dana.okafor", "platform"),
    ]


def test_only_of_administrators(aws_account: AwsAccount, alice: Operator, bob: Operator) -> None:
    make_grants(aws_account)
    with pytest.raises(ReviewRefused, match="nothing to review"):
        start_review(alice, aws_account, bob, only=Review.Only.POWERFUL)
    found(aws_account, ESCALATION_PATH, IamUser.objects.get(name="olga.petrova"))
    review = start_review(alice, aws_account, bob, only=Review.Only.POWERFUL)
    assert {row.holder_name for row in review.grants.all()} == {"olga.petrova"}
    assert grant_of(review, "olga.petrova", "own-buckets").power == ReviewedGrant.Power.CAN_BECOME
    found(aws_account, ADMINISTRATOR, IamUser.objects.get(name="olga.petrova"))
    again = start_review(alice, aws_account, bob, only=Review.Only.POWERFUL)
    worst = grant_of(again, "olga.petrova", "own-buckets")
    assert worst.power == ReviewedGrant.Power.ADMINISTRATOR and worst.risk > review.grants.latest("risk").risk


def test_grants_are_dealt_evenly_and_nobody_gets_their_own(aws_account: AwsAccount, alice: Operator) -> None:
    make_grants(aws_account)
    dana = make_operator("dana.okafor", Role.VIEWER, aws_account)
    erin = make_operator("erin", Role.EDITOR, aws_account)
    review = start_review(alice, aws_account, dana, erin)
    own = grant_of(review, "dana.okafor", "platform")
    of_her_group = grant_of(review, "platform", "reports-write")
    assert own.reviewer == of_her_group.reviewer == erin
    assert own.moved == of_her_group.moved == ReviewedGrant.Moved.OWN_ACCESS
    of_olga = review.grants.filter(holder_name="olga.petrova")
    assert {row.reviewer for row in of_olga} == {dana}


def test_what_only_the_picked_one_has_goes_to_another_owner(aws_account: AwsAccount, alice: Operator) -> None:
    make_user(aws_account, "alice")
    join(make_user(aws_account, "alice.two", tags={"email": "alice@example.org"}), make_group(aws_account))
    review = start_review(alice, aws_account, alice)
    row = grant_of(review, "alice.two", "platform")
    assert (row.reviewer, row.moved) == (None, ReviewedGrant.Moved.OWN_ACCESS)
    second = make_operator("olga", Role.OWNER, None)
    assert grant_of(start_review(alice, aws_account, alice), "alice.two", "platform").reviewer == second


def test_whom_a_tag_names_comes_first(aws_account: AwsAccount, alice: Operator, bob: Operator) -> None:
    erin = make_operator("erin", Role.EDITOR, aws_account)
    group = make_group(aws_account)
    join(make_user(aws_account, "svc-one", tags={"Owner": "Erin@example.org"}), group)
    join(make_user(aws_account, "svc-two", tags={"owner": "nobody@example.org"}), group)
    review = start_review(alice, aws_account, bob, by_owner_tag=True)
    assert grant_of(review, "svc-one", "platform").reviewer == erin
    assert grant_of(review, "svc-two", "platform").reviewer == bob


def test_a_group_of_operators_and_who_does_not_see_the_account(
    aws_account: AwsAccount, alice: Operator, charlie: Operator
) -> None:
    make_grants(aws_account)
    group = Group.objects.create(name="Auditors")
    group.user_set.add(charlie, make_operator("bob", None, None))
    Grant.objects.create(group=group, aws_account=aws_account, role=Role.VIEWER)
    charlie.is_active = False
    charlie.save()
    review = start_review(alice, aws_account, groups=[group])
    assert {row.reviewer.name for row in review.grants.all() if row.reviewer} == {"Bob"}


def test_assignments_without_names_of_people(aws_account: AwsAccount, alice: Operator, bob: Operator) -> None:
    rows = DirectoryRows(aws_account)
    person = rows.person("dana.okafor")
    chosen = rows.permission_set("Admins")
    rows.assign(chosen, aws_account, person)
    review = start_review(alice, aws_account, bob)
    [row] = review.grants.all()
    assert (row.source, row.holder_name, row.holder_id) == ("sso.assignment", "", person.aws_id)


def test_too_many_and_the_past(
    aws_account: AwsAccount, alice: Operator, bob: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_grants(aws_account)
    with pytest.raises(ReviewRefused, match="has passed"):
        start_review(alice, aws_account, bob, due_at=timezone.now())
    monkeypatch.setattr(snapshot, "MOST_GRANTS", 3)
    with pytest.raises(ReviewRefused, match="make several reviews"):
        start_review(alice, aws_account, bob)
    assert not Review.objects.exists()


def test_the_form(aws_account: AwsAccount, alice: Operator, bob: Operator, client_of: ClientOf) -> None:
    make_grants(aws_account)
    client, url = client_of(alice), reverse("start_review")
    assert "Pick at least one reviewer" in text_of(client.post(url, STARTED).content.decode())
    answered = client.post(url, {**STARTED, "operators": [bob.pk], "due_on": "9999-99-99"})
    assert "Write the day as YYYY-MM-DD." in text_of(answered.content.decode())
    answered = client.post(url, {**STARTED, "operators": [bob.pk]})
    assert "within 366 days" in text_of(answered.content.decode())
    today = timezone.localdate().isoformat()
    answered = client.post(url, {**STARTED, "operators": [bob.pk], "due_on": today}, follow=True)
    page = text_of(answered.content.decode())
    assert "Access review: Q4 2026" in page and "dana.okafor" in page
    assert f"Due on {day(Review.objects.get().due_at)}" not in page  # alice has none to decide


def test_who_may_start_one(
    aws_account: AwsAccount, other_account: AwsAccount, alice: Operator, bob: Operator, client_of: ClientOf
) -> None:
    assert client_of(bob).get(reverse("start_review")).status_code == 403
    posted = {**STARTED, "operators": [bob.pk], "aws_accounts": [other_account.account_id]}
    answered = client_of(alice).post(reverse("start_review"), posted)
    assert answered.status_code == 422 and not Review.objects.exists()
