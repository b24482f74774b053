"""What was changed in Identity Center outside of the console shows as drift, without names of people."""

from __future__ import annotations

from django.test import Client

from accounts.models import AwsAccount, Operator
from directory.models import AccountAssignment, DirectoryGroup, DirectoryMembership, PermissionSet
from directory.operations import assign, withdraw
from directory.operations.assignments import params_of
from sync.drift import propose_reverse
from sync.models import Change, Revision
from tests.directory.arranged import Arranged, pull_directory
from tests.services.changing import carry_out, propose
from tests.services.organizations import ACCOUNT_ID, connect_member
from tests.services.pages import get, text_of
from tests.services.statements import allowing


def test_it_is_told_what_came_and_went(center: Arranged, aws_account: AwsAccount, alices: Client, bobs: Client) -> None:
    made = center.made
    made.join(center.empty, center.priya)
    made.assign(center.admin, ACCOUNT_ID, "GROUP", center.empty)
    left = DirectoryMembership.objects.get(user_id=center.dana)
    made.store.delete_group_membership(IdentityStoreId=made.store_id, MembershipId=left.aws_id)
    pull_directory(aws_account)
    drift = Revision.objects.filter(drift_in=aws_account)
    assert set(drift.values_list("facet__kind", "gone")) == {
        ("identitystore.membership", False),
        ("identitystore.membership", True),
        ("sso.assignment", False),
    }
    for client in (alices, bobs):
        html = get(client, "drift")
        assert "contractors" in html and "Admin" in html
        for revision in drift:
            html += get(client, "drift_one", pk=str(revision.pk))
        assert "Okafor" not in html or client is alices
        assert "Nair" not in html or client is alices
    assert "contractors" in text_of(get(alices, "drift"))


def test_what_the_console_writes_is_no_drift_for_its_delegate(
    center: Arranged, aws_account: AwsAccount, erin: Operator
) -> None:
    """Both mirror the same objects."""
    made = center.made
    member = connect_member(made.organization.account("Staging"), "Staging")
    made.delegate(member.account_id)
    pull_directory(member)
    [chosen] = PermissionSet.objects.filter(aws_account=aws_account, arn=center.admin)
    group = DirectoryGroup.objects.get(aws_account=aws_account, aws_id=center.empty)
    steps = assign(params_of(chosen, made.region, ACCOUNT_ID, group))
    assert carry_out(propose(aws_account, erin, steps), erin).state == Change.State.APPLIED
    made.assign(center.read_only, ACCOUNT_ID, "GROUP", center.empty)
    pull_directory(member)
    news = Revision.objects.filter(facet__aws_account=member, facet__object_id__endswith=center.empty)
    in_sets = (each.rpartition("/")[2] for each in (center.admin, center.read_only))
    by_console, by_others = (news.get(facet__object_id__startswith=each) for each in in_sets)
    assert (by_console.origin, by_console.drift_in, by_console.step) == (Revision.Origin.CHANGE, None, None)
    assert by_others.drift_in == member
    rows = AccountAssignment.objects.live().filter(aws_account=aws_account, arn=center.admin, principal_id=center.empty)
    assert carry_out(propose(aws_account, erin, withdraw(*rows)), erin).state == Change.State.APPLIED
    pull_directory(member)
    ended = news.get(gone=True)
    assert (ended.origin, ended.drift_in) == (Revision.Origin.CHANGE, None)


def undone(aws_account: AwsAccount, erin: Operator, kind: str) -> Change:
    """What somebody did outside to an object of that kind, undone from its page."""
    revision = Revision.objects.filter(drift_in=aws_account, facet__kind=kind).order_by("-pk")[0]
    change = propose_reverse(aws_account=aws_account, actor=erin, revision=revision.pk)
    done = carry_out(change, erin)
    assert done.state == Change.State.APPLIED, [step.error for step in done.steps.all()]
    return done


def test_what_was_done_outside_is_undone(center: Arranged, aws_account: AwsAccount, erin: Operator) -> None:
    made, about = center.made, {"InstanceArn": center.made.arn, "PermissionSetArn": center.read_only}
    made.sso.put_inline_policy_to_permission_set(**about, InlinePolicy=allowing("s3:*"))
    made.sso.attach_managed_policy_to_permission_set(**about, ManagedPolicyArn="arn:aws:iam::aws:policy/SecurityAudit")
    made.sso.update_permission_set(**about, SessionDuration="PT4H")
    made.assign(center.admin, ACCOUNT_ID, "GROUP", center.empty)
    left = DirectoryMembership.objects.get(user_id=center.dana)
    made.store.delete_group_membership(IdentityStoreId=made.store_id, MembershipId=left.aws_id)
    made.group("strangers")
    pull_directory(aws_account)
    done = undone(aws_account, erin, "sso.permission_set")
    assert [step.kind for step in done.steps.all()] == [
        "sso.set.update",
        "sso.set.inline.delete",
        "sso.set.managed.detach",
        "sso.set.provision",
        "sso.set.await",
    ]
    row = PermissionSet.objects.get(name="Read_Only")
    assert (row.session_s, row.inline, row.outdated) == (3600, None, [])
    undone(aws_account, erin, "sso.assignment")
    assert not AccountAssignment.objects.live().filter(principal_id=center.empty).exists()
    undone(aws_account, erin, "identitystore.membership")
    assert DirectoryMembership.objects.live().filter(user_id=center.dana).exists()
    undone(aws_account, erin, "identitystore.group")
    assert not DirectoryGroup.objects.live().filter(name="strangers").exists()


def test_a_set_that_was_deleted_outside_is_made_again(
    center: Arranged, aws_account: AwsAccount, erin: Operator
) -> None:
    made = center.made
    made.withdraw(center.admin, ACCOUNT_ID, "USER", center.priya)
    made.sso.delete_permission_set(InstanceArn=made.arn, PermissionSetArn=center.admin)
    pull_directory(aws_account)
    made.store.delete_group(IdentityStoreId=made.store_id, GroupId=center.empty)
    pull_directory(aws_account)
    undone(aws_account, erin, "identitystore.group")
    assert DirectoryGroup.objects.live().filter(name="contractors").exists()
    undone(aws_account, erin, "sso.permission_set")
    row = PermissionSet.objects.live().get(name="Admin")
    assert row.session_s == 43_200 and row.managed == ["arn:aws:iam::aws:policy/AdministratorAccess"]
