"""Tags of user pools, and attributes of the pool's own: one a step. The part is what the pool has of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cognito.kinds import POOL
from cognito.models import UserPool
from cognito.pools.operations.base import UserPoolOperation, UserPoolParams, pool_row
from objects.operations import tags
from objects.operations.objects import FacetOperation
from objects.operations.tags import TagObject, TagParams, UntagObject, UntagParams
from sync.checks import PlanFinding
from sync.mirror import Content
from sync.operations import BadParams, Call, Guarantee, Risk, StepSpec, Undo, Value
from sync.plan_draft import Draft

TYPES = ("String", "Number", "Boolean", "DateTime")
ADD_ATTRIBUTE = POOL.step_kind("add_attribute")
MOST_CUSTOM, LONGEST_CUSTOM = 50, 20  # Developer Guide, "Quotas in Amazon Cognito"


class TagPool(TagObject, UserPoolOperation[TagParams]):
    pass


class UntagPool(UntagObject, UserPoolOperation[UntagParams]):
    pass


# ---- Attributes of the pool's own ----------------------------------------------------------------------------
@dataclass(frozen=True)
class AttributeParams(UserPoolParams):
    attribute: str  # without "custom:"
    type: str = "String"
    mutable: bool = True
    longest: int = 2048  # characters of a String

    def __post_init__(self) -> None:
        super().__post_init__()
        if not re.fullmatch(rf"[^\s:]{{1,{LONGEST_CUSTOM}}}", self.attribute):
            raise BadParams(
                f"An attribute’s name has 1 to {LONGEST_CUSTOM} characters, no spaces and no colon.", field="attribute"
            )
        if self.type not in TYPES:
            raise BadParams(f"The type is one of {', '.join(TYPES)}.", field="type")
        if not 1 <= self.longest <= 2048:
            raise BadParams("A text has 1 to 2048 characters at most.", field="longest")


class AddAttribute(UserPoolOperation[AttributeParams], FacetOperation[AttributeParams]):
    verb = "add_attribute"
    aws_operation = "AddCustomAttributes"
    undo = Undo.NEVER
    risk = Risk.DESTRUCTIVE  # permanent
    guarantee = Guarantee.DETECTABLE
    unchanged_field = "attribute"
    params_type = AttributeParams

    def title(self, p: AttributeParams) -> str:
        return f"Add the attribute custom:{p.attribute} to the user pool {p.called}"

    def note(self, p: AttributeParams) -> str:
        return f"Permanent: AWS neither changes nor removes one. A pool has at most {MOST_CUSTOM} of its own."

    def calls(self, p: AttributeParams) -> list[Call]:
        said: dict[str, Any] = {"Name": p.attribute, "AttributeDataType": p.type, "Mutable": p.mutable}
        if p.type == "String":
            said["StringAttributeConstraints"] = {"MinLength": "0", "MaxLength": str(p.longest)}
        return self.call(p, self.aws_operation, CustomAttributes=[said])

    def part(self, p: AttributeParams) -> str:
        return f"attribute:{p.pool_arn} {p.attribute}"

    def describe_existing(self, value: Value) -> str:
        return f"the attribute, as a {value['type']}" if value["type"] else "no such attribute"

    def held(self, row: UserPool, p: AttributeParams) -> Mapping[str, Any]:
        return self.parse_part(row.settings, p)

    def parse_part(self, content: Content, p: AttributeParams) -> Mapping[str, Any]:
        named = {each["Name"]: each for each in content.get("SchemaAttributes", [])}
        return {"type": named.get(f"custom:{p.attribute}", {}).get("AttributeDataType", "")}

    def after(self, p: AttributeParams, value: Value) -> Value:
        return {**value, "type": p.type}

    def changes(self, p: AttributeParams, value: Value) -> bool:
        """AWS changes none, so one of another type is there for good."""
        return not value["type"]

    def is_so_already(self, p: AttributeParams) -> str:
        return f"{p.called} has the attribute custom:{p.attribute} already."

    def limits(self, draft: Draft, p: AttributeParams, value: Value) -> list[PlanFinding]:
        own = {each["Name"] for each in pool_row(draft, p.pool_arn).settings.get("SchemaAttributes", [])}
        custom = sum(":" in name for name in own) + 1
        if custom <= MOST_CUSTOM:
            return []
        return [
            PlanFinding(
                "TOO_MANY_ATTRIBUTES", "error", f"{p.called} has {MOST_CUSTOM} attributes of its own, the most."
            )
        ]


def tag(pool_arn: str, called: str, key: str, value: str) -> StepSpec:
    return tags.tag(POOL, pool_arn, key, value, called)


def untag(pool_arn: str, called: str, key: str) -> StepSpec:
    return tags.untag(POOL, pool_arn, key, called)
