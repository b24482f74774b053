from __future__ import annotations

import pytest

from accounts.models import Operator
from identities.models import IamRole, IamUser
from identities.operations import delete_boundary, put_boundary
from policies.models import ManagedPolicy
from sync import changes, operations
from sync.models import Change
from tests.services.changing import carry_out, propose
from tests.services.world import World

pytestmark = pytest.mark.django_db

POWER_USER = "arn:aws:iam::aws:policy/PowerUserAccess"


@pytest.fixture(params=["user", "role"])
def owner(request: pytest.FixtureRequest, world: World) -> IamUser | IamRole:
    made: IamUser | IamRole = getattr(world, request.param)()
    return made


def live(world: World, owner: IamUser | IamRole) -> str:
    word = owner.kind.removeprefix("iam.")
    answer = getattr(world.iam, f"get_{word}")(**{f"{word.title()}Name": owner.name})[word.title()]
    return str(answer.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn", ""))


def test_bounded_and_reversed(world: World, owner: IamUser | IamRole, erin: Operator) -> None:
    policy = world.policy()
    done = carry_out(propose(world.aws_account, erin, [put_boundary(owner, policy.arn)]), erin)
    assert (done.state, live(world, owner)) == (Change.State.APPLIED, policy.arn)
    owner.refresh_from_db()
    policy.refresh_from_db()
    assert (owner.boundary_arn, policy.boundary_count) == (policy.arn, 1)
    back = changes.propose_reverse(change=done, actor=erin, reason="")
    assert [step.kind.rpartition("boundary")[2] for step in back.steps.all()] == [".delete"]
    assert carry_out(back, erin).state == Change.State.APPLIED
    assert live(world, owner) == ""


def test_bounded_by_another_and_reversed(world: World, owner: IamUser | IamRole, erin: Operator) -> None:
    policy = world.policy()
    carry_out(propose(world.aws_account, erin, [put_boundary(owner, policy.arn)]), erin)
    done = carry_out(propose(world.aws_account, erin, [put_boundary(owner, POWER_USER)]), erin)
    assert (done.state, live(world, owner)) == (Change.State.APPLIED, POWER_USER)
    assert ManagedPolicy.objects.get(arn=POWER_USER).is_aws
    assert carry_out(changes.propose_reverse(change=done, actor=erin, reason=""), erin).state == "applied"
    assert live(world, owner) == policy.arn


def test_it_reads_as_a_sentence_and_as_a_command(world: World) -> None:
    user = world.user()
    spec = put_boundary(user, POWER_USER)
    operation = operations.registry[spec.kind]
    p = operation.parse(spec.params)
    assert operation.title(p) == "Bound the user lena.fischer by PowerUserAccess"
    (call,) = operation.calls(p)
    assert call.command_line() == (
        f"aws iam put-user-permissions-boundary --user-name lena.fischer --permissions-boundary {POWER_USER}"
    )
    off = operations.registry["iam.user.boundary.delete"]
    assert off.title(off.parse(delete_boundary(user).params)) == (
        "Take the permissions boundary off the user lena.fischer"
    )


def test_what_changes_nothing_is_refused(world: World, owner: IamUser | IamRole, erin: Operator) -> None:
    with pytest.raises(changes.PlanError, match="There is no permissions boundary on the"):
        propose(world.aws_account, erin, [delete_boundary(owner)])
    carry_out(propose(world.aws_account, erin, [put_boundary(owner, POWER_USER)]), erin)
    with pytest.raises(changes.PlanError, match="is the boundary of the"):
        propose(world.aws_account, erin, [put_boundary(owner, POWER_USER)])


def test_a_policy_that_isnt_there_is_refused(world: World, erin: Operator) -> None:
    with pytest.raises(changes.PlanError, match="has no policy missing"):
        propose(world.aws_account, erin, [put_boundary(world.user(), "arn:aws:iam::123456789012:policy/missing")])


def test_somebody_elses_boundary_is_a_conflict(world: World, erin: Operator) -> None:
    user = world.user()
    change = propose(world.aws_account, erin, [put_boundary(user, world.policy().arn)])
    world.iam.put_user_permissions_boundary(UserName=user.name, PermissionsBoundary=POWER_USER)
    assert carry_out(change, erin).state == Change.State.CONFLICTED
    assert live(world, user) == POWER_USER
