"""Attaching control policies to a root, a unit or an account of the organization, and detaching them.

The part has the policy's document, too: who approves an attachment has read what the policy says. AWS Organizations API
Reference, "AttachPolicy" and "DetachPolicy".
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from accounts.models import AwsAccount
from policies.holdings import ControlPolicyTargetChange
from policies.models import OrgAccount, Organization, OrgPolicy, OrgTarget, OrgUnit
from policies.organizations.below import accounts_below, targets_of_policy
from policies.organizations.operations.base import ControlPolicyOperation, ControlPolicyParams
from policies.organizations.quotas import FULL_RCP, quotas_of_type
from sync.checks import PlanFinding
from sync.mirror import Content
from sync.operation_mixins import AffectsOtherAccounts
from sync.operations import AccessChange, BadParams, Call, Guarantee, Refusal, StepSpec, Value
from sync.plan_draft import Draft

_TARGET = re.compile(r"(r|ou)-[0-9a-z-]{4,65}|\d{12}", re.ASCII)  # roughly


@dataclass(frozen=True)
class TargetParams(ControlPolicyParams):
    target_id: str
    target_arn: str
    target: str  # what it is called

    def __post_init__(self) -> None:
        if not _TARGET.fullmatch(self.target_id):
            raise BadParams(f"{self.target_id!r} is no root, unit or account of an organization.", field="target")
        if self.target_arn.rpartition("/")[2] != self.target_id:
            raise BadParams("The ARN is that of another root, unit or account.", field="target")


class TargetOperation(ControlPolicyOperation[TargetParams], AffectsOtherAccounts[TargetParams]):
    """The part is {"object", "document", "attached"}."""

    guarantee = Guarantee.DETECTABLE
    unchanged_field = "target"
    params_type = TargetParams
    attaches: ClassVar[bool]

    def calls(self, p: TargetParams) -> list[Call]:
        action = f"organizations:{self.aws_operation}"
        sent = {"PolicyId": self.of.name_of(p.arn), "TargetId": p.target_id}
        both = (p.arn, p.target_arn)
        return [Call("organizations", self.aws_operation, sent, resource_arns=both, actions=(action,))]

    def objects(self, p: TargetParams) -> list[str]:
        """The place, too: what is counted there is counted for one change at a time."""
        return [self.key(p), f"org.node:{p.target_arn}"]

    def part(self, p: TargetParams) -> str:
        return f"attached:{p.arn} {p.target_id}"

    def row(self, draft: Draft, p: TargetParams) -> OrgPolicy:
        """AWS's own are attached and detached like any other."""
        found: OrgPolicy = self.of.row(draft, p.arn)
        return found

    def describe_existing(self, value: Value) -> str:
        return "it attached there" if value["attached"] else "it not attached there"

    def held(self, row: OrgPolicy, p: TargetParams) -> Mapping[str, Any]:
        node_of(row.aws_account, p.target_id)
        return {"document": row.document.canonical_hash, "attached": p.target_id in targets_of_policy(row)}

    def mirrored(self, draft: Draft, p: TargetParams) -> Value:
        """With the document that the steps before leave."""
        value = super().mirrored(draft, p)
        for step in self.earlier(draft, p):
            if step.part == f"document:{p.arn}":
                value["document"] = step.operation.after(step.params, step.expects)["document"]
        return value

    def parse_part(self, content: Content, p: TargetParams) -> Mapping[str, Any]:
        return {"document": content["document"]["canonical"], "attached": p.target_id in content["targets"]}

    def after(self, p: TargetParams, value: Value) -> Value:
        return {**value, "attached": self.attaches}

    def access_changes(self, aws_account: AwsAccount, p: TargetParams) -> Sequence[AccessChange]:
        return [ControlPolicyTargetChange(p.arn, p.target_id, self.attaches)]

    def affected_accounts(self, aws_account: AwsAccount, p: TargetParams) -> Collection[str]:
        return [account.aws_id for account in accounts_below(aws_account, [p.target_id])]

    def attached_there(self, draft: Draft, row: OrgPolicy, p: TargetParams) -> set[str]:
        """The ARNs of the policies of the same type that are there after the steps of the draft."""
        of_type = {"policy__type": row.type, "policy__gone_at": None, "aws_account": draft.aws_account}
        rows = OrgTarget.objects.live().filter(target_id=p.target_id, **of_type)
        there = set(rows.values_list("policy__arn", flat=True))
        for step in draft.writing(f"org.node:{p.target_arn}"):
            if _type_in(step.params.arn) == _type_in(row.arn):
                (there.add if step.operation.attaches else there.discard)(step.params.arn)  # type: ignore[attr-defined]
        return there


