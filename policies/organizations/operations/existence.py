"""Making control policies, and deleting them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from accounts.models import AwsAccount
from objects.operations.existence import Deletion
from policies.control_policy_permissions import changing
from policies.kinds import CONTROL_POLICY
from policies.models import OrgPolicy
from policies.organizations import reads
from policies.organizations.below import targets_of_policy
from policies.organizations.operations.base import (
    ControlPolicyOperation,
    ControlPolicyParams,
    check_name,
    document_findings,
    name_findings,
    not_management,
    of_document,
)
from policies.organizations.quotas import quotas_of_type
from policies.organizations.selectors import organization_of
from policies.organizations.types import type_of_document
from sync.aws.client import AwsClient
from sync.aws.permission import Permission
from sync.checks import PlanFinding
from sync.mirror import Content
from sync.object_ref import ObjectRef
from sync.operation_mixins import WritesDocument
from sync.operations import (
    BadParams,
    Call,
    Guarantee,
    MakesObject,
    PreviousAttempt,
    Refusal,
    Risk,
    StepResult,
    StepSpec,
    Undo,
    Value,
)
from sync.plan_draft import Draft


@dataclass(frozen=True)
class CreateControlPolicyParams:
    name: str
    type: str  # of `OrgPolicy.Type`
    document: str
    description: str = ""

    def __post_init__(self) -> None:
        check_name(self.name, self.description)
        if self.type not in OrgPolicy.Type.values:
            raise BadParams(f"{self.type!r} is no type of control policy.", field="type")
        if not self.document.strip():
            raise BadParams("The document is empty.", field="document")


class CreateControlPolicy(MakesObject[CreateControlPolicyParams], WritesDocument[CreateControlPolicyParams]):
    """Names are unique. The part is what has that name: None, or {"id", "document", "description", "type"}."""

    kind: ClassVar[str]
    aws_operation = "CreatePolicy"
    guarantee = Guarantee.DETECTABLE
    undo = Undo.REVERSIBLE
    risk = Risk.LOW
    params_type = CreateControlPolicyParams

    def __init__(self, policy_type: OrgPolicy.Type) -> None:
        """One class makes an operation for each type: lint reads their documents differently."""
        self.type = policy_type
        self.writes_type = type_of_document(policy_type).value  # type: ignore[misc]
        self.kind = CREATE[policy_type]  # type: ignore[misc]

    @property
    def permissions(self) -> Sequence[Permission]:
        return changing(self.aws_operation, "Make control policies, in the management account.")

    def title(self, p: CreateControlPolicyParams) -> str:
        return f"Make the {OrgPolicy.Type(p.type).label.lower()} {p.name}"

    def note(self, p: CreateControlPolicyParams) -> str:
        return "It bounds nobody until it is attached. Its reverse deletes it, as long as it is attached nowhere."

    def calls(self, p: CreateControlPolicyParams) -> list[Call]:
        sent = {"Name": p.name, "Description": p.description, "Type": p.type, "Content": p.document}
        action = f"organizations:{self.aws_operation}"
        return [Call("organizations", self.aws_operation, sent, resource_arns=("*",), actions=(action,))]

    def makes(self, p: CreateControlPolicyParams) -> str:
        return f"{OrgPolicy.kind}:new {p.name}"

    def part(self, p: CreateControlPolicyParams) -> str:
        return f"control policy of the name:{p.name}"

    def affected_objects(self, aws_account: AwsAccount, p: CreateControlPolicyParams) -> list[ObjectRef]:
        return [ObjectRef(OrgPolicy.kind, "", p.name, "")]

    def describe(self, value: Value) -> str:
        return "no control policy of that name" if value is None else "a control policy of that name"

    def mirrored(self, draft: Draft, p: CreateControlPolicyParams) -> Value:
        for finding in name_findings(draft.aws_account, p.name):
            raise Refusal(finding.message, field="name")
        return None

    def after(self, p: CreateControlPolicyParams, value: Value) -> Value:
        return {"id": "", "type": p.type, "description": p.description, **of_document(p.document)}

    def limits(self, draft: Draft, p: CreateControlPolicyParams, value: Value) -> list[PlanFinding]:
        organization = organization_of(draft.aws_account)
        if organization is not None and not organization.all_features:
            words = "The organization is for consolidated billing only, and has no control policies."
            return [PlanFinding("BILLING_ONLY", "error", words)]
        most = quotas_of_type(p.type).there
        there = OrgPolicy.objects.live().filter(aws_account=draft.aws_account, type=p.type).count()
        full = []
        if there >= most:
            words = f"The organization has {there:,} policies of this type; AWS allows {most:,}."
            full = [PlanFinding("TOO_MANY_POLICIES", "error", words)]
        return [*document_findings(p.document, p.type), *full, *not_management(draft.aws_account)]

    def writes(self, aws_account: AwsAccount, p: CreateControlPolicyParams) -> str | None:
        return p.document

    def live(self, client: AwsClient, p: CreateControlPolicyParams) -> Value:
        found = reads.policy_named(client, p.name)
        if found is None:
            return None
        said = {"id": found["Id"], "type": found["Type"], "description": found.get("Description") or ""}
        return {**said, **of_document(found["Content"])}

    def done(
        self, client: AwsClient, p: CreateControlPolicyParams, live: Value, tried: Sequence[PreviousAttempt]
    ) -> StepResult | None:
        """One that wasn't there before our first try, and is just what we asked for: AWS keeps no dates of them."""
        if live is None or tried[0].found is not None or {**live, "id": ""} != self.after(p, None):
            return None
        return StepResult({"id": live["id"], "arn": ""})

    def result(self, answer: Mapping[str, Any]) -> Mapping[str, Any]:
        summary = answer["Policy"]["PolicySummary"]
        return {"id": summary["Id"], "arn": summary["Arn"]}

    def reverse(
        self, p: CreateControlPolicyParams, before: Mapping[str, Any], result: Mapping[str, Any]
    ) -> list[StepSpec]:
        arn = result.get("arn") or _arn_of(result.get("id", ""))
        return [delete_control_policy(arn, p.name)] if arn else []


