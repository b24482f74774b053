"""What a control policy is called, and its description."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from policies.models import OrgPolicy
from policies.organizations.operations.base import (
    ControlPolicyOperation,
    ControlPolicyParams,
    check_name,
    name_findings,
)
from sync.checks import PlanFinding
from sync.mirror import Content
from sync.operations import (
    Call,
    Risk,
    StepSpec,
    Value,
)
from sync.plan_draft import Draft


@dataclass(frozen=True)
class RenameControlPolicyParams(ControlPolicyParams):
    name: str
    description: str

    def __post_init__(self) -> None:
        check_name(self.name, self.description)


class RenameControlPolicy(ControlPolicyOperation[RenameControlPolicyParams]):
    verb = "rename"
    aws_operation = "UpdatePolicy"
    risk = Risk.LOW
    unchanged_field = "name"
    params_type = RenameControlPolicyParams

    def title(self, p: RenameControlPolicyParams) -> str:
        if p.name == p.called:
            return f"Describe the control policy {p.name} otherwise"
        return f"Rename the control policy {p.called} to {p.name}"

    def calls(self, p: RenameControlPolicyParams) -> list[Call]:
        return self.call(p, self.aws_operation, Name=p.name, Description=p.description)

    def part(self, p: RenameControlPolicyParams) -> str:
        return f"names:{p.arn}"

    def describe_existing(self, value: Value) -> str:
        return f"the name {value['name']}"

    def held(self, row: OrgPolicy, p: RenameControlPolicyParams) -> Mapping[str, Any]:
        return {"name": row.name, "description": row.description}

    def parse_part(self, content: Content, p: RenameControlPolicyParams) -> Mapping[str, Any]:
        return {"name": content["name"], "description": content["description"]}

    def after(self, p: RenameControlPolicyParams, value: Value) -> Value:
        return {**value, "name": p.name, "description": p.description}

    def limits(self, draft: Draft, p: RenameControlPolicyParams, value: Value) -> list[PlanFinding]:
        return [*name_findings(draft.aws_account, p.name, p.arn), *super().limits(draft, p, value)]

    def before(self, draft: Draft, p: RenameControlPolicyParams, value: Value) -> dict[str, Any]:
        return {"name": value["name"], "description": value["description"]}

    def reverse(
        self, p: RenameControlPolicyParams, before: Mapping[str, Any], result: Mapping[str, Any]
    ) -> list[StepSpec]:
        return [StepSpec(self.kind, {"arn": p.arn, "called": p.name, **before})]
