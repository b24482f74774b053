"""Changes of assignments: staged from pages, waiting for AWS, reversed, and ending by themselves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import AwsAccount, Grant, Operator
from accounts.roles import Role
from directory.actions import assignments as actions
from directory.models import AccountAssignment, DirectoryGroup, DirectoryUser, Instance, PermissionSet
from directory.operations import assign
from directory.operations.assignments import params_of
from emulator.process import Emulator
from sync import changes
from sync.models import Change, Step
from sync.operations import StepSpec
from tests.directory import operation_cases
from tests.directory.arranged import Arranged, pull_directory
from tests.services.changing import carry_out, propose, worked
from tests.services.operation_cases import ComparedCase, apply_compare_and_reverse
from tests.services.organizations import ACCOUNT_ID, connect_member
from tests.services.pages import address, get, text_of
from tests.services.world import World

ClientOf = Callable[[Operator], Client]


@pytest.mark.parametrize("case", operation_cases.CASES, ids=lambda case: case.kind)
def test_it_is_done_seen_and_undone(case: Any, world: World, erin: Operator) -> None:
    assert isinstance(case, ComparedCase)
    apply_compare_and_reverse(case, world, erin)


def to_group(name: str, target: str = ACCOUNT_ID, chosen: str = "Read_Only") -> list[StepSpec]:
    group = DirectoryGroup.objects.get(name=name)
    return assign(
        params_of(PermissionSet.objects.get(name=chosen), Instance.objects.get().primary_region, target, group)
    )


def do(client: Client, action: str, aws_id: str, posted: dict[str, str], place: str = "permission_set") -> str:
    """Where it leads, or what the page says."""
    url = address(f"{place}_action", aws_id=aws_id, action=action)
    answer = client.post(url, {"title": "", "reason": "Ticket 7", **posted}, follow=True)
    return text_of(answer.content.decode())


def test_a_group_is_assigned_from_the_page_of_a_set(
    center: Arranged, erins: Client, erin: Operator, aws_account: AwsAccount
) -> None:
    chosen = PermissionSet.objects.get(name="Read_Only")
    said = do(erins, "assign", chosen.aws_id, {"account": ACCOUNT_ID, "group": "contractors"})
    assert f"Assign Read_Only in {ACCOUNT_ID} to the group contractors" in said
    assert f"Wait until AWS has assigned Read_Only in {ACCOUNT_ID}" in said
    done = carry_out(Change.objects.get(), erin)
    assert done.state == Change.State.APPLIED, [step.error for step in done.steps.all()]
    row = AccountAssignment.objects.live().get(principal_id=center.empty)
    assert (row.name, row.target_id, row.arn) == ("Read_Only", ACCOUNT_ID, center.read_only)


def test_what_is_typed_wrong_is_said_beside_it(center: Arranged, erins: Client) -> None:
    chosen = PermissionSet.objects.get(name="Read_Only")
    assert "Say to whom" in do(erins, "assign", chosen.aws_id, {"account": ACCOUNT_ID})
    both = {"account": ACCOUNT_ID, "group": "contractors", "person": "dana.okafor"}
    assert "Say one of the two" in do(erins, "assign", chosen.aws_id, both)
    assert "The mirror has no group “nobody”" in do(
        erins, "assign", chosen.aws_id, {"account": ACCOUNT_ID, "group": "nobody"}
    )
    assert "The mirror has no AWS account “12”" in do(
        erins, "assign", chosen.aws_id, {"account": "12", "group": "contractors"}
    )
    assert "it is so already" in do(erins, "assign", chosen.aws_id, {"account": ACCOUNT_ID, "group": "platform"})
    assert not Change.objects.exists()


def test_a_person_is_named_to_who_may_know_them_alone(
    center: Arranged, erins: Client, bobs: Client, aws_account: AwsAccount
) -> None:
    chosen = PermissionSet.objects.get(name="Admin")
    said = do(erins, "assign", chosen.aws_id, {"account": ACCOUNT_ID, "person": "dana.okafor@acme.example"})
    assert "to the person Dana Okafor" in said and "Admin allows everything" in said
    change = Change.objects.get()
    assert "dana" not in str(list(Step.objects.values("params", "before"))).casefold()
    html = get(bobs, "change", pk=str(change.pk))
    assert "Okafor" not in html and center.dana in html


def test_an_assignment_is_taken_away(center: Arranged, erins: Client, erin: Operator) -> None:
    chosen, row = PermissionSet.objects.get(name="Admin"), AccountAssignment.objects.get(name="Admin")
    assert "Priya Nair" in get(erins, "permission_set_action", aws_id=chosen.aws_id, action="withdraw")
    said = do(erins, "withdraw", chosen.aws_id, {"assignment": row.aws_id})
    assert f"Take Admin in {ACCOUNT_ID} away from the person Priya Nair" in said
    assert carry_out(Change.objects.get(), erin).state == Change.State.APPLIED
    row.refresh_from_db()
    chosen.refresh_from_db()
    assert row.gone_at is not None and chosen.accounts == []


def test_one_that_the_form_lists_no_longer_is_taken_away_by_its_link(
    center: Arranged, erins: Client, aws_account: AwsAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    center.made.assign(center.read_only, ACCOUNT_ID, "USER", center.dana)
    pull_directory(aws_account)
    monkeypatch.setattr(actions, "MOST_LISTED", 1)
    chosen = PermissionSet.objects.get(name="Read_Only")
    last = AccountAssignment.objects.filter(set_id=chosen.aws_id).order_by("target_id", "pk")[1]
    html = get(erins, "permission_set_action", f"?assignment={last.aws_id}", aws_id=chosen.aws_id, action="withdraw")
    assert f'<option value="{last.aws_id}" selected>' in html and "The first 1 of 2." in text_of(html)
    assert "Take Read_Only in" in do(erins, "withdraw", chosen.aws_id, {"assignment": last.aws_id})


def test_access_until_a_date_ends_by_itself(center: Arranged, erin: Operator, erins: Client) -> None:
    chosen = PermissionSet.objects.get(name="Read_Only")
    until = timezone.localtime(timezone.now() + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    do(erins, "assign", chosen.aws_id, {"account": ACCOUNT_ID, "group": "contractors", "ends": until})
    change, removal = Change.objects.order_by("pk")
    assert carry_out(change, erin).state == Change.State.APPLIED
    removal.refresh_from_db()
    assert removal.state == Change.State.SCHEDULED
    Change.objects.filter(pk=removal.pk).update(state=Change.State.QUEUED, not_before=None)
    assert worked(removal).state == Change.State.APPLIED
    assert not AccountAssignment.objects.live().filter(principal_id=center.empty).exists()


def test_where_aws_gives_up_the_change_says_why(
    center: Arranged, erin: Operator, aws_account: AwsAccount, settings: Any
) -> None:
    """A customer managed policy that isn't there: AWS tells it in the status of its request alone."""
    settings.VERIFY_DEADLINE_S = 0.1
    reference = {"Name": "reports-read", "Path": "/"}
    about = {"InstanceArn": center.made.arn, "PermissionSetArn": center.read_only}
    center.made.sso.attach_customer_managed_policy_reference_to_permission_set(
        **about, CustomerManagedPolicyReference=reference
    )
    done = carry_out(propose(aws_account, erin, to_group("contractors")), erin)
    for _ in range(3):
        if done.state != Change.State.SCHEDULED:
            break
        Change.objects.filter(pk=done.pk).update(state=Change.State.QUEUED, not_before=None)
        done = worked(done)
    assert done.state == Change.State.FAILED
    assert "policy/reports-read does not exist" in str(done.steps.get(position=2).error)


