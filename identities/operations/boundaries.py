"""The permissions boundary of users and roles, and their tags.

The part of a boundary is {"object": "AIDA…", "boundary": "arn:…"}, "" for none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from accounts.models import AwsAccount
from aws_constraints.arn import is_managed_by_aws, name_of
from identities.kinds import kind_of
from identities.models import IamRole, IamUser
from identities.operations.owners import OwnerOperation, OwnerParams, on_owner
from objects.operations import tags
from objects.operations.objects import ObjectParams
from objects.operations.rows import check_arn, live_row, ref
from objects.operations.tags import TagObject, TagParams, UntagObject, UntagParams
from policies.holdings import BoundaryChange, TagChange
from policies.models import ManagedPolicy
from sync.aws.client import AwsClient
from sync.object_ref import ObjectRef
from sync.operations import AccessChange, Call, StepSpec, Value
from sync.plan_draft import Draft


@dataclass(frozen=True)
class PutBoundaryParams:
    arn: str
    policy_arn: str

    def __post_init__(self) -> None:
        check_arn(self.policy_arn, "policy")


P = TypeVar("P", bound=ObjectParams)


class BoundaryOperation(OwnerOperation[P]):
    needed_for = "Give users and roles a permissions boundary, or take it off."

    def part(self, p: P) -> str:
        return f"boundary:{p.arn}"

    def describe_existing(self, value: Value) -> str:
        return f"the boundary {name_of(value['boundary'])}" if value["boundary"] else "no boundary"

    def mirrored(self, draft: Draft, p: P) -> Value:
        owner = self.row(draft, p)
        return {"object": owner.aws_id, "boundary": owner.boundary_arn}

    def parse_part(
        self, client: AwsClient, p: P, owner: Mapping[str, Any], named: Mapping[str, str]
    ) -> Mapping[str, Any]:
        return {"boundary": (owner.get("PermissionsBoundary") or {}).get("PermissionsBoundaryArn") or ""}

    def before(self, draft: Draft, p: P, value: Value) -> dict[str, Any]:
        return {"boundary": value["boundary"]}

    def reverse(self, p: P, before: Mapping[str, Any], result: Mapping[str, Any]) -> list[StepSpec]:
        if before["boundary"]:
            params = {"arn": p.arn, "policy_arn": before["boundary"]}
            return [StepSpec(self.of.step_kind(PutBoundary.verb), params)]
        return [StepSpec(self.of.step_kind(DeleteBoundary.verb), {"arn": p.arn})]


class PutBoundary(BoundaryOperation[PutBoundaryParams]):
    verb = "boundary.put"
    aws_operation = "Put{}PermissionsBoundary"
    params_type = PutBoundaryParams

    def title(self, p: PutBoundaryParams) -> str:
        return f"Bound {self.named(p)} by {name_of(p.policy_arn)}"

    def note(self, p: PutBoundaryParams) -> str:
        return "What the boundary doesn't allow is no longer allowed, whatever the policies say."

    def calls(self, p: PutBoundaryParams) -> list[Call]:
        return self.call(p, self.aws_operation, PermissionsBoundary=p.policy_arn)

    def affected_objects(self, aws_account: AwsAccount, p: PutBoundaryParams) -> list[ObjectRef]:
        return [*super().affected_objects(aws_account, p), ref(ManagedPolicy, p.policy_arn)]

    def mirrored(self, draft: Draft, p: PutBoundaryParams) -> Value:
        # AWS's own policies are mirrored where somebody has them only, so one that isn't may be there all the same.
        if not is_managed_by_aws(p.policy_arn):
            live_row(ManagedPolicy, draft, p.policy_arn)
        return super().mirrored(draft, p)

    def access_changes(self, aws_account: AwsAccount, p: PutBoundaryParams) -> Sequence[AccessChange]:
        return [BoundaryChange(p.arn, p.policy_arn)]

    def after(self, p: PutBoundaryParams, value: Value) -> Value:
        return {**value, "boundary": p.policy_arn}

    def is_so_already(self, p: PutBoundaryParams) -> str:
        return f"{name_of(p.policy_arn)} is the boundary of {self.named(p)} already."


class DeleteBoundary(BoundaryOperation[OwnerParams]):
    verb = "boundary.delete"
    aws_operation = "Delete{}PermissionsBoundary"
    params_type = OwnerParams

    def title(self, p: OwnerParams) -> str:
        return f"Take the permissions boundary off {self.named(p)}"

    def note(self, p: OwnerParams) -> str:
        return "Everything that its policies allow is then allowed: this can add access."

    def calls(self, p: OwnerParams) -> list[Call]:
        return self.call(p, self.aws_operation)

    def access_changes(self, aws_account: AwsAccount, p: OwnerParams) -> Sequence[AccessChange]:
        return [BoundaryChange(p.arn, "")]

    def after(self, p: OwnerParams, value: Value) -> Value:
        return {**value, "boundary": ""}

    def is_so_already(self, p: OwnerParams) -> str:
        return f"There is no permissions boundary on {self.named(p)}."


def put_boundary(owner: IamUser | IamRole, policy_arn: str) -> StepSpec:
    return on_owner(owner, PutBoundary.verb, policy_arn=policy_arn)


def delete_boundary(owner: IamUser | IamRole) -> StepSpec:
    return on_owner(owner, DeleteBoundary.verb)


# ---- Tags. Policies may ask for them: aws:PrincipalTag -------------------------------------------------------
class TagPrincipal(TagObject):
    def access_changes(self, aws_account: AwsAccount, p: TagParams) -> Sequence[AccessChange]:
        return [TagChange(p.arn, p.key, p.value)]


class UntagPrincipal(UntagObject):
    def access_changes(self, aws_account: AwsAccount, p: UntagParams) -> Sequence[AccessChange]:
        return [TagChange(p.arn, p.key, None)]


def tag(principal: IamUser | IamRole, key: str, value: str) -> StepSpec:
    return tags.tag(kind_of(principal), principal.arn, key, value)


def untag(principal: IamUser | IamRole, key: str) -> StepSpec:
    return tags.untag(kind_of(principal), principal.arn, key)
