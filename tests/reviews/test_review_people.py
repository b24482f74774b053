"""Grants of people, of Identity Center and of user pools: their names are told to who may see people, and not kept."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEntry, AwsAccount, Operator
from accounts.roles import Role
from directory.models import AccountAssignment
from emulator.process import Emulator
from reviews.finishing import finish
from reviews.models import Review, ReviewedGrant, ReviewReport
from reviews.sources.directory import AssignmentGrants
from sync.models import Change
from tests.cognito.rows import make_person, make_pool, make_pool_group, put_into
from tests.conftest import make_operator
from tests.directory.arranged import arranged_and_pulled
from tests.reviews.made import decide_all, start_review
from tests.services.changing import carry_out
from tests.services.directory_rows import DirectoryRows
from tests.services.organizations import connect_member
from tests.services.pages import text_of

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., Client]


def page_of(client: Client, review: Review, name: str = "review") -> str:
    answered = client.get(f"{reverse(name, kwargs={'pk': review.pk})}?reviewer=any")
    return text_of(answered.content.decode())


@pytest.fixture
def center(aws_account: AwsAccount) -> DirectoryRows:
    """priya.nair has PlatformEngineer by herself, dana.okafor by the group Platform."""
    rows = DirectoryRows(aws_account)
    chosen = rows.permission_set("PlatformEngineer", aws_account)
    rows.assign(chosen, aws_account, rows.person("priya.nair"))
    rows.assign(chosen, aws_account, rows.group("Platform", rows.person("dana.okafor")))
    return rows


def test_assignments_are_taken_away(
    emulator: Emulator, aws_account: AwsAccount, alice: Operator, erin: Operator
) -> None:
    center = arranged_and_pulled(emulator, aws_account)
    review = start_review(alice, aws_account, erin, sources=[AssignmentGrants()])
    assert sorted(review.grants.values_list("holder_name", flat=True)) == ["", "platform"]
    decide_all(review, "revoke", "Not needed")
    finish(review=review, actor=alice)
    change = Change.objects.get()
    kinds = list(change.steps.order_by("position").values_list("kind", flat=True))
    assert kinds == ["sso.assignment.delete", "sso.assignment.await"] * 2
    assert carry_out(change, alice).state in (Change.State.APPLIED, *Change.MOVING)
    about = {"InstanceArn": center.made.arn, "AccountId": aws_account.account_id, "PermissionSetArn": center.admin}
    assert center.made.sso.list_account_assignments(**about)["AccountAssignments"] == []


def test_what_another_account_doesnt_let_them_take_away_holds_nothing_up(
    emulator: Emulator, aws_account: AwsAccount, alice: Operator, erin: Operator
) -> None:
    """Whoever finishes has no role in a member account that is connected, too."""
    center = arranged_and_pulled(emulator, aws_account)
    member = connect_member(center.made.organization.account("Staging"), "Staging")
    AccountAssignment.objects.filter(principal_type="USER").update(target_id=member.account_id)
    review = start_review(alice, aws_account, erin, sources=[AssignmentGrants()])
    decide_all(review, "revoke", "Not needed")
    finish(review=review, actor=alice)
    left_out, staged = review.grants.order_by("outcome")
    assert (left_out.outcome, staged.outcome) == ("left_out", "staged")
    assert f"lacks the grant that this needs: {member.account_id}" in left_out.why
    assert Change.objects.get().steps.count() == 2


def test_nobody_gets_what_their_group_of_identity_center_has(
    center: DirectoryRows, aws_account: AwsAccount, alice: Operator
) -> None:
    dana = make_operator("dana.okafor", Role.EDITOR, aws_account)
    review = start_review(alice, aws_account, dana)
    assert review.grants.get(holder_name="Platform").reviewer == alice
    assert review.grants.get(holder_name="").reviewer == dana


def test_names_of_people_are_for_who_may_see_them(
    center: DirectoryRows, aws_account: AwsAccount, alice: Operator, bob: Operator, client_of: ClientOf
) -> None:
    review = start_review(alice, aws_account, alice)
    decide_all(review, "keep")
    finish(review=review, actor=alice)
    for name in ("review", "review_report"):
        assert "Priya Nair" in page_of(client_of(alice), review, name)
        page = page_of(client_of(bob), review, name)
        assert "Priya Nair" not in page and "a person (u-priya.nair)" in page
    kept = [*map(str, AuditEntry.objects.values_list("data", "object_name")), str(ReviewReport.objects.get().content)]
    assert "Priya Nair" not in "".join(kept)


def test_people_of_user_pools_are_for_who_sees_all_of_them(
    aws_account: AwsAccount, alice: Operator, bob: Operator, client_of: ClientOf
) -> None:
    pool = make_pool(aws_account)
    person = make_person(pool, "kim.lee")
    put_into(make_pool_group(pool, "admins", role_arn="arn:aws:iam::123456789012:role/app-admin"), person)
    put_into(make_pool_group(pool, "readers"), person)
    review = start_review(alice, aws_account, bob)
    [row] = review.grants.all()
    assert (row.source, row.holder_id, row.holder_name) == ("cognito.membership", person.aws_id, "")
    assert row.what.startswith("admins of ") and row.what.endswith("with the role app-admin")
    assert row.reviewer == alice  # a viewer sees no people
    assert row.use == ReviewedGrant.Use.UNKNOWN
    assert person.name not in page_of(client_of(bob), review)
    decide_all(review, "revoke", "Left")
    finish(review=review, actor=alice)
    [step] = Change.objects.get().steps.all()
    assert (step.kind, step.params["group"], step.params["sub"]) == (
        "cognito.user.group.remove",
        "admins",
        person.aws_id,
    )
