"""Making, editing, renaming and deleting service control policies and resource control policies.

A policy bounds whoever is below the places that it is attached to: who attaches one is in target_operations.py.
AWS Organizations API Reference, "CreatePolicy", "UpdatePolicy" and "DeletePolicy".
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol, TypeVar

from accounts.models import AwsAccount
from objects.operations.existence import Deletion
from objects.operations.objects import FacetOperation
from policies.control_policy_permissions import changing
from policies.engine.document import identify
from policies.holdings import ControlPolicyChange
from policies.kinds import CONTROL_POLICY
from policies.models import OrgPolicy
from policies.operations.documents import malformed
from policies.organizations import reads
from policies.organizations.below import accounts_below, is_switched_on, targets_of_policy
from policies.organizations.quotas import LONGEST_DESCRIPTION, LONGEST_NAME, quotas_of_type
from policies.organizations.selectors import organization_of
from policies.organizations.types import type_of_document
from sync.aws.client import AwsClient
from sync.aws.permission import Permission
from sync.checks import PlanFinding
from sync.mirror import Content
from sync.object_ref import ObjectRef
from sync.operation_mixins import AffectsOtherAccounts, WritesDocument
from sync.operations import (
    AccessChange,
    BadParams,
    Call,
    Guarantee,
    MakesObject,
    Operation,
    PreviousAttempt,
    Refusal,
    Risk,
    StepResult,
    StepSpec,
    Undo,
    Value,
)
from sync.plan_draft import Draft


# ---- What they have in common --------------------------------------------------------------------------------
@dataclass(frozen=True)
class ControlPolicyParams:
    arn: str
    called: str  # its name


class NamesControlPolicy(Protocol):
    @property
    def arn(self) -> str: ...

    @property
    def called(self) -> str: ...


P = TypeVar("P", bound=NamesControlPolicy)


class ControlPolicyOperation(FacetOperation[P]):
    """On one that is there."""

    needed_for = "Change control policies, from the management account."

    def __init__(self) -> None:
        super().__init__(CONTROL_POLICY)

    @property
    def permissions(self) -> Sequence[Permission]:
        return changing(self.aws_operation, self.needed_for)

    def limits(self, draft: Draft, p: P, value: Value) -> list[PlanFinding]:
        return not_management(draft.aws_account)


def not_management(aws_account: AwsAccount) -> list[PlanFinding]:
    """AWS takes writes of the management account, and of whom the organization's delegation policy lets write."""
    organization = organization_of(aws_account)
    if organization is None or organization.management_id == aws_account.account_id:
        return []
    words = (
        f"AWS refuses it here unless a delegation policy of the organization allows it: control policies are changed "
        f"from the management account, {organization.management_id}."
    )
    return [PlanFinding("NOT_MANAGEMENT_ACCOUNT", "warning", words, about=(organization.management_id,))]


def of_document(document: str) -> dict[str, str]:
    """As the parts have it: what it means, not how it is written."""
    return {"document": identify(document).canonical_hash}


def document_findings(document: str, policy_type: str) -> list[PlanFinding]:
    """What AWS would refuse of it: it counts the characters as they are sent, with white space."""
    found = malformed(document, type_of_document(policy_type))
    most = quotas_of_type(policy_type).characters
    if len(document) > most:
        words = f"The document has {len(document):,} characters with white space; AWS takes {most:,}."
        found.append(PlanFinding("DOCUMENT_TOO_LONG", "error", words, field="document"))
    return found


def name_findings(aws_account: AwsAccount, name: str, but: str = "") -> list[PlanFinding]:
    """`but`: the ARN of the one that may have it."""
    rows = OrgPolicy.objects.live().filter(aws_account=aws_account, name=name).exclude(arn=but)
    if not rows.exists():
        return []
    return [PlanFinding("NAME_TAKEN", "error", f"There is a control policy {name} already.", field="name")]


def check_name(name: str, description: str) -> None:
    """Raises BadParams."""
    if not 1 <= len(name) <= LONGEST_NAME or not name.isascii() or not name.isprintable() or name != name.strip():
        words = f"The name of a control policy has 1 to {LONGEST_NAME} ASCII characters, none of them a line break."
        raise BadParams(words, field="name")
    if len(description) > LONGEST_DESCRIPTION:
        raise BadParams(f"The description has at most {LONGEST_DESCRIPTION} characters.", field="description")


# ---- Make one ------------------------------------------------------------------------------------------------
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

    def objects(self, p: CreateControlPolicyParams) -> list[str]:
        return [self.makes(p)]

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


# ---- Its document --------------------------------------------------------------------------------------------
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


# ---- Its name and its description ----------------------------------------------------------------------------
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


# ---- Its end -------------------------------------------------------------------------------------------------
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


OPERATIONS: tuple[Operation[Any], ...] = (
    *(CreateControlPolicy(each) for each in OrgPolicy.Type),
    *(UpdateControlPolicy(each) for each in OrgPolicy.Type),
    RenameControlPolicy(),
    DeleteControlPolicy(),
)
