from __future__ import annotations

import pytest
from django.utils import timezone

from accounts.models import Operator
from policies.models import ManagedPolicy
from policies.operations import plan_set_default, plan_update
from policies.operations.update import UpdatePolicy, UpdatePolicyParams
from sync.models import Change
from sync.operations import PreviousAttempt, StepResult, StepSpec
from tests.services.changing import carry_out, propose, refusal
from tests.services.statements import reports_policy
from tests.services.world import World

pytestmark = pytest.mark.django_db


def test_an_edit_reads_as_a_sentence_and_as_a_command(world: World, erin: Operator) -> None:
    (spec,) = plan_update(world.policy(versions=2), '{"Statement": []}')
    p = UpdatePolicy().parse(spec.params)
    assert UpdatePolicy().title(p) == "Write version v3 of reports-write and make it the default"
    (call,) = UpdatePolicy().calls(p)
    assert call.command_line() == (
        "aws iam create-policy-version --policy-arn arn:aws:iam::123456789012:policy/reports-write"
        " --policy-document '{\"Statement\": []}' --set-as-default"
    )
    assert (call.resource_arns, call.actions) == ((p.policy_arn,), ("iam:CreatePolicyVersion",))


def test_five_versions_make_room_first(world: World) -> None:
    room, update = plan_update(world.policy(versions=5), reports_policy("s3:GetObject"))
    assert room.params["version"] == "v1"
    assert update.params["version"] == "v6"


def test_the_version_in_force_is_never_the_one_that_goes(world: World) -> None:
    policy = world.policy(versions=5)
    world.iam.set_default_policy_version(PolicyArn=policy.arn, VersionId="v1")
    room, _ = plan_update(world.again(policy), reports_policy("s3:GetObject"))
    assert room.params["version"] == "v2"


def test_numbers_of_deleted_versions_are_not_expected_again(world: World) -> None:
    policy = world.policy(versions=3)
    world.iam.set_default_policy_version(PolicyArn=policy.arn, VersionId="v1")
    world.iam.delete_policy_version(PolicyArn=policy.arn, VersionId="v3")
    (update,) = plan_update(world.again(policy), reports_policy("s3:GetObject"))
    assert update.params["version"] == "v4"


def test_a_sixth_version_without_room_is_refused(world: World, erin: Operator) -> None:
    policy = world.policy(versions=5)
    step = StepSpec(UpdatePolicy.kind, {"policy_arn": policy.arn, "document": reports_policy("s3:GetObject")})
    assert "has 5 versions; AWS allows 5 (VersionsPerPolicyQuota): delete one first" in refusal(world, erin, step)


def test_a_malformed_document_is_refused_with_its_line(world: World, erin: Operator) -> None:
    broken = '{\n  "Version": "2012-10-17",\n  "Statement": [\n}'
    assert "Line 4, column 1: Expected a value, found }" in refusal(world, erin, *plan_update(world.policy(), broken))


def test_characters_that_iam_doesnt_take_are_refused(world: World, erin: Operator) -> None:
    odd = reports_policy("s3:GetObject").replace("acme-reports", "acme–reports")
    assert "U+2013" in refusal(world, erin, *plan_update(world.policy(), odd))


def long_document(characters: int) -> str:
    shortest = reports_policy("s3:GetObject" + "x")
    return reports_policy("s3:GetObject" + "x" * (characters - _counted(shortest) + 1))


def _counted(text: str) -> int:
    return len(text.replace(" ", "").replace("\n", ""))


def test_white_space_isnt_counted_against_the_limit(world: World, erin: Operator) -> None:
    fits = long_document(6144)
    assert (_counted(fits), len(fits) > 6144) == (6144, True)
    change = propose(world.aws_account, erin, plan_update(world.policy(), fits))
    assert carry_out(change, erin).state == Change.State.APPLIED


def test_a_document_over_the_limit_is_refused(world: World, erin: Operator) -> None:
    words = refusal(world, erin, *plan_update(world.policy(), long_document(6145)))
    assert words == "The document has 6,145 characters without white space; AWS allows 6,144 (PolicySizeQuota)."


def test_a_policy_of_aws_is_refused(world: World, erin: Operator) -> None:
    arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
    world.iam.attach_role_policy(RoleName=world.role().name, PolicyArn=arn)  # others of AWS's aren't mirrored
    world.mirrored(ManagedPolicy, "ReadOnlyAccess", arn)
    step = StepSpec(UpdatePolicy.kind, {"policy_arn": arn, "document": reports_policy("s3:GetObject")})
    assert refusal(world, erin, step) == "ReadOnlyAccess is managed by AWS: nobody else can change it."


def test_the_default_version_isnt_deleted(world: World, erin: Operator) -> None:
    policy = world.policy(versions=2)
    step = StepSpec("iam.policy.delete_version", {"policy_arn": policy.arn, "version": "v2"})
    assert "is in force: make another one the default first" in refusal(world, erin, step)


def test_a_version_that_isnt_there_isnt_deleted_or_set(world: World, erin: Operator) -> None:
    policy = world.policy()
    step = StepSpec("iam.policy.delete_version", {"policy_arn": policy.arn, "version": "v7"})
    assert refusal(world, erin, step) == "reports-write has no version v7."
    assert refusal(world, erin, *plan_set_default(policy, "v7")) == "reports-write has no version v7."


def test_the_version_in_force_isnt_set_again(world: World, erin: Operator) -> None:
    words = refusal(world, erin, *plan_set_default(world.policy(versions=2), "v2"))
    assert words == "Version v2 of reports-write is in force already."


def test_an_older_version_is_put_in_force(world: World, erin: Operator) -> None:
    policy = world.policy(versions=3)
    change = propose(world.aws_account, erin, plan_set_default(policy, "v1"))
    assert carry_out(change, erin).state == Change.State.APPLIED
    policy.refresh_from_db()
    assert world.default(policy) == policy.default_version == "v1"


class Documents:
    """A client that knows only the documents of versions."""

    def __init__(self, **documents: str) -> None:
        self.documents = documents

    def call(self, service: str, operation: str, /, **params: str) -> dict[str, dict[str, str]]:
        return {"PolicyVersion": {"Document": self.documents[params["VersionId"]]}}


OURS = reports_policy("s3:GetObject")
BEFORE = {"policy": "ANPA1", "default": "v1", "versions": ["v1"]}


@pytest.mark.parametrize(
    ("says", "live", "expected"),
    [
        ("nothing new", BEFORE, None),
        ("ours in force", {**BEFORE, "default": "v2", "versions": ["v1", "v2"]}, "v2"),
        ("somebody else's in force", {**BEFORE, "default": "v3", "versions": ["v1", "v3"]}, None),
        ("ours, but not in force", {**BEFORE, "versions": ["v1", "v2"]}, None),
        ("ours, on another policy of that name", {"policy": "ANPA2", "default": "v2", "versions": ["v1", "v2"]}, None),
        ("gone", None, None),
    ],
)
def test_a_version_is_ours_when_it_is_new_and_says_what_we_sent(says: str, live: object, expected: str | None) -> None:
    p = UpdatePolicyParams(policy_arn="arn:aws:iam::123456789012:policy/reports-write", document=OURS)
    client = Documents(v2=OURS.replace("\n", ""), v3=reports_policy("*"))
    done = UpdatePolicy().done(client, p, live, [PreviousAttempt(timezone.now(), BEFORE)])  # type: ignore[arg-type]
    assert done == (StepResult({"version": expected}) if expected else None)
