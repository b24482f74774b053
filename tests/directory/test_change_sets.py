"""Changes of permission sets: edited, provisioned, waited for, reversed, and ending by themselves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import AwsAccount, Grant, Operator
from accounts.roles import Role
from directory.models import Instance, PermissionSet
from directory.operations.edits import edited
from directory.operations.set_edits import PutSetInline
from directory.operations.set_policies import AttachCustomer, AttachManaged
from emulator.process import Emulator
from identities.models import IamRole
from sync import changes
from sync.models import Change, Step
from sync.operations import StepSpec
from tests.directory import operation_cases_sets
from tests.directory.arranged import Arranged, pull_directory
from tests.services.changing import carry_out, propose, refusal, worked
from tests.services.operation_cases import ComparedCase, apply_compare_and_reverse
from tests.services.organizations import ACCOUNT_ID, connect_member
from tests.services.pages import address, change_address, get, text_of
from tests.services.pulling import pulled
from tests.services.statements import allowing
from tests.services.world import World

INLINE = allowing("s3:DeleteBucket")


@pytest.mark.parametrize("case", operation_cases_sets.CASES, ids=lambda case: case.kind)
def test_it_is_done_seen_and_undone(case: Any, world: World, erin: Operator) -> None:
    assert isinstance(case, ComparedCase)
    apply_compare_and_reverse(case, world, erin)


def read_only() -> PermissionSet:
    return PermissionSet.objects.get(name="Read_Only")


def do(client: Client, action: str, posted: dict[str, Any], name: str = "Read_Only") -> str:
    """What the page says where it leads."""
    chosen = PermissionSet.objects.get(name=name)
    url = address("permission_set_action", aws_id=chosen.aws_id, action=action)
    answer = client.post(url, {"title": "", "reason": "Ticket 7", **posted}, follow=True)
    return text_of(answer.content.decode())


def role_policies(emulator: Emulator, name: str = "Read_Only") -> list[str]:
    iam = emulator.client("iam")
    [role] = [each for each in iam.list_roles(PathPrefix="/aws-reserved/")["Roles"] if f"_{name}_" in each["RoleName"]]
    return list(iam.list_role_policies(RoleName=role["RoleName"])["PolicyNames"])


def again(change: Change) -> Change:
    """It waits: looked at once more, now."""
    Change.objects.filter(pk=change.pk).update(state=Change.State.QUEUED, not_before=None)
    return worked(change)


# ---- An edit reaches the roles ---------------------------------------------------------------------------------------
def test_an_inline_policy_is_written_provisioned_and_taken_back(
    center: Arranged, emulator: Emulator, erins: Client, erin: Operator
) -> None:
    base = {"document": INLINE, "base": ""}
    said = do(erins, "inline", base)
    assert "Write the inline policy of the permission set Read_Only" in said
    assert "Provision the permission set Read_Only in 1 AWS account" in said
    assert "Wait until AWS has provisioned Read_Only" in said
    change = Change.objects.get()
    done = carry_out(change, erin)
    assert done.state == Change.State.APPLIED, [step.error for step in done.steps.all()]
    assert role_policies(emulator) == ["AwsSSOInlinePolicy"]
    assert read_only().outdated == []
    back = carry_out(changes.propose_reverse(change=done, actor=erin), erin)
    assert back.state == Change.State.APPLIED, [step.error for step in back.steps.all()]
    assert [step.kind for step in back.steps.all()] == ["sso.set.inline.delete", "sso.set.provision", "sso.set.await"]
    assert role_policies(emulator) == []


def test_the_plan_says_what_the_role_gains(center: Arranged, aws_account: AwsAccount, erin: Operator) -> None:
    change = propose(aws_account, erin, edited(read_only(), (PutSetInline.kind, {"document": INLINE})))
    [effect] = change.measured["access"]["effects"]
    assert "s3:DeleteBucket" in str(effect["gained"]) and "AWSReservedSSO_Read_Only" in str(effect["who"])
    admin = edited(read_only(), (AttachManaged.kind, {"policy": "arn:aws:iam::aws:policy/AdministratorAccess"}))
    found = {each["code"] for each in propose(aws_account, erin, admin).findings}
    assert {"SET_ALLOWS_EVERYTHING", "MAKES_ADMINISTRATOR"} <= found


def test_an_edit_ends_by_itself(center: Arranged, emulator: Emulator, erins: Client, erin: Operator) -> None:
    until = timezone.localtime(timezone.now() + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    do(erins, "attach", {"policies": "arn:aws:iam::aws:policy/SecurityAudit; ReadOnlyAccess", "ends": until})
    assert not Change.objects.exists()  # ReadOnlyAccess is attached already
    do(erins, "attach", {"policies": "arn:aws:iam::aws:policy/SecurityAudit", "ends": until})
    change, removal = Change.objects.order_by("pk")
    assert carry_out(change, erin).state == Change.State.APPLIED
    assert len(read_only().managed) == 2
    assert again(removal).state == Change.State.APPLIED, [step.error.get("sentence") for step in removal.steps.all()]
    assert len(read_only().managed) == 1 and read_only().outdated == []


def test_what_others_edited_meanwhile_stops_the_provisioning(
    center: Arranged, aws_account: AwsAccount, erin: Operator
) -> None:
    """Nobody has agreed to provision that."""
    change = propose(aws_account, erin, edited(read_only(), (PutSetInline.kind, {"document": INLINE})))
    about = {"InstanceArn": center.made.arn, "PermissionSetArn": center.read_only}
    center.made.sso.attach_managed_policy_to_permission_set(
        **about, ManagedPolicyArn="arn:aws:iam::aws:policy/AdministratorAccess"
    )
    done = carry_out(change, erin)
    assert done.state == Change.State.CONFLICTED
    assert [step.state for step in done.steps.all()][:2] == [Step.State.DONE, Step.State.CONFLICTED]


# ---- AWS takes its time ----------------------------------------------------------------------------------------------
def test_where_aws_fails_the_change_says_why(
    center: Arranged, aws_account: AwsAccount, erin: Operator, settings: Any
) -> None:
    settings.VERIFY_DEADLINE_S = 0.1
    steps = edited(read_only(), (AttachCustomer.kind, {"policy": "/reports-read"}))
    change = propose(aws_account, erin, steps)
    assert "NO_SUCH_POLICY_THERE" in {each["code"] for each in change.findings}
    done = carry_out(change, erin)
    for _ in range(3):
        if done.state == Change.State.SCHEDULED:
            done = again(done)
    assert done.state == Change.State.FAILED
    said = str(done.steps.get(position=3).error)
    assert "AWS gave up" in said and "policy/reports-read does not exist" in said


def test_a_status_that_never_ends_holds_nothing_and_gives_up(
    center: Arranged, emulator: Emulator, aws_account: AwsAccount, erin: Operator, settings: Any
) -> None:
    settings.VERIFY_DEADLINE_S = 0.1
    emulator.identity_center(requests={"holds": True})
    done = carry_out(propose(aws_account, erin, edited(read_only(), (PutSetInline.kind, {"document": INLINE}))), erin)
    assert done.state == Change.State.SCHEDULED
    assert "AWS is still provisioning Read_Only in 123456789012" in str(done.steps.get(position=3).error)
    emulator.identity_center(requests={"fails": "Internal error"})
    failed = again(done)
    assert failed.state == Change.State.FAILED and "Internal error" in str(failed.steps.get(position=3).error)


def test_after_an_hour_it_is_no_longer_waited_for(
    center: Arranged, emulator: Emulator, aws_account: AwsAccount, erin: Operator, settings: Any
) -> None:
    settings.VERIFY_DEADLINE_S = 0.1
    emulator.identity_center(requests={"holds": True})
    done = carry_out(propose(aws_account, erin, edited(read_only(), (PutSetInline.kind, {"document": INLINE}))), erin)
    done.steps.filter(position__lte=2).update(finished_at=timezone.now() - timedelta(minutes=61))
    assert again(done).state == Change.State.FAILED
    assert "hasn’t provisioned it within an hour" in str(done.steps.get(position=3).error)


# ---- Other AWS accounts ----------------------------------------------------------------------------------------------
def in_staging(center: Arranged, aws_account: AwsAccount, *, connected: bool = True) -> AwsAccount | str:
    """Read_Only is in the member, too."""
    member = center.made.organization.account("Staging")
    center.made.assign(center.read_only, member, "GROUP", center.platform)
    found = connect_member(member, "Staging") if connected else None
    if found:
        pulled(found, source="iam.details")
    pull_directory(aws_account)
    return found or member


def test_an_edit_needs_the_grants_and_approvals_of_every_account_that_it_reaches(
    center: Arranged, aws_account: AwsAccount, erin: Operator, anton: Operator, erins: Client
) -> None:
    member = in_staging(center, aws_account)
    assert isinstance(member, AwsAccount)
    assert f"lacks the grant that this needs: {member.account_id}" in do(erins, "inline", {"document": INLINE})
    Grant.objects.create(operator=erin, aws_account=member, role=Role.EDITOR)
    member.approvals_required = 1
    member.save()
    erin = Operator.objects.get(pk=erin.pk)
    change = propose(aws_account, erin, edited(read_only(), (PutSetInline.kind, {"document": INLINE})))
    [there] = change.measured["elsewhere_access"]["accounts"]
    assert there["account_id"] == member.account_id and "s3:DeleteBucket" in str(there["effects"])
    with pytest.raises(changes.PlanError):
        changes.apply(change=change, actor=erin)
    Grant.objects.create(operator=anton, aws_account=member, role=Role.APPROVER)
    assert changes.approve(change=change, actor=Operator.objects.get(pk=anton.pk)).state == Change.State.APPROVED


def test_who_may_not_see_the_account_reads_no_name_of_it(
    center: Arranged, aws_account: AwsAccount, alice: Operator, bobs: Client, alices: Client
) -> None:
    member = in_staging(center, aws_account)
    assert isinstance(member, AwsAccount)
    Grant.objects.get_or_create(operator=alice, aws_account=member, role=Role.OWNER)
    steps = edited(read_only(), (PutSetInline.kind, {"document": INLINE}))
    change = propose(aws_account, Operator.objects.get(pk=alice.pk), steps)
    seen = text_of(get(alices, "change_elsewhere", pk=str(change.pk)))
    assert "AWSReservedSSO_Read_Only" in seen and "s3:DeleteBucket" in seen
    html = get(bobs, "change_elsewhere", pk=str(change.pk))
    assert "In 1 AWS account that you can’t see, 1 principal gains or loses access" in text_of(html)
    assert "s3:DeleteBucket" not in html and "Staging" not in html


def test_a_new_administrator_of_another_account_is_counted_and_not_named(
    center: Arranged, aws_account: AwsAccount, alice: Operator, bobs: Client
) -> None:
    """What a check found is told to whoever sees the change."""
    member = in_staging(center, aws_account)
    assert isinstance(member, AwsAccount)
    Grant.objects.get_or_create(operator=alice, aws_account=member, role=Role.OWNER)
    steps = edited(read_only(), (PutSetInline.kind, {"document": allowing("*")}))
    change = propose(aws_account, Operator.objects.get(pk=alice.pk), steps)
    page = text_of(bobs.get(change_address(change)).content.decode())
    assert f"1 principal becomes an administrator of AWS account {member.account_id}." in page
    assert IamRole.objects.get(aws_account=member, name__startswith="AWSReservedSSO_Read_Only").name not in page


def test_accounts_that_are_not_connected_are_named(center: Arranged, aws_account: AwsAccount, erin: Operator) -> None:
    member = in_staging(center, aws_account, connected=False)
    change = propose(aws_account, erin, edited(read_only(), (PutSetInline.kind, {"document": INLINE})))
    assert f"AWS account {member} isn’t connected" in str(change.findings)


def test_a_set_assigned_elsewhere_since_is_planned_again(
    center: Arranged, aws_account: AwsAccount, erin: Operator
) -> None:
    change = propose(aws_account, erin, edited(read_only(), (PutSetInline.kind, {"document": INLINE})))
    center.made.assign(center.read_only, center.made.organization.account("Staging"), "GROUP", center.platform)
    assert carry_out(change, erin).state == Change.State.CONFLICTED


# ---- What AWS refuses ------------------------------------------------------------------------------------------------
def test_what_aws_refuses_is_refused_at_the_proposal(center: Arranged, world: World, erin: Operator) -> None:
    def one(kind: str, **params: Any) -> str:
        return refusal(world, erin, *edited(read_only(), (kind, params)))

    assert "10,240" in one("sso.set.inline.put", document=allowing([f"s3:Get{number:09}" for number in range(900)]))
    assert "Latin-1" in one("sso.set.inline.put", document=INLINE.replace("*", "ключ"))
    settings = {"description": "To look", "session_s": 3600, "relay_state": ""}
    assert "1 to 12 hours" in one("sso.set.update", **{**settings, "session_s": 50_000})
    assert "no empty description" in one("sso.set.update", **{**settings, "description": "", "session_s": 7200})
    assert "these settings already" in one("sso.set.update", **{**settings, "description": "To look"})
    assert "no policy of AWS’s own" in one("sso.set.managed.attach", policy=f"arn:aws:iam::{ACCOUNT_ID}:policy/x")
    assert "path and name" in one("sso.set.customer.attach", policy="reports read")
    many = [(AttachCustomer.kind, {"policy": f"/p{number}"}) for number in range(20)]
    assert "would have 21 managed policies; AWS allows 20" in refusal(world, erin, *edited(read_only(), *many))
    Instance.objects.update(owner_id="111122223333")
    PermissionSet.objects.update(accounts=["111122223333"])
    assert "delegated administrator can’t change a permission set" in one("sso.set.inline.put", document=INLINE)


def test_a_set_in_use_is_deleted_after_its_assignments_and_made_again(
    center: Arranged, world: World, aws_account: AwsAccount, erins: Client, erin: Operator
) -> None:
    base = {"set_arn": center.read_only, "set_name": "Read_Only", "region": "eu-west-1"}
    assert "has 1 assignment" in refusal(world, erin, StepSpec("sso.set.delete", base))
    said = do(erins, "delete", {})
    assert "Delete the permission set Read_Only" in said
    change = Change.objects.get()
    assert [step.kind for step in change.steps.all()] == [
        "sso.assignment.delete",
        "sso.assignment.await",
        "sso.set.delete",
    ]
    done = carry_out(change, erin)
    assert done.state == Change.State.APPLIED, [step.error for step in done.steps.all()]
    assert not PermissionSet.objects.live().filter(name="Read_Only").exists()
    back = carry_out(changes.propose_reverse(change=done, actor=erin), erin)
    assert back.state == Change.State.APPLIED, [step.error for step in back.steps.all()]
    made = PermissionSet.objects.live().get(name="Read_Only")
    assert made.arn != center.read_only and made.accounts == [ACCOUNT_ID]
    assert made.managed == ["arn:aws:iam::aws:policy/ReadOnlyAccess"]


def test_a_set_is_made_with_its_policies(center: Arranged, erins: Client, erin: Operator) -> None:
    posted = {
        "name": "Auditors",
        "description": "To look",
        "session": "14400",
        "policies": "SecurityAudit; /team/reports-read",
        "title": "",
        "reason": "Ticket 8",
    }
    url = address("account_action", action="create-permission-set")
    said = text_of(erins.post(url, posted, follow=True).content.decode())
    assert "The mirror has no policy “SecurityAudit”" in said
    posted["policies"] = "arn:aws:iam::aws:policy/SecurityAudit; /team/reports-read"
    said = text_of(erins.post(url, posted, follow=True).content.decode())
    assert "Make the permission set Auditors" in said
    done = carry_out(Change.objects.get(), erin)
    assert done.state == Change.State.APPLIED, [step.error for step in done.steps.all()]
    made = PermissionSet.objects.get(name="Auditors")
    assert (made.session_s, made.customer, made.managed) == (
        14_400,
        ["/team/reports-read"],
        ["arn:aws:iam::aws:policy/SecurityAudit"],
    )


def test_readers_and_strangers_edit_nothing(
    center: Arranged, bobs: Client, client_of: Callable[[Operator], Client], charlie: Operator
) -> None:
    charlies = client_of(charlie)
    for action in ("inline", "settings", "attach", "provision", "delete"):
        url = address("permission_set_action", aws_id=read_only().aws_id, action=action)
        assert bobs.post(url, {"document": INLINE}).status_code == 403
        assert charlies.post(url, {"document": INLINE}).status_code == 404
    assert not Change.objects.exists()
