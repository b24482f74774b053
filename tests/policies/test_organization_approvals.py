"""A control policy is changed from the management account and takes access in others: their grants and approvals count.

Alice owns the management account; Paul and Petra may propose, and approve, in the member account alone.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import ApprovalRule, AwsAccount, Grant, Operator, Risk
from accounts.roles import Role
from policies.models import OrgPolicy, OrgUnit
from policies.organizations.operations import plan_target, update_control_policy
from sync import changes, selectors
from sync.changes.approvers import valid_approvals
from sync.changes.demands import unmet_demands
from sync.models import Change
from tests.conftest import make_operator
from tests.services.changing import propose
from tests.services.organization_rows import make_control_policy, make_organization
from tests.services.statements import denying

pytestmark = pytest.mark.django_db
MEMBER = "500000000000"


@pytest.fixture
def member(aws_account: AwsAccount) -> AwsAccount:
    """Connected, and below Workloads in the organization that the AWS account of the tests manages."""
    make_organization(aws_account, manages=True)
    AwsAccount.objects.filter(pk=aws_account.pk).update(approvals_required=0)
    return AwsAccount.objects.create(account_id=MEMBER, name="Team", approvals_required=1)


@pytest.fixture
def paul(member: AwsAccount) -> Operator:
    return make_operator("paul", Role.EDITOR, member)


@pytest.fixture
def petra(member: AwsAccount) -> Operator:
    return make_operator("petra", Role.APPROVER, member)


def edit(aws_account: AwsAccount, actor: Operator) -> Change:
    policy = OrgPolicy.objects.get(name="our-regions")
    return propose(aws_account, actor, [update_control_policy(policy, denying("s3:PutObject"))])


def granted(operator: Operator, aws_account: AwsAccount, role: Role) -> None:
    Grant.objects.create(operator=operator, aws_account=aws_account, role=role)


def test_a_grant_in_the_management_account_is_not_enough(
    aws_account: AwsAccount, alice: Operator, member: AwsAccount
) -> None:
    with pytest.raises(changes.PlanError, match=f"takes or gives access in other AWS accounts.*: {MEMBER}"):
        edit(aws_account, alice)


def test_nor_is_one_in_the_member_account(aws_account: AwsAccount, paul: Operator, petra: Operator) -> None:
    with pytest.raises(changes.PlanError, match="needs a grant"):
        edit(aws_account, paul)


def test_it_waits_for_the_approval_of_the_member_account(
    aws_account: AwsAccount, alice: Operator, anton: Operator, petra: Operator, member: AwsAccount
) -> None:
    granted(alice, member, Role.EDITOR)
    change = edit(aws_account, alice)
    [demand] = unmet_demands(change, valid_approvals(change))
    assert demand.words == f"1 approval of {member}"
    with pytest.raises(changes.PlanError, match="yours wouldn’t count"):
        changes.approve(change=change, actor=anton)  # an approver of the management account
    with pytest.raises(changes.PlanError, match="1 more approval of Team"):
        changes.apply(change=change, actor=alice)
    change = changes.approve(change=change, actor=petra)
    assert change.state == Change.State.APPROVED
    Grant.objects.filter(operator=petra).delete()
    assert unmet_demands(change, valid_approvals(change))


def waits_for(operator: Operator, aws_account: AwsAccount) -> list[bool]:
    """In the list of changes, and beside *Changes* in the sidebar."""
    operator = Operator.objects.get(pk=operator.pk)
    listed = selectors.changes_of(aws_account, waits_for=operator).filter(waits_for_me=True)
    return [listed.exists(), selectors.asked_of(operator, aws_account).exists()]


def test_it_waits_for_those_whose_approval_would_count(
    aws_account: AwsAccount, alice: Operator, anton: Operator, petra: Operator, member: AwsAccount
) -> None:
    granted(alice, member, Role.EDITOR)
    granted(petra, aws_account, Role.VIEWER)
    change = edit(aws_account, alice)
    assert waits_for(petra, aws_account) == [True, True]
    assert waits_for(anton, aws_account) == [False, False]
    assert waits_for(alice, aws_account) == [False, False]
    changes.approve(change=change, actor=petra)
    assert waits_for(petra, aws_account) == [False, False]
    assert waits_for(alice, aws_account) == [True, False]  # to apply it


def test_a_rule_there_covers_nothing_that_is_asked_for_here(
    aws_account: AwsAccount, alice: Operator, anton: Operator, petra: Operator, member: AwsAccount
) -> None:
    granted(alice, member, Role.EDITOR)
    granted(petra, aws_account, Role.VIEWER)
    AwsAccount.objects.filter(pk=aws_account.pk).update(approvals_required=1)
    ApprovalRule.objects.create(aws_account=member, risk=Risk.HIGH, approvals=2, role=Role.OWNER)
    edit(AwsAccount.objects.get(pk=aws_account.pk), alice)
    assert waits_for(anton, aws_account) == [True, True]
    assert waits_for(petra, aws_account) == [False, False]


def test_rules_of_the_member_account_hold(
    aws_account: AwsAccount, alice: Operator, petra: Operator, member: AwsAccount
) -> None:
    granted(alice, member, Role.OWNER)
    ApprovalRule.objects.create(aws_account=member, risk=Risk.HIGH, approvals=2)
    change = edit(aws_account, alice)
    assert [demand.approvals for demand in unmet_demands(change, [])] == [2]
    changes.approve(change=change, actor=petra)
    assert unmet_demands(change, valid_approvals(change))


def test_an_owner_of_the_management_account_alone_passes_over_nothing(
    aws_account: AwsAccount, alice: Operator, anton: Operator, petra: Operator, member: AwsAccount
) -> None:
    granted(alice, member, Role.EDITOR)
    change = edit(aws_account, alice)
    with pytest.raises(changes.PlanError, match="an owner of all of them"):
        changes.break_glass(change=change, actor=alice, reason="Now")
    with pytest.raises(changes.PlanError):
        changes.approve_alone(change=change, actor=alice, reason="Nobody else is here")


def test_an_account_that_is_connected_since_asks_for_its_approval(
    aws_account: AwsAccount, alice: Operator, member: AwsAccount
) -> None:
    granted(alice, member, Role.OWNER)
    AwsAccount.objects.filter(pk=member.pk).update(approvals_required=0)
    change = edit(aws_account, alice)
    assert not unmet_demands(change, [])
    AwsAccount.objects.filter(pk=member.pk).update(approvals_required=1)
    change = Change.objects.get(pk=change.pk)
    assert unmet_demands(change, [])


def test_what_is_attached_nowhere_asks_nobody_else(
    aws_account: AwsAccount, alice: Operator, member: AwsAccount
) -> None:
    policy = make_control_policy(aws_account, "loose")
    assert propose(aws_account, alice, [update_control_policy(policy, denying("ec2:*"))]).pk


def test_an_approver_of_the_member_account_approves_it_on_its_page(
    aws_account: AwsAccount, alice: Operator, petra: Operator, member: AwsAccount, client_of: Callable[..., Client]
) -> None:
    granted(alice, member, Role.EDITOR)
    change = edit(aws_account, alice)
    url = reverse("change_approve", kwargs={"account_id": aws_account.account_id, "pk": change.pk})
    assert client_of(petra).post(url).status_code == 404  # who has no role in the management account
    granted(petra, aws_account, Role.VIEWER)
    petra = Operator.objects.get(pk=petra.pk)
    page = client_of(petra).get(reverse("change", kwargs={"account_id": aws_account.account_id, "pk": change.pk}))
    assert url in page.content.decode()
    assert client_of(petra).post(url).status_code == 302
    change.refresh_from_db()
    assert change.state == Change.State.APPROVED


def attached_until(aws_account: AwsAccount, actor: Operator) -> Change:
    """The end of an attachment above the member account, as it was proposed."""
    policy, unit = OrgPolicy.objects.get(name="our-regions"), OrgUnit.objects.get(name="Root")
    changes.propose_until(
        aws_account=aws_account,
        actor=actor,
        title="",
        reason="Ticket 7",
        steps=[plan_target(policy, unit, now=True)],
        until=timezone.now() + timedelta(days=1),
    )
    return Change.objects.get(ends__isnull=False)


def test_who_approves_in_the_management_account_alone_lets_nothing_last_longer(
    aws_account: AwsAccount, alice: Operator, anton: Operator, petra: Operator, member: AwsAccount
) -> None:
    granted(alice, member, Role.EDITOR)
    removal = attached_until(aws_account, alice)
    later = timezone.now() + timedelta(days=300)
    for actor in (anton, petra):
        with pytest.raises(changes.PlanError):
            changes.cancel(change=removal, actor=actor)
    Change.objects.filter(pk=removal.pk).update(state=Change.State.SCHEDULED)
    with pytest.raises(changes.PlanError, match="takes somebody who may approve in each of these"):
        changes.move_end(change=removal, until=later, actor=anton)
    granted(anton, member, Role.APPROVER)
    assert changes.move_end(change=removal, until=later, actor=Operator.objects.get(pk=anton.pk)).not_before == later


def test_an_only_owner_here_does_not_decide_alone_about_access_elsewhere(
    aws_account: AwsAccount, alice: Operator, petra: Operator, member: AwsAccount
) -> None:
    granted(alice, member, Role.OWNER)
    removal = attached_until(aws_account, alice)
    with pytest.raises(changes.PlanError, match="somebody else"):
        changes.cancel(change=removal, actor=alice, reason="It has to stay")


def test_who_was_asked_still_approves_where_the_account_was_moved_away(
    aws_account: AwsAccount, alice: Operator, petra: Operator, member: AwsAccount
) -> None:
    granted(alice, member, Role.EDITOR)
    change = edit(aws_account, alice)
    policy = OrgPolicy.objects.get(name="our-regions")
    policy.targets.update(gone_at=timezone.now())
    change = changes.approve(change=change, actor=petra)
    assert change.state == Change.State.APPROVED and not unmet_demands(change, valid_approvals(change))
