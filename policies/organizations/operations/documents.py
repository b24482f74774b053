"""What a control policy says."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from accounts.models import AwsAccount
from policies.holdings import ControlPolicyChange
from policies.kinds import CONTROL_POLICY
from policies.models import OrgPolicy
from policies.organizations.below import accounts_below, is_switched_on, targets_of_policy
from policies.organizations.operations.base import (
    ControlPolicyOperation,
    ControlPolicyParams,
    document_findings,
    of_document,
)
from policies.organizations.types import type_of_document
from sync.checks import PlanFinding
from sync.mirror import Content
from sync.operation_mixins import AffectsOtherAccounts, WritesDocument
from sync.operations import (
    AccessChange,
    BadParams,
    Call,
    Refusal,
    StepSpec,
    Value,
)
from sync.plan_draft import Draft


@dataclass(frozen=True)
class UpdateControlPolicyParams(ControlPolicyParams):
    document: str

    def __post_init__(self) -> None:
        if not self.document.strip():
            raise BadParams("The document is empty.", field="document")


class UpdateControlPolicy(
    ControlPolicyOperation[UpdateControlPolicyParams],
    WritesDocument[UpdateControlPolicyParams],
    AffectsOtherAccounts[UpdateControlPolicyParams],
):
    """In force at once, wherever it is attached."""

    aws_operation = "UpdatePolicy"
    replaces_text = True
    unchanged_field = "document"
    params_type = UpdateControlPolicyParams

    def __init__(self, policy_type: OrgPolicy.Type) -> None:
        self.verb = UPDATE[policy_type]  # type: ignore[misc]
        super().__init__()
        self.type = policy_type
        self.writes_type = type_of_document(policy_type).value  # type: ignore[misc]

    def title(self, p: UpdateControlPolicyParams) -> str:
        return f"Edit the {OrgPolicy.Type(self.type).label.lower()} {p.called}"

    def note(self, p: UpdateControlPolicyParams) -> str:
        return "It is in force at once, in all AWS accounts below the places that it is attached to."

    def calls(self, p: UpdateControlPolicyParams) -> list[Call]:
        return self.call(p, self.aws_operation, Content=p.document)

    def part(self, p: UpdateControlPolicyParams) -> str:
        return f"document:{p.arn}"

    def describe_existing(self, value: Value) -> str:
        return "the document as it was, or as somebody changed it"

    def held(self, row: OrgPolicy, p: UpdateControlPolicyParams) -> Mapping[str, Any]:
        if row.type != self.type:
            raise Refusal(f"{row.name} is no {OrgPolicy.Type(self.type).label.lower()}.")
        return {"document": row.document.canonical_hash}

    def parse_part(self, content: Content, p: UpdateControlPolicyParams) -> Mapping[str, Any]:
        return {"document": content["document"]["canonical"]}

    def after(self, p: UpdateControlPolicyParams, value: Value) -> Value:
        return {**value, **of_document(p.document)}

    def is_so_already(self, p: UpdateControlPolicyParams) -> str:
        return f"{p.called} already says this."

    def limits(self, draft: Draft, p: UpdateControlPolicyParams, value: Value) -> list[PlanFinding]:
        return [*document_findings(p.document, self.type), *super().limits(draft, p, value)]

    def document(self, aws_account: AwsAccount, p: UpdateControlPolicyParams, value: Value) -> str | None:
        rows = OrgPolicy.objects.live().filter(aws_account=aws_account, arn=p.arn).select_related("document")
        row = rows.first()
        return row.document.text if row else None

    def writes(self, aws_account: AwsAccount, p: UpdateControlPolicyParams) -> str | None:
        return p.document

    def access_changes(self, aws_account: AwsAccount, p: UpdateControlPolicyParams) -> Sequence[AccessChange]:
        return [ControlPolicyChange(p.arn, p.document)]

    def affected_accounts(self, aws_account: AwsAccount, p: UpdateControlPolicyParams) -> Collection[str]:
        row = OrgPolicy.objects.live().filter(aws_account=aws_account, arn=p.arn).first()
        if row is None or not is_switched_on(aws_account, row.type):
            return ()
        return [account.aws_id for account in accounts_below(aws_account, targets_of_policy(row))]

    def before(self, draft: Draft, p: UpdateControlPolicyParams, value: Value) -> dict[str, Any]:
        text = self.document(draft.aws_account, p, value)
        return {} if text is None else {"document": text}

    def reverse(
        self, p: UpdateControlPolicyParams, before: Mapping[str, Any], result: Mapping[str, Any]
    ) -> list[StepSpec]:
        return [StepSpec(self.kind, {**self.spec(p).params, **before})] if before else []


UPDATE = {OrgPolicy.Type.SCP: "update_scp", OrgPolicy.Type.RCP: "update_rcp"}


def update_control_policy(policy: OrgPolicy, document: str) -> StepSpec:
    params = {"arn": policy.arn, "called": policy.name, "document": document}
    return StepSpec(CONTROL_POLICY.step_kind(UPDATE[OrgPolicy.Type(policy.type)]), params)
