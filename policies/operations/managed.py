"""Making and deleting customer managed policies, and their tags."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from accounts.models import AwsAccount
from objects.operations.existence import CreateObjectParams, Creation
from objects.operations.tags import retagged
from policies.holdings import ManagedPolicyChange
from policies.kinds import POLICY
from policies.mirrors import SETTINGS
from policies.models import ManagedPolicy
from policies.operations.update import (
    DeleteVersion,
    PolicyParams,
    VersionsOperation,
    customer_policy,
    document_findings,
)
from sync.aws.client import AwsClient
from sync.checks import PlanFinding
from sync.object_ref import ObjectRef
from sync.operation_mixins import WritesDocument
from sync.operations import (
    AccessChange,
    BadParams,
    Call,
    DeletesObject,
    PreviousAttempt,
    Risk,
    StepResult,
    StepSpec,
    Undo,
    Value,
)
from sync.plan_draft import Draft

# IAM API Reference, CreatePolicy.
LONGEST_DESCRIPTION, LONGEST_PATH = 1000, 512
_PATH = re.compile(r"((/[A-Za-z0-9.,+@=_-]+)*)/")


@dataclass(frozen=True)
class CreatePolicyParams(CreateObjectParams):
    document: str
    description: str = ""

    def __post_init__(self) -> None:
        if not self.document.strip():
            raise BadParams("The document is empty.", field="document")
        if len(self.description) > LONGEST_DESCRIPTION:
            raise BadParams(f"The description has at most {LONGEST_DESCRIPTION:,} characters.", field="description")


class CreatePolicy(Creation[CreatePolicyParams], WritesDocument[CreatePolicyParams]):
    params_type = CreatePolicyParams

    def check_name(self, p: CreatePolicyParams) -> None:
        super().check_name(p)
        if len(p.path) > LONGEST_PATH or not _PATH.fullmatch(p.path):
            raise BadParams("A path has letters, digits and .,+@=_- between slashes, such as /apps/web/.", field="path")

    def note(self, p: CreatePolicyParams) -> str:
        return "It grants nothing until it is attached. Its reverse deletes it, as long as it isn’t attached."

    def more(self, p: CreatePolicyParams) -> Mapping[str, Any]:
        said = {"Description": p.description} if p.description else {}
        return {**said, "PolicyDocument": p.document}

    def writes(self, aws_account: AwsAccount, p: CreatePolicyParams) -> str | None:
        return p.document

    def access_changes(self, aws_account: AwsAccount, p: CreatePolicyParams) -> Sequence[AccessChange]:
        return [ManagedPolicyChange(p.arn, p.document)]

    def affected_objects(self, aws_account: AwsAccount, p: CreatePolicyParams) -> list[ObjectRef]:
        (details,) = super().affected_objects(aws_account, p)
        return [replace(details, facet=SETTINGS.source), details]

    def limits(self, draft: Draft, p: CreatePolicyParams, value: Value) -> list[PlanFinding]:
        return document_findings(draft, p.document)

    def reverse(self, p: CreatePolicyParams, before: Mapping[str, Any], result: Mapping[str, Any]) -> list[StepSpec]:
        return [delete_policy(p.arn)]

    def may_end(self, p: CreatePolicyParams) -> bool:
        return True


class DeletePolicy(VersionsOperation[PolicyParams], DeletesObject[PolicyParams]):
    """AWS refuses it while somebody has the policy, or it has more versions than the one in force."""

    kind = "iam.policy.delete"
    aws_operation = "DeletePolicy"
    needed_for = "Delete a managed policy."
    undo = Undo.NEW_ID
    risk = Risk.DESTRUCTIVE
    params_type = PolicyParams

    def title(self, p: PolicyParams) -> str:
        return f"Delete the policy {p.name}"

    def note(self, p: PolicyParams) -> str:
        kept = "The policy's text stays in the history of this console."
        return f"{kept} Made again, it has a new unique id and begins with v1."

    def calls(self, p: PolicyParams) -> list[Call]:
        return [self.call(p)]

    def deletes(self, p: PolicyParams) -> str:
        return self.objects(p)[0]

    def access_changes(self, aws_account: AwsAccount, p: PolicyParams) -> Sequence[AccessChange]:
        return [ManagedPolicyChange(p.policy_arn, None)]

    def limits(self, draft: Draft, p: PolicyParams, value: Value) -> list[PlanFinding]:
        others = [version for version in value["versions"] if version != value["default"]]
        if not others:
            return []
        words = f"{p.name} has other versions than the one in force: delete {', '.join(others)} first."
        return [PlanFinding("HAS_VERSIONS", "error", words)]

    def before(self, draft: Draft, p: PolicyParams, value: Value) -> dict[str, Any]:
        policy = customer_policy(draft, p.policy_arn)
        version = policy.versions.filter(version_id=value["default"]).select_related("document").first()
        kept = {"document": version.document.text} if version else {}
        return {**kept, "description": policy.description, "tags": policy.tags or {}}

    def reverse(self, p: PolicyParams, before: Mapping[str, Any], result: Mapping[str, Any]) -> list[StepSpec]:
        if "document" not in before:
            return []
        create = {"arn": p.policy_arn, "document": before["document"], "description": before["description"]}
        return [StepSpec(POLICY.step_kind("create"), create), *retagged(POLICY, p.policy_arn, before["tags"])]

    def done(
        self, client: AwsClient, p: PolicyParams, live: Value, tried: Sequence[PreviousAttempt]
    ) -> StepResult | None:
        """One that was made since then under its name is another one."""
        return StepResult() if live is None or live["policy"] != tried[0].found["policy"] else None


def create_policy(arn: str, document: str, description: str = "") -> StepSpec:
    return StepSpec(POLICY.step_kind("create"), {"arn": arn, "document": document, "description": description})


def plan_delete(policy: ManagedPolicy) -> list[StepSpec]:
    """Of one that nobody has. The newest version first: made again in the opposite order, they keep their order."""
    others = policy.versions.filter(gone_at__isnull=True).exclude(version_id=policy.default_version)
    versions = others.order_by("-number").values_list("version_id", flat=True)
    gone = [StepSpec(DeleteVersion.kind, {"policy_arn": policy.arn, "version": version}) for version in versions]
    return [*gone, delete_policy(policy.arn)]


def delete_policy(arn: str) -> StepSpec:
    return StepSpec(DeletePolicy.kind, {"policy_arn": arn})
