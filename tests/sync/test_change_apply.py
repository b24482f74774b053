from __future__ import annotations

import pytest

from accounts.models import AuditEntry, Operator
from policies.models import PolicyVersion
from policies.operations import plan_update
from sync import changes
from sync.models import Change, Facet, Lease, Revision, Step
from tests.services.changing import carry_out, lines, propose
from tests.services.statements import reports_policy
from tests.services.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def change(world: World, erin: Operator) -> Change:
    """An edit of a policy that uses all its versions."""
    policy = world.policy(versions=5)
    return propose(world.aws_account, erin, plan_update(policy, reports_policy("s3:GetObject")))


def test_aws_has_the_new_version(world: World, change: Change, erin: Operator) -> None:
    carry_out(change, erin)
    assert change.state == Change.State.APPLIED, change.error
    policy = change.steps.get(position=2).params["policy_arn"]
    versions = world.iam.list_policy_versions(PolicyArn=policy)["Versions"]
    assert {version["VersionId"] for version in versions} == {"v2", "v3", "v4", "v5", "v6"}
    assert [version["VersionId"] for version in versions if version["IsDefaultVersion"]] == ["v6"]


def test_the_mirror_has_it_as_a_change_of_ours(world: World, change: Change, erin: Operator) -> None:
    carry_out(change, erin)
    facet = Facet.objects.get(kind="iam.policy")
    newest = facet.revisions.first()
    assert newest is not None
    assert (newest.origin, newest.step) == (Revision.Origin.CHANGE, change.steps.get(position=2))
    assert facet.written_at is not None


def test_a_deleted_version_stays_in_the_mirror_with_its_tombstone(world: World, change: Change, erin: Operator) -> None:
    carry_out(change, erin)
    gone = PolicyVersion.objects.get(version_id="v1")
    assert gone.gone_at is not None
    assert "s3:Action1" in gone.document.text


def test_steps_attempts_and_results_are_kept(world: World, change: Change, erin: Operator) -> None:
    carry_out(change, erin)
    assert [step.state for step in change.steps.all()] == [Step.State.DONE, Step.State.DONE]
    step = change.steps.get(position=2)
    attempt = step.attempts.get()
    assert step.result == {"version": "v6"}
    assert attempt.snapshot is not None
    assert attempt.snapshot["part"]["versions"] == ["v2", "v3", "v4", "v5"]
    assert attempt.request_id


def test_everything_is_in_the_audit_trail(world: World, change: Change, erin: Operator) -> None:
    carry_out(change, erin)
    verbs = list(AuditEntry.objects.order_by("pk").values_list("verb", flat=True))
    assert verbs == ["change.proposed", "change.apply_asked", "step.done", "step.done", "change.applied"]
    assert set(AuditEntry.objects.values_list("actor", flat=True)) == {erin.pk}


def test_a_step_says_what_was_there_and_what_it_left(world: World, change: Change, erin: Operator) -> None:
    carry_out(change, erin)
    entry = AuditEntry.objects.get(verb="step.done", data__step=2)
    assert entry.data["changes"]["default"] == ["v5", "v6"]
    assert entry.data["changes"]["versions"] == ['["v2", "v3", "v4", "v5"]', '["v2", "v3", "v4", "v5", "v6"]']
    assert entry.data["request_id"] == change.steps.get(position=2).attempts.get().request_id
    assert entry.said_reason == change.reason


def test_what_stopped_it_is_told_with_the_request(world: World, change: Change, erin: Operator) -> None:
    denied = {"code": "AccessDenied", "status": 403, "message": "No."}
    world.emulator.rules([{"action": "CreatePolicyVersion", "error": denied}])
    carry_out(change, erin)
    entry = AuditEntry.objects.get(verb="change.failed")
    assert entry.data["request_id"] == change.steps.get(position=2).attempts.get().request_id != ""
    assert (entry.actor, entry.said_reason) == (erin, change.reason)
    assert "iam:CreatePolicyVersion" in entry.data["why"]


def test_the_log_tells_the_story(world: World, change: Change, erin: Operator) -> None:
    said = lines(carry_out(change, erin))
    assert said[0] == "Erin asked to apply it."
    assert said[1].startswith("Claimed by worker ")
    assert said[2].startswith("Signed in to AWS as arn:aws:")
    assert said[4:] == [
        "Step 1: found as the plan expects, done.",
        "Step 2: found as the plan expects, done.",
        "Applied.",
    ]


def test_leases_and_claim_are_gone_afterwards(world: World, change: Change, erin: Operator) -> None:
    carry_out(change, erin)
    assert (change.claim, Lease.objects.count()) == ("", 0)


def test_a_second_message_does_nothing(world: World, change: Change, erin: Operator) -> None:
    carry_out(change, erin)
    changes.work(change.pk)
    assert len(world.sent("CreatePolicyVersion")) == 1
    assert change.steps.get(position=2).attempts.count() == 1
