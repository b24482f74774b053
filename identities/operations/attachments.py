"""Attaching managed policies to users, groups and roles, and detaching them: one mechanism for six operations.

The part is {"object": "AROA…", "attached": true}.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from accounts.models import AwsAccount
from aws_constraints.arn import is_managed_by_aws, name_of
from identities.kinds import GROUP, ROLE, USER
from identities.models import Attachment, Principal
from identities.operations.owners import OwnerOperation, on_owner
from objects.operations.rows import check_arn, live_row, names_of, prefetch_names, prefetch_rows, ref
from policies.holdings import AttachmentChange
from policies.models import ManagedPolicy
from policies.quotas import ATTACHED_TO_GROUP, ATTACHED_TO_ROLE, ATTACHED_TO_USER, quotas_in
from sync.aws.client import AwsClient
from sync.checks import PlanFinding
from sync.object_ref import ObjectRef
from sync.operations import AccessChange, Call, Refusal, StepSpec, Value
from sync.plan_draft import Draft

_QUOTAS = {USER: ATTACHED_TO_USER, GROUP: ATTACHED_TO_GROUP, ROLE: ATTACHED_TO_ROLE}


@dataclass(frozen=True)
class AttachmentParams:
    arn: str
    policy_arn: str

    def __post_init__(self) -> None:
        check_arn(self.policy_arn, "policy")


class AttachmentOperation(OwnerOperation[AttachmentParams]):
    leaves: ClassVar[bool]  # attached, afterwards
    params_type = AttachmentParams
    needed_for = "Attach and detach managed policies."

    def calls(self, p: AttachmentParams) -> list[Call]:
        return self.call(p, self.aws_operation, PolicyArn=p.policy_arn)

    def part(self, p: AttachmentParams) -> str:
        return f"attachment:{p.arn} {p.policy_arn}"

    def affected_objects(self, aws_account: AwsAccount, p: AttachmentParams) -> list[ObjectRef]:
        return [*super().affected_objects(aws_account, p), ref(ManagedPolicy, p.policy_arn)]

    def dependent(self, p: AttachmentParams) -> tuple[str, bool]:
        return f"policy {p.policy_arn}", self.leaves

    def describe_existing(self, value: Value) -> str:
        return "it attached" if value["attached"] else "it not attached"

    def mirrored(self, draft: Draft, p: AttachmentParams) -> Value:
        owner = self.row(draft, p)
        return {"object": owner.aws_id, "attached": p.policy_arn in self._attached(draft, owner)}

    def after(self, p: AttachmentParams, value: Value) -> Value:
        return {**value, "attached": self.leaves}

    def access_changes(self, aws_account: AwsAccount, p: AttachmentParams) -> Sequence[AccessChange]:
        return [AttachmentChange(p.arn, p.policy_arn, self.leaves)]

    def parse_part(
        self, client: AwsClient, p: AttachmentParams, owner: Mapping[str, Any], named: Mapping[str, str]
    ) -> Mapping[str, Any]:
        pages = client.pages("iam", f"ListAttached{self.of.noun}Policies", **named)
        attached = {policy["PolicyArn"] for page in pages for policy in page.items["AttachedPolicies"]}
        return {"attached": p.policy_arn in attached}

    def prefetch(self, draft: Draft, params: Sequence[AttachmentParams]) -> None:
        super().prefetch(draft, params)
        prefetch_rows(ManagedPolicy, draft, [p.policy_arn for p in params])
        known = [(self.of.model, p.arn) for p in params]
        owners = [draft.remembered[each] for each in known if each in draft.remembered]
        prefetch_names(draft, Attachment, self.of.name, "arn", owners)

    def _attached(self, draft: Draft, owner: Principal) -> frozenset[str]:
        """The ARNs of what is attached to it in the mirror."""
        return names_of(draft, Attachment, self.of.name, "arn", owner)


class AttachPolicy(AttachmentOperation):
    verb = "attach"
    aws_operation = "Attach{}Policy"
    leaves = True

    def title(self, p: AttachmentParams) -> str:
        return f"Attach {name_of(p.policy_arn)} to {self.named(p)}"

    def is_so_already(self, p: AttachmentParams) -> str:
        return f"{name_of(p.policy_arn)} is attached to {self.named(p)} already."

    def mirrored(self, draft: Draft, p: AttachmentParams) -> Value:
        # AWS's own policies are mirrored where they are attached only, so one that isn't may be there all the same.
        if not is_managed_by_aws(p.policy_arn):
            policy = live_row(ManagedPolicy, draft, p.policy_arn)
            if not policy.attachable:
                raise Refusal(f"AWS doesn't let {policy.name} be attached.", field="policy")
        return super().mirrored(draft, p)

    def limits(self, draft: Draft, p: AttachmentParams, value: Value) -> list[PlanFinding]:
        attached = set(self._attached(draft, self.row(draft, p)))
        for step in self.earlier(draft, p):
            if isinstance(step.operation, AttachmentOperation):
                (attached.add if step.operation.leaves else attached.discard)(step.params.policy_arn)
        limit = quotas_in(draft)[_QUOTAS[self.of]]
        words = f"{len(attached)} policies are attached to {self.named(p)}"
        return limit.findings(len(attached) + 1, "TOO_MANY_ATTACHED", words)

    def reverse(self, p: AttachmentParams, before: Mapping[str, Any], result: Mapping[str, Any]) -> list[StepSpec]:
        return [self.other("detach", p)]


class DetachPolicy(AttachmentOperation):
    verb = "detach"
    aws_operation = "Detach{}Policy"
    leaves = False

    def title(self, p: AttachmentParams) -> str:
        return f"Detach {name_of(p.policy_arn)} from {self.named(p)}"

    def is_so_already(self, p: AttachmentParams) -> str:
        return f"{name_of(p.policy_arn)} isn't attached to {self.named(p)}."

    def reverse(self, p: AttachmentParams, before: Mapping[str, Any], result: Mapping[str, Any]) -> list[StepSpec]:
        return [self.other("attach", p)]


def attach(owner: Principal, policy_arn: str) -> StepSpec:
    return on_owner(owner, "attach", policy_arn=policy_arn)


def detach(owner: Principal, policy_arn: str) -> StepSpec:
    return on_owner(owner, "detach", policy_arn=policy_arn)
