"""Changes of groups, memberships and people: staged from pages, reversed, ending by themselves, and naming nobody."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEntry, AwsAccount, Operator
from directory.actions.groups import take_out
from directory.models import AccountAssignment, DirectoryGroup, DirectoryMembership, DirectoryUser
from directory.operations.groups import delete_group
from directory.operations.memberships import add_member
from directory.operations.sets_base import region_of_store
from directory.operations.users import delete_user
from emulator.process import Emulator
from sync import changes
from sync.changes.removals import bring_back
from sync.models import Attempt, Change, Step
from sync.operations import StepSpec
from tests.directory import operation_cases_store
from tests.directory.arranged import Arranged, pull_directory
from tests.services.changing import carry_out, propose, refusal, worked
from tests.services.operation_cases import ComparedCase, apply_compare_and_reverse
from tests.services.organizations import ACCOUNT_ID, connect_member
from tests.services.pages import address, get, text_of
from tests.services.world import World


@pytest.mark.parametrize("case", operation_cases_store.CASES, ids=lambda case: case.kind)
def test_it_is_done_seen_and_undone(case: Any, world: World, erin: Operator) -> None:
    assert isinstance(case, ComparedCase)
    apply_compare_and_reverse(case, world, erin)


def do(client: Client, place: str, action: str, posted: dict[str, Any], aws_id: str = "") -> str:
    """What the page says where it leads."""
    named = {"aws_id": aws_id} if aws_id else {}
    url = address(f"{place}_action", action=action, **named)
    answer = client.post(url, {"title": "", "reason": "Ticket 7", **posted}, follow=True)
    return text_of(answer.content.decode())


def members(center: Arranged) -> set[str]:
    """Of platform, as AWS has them."""
    about = {"IdentityStoreId": center.made.store_id, "GroupId": center.platform}
    listed = center.made.store.list_group_memberships(**about)["GroupMemberships"]
    return {each["MemberId"]["UserId"] for each in listed}


def propose_until(aws_account: AwsAccount, actor: Operator, steps: Sequence[StepSpec]) -> Change:
    until = timezone.now() + timedelta(days=1)
    about = {"aws_account": aws_account, "actor": actor, "title": "On call", "reason": "Ticket 8"}
    return changes.propose_until(until=until, steps=steps, **about)


def due(removal: Change) -> Change:
    ended = timezone.now() - timedelta(minutes=1)
    Change.objects.filter(pk=removal.pk).update(state=Change.State.QUEUED, not_before=ended)
    return worked(removal)


# ---- Memberships -----------------------------------------------------------------------------------------------------
def test_a_person_is_in_a_group_until_a_date(center: Arranged, erins: Client, erin: Operator) -> None:
    until = timezone.localtime(timezone.now() + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    said = do(erins, "directory_group", "add", {"person": "priya.nair", "ends": until}, center.platform)
    assert "Add the person Priya Nair to the group platform" in said
    change, removal = Change.objects.order_by("pk")
    [there] = change.measured["elsewhere_access"]["accounts"]
    assert "s3" in str(there["effects"]) or there["effects"] == []
    assert carry_out(change, erin).state == Change.State.APPLIED
    assert center.priya in members(center)
    assert due(removal).state == Change.State.APPLIED, [step.error for step in removal.steps.all()]
    assert center.priya not in members(center)
    assert not DirectoryMembership.objects.live().filter(user_id=center.priya).exists()


def test_it_ends_also_where_somebody_made_the_membership_anew(
    center: Arranged, aws_account: AwsAccount, erin: Operator
) -> None:
    """The end knows the membership by AWS's id; another one is theirs all the same."""
    step = add_member(DirectoryGroup.objects.get(name="platform"), center.priya, "eu-west-1")
    change = propose_until(aws_account, erin, [step])
    assert carry_out(change, erin).state == Change.State.APPLIED
    store, about = center.made.store, {"IdentityStoreId": center.made.store_id}
    row = DirectoryMembership.objects.live().get(user_id=center.priya)
    store.delete_group_membership(**about, MembershipId=row.aws_id)
    center.made.join(center.platform, center.priya)
    removal = Change.objects.get(ends=change)
    assert due(removal).state == Change.State.CONFLICTED
    pull_directory(aws_account)
    Change.objects.filter(pk=removal.pk).update(finished_at=timezone.now() - timedelta(minutes=30))
    bring_back()
    assert worked(removal).state == Change.State.APPLIED, [step.error for step in removal.steps.all()]
    assert center.priya not in members(center)


