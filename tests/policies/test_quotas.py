"""What AWS allows is checked before anything is sent: by the account's own quotas, with what the change itself adds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import AwsAccount, Operator
from identities.operations import attach, create_group, create_user, delete_whole, update_trust
from sync import changes
from sync.checks import PlanFinding
from sync.models import Change, Facet
from sync.operations import StepSpec
from tests.services.changing import carry_out, propose, refusal
from tests.services.pages import address, text_of
from tests.services.statements import trusting
from tests.services.world import World

pytestmark = pytest.mark.django_db

ClientOf = Callable[..., Client]


def users(aws_account: AwsAccount, count: int) -> list[StepSpec]:
    return [create_user(aws_account, f"new-{number}") for number in range(count)]


def long_trust(characters: int) -> str:
    """Of so many characters, white space left out, or a few more."""
    arns = [f"arn:aws:iam::123456789012:role/service-{number:04}" for number in range(characters // 50)]
    return trusting({"AWS": arns})


# ---- Of the AWS account --------------------------------------------------------------------------------------
def test_more_users_than_there_is_room_for_are_refused(world: World, erin: Operator) -> None:
    world.summary(Users=4_990)
    assert refusal(world, erin, *users(world.aws_account, 20)) == (
        "The plan needs room for 20 more users, and 10 fit: 4,990 are there; AWS allows 5,000 (UsersQuota): "
        "delete some first, as AWS doesn't raise it."
    )
    assert world.emulator.calls("CreateUser") == []
    assert propose(world.aws_account, erin, users(world.aws_account, 10)).findings == []


def test_what_the_plan_deletes_first_makes_room(world: World, erin: Operator) -> None:
    user = world.user()
    world.summary(Users=5_000)
    (new,) = users(world.aws_account, 1)
    delete = delete_whole(user)
    assert "1 more user, and 0 fit" in refusal(world, erin, new, *delete)
    assert propose(world.aws_account, erin, [*delete, new]).pk


def test_a_quota_that_aws_raised_counts(world: World, erin: Operator) -> None:
    world.summary(Groups=300, GroupsQuota=301)
    made = [create_group(world.aws_account, f"group-{number}") for number in range(2)]
    assert propose(world.aws_account, erin, made[:1]).findings == []
    words = refusal(world, erin, *made)
    assert words.endswith("AWS allows 301 (GroupsQuota): delete some first, or ask AWS to raise it, and pull.")


@pytest.mark.parametrize(("gone", "room"), [(0, 0), (1, 1)])
def test_what_came_and_went_since_the_pull_is_counted(gone: int, room: int, world: World, erin: Operator) -> None:
    world.summary(Users=4_998)
    Facet.objects.filter(source="summary").update(read_at=timezone.now() - timedelta(hours=1))
    made = [world.user(f"since-{number}") for number in range(2)]
    old = world.user("old")
    old.created_at = timezone.now() - timedelta(days=3)
    old.gone_at = timezone.now() if gone else None
    old.save()
    assert len(made) == 2
    assert f"2 more users, and {room} fit" in refusal(world, erin, *users(world.aws_account, 2))


def test_without_a_summary_the_mirror_counts_and_the_documented_quota_holds(world: World, erin: Operator) -> None:
    world.group()
    made = [create_group(world.aws_account, f"group-{number}") for number in range(500)]
    (finding,) = propose(world.aws_account, erin, made[:300]).findings
    assert finding["severity"] == "warning"
    assert "and 299 fit: 1 are there; AWS allows 300 (GroupsQuota; up to 500 where that was" in finding["message"]
    assert "500 more groups, and 299 fit" in refusal(world, erin, *made)


def test_room_that_is_gone_by_the_apply_stops_it(world: World, erin: Operator) -> None:
    world.summary(Users=4_999)
    change = propose(world.aws_account, erin, users(world.aws_account, 1))
    world.summary(Users=5_000)
    with pytest.raises(changes.PlanError, match=r"1 more user, and 0 fit: 5,000 are there; AWS allows 5,000"):
        carry_out(change, erin)
    assert world.emulator.calls("CreateUser") == []


# ---- Of one object -------------------------------------------------------------------------------------------
def attaching(world: World, count: int) -> list[StepSpec]:
    role = world.role()
    return [attach(role, f"arn:aws:iam::aws:policy/Policy{number}") for number in range(count)]


def test_more_policies_where_aws_was_asked_for_more(world: World, erin: Operator) -> None:
    steps = attaching(world, 13)
    world.summary(AttachedPoliciesPerRoleQuota=12)
    assert not [each for each in propose(world.aws_account, erin, steps[:12]).findings if "Quota" in each["message"]]
    assert "12 policies are attached to the role reports-exporter; AWS allows 12 (Attached" in refusal(
        world, erin, *steps
    )


def test_a_quota_that_nobody_pulled_is_a_warning_where_aws_may_have_raised_it(world: World, erin: Operator) -> None:
    found = map(PlanFinding.from_json, propose(world.aws_account, erin, attaching(world, 11)).findings)
    assert [(each.severity, each.step) for each in found if each.code == "TOO_MANY_ATTACHED"] == [("warning", 11)]


@pytest.mark.parametrize(("held", "severities"), [({}, ["error"]), ({"AssumeRolePolicySizeQuota": 4_096}, [])])
def test_the_size_of_a_trust_policy(held: dict[str, int], severities: list[str], world: World, erin: Operator) -> None:
    role = world.role()
    world.summary(**held)
    step = update_trust(role, long_trust(3_000))
    if severities:
        assert "AWS allows 2,048 (AssumeRolePolicySizeQuota)" in refusal(world, erin, step)
        return
    codes = {each["code"] for each in propose(world.aws_account, erin, [step]).findings}
    assert not codes & {"DOCUMENT_TOO_LONG", "POLICY_SIZE_EXCEEDS_ROLE_TRUST_POLICY_QUOTA"}


def test_the_editor_measures_by_the_accounts_own_quota(world: World, erin: Operator, client_of: ClientOf) -> None:
    page = address("role_action", aws_id=world.role().aws_id, action="trust")
    moved = {"document": long_trust(3_000), "base": "of an older one"}  # so it is printed again
    html = text_of(client_of(erin).post(page, moved).content.decode())
    assert "of 2,048 characters" in html
    assert "the quota is 2,048" in html
    world.summary(AssumeRolePolicySizeQuota=4_096)
    html = text_of(client_of(erin).post(page, moved).content.decode())
    assert "of 4,096 characters" in html
    assert "the quota is" not in html


def test_a_form_is_refused_with_what_was_typed(world: World, erin: Operator, client_of: ClientOf) -> None:
    world.summary(Users=5_000)
    response = client_of(erin).post(
        address("account_action", action="create-user"), {"name": "kim.nguyen", "path": "/"}
    )
    text = response.content.decode()
    assert "AWS allows 5,000 (UsersQuota)" in text
    assert "kim.nguyen" in text
    assert not Change.objects.exists()
