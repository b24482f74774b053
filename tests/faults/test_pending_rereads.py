"""A step was done, and what it wrote could not be read again: whoever sees it first knows whose it is."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import Operator
from identities.models import IamRole
from identities.operations import attach
from policies.models import ManagedPolicy
from sync import changes, refresh
from sync.changes import records
from sync.changes.records import read_pending
from sync.models import Change, PendingReread, Revision, Run, Step
from tests.services.changing import propose, worked
from tests.services.pulling import pulled
from tests.services.world import World

pytestmark = pytest.mark.django_db

Origin = Revision.Origin


@pytest.fixture
def attached(world: World, erin: Operator, monkeypatch: pytest.MonkeyPatch) -> tuple[IamRole, ManagedPolicy]:
    """By a change of ours, after which AWS gave no answer."""
    policy, role = world.policy(), world.role()
    change = propose(world.aws_account, erin, [attach(role, policy.arn)])
    changes.apply(change=change, actor=erin)
    read_again = records.reread_objects

    def silent(client: Any, refs: Any) -> Any:
        world.emulator.rules([{"action": "*", "error": {"code": "ServiceUnavailable", "status": 503}}])
        found = read_again(client, refs)
        world.emulator.rules([])
        return found

    with monkeypatch.context() as patched:
        patched.setattr(records, "reread_objects", silent)
        assert worked(change).state == Change.State.APPLIED
    assert PendingReread.objects.filter(object_id=role.aws_id, step__change=change).exists()
    return role, policy


def newest(role: IamRole) -> Revision:
    return Revision.objects.filter(facet__object_id=role.aws_id).order_by("-number")[0]


def test_the_next_pull_knows_whose_it_is(world: World, attached: tuple[IamRole, ManagedPolicy]) -> None:
    pulled(world.aws_account, source="iam.details")
    revision = newest(attached[0])
    assert (revision.number, revision.origin, revision.step) == (2, Origin.CHANGE, Step.objects.get())
    assert not Revision.objects.filter(number__gt=1).exclude(drift_in=None).exists()
    assert not PendingReread.objects.filter(object_id=attached[0].aws_id).exists()


def test_it_is_read_with_the_next_tick(attached: tuple[IamRole, ManagedPolicy]) -> None:
    read_pending()
    run = Run.objects.get(source=Run.OBJECT, object_id=attached[0].aws_id)
    refresh.work(run.pk)
    assert newest(attached[0]).origin == Origin.CHANGE
    read_pending()
    assert Run.objects.filter(source=Run.OBJECT, object_id=run.object_id).count() == 1, "it was asked just now"


@pytest.mark.parametrize("what", ["undone", "more"])
def test_what_others_did_since_is_theirs(world: World, attached: tuple[IamRole, ManagedPolicy], what: str) -> None:
    role, policy = attached
    if what == "undone":
        world.iam.detach_role_policy(RoleName=role.name, PolicyArn=policy.arn)
    world.iam.tag_role(RoleName=role.name, Tags=[{"Key": "team", "Value": "exports"}])
    pulled(world.aws_account, source="iam.details")
    assert newest(role).origin == Origin.OUTSIDE
