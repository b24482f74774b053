"""The operations on managed policies: set up, step, what AWS then shows."""

from __future__ import annotations

import json
from typing import Any

from botocore.exceptions import ClientError

from accounts.models import Operator
from objects.operations.tags import tag, untag
from policies.kinds import POLICY
from policies.models import ManagedPolicy
from policies.operations import create_policy, delete_policy, plan_set_default, plan_update
from sync.operations import StepSpec
from tests.identities.tag_cases import TEAM, tags_of
from tests.services.operation_cases import TAGS, ComparedCase, PreparedCase
from tests.services.statements import reports_policy
from tests.services.world import World

READ = reports_policy("s3:GetObject")


def a_policy(world: World) -> ManagedPolicy:
    made = world.iam.create_policy(
        PolicyName="reports-read", Path="/apps/", PolicyDocument=READ, Description="Reads", Tags=TEAM
    )
    return world.mirrored(ManagedPolicy, "reports-read", made["Policy"]["Arn"], "settings")


def shown_policy(world: World, arn: str) -> Any:
    try:
        found = world.iam.get_policy(PolicyArn=arn)["Policy"]
    except ClientError:
        return None
    version = world.iam.get_policy_version(PolicyArn=arn, VersionId=found["DefaultVersionId"])["PolicyVersion"]
    return found.get("Description", ""), version["Document"], tags_of(found)


CASES = (
    ComparedCase(
        "iam.policy.create",
        lambda world: POLICY.arn_of(world.aws_account, "reports-read", "/apps/"),
        lambda world, arn: create_policy(arn, READ, "Reads"),
        shown_policy,
        ("Reads", json.loads(READ), {}),
        ("iam.details", "iam.policy_settings"),
        page="account/create-policy",
        writes="identity",
    ),
    ComparedCase(
        "iam.policy.delete",
        a_policy,
        lambda world, policy: delete_policy(policy.arn),
        lambda world, policy: shown_policy(world, policy.arn),
        None,
        page="policy/delete",
    ),
    ComparedCase(
        "iam.policy.tag",
        a_policy,
        lambda world, policy: tag(POLICY, policy.arn, "team", "billing"),
        lambda world, policy: tags_of(world.iam.get_policy(PolicyArn=policy.arn)["Policy"]),
        {"team": "billing"},
        ("iam.details", "iam.policy_settings"),
        page="policy/tag",
        no_access=TAGS,
    ),
    ComparedCase(
        "iam.policy.untag",
        a_policy,
        lambda world, policy: untag(POLICY, policy.arn, "team"),
        lambda world, policy: tags_of(world.iam.get_policy(PolicyArn=policy.arn)["Policy"]),
        {},
        ("iam.details", "iam.policy_settings"),
        page="policy/untag",
        no_access=TAGS,
    ),
)


def a_new_version(world: World, operator: Operator) -> StepSpec:
    [update] = plan_update(world.policy(), READ)
    return update


def an_old_version_gone(world: World, operator: Operator) -> StepSpec:
    return StepSpec("iam.policy.delete_version", {"policy_arn": world.policy(versions=2).arn, "version": "v1"})


def an_old_version_in_force(world: World, operator: Operator) -> StepSpec:
    [step] = plan_set_default(world.policy(versions=2), "v1")
    return step


OTHER_CASES = (
    PreparedCase("iam.policy.update", a_new_version, page="policy/edit", writes="identity"),
    PreparedCase(
        "iam.policy.delete_version",
        an_old_version_gone,
        page="policy/delete-version",
        no_access="A version that isn't in force gives nothing.",
    ),
    PreparedCase("iam.policy.set_default", an_old_version_in_force, page="policy/make-default", writes="identity"),
)
