"""Planned again on what is live, a change keeps what a colleague edited meanwhile, or asks whether it is to go."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import Operator
from accounts.roles import Role
from identities.operations import delete_inline, put_inline, update_trust
from policies.operations import plan_update
from sync import changes
from sync.models import Change
from tests.conftest import make_operator
from tests.services.changing import carry_out, propose
from tests.services.pages import address, get, text_of
from tests.services.statements import allow, document_text, trust
from tests.services.world import World

ClientOf = Callable[..., Client]
pytestmark = pytest.mark.django_db


@pytest.fixture
def emil(world: World) -> Operator:
    return make_operator("emil", Role.EDITOR, world.aws_account)


GET, PUT, LIST = allow("s3:GetObject"), allow("s3:PutObject"), allow("s3:ListBucket")


def _inline(world: World) -> tuple[Callable[[str], Any], Callable[[], Any]]:
    user = world.user()
    return (
        lambda document: [put_inline(user, "own", document)],
        lambda: world.iam.get_user_policy(UserName=user.name, PolicyName="own")["PolicyDocument"],
    )


def _managed(world: World) -> tuple[Callable[[str], Any], Callable[[], Any]]:
    policy = world.policy()

    def live() -> Any:
        version = world.iam.get_policy(PolicyArn=policy.arn)["Policy"]["DefaultVersionId"]
        return world.iam.get_policy_version(PolicyArn=policy.arn, VersionId=version)["PolicyVersion"]["Document"]

    def steps(document: str) -> Any:
        policy.refresh_from_db()
        return plan_update(policy, document)

    return steps, live


KINDS = {"inline": _inline, "managed": _managed}


def raced(world: World, kind: str, erin: Operator, emil: Operator, theirs: str) -> tuple[Change, Change, Any]:
    """erin plans on GET to add PUT; emil's change is applied in between."""
    steps, live = KINDS[kind](world)
    carry_out(propose(world.aws_account, erin, steps(document_text(GET))), erin)
    mine = propose(world.aws_account, erin, steps(document_text(GET, PUT)))
    other = carry_out(propose(world.aws_account, emil, steps(theirs), title="Narrow it"), emil)
    assert other.state == Change.State.APPLIED
    assert stopped(mine, erin).state == Change.State.CONFLICTED
    return mine, other, live


@pytest.mark.parametrize("kind", KINDS)
def test_edits_that_fit_together_are_both_kept(world: World, erin: Operator, emil: Operator, kind: str) -> None:
    mine, _, live = raced(world, kind, erin, emil, document_text(GET, LIST))
    again = changes.replan(change=mine, actor=erin)
    assert not [each for each in again.findings if each["code"] == "UNDOES"]
    assert carry_out(again, erin).state == Change.State.APPLIED
    said = [each["Action"] for each in live()["Statement"]]
    assert sorted(map(str, said)) == sorted(str(each["Action"]) for each in (GET, LIST, PUT))


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_colleague_took_away_does_not_come_back(world: World, erin: Operator, emil: Operator, kind: str) -> None:
    mine, _, live = raced(world, kind, erin, emil, document_text(LIST))
    assert carry_out(changes.replan(change=mine, actor=erin), erin).state == Change.State.APPLIED
    assert sorted(str(each["Action"]) for each in live()["Statement"]) == sorted(
        str(each["Action"]) for each in (LIST, PUT)
    )


def stopped(change: Change, actor: Operator) -> Change:
    """Where it has got worse since, it is read and applied again."""
    try:
        return carry_out(change, actor)
    except changes.PlanError:
        return carry_out(change, actor)


def overlapping(world: World, erin: Operator, emil: Operator) -> tuple[Change, Change]:
    user = world.user()
    carry_out(propose(world.aws_account, erin, [put_inline(user, "own", document_text(GET))]), erin)
    mine = propose(world.aws_account, erin, [put_inline(user, "own", document_text(allow("s3:*")))])
    other = carry_out(
        propose(world.aws_account, emil, [put_inline(user, "own", document_text(allow("s3:GetBucketTagging")))]), emil
    )
    assert stopped(mine, erin).state == Change.State.CONFLICTED
    return mine, other


def test_what_overlaps_says_whose_change_it_undoes_and_takes_a_tick(
    world: World, erin: Operator, emil: Operator
) -> None:
    mine, other = overlapping(world, erin, emil)
    with pytest.raises(changes.PlanError, match=f"This undoes change {other.pk} by Emil"):
        changes.replan(change=mine, actor=erin)
    again = changes.replan(change=mine, actor=erin, undoes=True)
    [warned] = [each for each in again.findings if each["code"] == "UNDOES"]
    assert warned["severity"] == "warning"
    assert f"undoes change {other.pk}" in warned["message"]


def test_the_page_asks_for_the_tick(world: World, erin: Operator, emil: Operator, client_of: ClientOf) -> None:
    mine, other = overlapping(world, erin, emil)
    page = get(client_of(erin), "change", pk=mine.pk)
    assert f"This undoes change {other.pk} by Emil" in text_of(page)
    assert 'name="undoes"' in page
    client_of(erin).post(address("change_replan", pk=str(mine.pk)))
    mine.refresh_from_db()
    assert mine.state == Change.State.CONFLICTED
    client_of(erin).post(address("change_replan", pk=str(mine.pk)), {"undoes": "1"})
    mine.refresh_from_db()
    assert mine.state == Change.State.CANCELLED


def test_a_deletion_of_what_was_edited_outside_says_so(world: World, erin: Operator) -> None:
    user = world.user()
    carry_out(propose(world.aws_account, erin, [put_inline(user, "own", document_text(GET))]), erin)
    mine = propose(world.aws_account, erin, [delete_inline(user, "own")])
    world.iam.put_user_policy(UserName=user.name, PolicyName="own", PolicyDocument=document_text(LIST))
    assert carry_out(mine, erin).state == Change.State.CONFLICTED
    with pytest.raises(changes.PlanError, match="outside this console"):
        changes.replan(change=mine, actor=erin)


def test_trust_policies_are_merged_too(world: World, erin: Operator, emil: Operator) -> None:
    role = world.role()
    assert role.trust is not None
    own = json.loads(role.trust.text)["Statement"]

    def trusting(*services: str) -> str:
        more = [trust({"Service": f"{each}.amazonaws.com"}) for each in services]
        return document_text(*(own if isinstance(own, list) else [own]), *more)

    mine = propose(world.aws_account, erin, [update_trust(role, trusting("glue"))])
    carry_out(propose(world.aws_account, emil, [update_trust(role, trusting("batch"))]), emil)
    assert carry_out(mine, erin).state == Change.State.CONFLICTED
    assert carry_out(changes.replan(change=mine, actor=erin), erin).state == Change.State.APPLIED
    said = json.dumps(world.iam.get_role(RoleName=role.name)["Role"]["AssumeRolePolicyDocument"])
    assert "glue" in said
    assert "batch" in said
