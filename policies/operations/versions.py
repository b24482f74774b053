"""The part of a managed policy that all edits of it depend on: which versions it has, and which is in force.

A version's document never changes, so the policy's id and the numbers say it all: {"policy": "ANPA…", "default": "v5",
"versions": ["v1", …, "v5"]}.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

from accounts.models import AwsAccount
from aws_constraints.arn import name_of
from objects.operations.rows import check_arn, live_row, object_key, ref
from objects.permissions import iam_objects
from policies.models import ManagedPolicy
from sync.aws.client import AwsClient
from sync.aws.errors import NotFound
from sync.aws.permission import Permission, write
from sync.object_ref import ObjectRef
from sync.operations import BadParams, Call, Operation, Refusal, Value
from sync.plan_draft import Draft

_VERSION = re.compile(r"v[1-9][0-9]*(\.[A-Za-z0-9-]*)?", re.ASCII)


@dataclass(frozen=True)
class PolicyParams:
    policy_arn: str

    def __post_init__(self) -> None:
        check_arn(self.policy_arn, "policy")

    @property
    def name(self) -> str:
        return name_of(self.policy_arn)


P = TypeVar("P", bound=PolicyParams)


class VersionsOperation(Operation[P]):
    """What the operations on a policy's versions have in common."""

    needed_for: ClassVar[str]  # a sentence: the feature that needs the permission of its call

    @property
    def permissions(self) -> Sequence[Permission]:
        return [write(f"iam:{self.aws_operation}", self.needed_for, iam_objects("policy"))]

    def call(self, p: P, **parameters: Any) -> Call:
        return Call(
            "iam",
            self.aws_operation,
            {"PolicyArn": p.policy_arn, **parameters},
            resource_arns=(p.policy_arn,),
            actions=(f"iam:{self.aws_operation}",),
        )

    def objects(self, p: P) -> list[str]:
        return [object_key(ManagedPolicy, p.policy_arn)]

    def part(self, p: P) -> str:
        return f"policy.versions:{p.policy_arn}"

    def affected_objects(self, aws_account: AwsAccount, p: P) -> list[ObjectRef]:
        return [ref(ManagedPolicy, p.policy_arn)]

    def describe(self, value: Value) -> str:
        if value is None:
            return "no such policy"
        others = [version for version in value["versions"] if version != value["default"]]
        return f"{value['default']} in force" + (f", beside {', '.join(others)}" if others else "")

    def mirrored(self, draft: Draft, p: P) -> Value:
        policy = customer_policy(draft, p.policy_arn)
        if draft.placeholder_of(object_key(ManagedPolicy, p.policy_arn)):
            return {"policy": policy.aws_id, "default": "v1", "versions": ["v1"]}
        versions = policy.versions.filter(gone_at__isnull=True).order_by("number").values_list("version_id", flat=True)
        return {"policy": policy.aws_id, "default": policy.default_version, "versions": list(versions)}

    def live(self, client: AwsClient, p: P) -> Value:
        try:
            policy = client.call("iam", "GetPolicy", PolicyArn=p.policy_arn)["Policy"]
            pages = client.pages("iam", "ListPolicyVersions", PolicyArn=p.policy_arn)
            versions = [version["VersionId"] for page in pages for version in page.items["Versions"]]
        except NotFound:
            return None
        return {
            "policy": policy["PolicyId"],
            "default": policy["DefaultVersionId"],
            "versions": sorted(versions, key=number_of),
        }


def number_of(version: str) -> int:
    return int(version[1:].partition(".")[0])


def check_version(version: str) -> None:
    if _VERSION.fullmatch(version) is None:
        raise BadParams(f"{version!r} isn't a version of a policy: these are v1, v2 and so on.")


def customer_policy(draft: Draft, policy_arn: str) -> ManagedPolicy:
    """The live policy, if it is the customer's own. Raises Refusal."""
    policy = live_row(ManagedPolicy, draft, policy_arn)
    if policy.kept_by_aws:
        raise Refusal(policy.kept_by_aws)
    return policy