def _type_in(arn: str) -> str:
    """ "service_control_policy"."""
    return arn.rpartition("/")[0].rpartition("/")[2]


class AttachControlPolicy(TargetOperation):
    verb = "attach"
    aws_operation = "AttachPolicy"
    attaches = True

    def title(self, p: TargetParams) -> str:
        return f"Attach {p.called} to {p.target}"

    def is_so_already(self, p: TargetParams) -> str:
        return f"{p.called} is attached to {p.target} already."

    def limits(self, draft: Draft, p: TargetParams, value: Value) -> list[PlanFinding]:
        row = self.row(draft, p)
        found = [*super().limits(draft, p, value), *_switched_off(draft.aws_account, row)]
        there, most = self.attached_there(draft, row, p), quotas_of_type(row.type).attached
        if len(there) >= most:
            words = f"{p.target} has {len(there)} policies of this type; AWS allows {most}: detach one first."
            found.append(PlanFinding("TOO_MANY_ATTACHED", "error", words, field="target"))
        if _is_management_account(draft.aws_account, p.target_id):
            words = f"{p.target} is the management account: no control policy bounds it, so this one won’t either."
            found.append(PlanFinding("BOUNDS_NOBODY", "warning", words, about=(p.target_id,)))
        return found

    def reverse(self, p: TargetParams, before: Mapping[str, Any], result: Mapping[str, Any]) -> list[StepSpec]:
        return [StepSpec(DetachControlPolicy().kind, self.spec(p).params)]


class DetachControlPolicy(TargetOperation):
    verb = "detach"
    aws_operation = "DetachPolicy"
    attaches = False

    def title(self, p: TargetParams) -> str:
        return f"Detach {p.called} from {p.target}"

    def is_so_already(self, p: TargetParams) -> str:
        return f"{p.called} isn’t attached to {p.target}."

    def limits(self, draft: Draft, p: TargetParams, value: Value) -> list[PlanFinding]:
        row = self.row(draft, p)
        found = super().limits(draft, p, value)
        if row.aws_id == FULL_RCP:
            words = f"AWS keeps {p.called} attached everywhere: it can’t be detached."
            found.append(PlanFinding("ALWAYS_ATTACHED", "error", words, field="target"))
        elif self.attached_there(draft, row, p) <= {p.arn}:
            words = (
                f"{p.called} is the last {row.get_type_display().lower()} of {p.target}, and AWS leaves none without "
                "one: attach another first, such as FullAWSAccess."
            )
            found.append(PlanFinding("LAST_POLICY", "error", words, field="target"))
        return found

    def reverse(self, p: TargetParams, before: Mapping[str, Any], result: Mapping[str, Any]) -> list[StepSpec]:
        return [StepSpec(AttachControlPolicy().kind, self.spec(p).params)]


def node_of(aws_account: AwsAccount, target_id: str) -> OrgUnit | OrgAccount:
    """Raises Refusal."""
    for model in (OrgUnit, OrgAccount):
        row: OrgUnit | OrgAccount | None = (
            model.objects.live().filter(aws_account=aws_account, aws_id=target_id).first()
        )
        if row is not None:
            return row
    words = f"The mirror of {aws_account} has no root, unit or account {target_id}: pull, then try again."
    raise Refusal(words, field="target")


def _switched_off(aws_account: AwsAccount, policy: OrgPolicy) -> list[PlanFinding]:
    """AWS attaches no policy of a type that isn't enabled in the root."""
    root = OrgUnit.objects.live().filter(aws_account=aws_account, parent_id="").first()
    if root is None or policy.type in root.policy_types:
        return []
    label = policy.get_type_display().lower()
    words = (
        f"Policies of this type are switched off in the organization: switch {label.replace('policy', 'policies')} on "
        "for the root in the console of AWS Organizations, and pull."
    )
    return [PlanFinding("POLICY_TYPE_OFF", "error", words)]


def _is_management_account(aws_account: AwsAccount, target_id: str) -> bool:
    rows = Organization.objects.live().filter(aws_account=aws_account, management_id=target_id)
    return bool(rows.exists())


def plan_target(policy: OrgPolicy, node: OrgUnit | OrgAccount, *, now: bool) -> StepSpec:
    operation = AttachControlPolicy() if now else DetachControlPolicy()
    params = {
        "arn": policy.arn,
        "called": policy.name,
        "target_id": node.aws_id,
        "target_arn": node.arn,
        "target": node.name,
    }
    return StepSpec(operation.kind, params)
