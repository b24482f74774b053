"""What a proposal keeps, and what it refuses with a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from accounts.models import AuditEntry, AwsAccount, Operator
from identities.operations import attach, detach
from policies.operations import plan_update
from sync import changes, checks
from sync.checks import PlanCheck, PlanFinding
from sync.models import Change
from sync.operations import StepSpec
from tests.services.changing import propose
from tests.services.statements import reports_policy
from tests.services.world import World

pytestmark = pytest.mark.django_db


def test_each_step_expects_what_the_one_before_leaves(world: World, erin: Operator) -> None:
    policy = world.policy(versions=5)
    change = propose(world.aws_account, erin, plan_update(policy, reports_policy("s3:GetObject")))
    first, second = change.steps.all()
    everything = {"policy": policy.aws_id, "default": "v5", "versions": ["v1", "v2", "v3", "v4", "v5"]}
    assert first.expects == everything
    assert second.expects == {**everything, "versions": ["v2", "v3", "v4", "v5"]}
    assert first.part == second.part


def test_it_is_proposed_with_a_digest_an_expiry_and_an_audit_entry(world: World, erin: Operator) -> None:
    world.aws_account.approvals_required = 2
    change = propose(world.aws_account, erin, plan_update(world.policy(), reports_policy("s3:GetObject")))
    assert (change.state, change.approvals_required) == (Change.State.PROPOSED, 2)
    assert len(change.digest) == 64
    assert change.expires_at > change.created_at
    entry = AuditEntry.objects.get()
    assert (entry.verb, entry.actor, entry.said_reason) == ("change.proposed", erin, "Ticket DATA-2217")


def test_nothing_is_asked_of_aws(world: World, erin: Operator) -> None:
    policy = world.policy()
    propose(world.aws_account, erin, plan_update(policy, reports_policy("s3:GetObject")))
    assert world.emulator.calls() == []


def test_another_document_has_another_digest(world: World, erin: Operator) -> None:
    policy = world.policy()
    digests = {
        propose(world.aws_account, erin, plan_update(policy, reports_policy(action))).digest
        for action in ("s3:GetObject", "s3:PutObject")
    }
    assert len(digests) == 2


@pytest.mark.parametrize("name", ["bob", "charlie", "anton", "hal"])
def test_who_has_no_grant_to_propose_is_refused(name: str, world: World, request: Any) -> None:
    steps = plan_update(world.policy(), reports_policy("s3:GetObject"))
    with pytest.raises(changes.PlanError, match="needs a grant"):
        propose(world.aws_account, request.getfixturevalue(name), steps)
    assert not Change.objects.exists()
    assert not AuditEntry.objects.exists()


def test_a_superuser_needs_a_grant_too(world: World, charlie: Operator) -> None:
    charlie.is_superuser = True
    charlie.save()
    with pytest.raises(changes.PlanError, match="needs a grant"):
        propose(world.aws_account, charlie, plan_update(world.policy(), reports_policy("s3:GetObject")))


ARN = "arn:aws:iam::123456789012:policy/reports-write"
ROLE = "arn:aws:iam::123456789012:role/reports-exporter"


@pytest.mark.parametrize(
    ("step", "sentence"),
    [
        (StepSpec("iam.moon.land", {}), "knows no operation iam.moon.land"),
        (StepSpec("iam.policy.update", {"policy_arn": ARN}), "parameter document is missing"),
        (StepSpec("iam.policy.update", {"policy_arn": ARN, "document": 7}), "document must be a text"),
        (StepSpec("iam.policy.update", {"policy_arn": ARN, "document": "{}", "color": "red"}), "no parameter color"),
        (StepSpec("iam.policy.update", {"policy_arn": "reports", "document": "{}"}), "isn't the ARN of a policy"),
        (StepSpec("iam.policy.update", {"policy_arn": ARN, "document": "{}"}), "has no policy reports-write: pull"),
        (StepSpec("iam.policy.set_default", {"policy_arn": ARN, "version": "5"}), "isn't a version of a policy"),
        (StepSpec("iam.role.attach", {"arn": ARN, "policy_arn": ARN}), "isn't the ARN of a role"),
        (StepSpec("iam.role.detach", {"arn": ROLE, "policy_arn": ARN}), "has no role reports-exporter: pull"),
    ],
)
def test_bad_input_is_refused_with_a_sentence(
    step: StepSpec, sentence: str, aws_account: AwsAccount, erin: Operator
) -> None:
    with pytest.raises(changes.PlanError, match=sentence):
        propose(aws_account, erin, [step])


def test_a_plan_without_steps_is_refused(aws_account: AwsAccount, erin: Operator) -> None:
    with pytest.raises(changes.PlanError, match="nothing to do"):
        propose(aws_account, erin, [])


def test_what_would_change_nothing_is_refused(world: World, erin: Operator) -> None:
    policy = world.policy()
    differently_written = reports_policy("s3:Action1").replace("\n", "").replace('"s3:Action1"', '"S3:action1"')
    with pytest.raises(changes.PlanError, match="reports-write already says this"):
        propose(world.aws_account, erin, plan_update(policy, differently_written))


def test_an_object_that_is_gone_is_refused(world: World, erin: Operator) -> None:
    policy = world.policy()
    steps = plan_update(policy, reports_policy("s3:GetObject"))
    policy.gone_at = policy.first_seen
    policy.save()
    with pytest.raises(changes.PlanError, match="has no policy reports-write"):
        propose(world.aws_account, erin, steps)


def test_the_second_of_two_steps_builds_on_the_first(world: World, erin: Operator) -> None:
    role, policy = world.role(), world.policy()
    propose(world.aws_account, erin, [attach(role, policy.arn), detach(role, policy.arn)])
    with pytest.raises(changes.PlanError, match=r"Step 2: reports-write is attached .* already"):
        propose(world.aws_account, erin, [attach(role, policy.arn), attach(role, policy.arn)])


class Opinion(PlanCheck):
    name = "opinion"

    def __init__(self, finding: PlanFinding) -> None:
        self.finding = finding

    def look(self, aws_account: AwsAccount, steps: Any) -> list[PlanFinding]:
        return [self.finding]


@pytest.fixture
def check() -> Iterator[Any]:
    yield lambda finding: checks.register(Opinion(finding))
    checks.registry.pop(Opinion.name)


def test_what_a_check_finds_is_kept(world: World, erin: Operator, check: Any) -> None:
    check(PlanFinding("PASS_ROLE", "security_warning", "14 users could pass a role.", step=1))
    change = propose(world.aws_account, erin, plan_update(world.policy(), reports_policy("s3:GetObject")))
    change.refresh_from_db()
    assert change.findings == [
        {"code": "PASS_ROLE", "severity": "security_warning", "message": "14 users could pass a role.", "step": 1}
    ]


def test_an_error_of_a_check_refuses(world: World, erin: Operator, check: Any) -> None:
    check(PlanFinding("GUARD", "error", "The last administrator would lose access."))
    with pytest.raises(changes.PlanError, match="last administrator"):
        propose(world.aws_account, erin, plan_update(world.policy(), reports_policy("s3:GetObject")))