def test_who_may_not_propose_there_proposes_nothing_that_lets_somebody_in_there(
    center: Arranged, emulator: Emulator, aws_account: AwsAccount, erin: Operator, erins: Client, anton: Operator
) -> None:
    member = connect_member(center.made.organization.account("Staging"), "Staging")
    with pytest.raises(changes.PlanError, match=f"lacks the grant that this needs: {member.account_id}"):
        propose(aws_account, erin, to_group("contractors", member.account_id))
    posted = {"account": member.account_id, "group": "contractors"}
    said = do(erins, "assign", PermissionSet.objects.get(name="Read_Only").aws_id, posted)
    assert f"lacks the grant that this needs: {member.account_id}" in said
    Grant.objects.create(operator=erin, aws_account=member, role=Role.EDITOR)
    member.approvals_required = 1
    member.save()
    erin = Operator.objects.get(pk=erin.pk)
    change = propose(aws_account, erin, to_group("contractors", member.account_id))
    with pytest.raises(changes.PlanError):
        changes.apply(change=change, actor=erin)
    Grant.objects.filter(operator=anton).update(role=Role.VIEWER)
    with pytest.raises(changes.PlanError):
        changes.approve(change=change, actor=Operator.objects.get(pk=anton.pk))
    Grant.objects.create(operator=anton, aws_account=member, role=Role.APPROVER)
    approved = changes.approve(change=change, actor=Operator.objects.get(pk=anton.pk))
    assert approved.state == Change.State.APPROVED


def test_an_account_that_is_not_connected_is_named(center: Arranged, erin: Operator, aws_account: AwsAccount) -> None:
    other = center.made.organization.account("Staging")
    change = propose(aws_account, erin, to_group("contractors", other))
    assert f"AWS account {other} isn’t connected" in str(change.findings)


def test_a_viewer_and_a_stranger_stage_nothing(
    center: Arranged, bobs: Client, client_of: ClientOf, charlie: Operator
) -> None:
    url = address("permission_set_action", aws_id=PermissionSet.objects.get(name="Admin").aws_id, action="assign")
    posted = {"account": ACCOUNT_ID, "group": "contractors", "reason": "x"}
    assert bobs.post(url, posted).status_code == 403
    assert client_of(charlie).post(url, posted).status_code == 404
    assert not Change.objects.exists()


def test_a_delegate_is_told_that_the_management_account_is_out_of_reach(
    center: Arranged, erin: Operator, aws_account: AwsAccount
) -> None:
    Instance.objects.update(owner_id="111122223333")
    with pytest.raises(changes.PlanError, match="delegated administrator can’t change who gets into the management"):
        propose(aws_account, erin, to_group("contractors", "111122223333"))


def test_somebody_deleted_is_assigned_nothing(center: Arranged, erin: Operator, aws_account: AwsAccount) -> None:
    steps = to_group("contractors")
    DirectoryGroup.objects.filter(name="contractors").update(gone_at=timezone.now())
    with pytest.raises(changes.PlanError, match="doesn’t have the group contractors"):
        propose(aws_account, erin, steps)
    assert DirectoryUser.objects.live().count() == 3
