"""Deleting users, groups and roles: nothing may hang on them any more."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.db.models import F
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Operator
from identities.kinds import GROUP, PRINCIPALS, ROLE, USER
from identities.models import (
    AccessKey,
    Attachment,
    IamRole,
    IamUser,
    InlinePolicy,
    InstanceProfile,
    LoginProfile,
    Membership,
    MfaDevice,
    TrustedPrincipal,
)
from identities.operations import (
    add_member,
    attach,
    delete,
    delete_whole,
    detach,
    put_inline,
    remove_member,
    remove_role,
)
from identities.operations.dependents import dependents_in_aws, dependents_in_mirror
from objects.kinds import IamKind
from policies.models import Document
from sync import changes
from sync.aws.client import reader
from sync.models import Change, Revision, Run
from sync.plan_draft import Draft
from tests.identities.operation_cases_principals import filled_profile
from tests.services.changing import carry_out, propose
from tests.services.credentials import give_everything, pull
from tests.services.pages import get, text_of
from tests.services.statements import reports_policy
from tests.services.world import World

pytestmark = pytest.mark.django_db


def full(world: World, owner: IamKind, name: str) -> None:
    """Something of every kind that may hang on one."""
    if owner is USER:
        give_everything(world.iam, name)
    elif owner is GROUP:
        world.iam.create_group(GroupName=name)
    else:
        _, role = filled_profile(world)
        assert role.name == name
    policy = world.policy()
    word, named = owner.word, {owner.name_parameter: name}
    getattr(world.iam, f"attach_{word}_policy")(PolicyArn=policy.arn, **named)
    getattr(world.iam, f"put_{word}_policy")(PolicyName="own", PolicyDocument=reports_policy("s3:Get*"), **named)
    if owner is not ROLE:
        user, group = (name, "analytics") if owner is USER else ("lena.fischer", name)
        (world.group if owner is USER else world.user)()
        world.iam.add_user_to_group(GroupName=group, UserName=user)


@pytest.mark.parametrize(
    ("owner", "number"), [(USER, 10), (GROUP, 3), (ROLE, 3)], ids=[owner.word for owner in PRINCIPALS]
)
def test_the_mirror_and_aws_agree_on_what_hangs(world: World, owner: IamKind, number: int) -> None:
    full(world, owner, "reports-exporter")
    pull(world.aws_account)
    pull(world.aws_account, "iam.instance_profiles")
    row = owner.model.objects.live().get(name="reports-exporter")
    found = sorted(dependents_in_mirror(owner, Draft(world.aws_account), row))
    assert found == sorted(dependents_in_aws(owner, reader(world.aws_account), {owner.name_parameter: row.name}))
    assert len(found) == number


@pytest.mark.parametrize("owner", PRINCIPALS, ids=[owner.word for owner in PRINCIPALS])
def test_more_of_them_take_no_more_queries(world: World, erin: Operator, owner: IamKind) -> None:
    def queries(number: int) -> int:
        names = [f"one-of-{number}-{each}" for each in range(number)]
        for name in names:
            hung_on(world, owner, name)
        rows = list(owner.model.objects.live().filter(name__in=names))
        with CaptureQueriesContext(connection) as done:
            assert propose(world.aws_account, erin, delete_whole(*rows)).steps.count() > 3 * number
        return len(done)

    queries(1)  # the first proposal reads what the others go on with
    few = queries(2)
    assert queries(6) == few


def hung_on(world: World, owner: IamKind, name: str) -> None:
    """One on which hangs, as the mirror says, what there is most of."""
    policy = world.policy(f"policy-{name}")
    row = {USER: world.user, GROUP: world.group, ROLE: world.role}[owner](name)
    new = {"aws_account": world.aws_account, "first_seen": timezone.now(), owner.word: row}

    def make(model: Any, called: str, **columns: Any) -> None:
        said = {"aws_id": f"{called}{row.pk}", "name": called, "name_key": called}
        model.objects.create(**{**new, **said, **columns})

    make(Attachment, policy.name, arn=policy.arn, policy=policy)
    make(InlinePolicy, "own", document=Document.objects.latest("pk"))
    if owner is ROLE:
        make(InstanceProfile, name, arn=f"arn:aws:iam::{world.aws_account.account_id}:instance-profile/{name}")
        return
    ends = {"user": row, "group": world.group(f"group-{name}")}
    if owner is GROUP:
        ends = {"user": world.user(f"user-{name}"), "group": row}
    make(Membership, ends["group"].name, **ends)
    if owner is USER:
        key, device = f"AKIA{row.pk}", f"arn:aws:iam::123456789012:mfa/{name}"
        make(LoginProfile, "login", created_at=timezone.now())
        make(AccessKey, key, aws_id=key)
        make(MfaDevice, device, aws_id=device, factor=MfaDevice.Factor.APP)


def test_what_still_hangs_on_it_is_named(world: World, erin: Operator) -> None:
    user, policy = world.user(), world.policy()
    world.iam.attach_user_policy(UserName=user.name, PolicyArn=policy.arn)
    with pytest.raises(changes.PlanError, match=f"remove policy {policy.arn} first"):
        propose(world.aws_account, erin, [delete(world.again(user))])


def test_earlier_steps_of_the_plan_count(world: World, erin: Operator) -> None:
    user, group, policy = world.user(), world.group(), world.policy()
    world.iam.add_user_to_group(GroupName=group.name, UserName=user.name)
    world.iam.attach_user_policy(UserName=user.name, PolicyArn=policy.arn)
    user = world.again(user)
    steps = [remove_member(user, group), detach(user, policy.arn), delete(user), delete(group)]
    change = carry_out(propose(world.aws_account, erin, steps), erin)
    assert change.state == Change.State.APPLIED
    assert not IamUser.objects.live().exists()
    assert world.iam.list_users()["Users"] == world.iam.list_groups()["Groups"] == []


def test_the_page_of_a_deleted_user_leads_to_what_it_had(
    world: World, erin: Operator, client_of: Callable[..., Client]
) -> None:
    """The change that deletes it takes everything off first: just before the deletion it had nothing left."""
    user, group = world.user(), world.group()
    world.iam.add_user_to_group(GroupName=group.name, UserName=user.name)
    user = world.again(user)
    hour = timedelta(hours=1)
    for model in (IamUser, type(group), Membership):
        model.objects.update(first_seen=F("first_seen") - hour)
    Revision.objects.update(seen_at=F("seen_at") - hour)
    begun = {"started_at": timezone.now() - hour, "finished_at": timezone.now() - hour}
    Run.objects.create(aws_account=world.aws_account, source="iam.details", state="done", trigger="schedule", **begun)
    change = carry_out(propose(world.aws_account, erin, [remove_member(user, group), delete(user)]), erin)
    assert change.state == Change.State.APPLIED
    page = get(client_of(erin), "user", aws_id=user.aws_id)
    link = re.search(r'href="([^"]+)">See what it had<', page)
    assert link
    assert f"Groups 1 {group.name}" in text_of(client_of(erin).get(unescape(link[1])).content.decode())


@pytest.mark.parametrize("what", ["member", "policy", "inline"])
def test_what_an_earlier_step_hangs_on_it_counts(world: World, erin: Operator, what: str) -> None:
    user, group, policy = world.user(), world.group(), world.policy()
    first = {
        "member": add_member(user, group),
        "policy": attach(group, policy.arn),
        "inline": put_inline(group, "own", reports_policy("s3:Get*")),
    }[what]
    with pytest.raises(changes.PlanError, match="nothing depends on it"):
        propose(world.aws_account, erin, [first, delete(group)])


def test_a_role_in_an_instance_profile_is_taken_out_first(world: World, erin: Operator) -> None:
    profile, role = filled_profile(world)
    with pytest.raises(changes.PlanError, match="remove instance profile web first"):
        propose(world.aws_account, erin, [delete(role)])
    change = propose(world.aws_account, erin, [remove_role(profile, role), delete(role), delete(profile)])
    assert carry_out(change, erin).state == Change.State.APPLIED


def test_a_key_made_meanwhile_is_a_conflict_and_known_then(world: World, erin: Operator) -> None:
    user = world.user()
    change = propose(world.aws_account, erin, [delete(user)])
    key = world.iam.create_access_key(UserName=user.name)["AccessKey"]["AccessKeyId"]
    change = carry_out(change, erin)
    assert change.state == Change.State.CONFLICTED
    assert f"found it with access key {key} on it" in change.error["sentence"]
    assert world.sent("DeleteUser") == []
    assert [held.name for held in user.accesskeys.live()] == [key]


def test_one_made_again_under_the_name_is_left_alone(world: World, erin: Operator) -> None:
    user = world.user()
    change = propose(world.aws_account, erin, [delete(user)])
    world.iam.delete_user(UserName=user.name)
    world.emulator.forget_calls()
    world.iam.create_user(UserName=user.name)
    assert carry_out(change, erin).state == Change.State.CONFLICTED
    assert world.sent("DeleteUser") == []


def test_a_lost_answer_is_adopted(world: World, erin: Operator) -> None:
    change = propose(world.aws_account, erin, [delete(world.user())])
    world.emulator.rules([{"action": "DeleteUser", "when": "after", "truncate": True, "times": 1}])
    assert carry_out(change, erin).state == Change.State.APPLIED
    assert len(world.sent("DeleteUser")) == 1


def test_the_plan_says_who_trusts_it(world: World, erin: Operator) -> None:
    user, role = world.user(), world.role("on-call")
    TrustedPrincipal.objects.create(role=role, type="AWS", value=user.arn)
    change = propose(world.aws_account, erin, [delete(user)])
    assert [finding["code"] for finding in change.findings] == ["TRUST_BREAKS"]


def test_a_role_of_aws_is_not_deleted(world: World, erin: Operator) -> None:
    role = world.role()
    IamRole.objects.filter(pk=role.pk).update(path="/aws-service-role/support.amazonaws.com/")
    with pytest.raises(changes.PlanError, match="belongs to an AWS service"):
        propose(world.aws_account, erin, [delete(role)])