def test_who_joins_gains_what_the_group_has(center: Arranged, aws_account: AwsAccount, erin: Operator) -> None:
    group = DirectoryGroup.objects.get(name="contractors")
    center.made.assign(center.admin, ACCOUNT_ID, "GROUP", center.empty)
    pull_directory(aws_account)
    change = propose(aws_account, erin, [add_member(group, center.dana, "eu-west-1")])
    assert "By the group contractors they get everything: Admin in 123456789012" in str(change.findings)
    [there] = change.measured["elsewhere_access"]["accounts"]
    assert there["effects"][0]["who"][0][0].endswith(center.dana) and "gained" in there["effects"][0]
    out = propose(aws_account, erin, [take_out(DirectoryGroup.objects.get(name="platform"), center.dana)])
    assert "lost" in str(out.measured["elsewhere_access"])


def test_what_a_directory_brings_is_not_changed_here(
    center: Arranged, emulator: Emulator, world: World, aws_account: AwsAccount, erins: Client, erin: Operator
) -> None:
    issuer = {"issuer": "https://idp.example/scim", "external_id": "7"}
    emulator.identity_center(groups=[{"group_id": center.platform, **issuer}])
    emulator.identity_center(people=[{"user_id": center.tom, **issuer}])
    pull_directory(aws_account)
    page = text_of(get(erins, "directory_group_action", aws_id=center.platform, action="add"))
    assert "The group comes from https://idp.example/scim" in page
    group, tom = DirectoryGroup.objects.get(name="platform"), DirectoryUser.objects.get(aws_id=center.tom)
    assert "change it there" in refusal(world, erin, add_member(group, center.priya, "eu-west-1"))
    assert "delete or disable them there" in refusal(world, erin, delete_user(tom, "eu-west-1"))
    page = text_of(get(erins, "account_action", action="create-directory-person"))
    assert "People of this Identity Center come from https://idp.example/scim" in page
    said = do(erins, "account", "create-directory-group", {"name": "oncall"})
    assert "Groups of this Identity Center come from https://idp.example/scim" in said


def test_each_account_of_the_group_has_to_agree(
    center: Arranged, aws_account: AwsAccount, world: World, erin: Operator
) -> None:
    member = connect_member(center.made.organization.account("Staging"), "Staging")
    center.made.assign(center.read_only, member.account_id, "GROUP", center.empty)
    pull_directory(aws_account)
    step = add_member(DirectoryGroup.objects.get(name="contractors"), center.dana, "eu-west-1")
    assert f"lacks the grant that this needs: {member.account_id}" in refusal(world, erin, step)


# ---- Groups ----------------------------------------------------------------------------------------------------------
def test_a_group_in_use_is_deleted_after_its_assignments_and_made_again(
    center: Arranged, world: World, erins: Client, erin: Operator
) -> None:
    group = DirectoryGroup.objects.get(name="platform")
    assert "platform has 1 assignment" in refusal(world, erin, delete_group(group, "eu-west-1"))
    do(erins, "directory_group", "delete", {}, center.platform)
    done = carry_out(Change.objects.get(), erin)
    assert done.state == Change.State.APPLIED, [step.error for step in done.steps.all()]
    assert not DirectoryGroup.objects.live().filter(name="platform").exists()
    assert not DirectoryMembership.objects.live().exists()
    back = carry_out(changes.propose_reverse(change=done, actor=erin), erin)
    assert back.state == Change.State.APPLIED, [step.error for step in back.steps.all()]
    made = DirectoryGroup.objects.live().get(name="platform")
    assert AccountAssignment.objects.live().filter(principal_id=made.aws_id, name="Read_Only").exists()
    assert DirectoryMembership.objects.live().filter(group_id=made.aws_id).count() == 2


# ---- People ----------------------------------------------------------------------------------------------------------
NEW = {"user_name": "maya.rao", "given": "Maya", "family": "Rao", "email": "maya.rao@acme.example"}


