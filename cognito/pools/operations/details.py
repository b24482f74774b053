"""Tags of user pools, and attributes of the pool's own: one a step. The part is what the pool has of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cognito.kinds import POOL
from cognito.models import UserPool
from cognito.permissions import CHANGE_POOLS, USER_POOLS
from cognito.pool_calls import pool_call
from cognito.pools.operations.pools import UserPoolOperation, UserPoolParams
from cognito.pools.operations.rows import pool_row
from objects.operations import tags
from objects.operations.tags import TagObject, TagParams, UntagObject, UntagParams
from sync.aws.permission import write
from sync.checks import PlanFinding
from sync.operations import BadParams, Call, Guarantee, Risk, StepSpec, Undo, Value
from sync.plan_draft import Draft

TYPES = ("String", "Number", "Boolean", "DateTime")
MOST_CUSTOM, LONGEST_CUSTOM = 50, 20  # Developer Guide, "Quotas in Amazon Cognito"


class TagPool(TagObject):
    permissions = (write("cognito-idp:TagResource", CHANGE_POOLS, USER_POOLS),)

    def row(self, draft: Draft, p: TagParams) -> UserPool:
        return pool_row(draft, p.arn)


class UntagPool(UntagObject):
    permissions = (write("cognito-idp:UntagResource", CHANGE_POOLS, USER_POOLS),)

    def row(self, draft: Draft, p: UntagParams) -> UserPool:
        return pool_row(draft, p.arn)


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


class AddAttribute(UserPoolOperation):
    kind = "cognito.pool.add_attribute"
    aws_operation = "AddCustomAttributes"
    permissions = (write("cognito-idp:AddCustomAttributes", CHANGE_POOLS, USER_POOLS),)
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
        return [pool_call(p.pool_arn, self.aws_operation, CustomAttributes=[said])]

    def part(self, p: AttributeParams) -> str:
        return f"attribute:{p.pool_arn} {p.attribute}"

    def describe(self, value: Value) -> str:
        if value is None:
            return "no such user pool"
        return f"the attribute, as a {value['type']}" if value["type"] else "no such attribute"

    def parse_part(self, content: Mapping[str, Any], p: AttributeParams) -> Mapping[str, Any]:
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
