"""Dry runs of plans whose steps build on each other: what one makes or takes off, others are about."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import Operator
from identities.operations import clone_role, clone_user, delete_whole
from sync.changes import dry_run
from sync.models import Change, DryRun
from tests.identities.test_operation_composites import full_group, full_user, profiled_role
from tests.services.changing import propose
from tests.services.world import World

pytestmark = pytest.mark.django_db


def outcomes(change: Change, actor: Operator) -> list[str]:
    run = dry_run.ask_dry_run(change=change, actor=actor)
    dry_run.work(run.pk)
    return [entry["outcome"] for entry in DryRun.objects.get(pk=run.pk).steps]


@pytest.mark.parametrize("arrange", [full_user, full_group, profiled_role])
def test_what_is_deleted_whole_is_ready(world: World, erin: Operator, arrange: Any) -> None:
    found = outcomes(propose(world.aws_account, erin, delete_whole(arrange(world))), erin)
    assert len(found) > 1
    assert set(found) == {"ready"}


def test_what_hangs_on_it_meanwhile_is_a_conflict(world: World, erin: Operator) -> None:
    user, policy = world.user(), world.policy()
    change = propose(world.aws_account, erin, delete_whole(user))
    world.iam.attach_user_policy(UserName=user.name, PolicyArn=policy.arn)
    assert outcomes(change, erin) == ["conflict"]


def test_what_is_gone_already_is_so_already(world: World, erin: Operator) -> None:
    user = world.user()
    change = propose(world.aws_account, erin, delete_whole(user))
    world.iam.delete_user(UserName=user.name)
    assert outcomes(change, erin) == ["so_already"]


@pytest.mark.parametrize("arrange, clone", [(full_user, clone_user), (profiled_role, clone_role)])
def test_what_is_about_something_new_is_known_later(world: World, erin: Operator, arrange: Any, clone: Any) -> None:
    make, *others = outcomes(propose(world.aws_account, erin, clone(arrange(world), "another", "/")), erin)
    assert make == "ready"
    assert set(others) == {"later"}