def test_somebody_new_is_named_nowhere_but_to_who_may_see_people(
    center: Arranged, erins: Client, bobs: Client, erin: Operator, caplog: pytest.LogCaptureFixture
) -> None:
    said = do(erins, "account", "create-directory-person", NEW)
    assert "Make somebody new a user of Identity Center" in said and "Maya Rao" in said
    change = Change.objects.get()
    html = get(bobs, "change", pk=str(change.pk))
    done = carry_out(change, erin)
    assert done.state == Change.State.APPLIED, [step.error for step in done.steps.all()]
    row = DirectoryUser.objects.live().get(name="maya.rao")
    assert (row.display_name, row.email) == ("Maya Rao", "maya.rao@acme.example")
    kept = f"{list(Step.objects.values())} {list(AuditEntry.objects.values())} {list(Attempt.objects.values())}"
    for personal in ("maya", "rao@"):
        assert personal not in (html + kept + caplog.text + str(change.title) + str(change.does)).casefold()
    assert "There is somebody of that user name already" in do(erins, "account", "create-directory-person", NEW)
    assert "has no spaces" in do(erins, "account", "create-directory-person", {**NEW, "user_name": "maya rao"})


def test_a_person_is_deleted_after_their_own_assignments(center: Arranged, erins: Client, erin: Operator) -> None:
    page = text_of(get(erins, "directory_person", aws_id=center.priya))
    assert "Delete…" in page
    do(erins, "directory_person", "delete", {}, center.priya)
    change = Change.objects.get()
    changes_kinds = [step.kind for step in change.steps.all()]
    assert changes_kinds == ["sso.assignment.delete", "sso.assignment.await", "identitystore.user.delete"]
    done = carry_out(change, erin)
    assert done.state == Change.State.APPLIED, [step.error for step in done.steps.all()]
    assert DirectoryUser.objects.get(aws_id=center.priya).gone_at is not None


def test_who_is_let_in_again_isnt_deleted(center: Arranged, aws_account: AwsAccount, erin: Operator) -> None:
    """The plan was made when they were in no group."""
    priya = DirectoryUser.objects.get(aws_id=center.priya)
    AccountAssignment.objects.filter(principal_id=center.priya).update(gone_at=timezone.now())
    change = propose(aws_account, erin, [delete_user(priya, region_of_store(priya))])
    center.made.join(center.empty, center.priya)
    done = carry_out(change, erin)
    assert done.steps.get().state == Step.State.CONFLICTED
    about = {"IdentityStoreId": center.made.store_id, "UserId": center.priya}
    assert center.made.store.describe_user(**about)["UserId"] == center.priya


def test_who_left_a_group_since_is_deleted(center: Arranged, aws_account: AwsAccount, erin: Operator) -> None:
    dana = DirectoryUser.objects.get(aws_id=center.dana)
    change = propose(aws_account, erin, [delete_user(dana, region_of_store(dana))])
    about = {"IdentityStoreId": center.made.store_id, "MemberId": {"UserId": center.dana}}
    [held] = center.made.store.list_group_memberships_for_member(**about)["GroupMemberships"]
    center.made.store.delete_group_membership(IdentityStoreId=center.made.store_id, MembershipId=held["MembershipId"])
    done = carry_out(change, erin)
    assert done.state == Change.State.APPLIED, [step.error for step in done.steps.all()]


def test_who_may_not_see_people_adds_nobody_by_name(
    center: Arranged, erins: Client, bobs: Client, client_of: Callable[[Operator], Client], charlie: Operator
) -> None:
    for place, aws_id in (("directory_group", center.platform), ("directory_person", center.dana)):
        url = address(f"{place}_action", aws_id=aws_id, action="delete")
        assert bobs.post(url, {"reason": "x"}).status_code == 403
        assert client_of(charlie).post(url, {"reason": "x"}).status_code == 404
    assert "Two are called" not in do(erins, "directory_group", "add", {"person": "nobody"}, center.platform)
    assert "The mirror has no person “nobody”" in do(
        erins, "directory_group", "add", {"person": "nobody"}, center.platform
    )
    assert not Change.objects.exists()
