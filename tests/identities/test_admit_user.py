"""Letting a user assume a role until a date: one statement of the trust policy, whatever else it says by then."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Operator
from identities.models import IamRole, IamUser
from identities.operations import admit, update_trust
from sync import changes
from sync.changes import sweeper
from sync.models import Change
from tests.services.changing import carry_out, propose, refusal, worked
from tests.services.world import World

pytestmark = pytest.mark.django_db
SID = "IAMConsoleAdmits1"


@pytest.fixture(autouse=True)
def no_messages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweeper, "wake", lambda task, pk: None)


@pytest.fixture
def role(world: World) -> IamRole:
    return world.role()


@pytest.fixture
def user(world: World) -> IamUser:
    return world.user()


def trust_of(world: World, role: IamRole) -> dict[str, Any]:
    document: dict[str, Any] = world.iam.get_role(RoleName=role.name)["Role"]["AssumeRolePolicyDocument"]
    return document


def sids(world: World, role: IamRole) -> list[str]:
    return [each.get("Sid", "") for each in trust_of(world, role)["Statement"]]


def admitted(world: World, role: IamRole, user: IamUser, actor: Operator, sid: str = SID) -> Change:
    about = {"title": "Night", "reason": "Ticket 7", "actor": actor, "aws_account": world.aws_account}
    end = timezone.now() + timedelta(hours=2)
    return carry_out(changes.propose_until(until=end, steps=[admit(role, user, sid)], **about), actor)


def ended(change: Change) -> str:
    Change.objects.filter(ends=change).update(not_before=timezone.now())
    changes.sweep_due()
    return str(worked(Change.objects.get(ends=change)).state)


def test_the_user_is_named_until_the_end(world: World, role: IamRole, user: IamUser, erin: Operator) -> None:
    before = trust_of(world, role)
    change = admitted(world, role, user, erin)
    assert change.state == "applied"
    assert trust_of(world, role)["Statement"][-1] == {
        "Sid": SID,
        "Effect": "Allow",
        "Principal": {"AWS": user.arn},
        "Action": "sts:AssumeRole",
    }
    assert ended(change) == "applied"
    assert trust_of(world, role) == before


def test_what_others_wrote_meanwhile_stays(world: World, role: IamRole, user: IamUser, erin: Operator) -> None:
    change = admitted(world, role, user, erin)
    trust = trust_of(world, role)
    trust["Statement"].insert(0, {"Sid": "Theirs", "Effect": "Deny", "Principal": "*", "Action": "sts:TagSession"})
    world.iam.update_assume_role_policy(RoleName=role.name, PolicyDocument=json.dumps(trust))
    assert ended(change) == "applied"
    assert sids(world, role) == ["Theirs", ""]


def test_so_it_does_where_it_was_written_before_the_grant(
    world: World, role: IamRole, user: IamUser, erin: Operator
) -> None:
    change = propose(world.aws_account, erin, [admit(role, user, SID)])
    trust = trust_of(world, role)
    trust["Statement"].insert(0, {"Sid": "Theirs", "Effect": "Deny", "Principal": "*", "Action": "sts:TagSession"})
    world.iam.update_assume_role_policy(RoleName=role.name, PolicyDocument=json.dumps(trust))
    assert carry_out(change, erin).state == "applied"
    assert sids(world, role) == ["Theirs", "", SID]


def test_several_users_each_until_their_own_end(world: World, role: IamRole, user: IamUser, erin: Operator) -> None:
    first = admitted(world, role, user, erin)
    second = admitted(world, world.again(role), world.user("roy"), erin, "IAMConsoleAdmits2")
    assert ended(first) == "applied"
    assert sids(world, role) == ["", "IAMConsoleAdmits2"]
    assert ended(second) == "applied"
    assert sids(world, role) == [""]


def test_a_user_deleted_meanwhile_is_taken_out(world: World, role: IamRole, user: IamUser, erin: Operator) -> None:
    change = admitted(world, role, user, erin)
    world.iam.delete_user(UserName=user.name)
    assert ended(change) == "applied"
    assert sids(world, role) == [""]


def test_taken_out_by_somebody_else_counts_as_done(world: World, role: IamRole, user: IamUser, erin: Operator) -> None:
    change = admitted(world, role, user, erin)
    trust = trust_of(world, role)
    trust["Statement"].pop()
    world.iam.update_assume_role_policy(RoleName=role.name, PolicyDocument=json.dumps(trust))
    assert ended(change) == "applied"


def test_it_is_refused_when_it_is_so(world: World, role: IamRole, user: IamUser, erin: Operator) -> None:
    admitted(world, role, user, erin)
    assert "already" in refusal(world, erin, admit(world.again(role), user, SID))


def test_only_statements_of_its_own_are_taken_out(world: World, role: IamRole, user: IamUser, erin: Operator) -> None:
    assert "isn’t one" in refusal(world, erin, admit(role, user, "Theirs"))


@pytest.mark.parametrize("name_is_taken", [True, False])
def test_who_got_the_name_since_is_not_let_in(
    world: World, role: IamRole, user: IamUser, erin: Operator, name_is_taken: bool
) -> None:
    change = propose(world.aws_account, erin, [admit(role, user, SID)])
    world.iam.update_user(UserName=user.name, NewUserName="renamed")
    if name_is_taken:
        world.iam.create_user(UserName=user.name)
    assert carry_out(change, erin).state == "conflicted"
    assert sids(world, role) == [""]
    assert user.aws_id in str(change.steps.get().error)


def test_a_name_taken_meanwhile_does_not_hold_up_the_end(
    world: World, role: IamRole, user: IamUser, erin: Operator
) -> None:
    change = admitted(world, role, user, erin)
    world.iam.update_user(UserName=user.name, NewUserName="renamed")
    world.iam.create_user(UserName=user.name)
    assert ended(change) == "applied"
    assert sids(world, role) == [""]


def test_a_reverse_brings_no_ended_access_back(world: World, role: IamRole, user: IamUser, erin: Operator) -> None:
    grant = admitted(world, role, user, erin)
    trust = trust_of(world, role)
    trust["Statement"].append({"Sid": "Theirs", "Effect": "Deny", "Principal": "*", "Action": "sts:TagSession"})
    step = update_trust(world.again(role), json.dumps(trust))
    written = carry_out(propose(world.aws_account, erin, [step]), erin)
    assert written.state == "applied"
    assert ended(grant) == "applied"
    with pytest.raises(changes.PlanError, match=f"The statement {SID} is of access"):
        changes.propose_reverse(change=written, actor=erin)
    assert sids(world, role) == ["", "Theirs"]
