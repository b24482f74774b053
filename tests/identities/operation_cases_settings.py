"""One row for each operation on policies, providers, certificates and settings: set up, step, what AWS then shows."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError
from django.db import transaction
from django.utils import timezone

from policies.models import ManagedPolicy
from policies.operations import create_policy, delete_policy, policy_arn
from policies.operations.managed import POLICY
from policies.operations.tags import tag, untag
from sync import mirror
from sync.aws.client import reader
from sync.mirror import ObjectRef
from sync.models import MirroredRow
from sync.operations import StepSpec
from tests.services.world import World, document

READ = document("s3:GetObject")
TAGS = [{"Key": "team", "Value": "reports"}]


@dataclass(frozen=True)
class Case:
    """`shows` is asked of AWS before the step, after it (`leaves`), and after its reverse.

    A pull of the `sources` right after the step finds nothing that somebody else did. `stays`: why there is no reverse.
    """

    kind: str
    arrange: Callable[[World], Any]
    step: Callable[[World, Any], StepSpec]
    shows: Callable[[World, Any], object]
    leaves: object
    sources: tuple[str, ...] = ("iam.details",)
    stays: str = ""


def held(world: World, model: type[MirroredRow], name: str, arn: str, *facets: str) -> Any:
    """The row, after what AWS has now is mirrored, in these facets too."""
    for facet in ("details", *facets):
        ref = ObjectRef(model.kind, "", name, arn, facet=facet)
        requested_at = timezone.now()
        item = mirror.mirror_of(model.kind, facet).read_one(reader(world.aws_account), ref)
        with transaction.atomic():
            mirror.store_one(world.aws_account, ref, item, requested_at=requested_at, step=None)
    return model.objects.get(aws_account=world.aws_account, arn=arn, gone_at=None)


def tags_of(answer: Any) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in answer.get("Tags") or ()}


# ---- Managed policies ----------------------------------------------------------------------------------------
def a_policy(world: World) -> ManagedPolicy:
    made = world.iam.create_policy(
        PolicyName="reports-read", Path="/apps/", PolicyDocument=READ, Description="Reads", Tags=TAGS
    )
    policy: ManagedPolicy = held(world, ManagedPolicy, "reports-read", made["Policy"]["Arn"], "settings")
    return policy


def shown_policy(world: World, arn: str) -> Any:
    try:
        found = world.iam.get_policy(PolicyArn=arn)["Policy"]
    except ClientError:
        return None
    version = world.iam.get_policy_version(PolicyArn=arn, VersionId=found["DefaultVersionId"])["PolicyVersion"]
    return found.get("Description", ""), version["Document"], tags_of(found)


POLICIES = (
    Case(
        "iam.policy.create",
        lambda world: policy_arn(world.aws_account, "reports-read", "/apps/"),
        lambda world, arn: create_policy(arn, READ, "Reads"),
        shown_policy,
        ("Reads", json.loads(READ), {}),
        ("iam.details", "iam.policy_settings"),
    ),
    Case(
        "iam.policy.delete",
        a_policy,
        lambda world, policy: delete_policy(policy.arn),
        lambda world, policy: shown_policy(world, policy.arn),
        None,
    ),
    Case(
        "iam.policy.tag",
        a_policy,
        lambda world, policy: tag(POLICY, policy.arn, "team", "billing"),
        lambda world, policy: tags_of(world.iam.get_policy(PolicyArn=policy.arn)["Policy"]),
        {"team": "billing"},
        ("iam.details", "iam.policy_settings"),
    ),
    Case(
        "iam.policy.untag",
        a_policy,
        lambda world, policy: untag(POLICY, policy.arn, "team"),
        lambda world, policy: tags_of(world.iam.get_policy(PolicyArn=policy.arn)["Policy"]),
        {},
        ("iam.details", "iam.policy_settings"),
    ),
)
CASES = POLICIES
