"""Service-linked roles: AWS deletes them on its own time."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from accounts.models import Operator
from identities.models import IamRole
from identities.operations import delete_linked
from sync import changes
from sync.models import Change
from sync.operations import StepSpec
from tests.services.changing import carry_out, propose, worked
from tests.services.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def linked(world: World) -> IamRole:
    made = world.iam.create_service_linked_role(AWSServiceName="elasticbeanstalk.amazonaws.com")["Role"]
    return world.mirrored(IamRole, made["RoleName"], made["Arn"])


def let_through(world: World, alice: Operator, steps: Sequence[StepSpec]) -> Change:
    """An AWS service works by it, so an owner has to."""
    change = propose(world.aws_account, alice, steps)
    changes.override(change=change, actor=alice, reason="Nothing uses it")
    return carry_out(change, alice)


def test_it_is_deleted(world: World, alice: Operator, linked: IamRole) -> None:
    change = let_through(world, alice, delete_linked(linked))
    assert change.state == Change.State.APPLIED, change.error
    assert not IamRole.objects.live().filter(pk=linked.pk).exists()


def test_the_change_waits_for_aws(world: World, alice: Operator, linked: IamRole) -> None:
    change = let_through(world, alice, delete_linked(linked)[1:])
    assert change.state == Change.State.SCHEDULED
    assert change.steps.get().error["sentence"] == f"AWS is still deleting {linked.name}."
    world.iam.delete_service_linked_role(RoleName=linked.name)
    changes.look_again(change=change, actor=alice)
    assert worked(change).state == Change.State.APPLIED
    assert not IamRole.objects.live().filter(pk=linked.pk).exists()


def test_another_role_is_not_deleted_so(world: World, erin: Operator) -> None:
    with pytest.raises(changes.PlanError, match="isn’t linked to a service"):
        propose(world.aws_account, erin, delete_linked(world.role()))
