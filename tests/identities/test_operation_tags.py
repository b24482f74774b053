from __future__ import annotations

from typing import Any

import pytest

from accounts.models import Operator
from identities.models import IamRole, IamUser
from identities.operations import tag, untag
from sync import changes, operations
from sync.models import Change
from sync.operations import BadParams, StepSpec
from tests.services.changing import carry_out, propose
from tests.services.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture(params=["user", "role"])
def owner(request: pytest.FixtureRequest, world: World) -> IamUser | IamRole:
    made: IamUser | IamRole = getattr(world, request.param)()
    return made


def live(world: World, owner: IamUser | IamRole) -> dict[str, str]:
    word = owner.kind.removeprefix("iam.")
    answer = getattr(world.iam, f"list_{word}_tags")(**{f"{word.title()}Name": owner.name})
    return {found["Key"]: found["Value"] for found in answer["Tags"]}


def tagged(world: World, owner: Any, **tags: str) -> Any:
    """As somebody outside the console would; the mirror knows it."""
    word = owner.kind.removeprefix("iam.")
    pairs = [{"Key": key, "Value": value} for key, value in tags.items()]
    getattr(world.iam, f"tag_{word}")(**{f"{word.title()}Name": owner.name, "Tags": pairs})
    return world.again(owner)


def test_tagged_otherwise_and_reversed(world: World, owner: IamUser | IamRole, erin: Operator) -> None:
    owner = tagged(world, owner, team="reports", cost="42")
    steps = [tag(owner, "team", "finance"), tag(owner, "Owner", "Maya Rao"), untag(owner, "cost")]
    done = carry_out(propose(world.aws_account, erin, steps), erin)
    assert done.state == Change.State.APPLIED
    assert live(world, owner) == {"team": "finance", "Owner": "Maya Rao"}
    owner.refresh_from_db()
    assert owner.tags == {"team": "finance", "Owner": "Maya Rao"}
    assert carry_out(changes.propose_reverse(change=done, actor=erin, reason=""), erin).state == "applied"
    assert live(world, owner) == {"team": "reports", "cost": "42"}


def test_it_reads_as_a_sentence_and_as_a_command(world: World) -> None:
    spec = tag(world.user(), "team", "finance")
    operation = operations.registry[spec.kind]
    p = operation.parse(spec.params)
    assert operation.title(p) == "Tag the user lena.fischer team=finance"
    (call,) = operation.calls(p)
    expected = """aws iam tag-user --user-name lena.fischer --tags '[{"Key": "team", "Value": "finance"}]'"""
    assert call.command_line() == expected


def test_what_changes_nothing_is_refused(world: World, owner: IamUser | IamRole, erin: Operator) -> None:
    owner = tagged(world, owner, team="reports")
    with pytest.raises(changes.PlanError, match="says “reports” already"):
        propose(world.aws_account, erin, [tag(owner, "team", "reports")])
    with pytest.raises(changes.PlanError, match="There is no tag cost on the"):
        propose(world.aws_account, erin, [untag(owner, "cost")])


@pytest.mark.parametrize(("key", "value"), [("", "x"), ("a" * 129, "x"), ("aws:mine", "x"), ("team", "x" * 257)])
def test_what_aws_takes_for_no_tag_is_none(world: World, key: str, value: str) -> None:
    spec = tag(world.user(), key, value)
    with pytest.raises(BadParams):
        operations.registry[spec.kind].parse(spec.params)


def test_a_fifty_first_tag_is_refused(world: World, erin: Operator) -> None:
    user = tagged(world, world.user(), **{f"key-{n}": "x" for n in range(50)})
    more: list[StepSpec] = [tag(user, "one-more", "x")]
    with pytest.raises(changes.PlanError, match=r"50 tags are on the user lena\.fischer; AWS allows 50"):
        propose(world.aws_account, erin, more)
    assert propose(world.aws_account, erin, [untag(user, "key-1"), *more]).pk


def test_only_the_same_tag_conflicts(world: World, owner: IamUser | IamRole, erin: Operator) -> None:
    first = propose(world.aws_account, erin, [tag(owner, "team", "finance")])
    second = propose(world.aws_account, erin, [tag(owner, "team", "reports")])
    tagged(world, owner, cost="42")
    assert carry_out(first, erin).state == Change.State.APPLIED
    assert carry_out(second, erin).state == Change.State.CONFLICTED