def _arn_of(policy_id: str) -> str:
    """Of one that a worker found after another had made it: the mirror has read it since."""
    return str(OrgPolicy.objects.live().filter(aws_id=policy_id).values_list("arn", flat=True).first() or "")


CREATE = {
    OrgPolicy.Type.SCP: f"{OrgPolicy.kind}.create_scp",
    OrgPolicy.Type.RCP: f"{OrgPolicy.kind}.create_rcp",
}


class DeleteControlPolicy(ControlPolicyOperation[ControlPolicyParams], Deletion[ControlPolicyParams]):
    """AWS refuses it while it is attached anywhere."""

    aws_operation = "DeletePolicy"
    undo = Undo.NEW_ID
    params_type = ControlPolicyParams

    def note(self, p: ControlPolicyParams) -> str:
        return "Its text stays in the history of this console. Made again, it has another id."

    def held(self, row: OrgPolicy, p: ControlPolicyParams) -> Mapping[str, Any]:
        return {"document": row.document.canonical_hash}

    def parse_part(self, content: Content, p: ControlPolicyParams) -> Mapping[str, Any]:
        return {"document": content["document"]["canonical"]}

    def limits(self, draft: Draft, p: ControlPolicyParams, value: Value) -> list[PlanFinding]:
        found = super().limits(draft, p, value)
        left = targets_of_policy(self.row(draft, p))
        for step in self.earlier(draft, p):
            left -= {getattr(step.params, "target_id", "")}
        if left:
            words = f"{p.called} is attached to {len(left)} of the organization’s places: detach it there first."
            found.append(PlanFinding("POLICY_IN_USE", "error", words))
        return found

    def before(self, draft: Draft, p: ControlPolicyParams, value: Value) -> dict[str, Any]:
        row = self.row(draft, p)
        return {"type": row.type, "description": row.description, "document": row.document.text}

    def reverse(self, p: ControlPolicyParams, before: Mapping[str, Any], result: Mapping[str, Any]) -> list[StepSpec]:
        return [create_control_policy(p.called, **before)]


def create_control_policy(name: str, type: str, document: str, description: str = "") -> StepSpec:
    params = {"name": name, "type": str(type), "document": document, "description": description}
    return StepSpec(CREATE[OrgPolicy.Type(type)], params)


def delete_control_policy(arn: str, called: str) -> StepSpec:
    return StepSpec(CONTROL_POLICY.step_kind(Deletion.verb), {"arn": arn, "called": called})
