"""Composite actions on policies, from the page to AWS and back: deleting one in use, making an inline one managed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import Operator
from policies.models import ManagedPolicy
from sync import changes
from sync.models import Change
from tests.services.changing import carry_out
from tests.services.pages import address
from tests.services.statements import reports_policy
from tests.services.world import World

ClientOf = Callable[..., Client]
pytestmark = pytest.mark.django_db


def entities(world: World, arn: str) -> list[str]:
    """Who has the policy, also as boundary."""
    answer = world.iam.list_entities_for_policy(PolicyArn=arn)
    return sorted(each[f"{kind}Name"] for kind in ("User", "Group", "Role") for each in answer[f"Policy{kind}s"])


def staged(client: Client, url: str, **said: str) -> Change:
    client.post(url, {"reason": "Ticket 7", **said})
    return Change.objects.latest("pk")


def test_a_policy_in_use_is_deleted_and_comes_back(world: World, erin: Operator, client_of: ClientOf) -> None:
    policy = world.policy(versions=3)
    user, group, role = world.user(), world.group(), world.role()
    world.iam.attach_user_policy(UserName=user.name, PolicyArn=policy.arn)
    world.iam.attach_group_policy(GroupName=group.name, PolicyArn=policy.arn)
    world.iam.put_role_permissions_boundary(RoleName=role.name, PermissionsBoundary=policy.arn)
    for row in (user, group, role):
        world.again(row)
    who, was = entities(world, policy.arn), world.versions(policy)
    change = staged(client_of(erin), address("policy_action", aws_id=policy.aws_id, action="delete"))
    done = carry_out(change, erin)
    assert done.state == Change.State.APPLIED, done.error
    assert not ManagedPolicy.objects.live().exists()
    back = carry_out(changes.propose_reverse(change=done, actor=erin, reason=""), erin)
    assert back.state == Change.State.APPLIED, back.error
    again = ManagedPolicy.objects.live().get()
    assert again.aws_id != policy.aws_id
    assert entities(world, policy.arn) == who
    assert sorted(world.versions(policy).values()) == sorted(was.values())
    assert world.versions(policy)[again.default_version] == was["v3"]


def test_an_inline_policy_becomes_managed_and_inline_again(world: World, erin: Operator, client_of: ClientOf) -> None:
    role = world.role()
    text = reports_policy("s3:GetObject")
    world.iam.put_role_policy(RoleName=role.name, PolicyName="own", PolicyDocument=text)
    role = world.again(role)
    url = address("role_action", aws_id=role.aws_id, action="inline-move")
    done = carry_out(staged(client_of(erin), url, policy="own", name="shared"), erin)
    assert done.state == Change.State.APPLIED, done.error
    shared = ManagedPolicy.objects.live().get()
    assert world.attached(role) == [shared.arn]
    assert names(world, role) == []
    back = carry_out(changes.propose_reverse(change=done, actor=erin, reason=""), erin)
    assert back.state == Change.State.APPLIED, back.error
    assert (world.attached(role), names(world, role)) == ([], ["own"])
    assert not ManagedPolicy.objects.live().exists()


def names(world: World, role: Any) -> list[str]:
    return list(world.iam.list_role_policies(RoleName=role.name)["PolicyNames"])
