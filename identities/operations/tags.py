"""The tags of users and roles, one a step. The part is {"object": "AIDA…", "value": "reports"}; null: no such tag."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from accounts.models import AwsAccount
from identities.models import IamRole, IamUser
from identities.operations.owners import OwnerOperation, on_owner
from objects.operations.tags import MOST_TAGS, check_key, check_value
from policies.holdings import TagChange
from sync.aws.client import AwsClient
from sync.checks import PlanFinding
from sync.operations import AccessChange, Call, Risk, StepSpec, Value
from sync.plan_draft import Draft


@dataclass(frozen=True)
class OwnerUntagParams:
    arn: str
    key: str

    def __post_init__(self) -> None:
        check_key(self.key)


@dataclass(frozen=True)
class OwnerTagParams(OwnerUntagParams):
    value: str

    def __post_init__(self) -> None:
        super().__post_init__()
        check_value(self.value)


P = TypeVar("P", bound=OwnerUntagParams)


class OwnerTagOperation(OwnerOperation[P]):
    risk = Risk.HIGH  # policies may ask for tags: aws:PrincipalTag

    def part(self, p: P) -> str:
        return f"tag:{p.arn} {p.key}"

    def describe_existing(self, value: Value) -> str:
        return "no such tag" if value["value"] is None else f"the value “{value['value']}”"

    def mirrored(self, draft: Draft, p: P) -> Value:
        owner = self.row(draft, p)
        return {"object": owner.aws_id, "value": owner.tags.get(p.key)}

    def parse_part(
        self, client: AwsClient, p: P, owner: Mapping[str, Any], named: Mapping[str, str]
    ) -> Mapping[str, Any]:
        tags = {tag["Key"]: tag["Value"] for tag in owner.get("Tags") or ()}
        return {"value": tags.get(p.key)}

    def before(self, draft: Draft, p: P, value: Value) -> dict[str, Any]:
        return {"value": value["value"]}

    def reverse(self, p: P, before: Mapping[str, Any], result: Mapping[str, Any]) -> list[StepSpec]:
        params = {"arn": p.arn, "key": p.key}
        if before["value"] is None:
            return [StepSpec(f"iam.{self.owner.word}.{UntagOwner.verb}", params)]
        return [StepSpec(f"iam.{self.owner.word}.{TagOwner.verb}", {**params, "value": before["value"]})]


class TagOwner(OwnerTagOperation[OwnerTagParams]):
    verb = "tag"
    aws_operation = "Tag{}"
    params_type = OwnerTagParams

    def title(self, p: OwnerTagParams) -> str:
        return f"Tag {self.named(p)} {p.key}={p.value}"

    def calls(self, p: OwnerTagParams) -> list[Call]:
        return self.call(p, self.aws_operation, Tags=[{"Key": p.key, "Value": p.value}])

    def access_changes(self, aws_account: AwsAccount, p: OwnerTagParams) -> Sequence[AccessChange]:
        return [TagChange(p.arn, p.key, p.value)]

    def after(self, p: OwnerTagParams, value: Value) -> Value:
        return {**value, "value": p.value}

    def is_so_already(self, p: OwnerTagParams) -> str:
        return f"The tag {p.key} of {self.named(p)} says “{p.value}” already."

    def limits(self, draft: Draft, p: OwnerTagParams, value: Value) -> list[PlanFinding]:
        keys = set(self.row(draft, p).tags)
        for step in self.earlier(draft, p):
            if isinstance(step.operation, OwnerTagOperation):
                (keys.add if isinstance(step.operation, TagOwner) else keys.discard)(step.params.key)
        if len(keys | {p.key}) <= MOST_TAGS:
            return []
        words = f"{len(keys)} tags are on {self.named(p)}; AWS allows {MOST_TAGS}."
        return [PlanFinding("TOO_MANY_TAGS", "error", words)]


class UntagOwner(OwnerTagOperation[OwnerUntagParams]):
    verb = "untag"
    aws_operation = "Untag{}"
    params_type = OwnerUntagParams

    def title(self, p: OwnerUntagParams) -> str:
        return f"Remove the tag {p.key} from {self.named(p)}"

    def calls(self, p: OwnerUntagParams) -> list[Call]:
        return self.call(p, self.aws_operation, TagKeys=[p.key])

    def access_changes(self, aws_account: AwsAccount, p: OwnerUntagParams) -> Sequence[AccessChange]:
        return [TagChange(p.arn, p.key, None)]

    def after(self, p: OwnerUntagParams, value: Value) -> Value:
        return {**value, "value": None}

    def is_so_already(self, p: OwnerUntagParams) -> str:
        return f"There is no tag {p.key} on {self.named(p)}."


def tag(owner: IamUser | IamRole, key: str, value: str) -> StepSpec:
    return on_owner(owner, TagOwner.verb, key=key, value=value)


def untag(owner: IamUser | IamRole, key: str) -> StepSpec:
    return on_owner(owner, UntagOwner.verb, key=key)
