from __future__ import annotations

import json
from typing import Any

import pytest

from accounts.models import Operator
from identities.operations import update_trust
from sync import changes, operations
from sync.models import Change
from tests.services.changing import carry_out, propose
from tests.services.statements import trusting
from tests.services.world import TRUST, World

pytestmark = pytest.mark.django_db


EC2 = trusting({"Service": "ec2.amazonaws.com"})


def live(world: World, name: str) -> Any:
    return world.iam.get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"]


def test_written_and_reversed(world: World, erin: Operator) -> None:
    role = world.role()
    done = carry_out(propose(world.aws_account, erin, [update_trust(role, EC2)]), erin)
    assert done.state == Change.State.APPLIED
    assert live(world, role.name) == json.loads(EC2)
    role.refresh_from_db()
    assert role.trusted == [{"type": "Service", "value": "ec2.amazonaws.com"}]
    assert carry_out(changes.propose_reverse(change=done, actor=erin, reason=""), erin).state == "applied"
    assert live(world, role.name) == json.loads(TRUST)


def test_it_reads_as_a_sentence_and_as_a_command(world: World) -> None:
    spec = update_trust(world.role(), "{}")
    operation = operations.registry[spec.kind]
    p = operation.parse(spec.params)
    assert operation.title(p) == "Write the trust policy of the role reports-exporter"
    (call,) = operation.calls(p)
    assert call.command_line() == (
        "aws iam update-assume-role-policy --role-name reports-exporter --policy-document '{}'"
    )


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        (trusting({"Service": "ec2.amazonaws.com"}, Resource="*"), "Resource can't be used in a trust policy"),
        (trusting({"AWS": "AIDAQAAAAAAAAAAAAAAAA"}), "names AIDAQAAAAAAAAAAAAAAAA, which is what AWS writes"),
        (trusting({"Service": [f"s{n:04}.amazonaws.com" for n in range(200)]}), "up to 4,096 where that was asked"),
        (TRUST, "already says this"),
    ],
)
def test_what_aws_would_refuse_is_refused(world: World, erin: Operator, document: str, sentence: str) -> None:
    with pytest.raises(changes.PlanError, match=sentence):
        propose(world.aws_account, erin, [update_trust(world.role(), document)])


def test_a_long_one_is_warned_of(world: World, erin: Operator) -> None:
    document = trusting({"Service": [f"service-{n:04}.amazonaws.com" for n in range(70)]})
    change = propose(world.aws_account, erin, [update_trust(world.role(), document)])
    assert ("DOCUMENT_TOO_LONG", "warning") in [(each["code"], each["severity"]) for each in change.findings]


def test_a_role_of_an_aws_service_is_refused(world: World, erin: Operator) -> None:
    role = world.role(path="/aws-service-role/lambda.amazonaws.com/")
    with pytest.raises(changes.PlanError, match="belongs to an AWS service"):
        propose(world.aws_account, erin, [update_trust(role, EC2)])


def test_somebody_elses_edit_is_a_conflict(world: World, erin: Operator) -> None:
    role = world.role()
    change = propose(world.aws_account, erin, [update_trust(role, EC2)])
    other = trusting({"Service": "ecs-tasks.amazonaws.com"})
    world.iam.update_assume_role_policy(RoleName=role.name, PolicyDocument=other)
    assert carry_out(change, erin).state == Change.State.CONFLICTED
    assert live(world, role.name) == json.loads(other)
