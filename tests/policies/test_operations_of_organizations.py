"""Control policies are made, edited, attached and detached, and AWS's limits are known before it is asked."""

from __future__ import annotations

import pytest

from accounts.models import Operator
from policies.models import OrgPolicy, OrgUnit
from policies.organizations.operations import (
    create_control_policy,
    delete_control_policy,
    plan_target,
    update_control_policy,
)
from policies.organizations.quotas import as_sent
from sync.models import Change, Facet
from sync.object_ref import ObjectRef
from sync.reversals import reversal
from tests.policies import operation_cases_organization
from tests.policies.operation_cases_organization import SOURCES, policy_of, unit_of, with_policy
from tests.services.changing import carry_out, propose, refusal
from tests.services.operation_cases import ComparedCase, apply_compare_and_reverse
from tests.services.organizations import RCP, SCP, MadeOrganization
from tests.services.pulling import pulled_in_order
from tests.services.statements import denying
from tests.services.world import World

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("case", operation_cases_organization.CASES, ids=lambda case: case.kind)
def test_applied_compared_and_reversed(case: ComparedCase, world: World, erin: Operator) -> None:
    apply_compare_and_reverse(case, world, erin)


def aws_own(name: str) -> OrgPolicy:
    found: OrgPolicy = OrgPolicy.objects.get(name=name)
    return found


def test_what_aws_makes_is_attached_and_not_written(world: World, erin: Operator) -> None:
    with_policy(SCP, attached=True)(world)
    full = aws_own("FullAWSAccess")
    assert "made by AWS" in refusal(world, erin, update_control_policy(full, denying("s3:*")))
    assert "made by AWS" in refusal(world, erin, delete_control_policy(full.arn, full.name))
    done = carry_out(propose(world.aws_account, erin, [plan_target(full, unit_of(world), now=False)]), erin)
    assert done.state == Change.State.APPLIED  # another one stays there


def test_the_last_one_stays(world: World, erin: Operator) -> None:
    with_policy(SCP, attached=False)(world)
    full, everything = aws_own("FullAWSAccess"), aws_own("RCPFullAWSAccess")
    assert "is the last service control policy of Workloads" in refusal(
        world, erin, plan_target(full, unit_of(world), now=False)
    )
    assert "can’t be detached" in refusal(world, erin, plan_target(everything, unit_of(world), now=False))
    both = [plan_target(policy_of(world), unit_of(world), now=True), plan_target(full, unit_of(world), now=False)]
    assert carry_out(propose(world.aws_account, erin, both), erin).state == Change.State.APPLIED


def test_no_more_than_aws_takes(world: World, erin: Operator) -> None:
    organization = with_policy(RCP, attached=False)(world)
    unit = unit_of(world)
    for number in range(4):
        organization.policy(f"policy-{number}", denying("s3:*", Principal="*"), unit.aws_id, policy_type=RCP)
    pulled_in_order(world.aws_account, SOURCES)
    words = refusal(world, erin, plan_target(policy_of(world), unit, now=True))
    assert words == "Workloads has 5 policies of this type; AWS allows 5: detach one first."


def test_a_type_that_is_switched_off(world: World, erin: Operator) -> None:
    organization = with_policy(RCP, attached=False)(world)
    organization.client.disable_policy_type(RootId=organization.root, PolicyType=RCP)
    pulled_in_order(world.aws_account, SOURCES)
    assert "switched off in the organization" in refusal(
        world, erin, plan_target(policy_of(world), unit_of(world), now=True)
    )


def test_it_is_so_already(world: World, erin: Operator) -> None:
    with_policy(SCP, attached=True)(world)
    policy = policy_of(world)
    assert "is attached to Workloads already" in refusal(world, erin, plan_target(policy, unit_of(world), now=True))
    assert "already says this" in refusal(world, erin, update_control_policy(policy, policy.document.text))
    assert "detach it there first" in refusal(world, erin, delete_control_policy(policy.arn, policy.name))
    made = create_control_policy(policy.name, SCP, denying("s3:*"))
    assert refusal(world, erin, made) == f"There is a control policy {policy.name} already."


def test_documents_that_aws_would_not_take(world: World, erin: Operator) -> None:
    with_policy(SCP, attached=False)(world)
    policy = policy_of(world)
    long = denying("s3:" + "Get" * 4_000)
    assert "AWS takes 10,240" in refusal(world, erin, update_control_policy(policy, long))
    assert "Principal" in refusal(world, erin, update_control_policy(policy, denying("s3:*", Principal="*")))


def test_white_space_is_left_out_where_it_does_not_fit() -> None:
    text = denying("s3:*")
    assert as_sent(text, SCP) == text
    assert len(as_sent(text.replace(", ", ", " + " " * 11_000, 1), SCP)) < 200


def test_a_document_that_somebody_else_changed_is_a_conflict(world: World, erin: Operator) -> None:
    """Who approved the attachment has read another text."""
    organization = with_policy(SCP, attached=False)(world)
    policy = policy_of(world)
    change = propose(world.aws_account, erin, [plan_target(policy, unit_of(world), now=True)])
    organization.client.update_policy(PolicyId=policy.aws_id, Content=denying("*"))
    assert carry_out(change, erin).state == Change.State.CONFLICTED
    targets = organization.client.list_targets_for_policy(PolicyId=policy.aws_id)["Targets"]
    assert targets == []


def test_what_somebody_else_did_is_undone(world: World, erin: Operator) -> None:
    """As drift proposes it: the text, the name and the place come back."""
    organization = with_policy(SCP, attached=True)(world)
    policy = policy_of(world)
    root = organization.root
    was = organization.client.describe_policy(PolicyId=policy.aws_id)["Policy"]
    organization.client.update_policy(PolicyId=policy.aws_id, Content=denying("*"), Name="theirs")
    organization.client.attach_policy(PolicyId=policy.aws_id, TargetId=root)
    organization.client.detach_policy(PolicyId=policy.aws_id, TargetId=unit_of(world).aws_id)
    pulled_in_order(world.aws_account, SOURCES)
    facet = Facet.objects.get(kind=OrgPolicy.kind, object_id=policy.aws_id)
    after, before = facet.revisions.order_by("-number")[:2]
    ref = ObjectRef(OrgPolicy.kind, policy.aws_id, "theirs", policy.arn)
    undone = reversal(world.aws_account, ref, before.content, after.content)
    assert undone.left == ()
    assert carry_out(propose(world.aws_account, erin, undone.steps), erin).state == Change.State.APPLIED
    assert organization.client.describe_policy(PolicyId=policy.aws_id)["Policy"] == was
    targets = organization.client.list_targets_for_policy(PolicyId=policy.aws_id)["Targets"]
    assert [each["TargetId"] for each in targets] == [unit_of(world).aws_id]


def test_from_a_member_account_it_is_said_who_may(world: World, erin: Operator) -> None:
    organization = MadeOrganization(world.emulator, "111122223333")
    organization.invite(unit=organization.unit("Workloads"))
    organization.delegate()
    organization.policy("our-buckets", denying("s3:*"))
    pulled_in_order(world.aws_account, SOURCES)
    root = OrgUnit.objects.get(parent_id="")
    change = propose(world.aws_account, erin, [plan_target(policy_of(world), root, now=True)])
    [finding] = [each for each in change.findings if each["code"] == "NOT_MANAGEMENT_ACCOUNT"]
    assert "management account, 111122223333" in finding["message"]
    assert carry_out(change, erin).state == Change.State.FAILED
