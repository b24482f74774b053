"""The policy of a resource: put, and deleted. One class makes the operation for each kind of the table.

The part is {"object": id, "policy": the canonical hash of what stands there, None for none}.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from accounts.models import AwsAccount
from aws_constraints.arn import Arn
from policies.engine.document import identify
from policies.engine.merge import merge
from policies.holdings import ResourcePolicyChange
from policies.operations.documents import text_of
from resources.models import Resource
from resources.operations.affected import accounts_between
from resources.operations.base import NamesResource, ResourceOperation, ResourceParams
from resources.operations.limits import document_findings
from resources.table.entry import Listed
from resources.table.writing import WRITING, PolicyWriting, WriteCall
from sync.aws.permission import Permission
from sync.checks import PlanFinding
from sync.operation_mixins import AffectsOtherAccounts, WritesDocument
from sync.operations import AccessChange, BadParams, Call, Guarantee, Operation, StepSpec, Value
from sync.plan_draft import Draft

POLICY = "policy"
P = TypeVar("P", bound=NamesResource)


class _PolicyOperation(ResourceOperation[P], WritesDocument[P], AffectsOtherAccounts[P]):
    about = POLICY
    writes_type = "resource"
    replaces_text = True

    def __init__(self, writing: PolicyWriting) -> None:
        super().__init__(writing.of)
        self.writing = writing

    def listed(self, p: P) -> Listed:
        values = self.writing.values(p.arn, p.region, p.account)
        return Listed(p.arn, values["name"], p.region, params={"url": values["url"]})

    def held(self, row: Resource, p: P) -> Mapping[str, Any]:
        return {POLICY: hash_of(standing_text(row))}

    def read(self, found: Any, p: P) -> Mapping[str, Any]:
        return {POLICY: hash_of(found.get(p.arn))}

    def describe_existing(self, value: Value) -> str:
        return f"the policy {value[POLICY][:8]}" if value[POLICY] else "no policy"

    def document(self, aws_account: AwsAccount, p: P, value: Value) -> str | None:
        return text_of(value[POLICY]) if value else None

    def before(self, draft: Draft, p: P, value: Value) -> dict[str, Any]:
        """`document`: None where there was none; not there where nobody knows its text any more."""
        if value[POLICY] is None:
            return {"document": None}
        row = standing_text(self.row(draft, p))
        text = row if hash_of(row) == value[POLICY] else text_of(value[POLICY])
        return {"document": text} if text else {}

    def reverse(self, p: P, before: Mapping[str, Any], result: Mapping[str, Any]) -> list[StepSpec]:
        if "document" not in before:
            return []
        about = {name: getattr(p, name) for name in ResourceParams.__dataclass_fields__}
        if before["document"] is not None:
            return [StepSpec(f"{self.of.kind}.{PutResourcePolicy.verb}", {**about, "document": before["document"]})]
        return [StepSpec(f"{self.of.kind}.{DeleteResourcePolicy.verb}", about)] if self.writing.delete else []

    def affected_accounts(self, aws_account: AwsAccount, p: P) -> Collection[str]:
        rows = Resource.objects.live().filter(aws_account=aws_account, kind=self.of.kind, arn=p.arn)
        row = rows.prefetch_related("policies__document").first()
        return accounts_between(aws_account, standing_text(row) if row else None, self.writes(aws_account, p))

    def access_changes(self, aws_account: AwsAccount, p: P) -> Sequence[AccessChange]:
        return [ResourcePolicyChange(p.arn, self.writes(aws_account, p))]


def standing_text(row: Resource, on: str = "") -> str | None:
    """Of the policy that stands on the ARN `on`, else on the resource itself; None for none."""
    found = (each for each in row.policies.all() if each.part == POLICY and each.arn == (on or row.arn))
    return next((each.document.text for each in found), None)


def hash_of(text: str | None) -> str | None:
    return identify(text).canonical_hash if text else None


# ---- Put -----------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class PutResourcePolicyParams(ResourceParams):
    document: str

    def __post_init__(self) -> None:
        if not self.document.strip():
            raise BadParams("The document is empty: to have no policy, delete it.", field="document")


class PutResourcePolicy(_PolicyOperation[PutResourcePolicyParams]):
    verb = "policy.put"
    unchanged_field = "document"
    params_type = PutResourcePolicyParams

    def __init__(self, writing: PolicyWriting) -> None:
        super().__init__(writing)
        self.aws_operation = writing.put.operation

    @property
    def permissions(self) -> Sequence[Permission]:
        put = self.writing.put
        return self.needed_to_write(put.action, self.writing.on, put.operation)

    def title(self, p: PutResourcePolicyParams) -> str:
        return f"Write the policy of {self.named(p)}"

    def note(self, p: PutResourcePolicyParams) -> str:
        return "It is in force at once. Its reverse puts back what stood there."

    def calls(self, p: PutResourcePolicyParams) -> list[Call]:
        put = self.writing.put
        values = {**self.writing.values(p.arn, p.region, p.account), "document": p.document}
        return self.call(p, put.operation, put.action, put.filled(values))

    def writes(self, aws_account: AwsAccount, p: PutResourcePolicyParams) -> str | None:
        return p.document

    def merged(self, p: PutResourcePolicyParams, base: str, live: str) -> PutResourcePolicyParams | None:
        both = merge(base, p.document, live)
        return None if both is None else replace(p, document=both)

    def after(self, p: PutResourcePolicyParams, value: Value) -> Value:
        return value and {**value, POLICY: hash_of(p.document)}

    def is_so_already(self, p: PutResourcePolicyParams) -> str:
        return f"The policy of {self.named(p)} already says this."

    def limits(self, draft: Draft, p: PutResourcePolicyParams, value: Value) -> list[PlanFinding]:
        return document_findings(draft, self.writing, self.row(draft, p), p.document)


# ---- Delete --------------------------------------------------------------------------------------------------
class DeleteResourcePolicy(_PolicyOperation[ResourceParams]):
    """Of a kind that always has one (`leaves`), what AWS gives a new one stands there afterwards."""

    verb = "policy.delete"
    params_type = ResourceParams

    def __init__(self, writing: PolicyWriting, deletion: WriteCall) -> None:
        super().__init__(writing)
        self.deletion = deletion
        self.aws_operation = deletion.operation
        if writing.is_deleted_once:
            self.guarantee = Guarantee.DETECTABLE  # type: ignore[misc]

    @property
    def permissions(self) -> Sequence[Permission]:
        return self.needed_to_write(self.deletion.action, self.writing.on, self.deletion.operation)

    def title(self, p: ResourceParams) -> str:
        if self.writing.leaves:
            return f"Reset the policy of {self.named(p)} to that of a new one"
        return f"Delete the policy of {self.named(p)}"

    def note(self, p: ResourceParams) -> str:
        return "It is in force at once. Its reverse puts back what stood there."

    def calls(self, p: ResourceParams) -> list[Call]:
        values = {**self.writing.values(p.arn, p.region, p.account), "document": self._left(p) or ""}
        return self.call(p, self.deletion.operation, self.deletion.action, self.deletion.filled(values))

    def _left(self, p: ResourceParams) -> str | None:
        arn = Arn.parse(p.arn)
        return self.writing.leaves(arn) if self.writing.leaves and arn else None

    def writes(self, aws_account: AwsAccount, p: ResourceParams) -> str | None:
        return self._left(p)

    def after(self, p: ResourceParams, value: Value) -> Value:
        return value and {**value, POLICY: hash_of(self._left(p))}

    def is_so_already(self, p: ResourceParams) -> str:
        if self.writing.leaves:
            return f"The {self.of.word} {p.called} has the policy of a new one already."
        return f"There is no policy on {self.named(p)}."


def about_resource(row: Resource) -> dict[str, str]:
    """The parameters that say which one."""
    return {
        "arn": row.arn,
        "region": row.located_in,
        "account": row.aws_account.account_id,
        "called": row.name,
    }


def put_policy(row: Resource, document: str) -> StepSpec:
    return StepSpec(f"{row.kind}.{PutResourcePolicy.verb}", {**about_resource(row), "document": document})


def delete_policy(row: Resource) -> StepSpec:
    return StepSpec(f"{row.kind}.{DeleteResourcePolicy.verb}", about_resource(row))


OPERATIONS: tuple[Operation[Any], ...] = (
    *map(PutResourcePolicy, WRITING.values()),
    *(DeleteResourcePolicy(writing, writing.delete) for writing in WRITING.values() if writing.delete),
)
