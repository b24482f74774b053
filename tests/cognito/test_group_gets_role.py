"""A group that gets a role between the plan and the apply, or in the same plan, isn't what people were put into."""

from __future__ import annotations

import pytest
from django.utils import timezone

from accounts.models import Operator
from cognito.people.operations.base import on_person
from cognito.pools.operations import update
from cognito.pools.operations.shapes import GROUP
from sync import operations
from sync.aws.client import reader
from sync.models import Change
from sync.operations import PreviousAttempt
from sync.plan_draft import Draft
from tests.cognito.customers import Customers
from tests.services.changing import carry_out, propose

pytestmark = pytest.mark.django_db
ADD, REMOVE = "cognito.user.group.add", "cognito.user.group.remove"
ROLE = "arn:aws:iam::123456789012:role/shop-staff"


def members(found: Customers) -> set[str]:
    described = found.idp.list_users_in_group(UserPoolId=found.pool.aws_id, GroupName="vip")["Users"]
    return {user["Username"] for user in described}


def gets_role(found: Customers) -> None:
    found.idp.update_group(UserPoolId=found.pool.aws_id, GroupName="vip", RoleArn=ROLE)


def test_helpdesk_puts_nobody_into_a_group_that_got_a_role_since(found: Customers, hal: Operator) -> None:
    ada = found.person("ada")
    change = propose(ada.aws_account, hal, [on_person(ada, ADD, group="vip")])
    gets_role(found)
    change = carry_out(change, hal)
    assert change.state == Change.State.CONFLICTED
    assert "found no member of a group that carries the role shop-staff" in change.error["sentence"]
    assert ada.aws_id not in members(found)


def test_who_is_in_it_may_be_taken_out_all_the_same(found: Customers, hal: Operator) -> None:
    dora = found.person("dora")
    change = propose(dora.aws_account, hal, [on_person(dora, REMOVE, group="vip")])
    gets_role(found)
    assert carry_out(change, hal).state == Change.State.APPLIED
    assert members(found) == set()


def test_one_plan_gives_the_role_and_puts_somebody_in(found: Customers, erin: Operator) -> None:
    ada = found.person("ada")
    role = update(GROUP, found.pool.arn, "vip", {"RoleArn": ROLE}, "vip")
    change = propose(ada.aws_account, erin, [role, on_person(ada, ADD, group="vip")])
    assert ("GROUP_GIVES_ACCESS", 2) in {(each["code"], each["step"]) for each in change.findings}
    assert carry_out(change, erin).state == Change.State.APPLIED, change.error
    assert ada.aws_id in members(found)


def test_what_a_killed_worker_did_is_ours_whatever_role_the_group_got(found: Customers) -> None:
    ada, operation = found.person("ada"), operations.registry[ADD]
    p = operation.parse(on_person(ada, ADD, group="vip").params)
    expected = operation.mirrored(Draft(ada.aws_account), p)
    live = {**expected, "member": True, "role": ROLE}
    tried = [PreviousAttempt(timezone.now(), expected)]
    client = reader(ada.aws_account, region=ada.region)
    assert operation.done(client, p, live, tried) is not None
    assert operation.done(client, p, {**live, "group": "another"}, tried) is None
    assert operation.done(client, p, {**live, "member": False}, tried) is None
    assert operation.done(client, p, None, tried) is None
