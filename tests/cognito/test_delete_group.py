"""Deleting a group of a pool, and its reverse: the group with its settings, and its members in it."""

from __future__ import annotations

import pytest

from accounts.models import AwsAccount, Operator
from cognito.models import CognitoGroup, CognitoMembership, CognitoUser
from cognito.people import erasure
from cognito.pools.operations import belonging, remove
from cognito.pools.operations.shapes import GROUP
from emulator.process import REGION, Emulator
from sync import changes
from sync.models import Change
from tests.cognito.customers import Customers, customers
from tests.services.changing import carry_out, propose
from tests.services.pulling import pulled

pytestmark = pytest.mark.django_db


@pytest.fixture
def found(emulator: Emulator, aws_account: AwsAccount) -> Customers:
    """`vip` has ada, cleo and dora, and settings."""
    made = customers(emulator, aws_account)
    for name in ("ada", "cleo"):
        made.idp.admin_add_user_to_group(
            UserPoolId=made.pool.aws_id, Username=made.person(name).aws_id, GroupName="vip"
        )
    made.idp.update_group(UserPoolId=made.pool.aws_id, GroupName="vip", Precedence=3, Description="Best customers")
    for source in ("cognito.groups", "cognito.members"):
        pulled(aws_account, source=source, region=REGION)
    return made


def members(found: Customers) -> list[str]:
    listed = found.idp.list_users_in_group(UserPoolId=found.pool.aws_id, GroupName="vip")["Users"]
    return sorted(next(each["Value"] for each in user["Attributes"] if each["Name"] == "email") for user in listed)


def deleted(found: Customers, erin: Operator) -> Change:
    change = carry_out(propose(found.pool.aws_account, erin, [remove(GROUP, found.pool.arn, "vip")]), erin)
    assert change.state == Change.State.APPLIED, change.error
    return change


def reversed_(change: Change, erin: Operator) -> Change:
    back = carry_out(changes.propose_reverse(change=change, actor=erin, reason=""), erin)
    assert back.state == Change.State.APPLIED, (back.error, [each.error for each in back.steps.all()])
    return back


def test_its_members_are_in_it_again(found: Customers, erin: Operator) -> None:
    was = members(found)
    back = reversed_(deleted(found, erin), erin)
    assert members(found) == was == ["ada@acme.example", "cleo@acme.example", "dora@acme.example"]
    group = found.idp.get_group(UserPoolId=found.pool.aws_id, GroupName="vip")["Group"]
    assert (group["Precedence"], group["Description"]) == (3, "Best customers")
    kinds = list(back.steps.order_by("position").values_list("kind", flat=True))
    assert kinds == ["cognito.group.create", *["cognito.user.group.add"] * 3]
    held = CognitoMembership.objects.filter(group__in=CognitoGroup.objects.live().filter(name="vip"), gone_at=None)
    assert held.count() == 3


def test_the_plan_of_the_deletion_keeps_subs_and_nothing_else_of_them(found: Customers, erin: Operator) -> None:
    step = deleted(found, erin).steps.get()
    assert step.before["members"] == sorted(found.person(name).aws_id for name in ("ada", "cleo", "dora"))
    assert "acme.example" not in str([step.params, step.before, step.result])


def test_who_is_gone_since_is_left_out(found: Customers, erin: Operator) -> None:
    change = deleted(found, erin)
    cleo = found.person("cleo")
    found.idp.admin_delete_user(UserPoolId=found.pool.aws_id, Username=cleo.aws_id)
    CognitoUser.objects.filter(pk=cleo.pk).update(gone_at=change.created_at)
    erasure.erase(CognitoUser.objects.filter(pk=cleo.pk))
    reversed_(change, erin)
    assert members(found) == ["ada@acme.example", "dora@acme.example"]


def test_more_than_can_be_put_back_is_said(found: Customers, erin: Operator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(belonging, "PUT_BACK", 2)
    change = deleted(found, erin)
    [said] = [each["message"] for each in change.findings if each["code"] == "MANY_MEMBERS"]
    assert said.startswith("vip has 3 members: a reverse puts back the first 2.")
    reversed_(change, erin)
    assert len(members(found)) == 2


def test_members_that_were_never_read_are_said_to_be_unknown(found: Customers, erin: Operator) -> None:
    CognitoGroup.objects.filter(name="vip").update(members_read_at=None)
    change = propose(found.pool.aws_account, erin, [remove(GROUP, found.pool.arn, "vip")])
    [said] = [each["message"] for each in change.findings if each["code"] == "MEMBERS_UNKNOWN"]
    assert said.startswith("The mirror doesn’t know who is in vip")


def test_a_deletion_from_before_members_were_kept_is_reversed_without(found: Customers, erin: Operator) -> None:
    change = deleted(found, erin)
    step = change.steps.get()
    step.before = {"settings": step.before["settings"]}
    step.save()
    back = reversed_(change, erin)
    assert back.steps.get().kind == "cognito.group.create"
