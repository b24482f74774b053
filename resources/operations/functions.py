"""The policy of a Lambda function, or of an alias: it is put together from statements, one call for each.

The part is {"object": id, "statements": what each says by its Sid}, all of the policy. AWS takes a call only on the
revision of the policy that was looked at just before it, which `seen` says: what somebody else does meanwhile is a
conflict, and nothing is sent. Lambda API Reference, "AddPermission" and "RemovePermission", parameter RevisionId.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Protocol, TypeVar

from accounts.models import AwsAccount
from policies.engine.document import compact, load
from policies.holdings import ResourceStatementChange
from resources.models import Resource
from resources.operations.affected import accounts_between
from resources.operations.base import NamesResource, ResourceOperation, ResourceParams
from resources.operations.function_statements import (
    FunctionPermission,
    as_written,
    document_of,
    permissions_in,
    size_of,
    statements_by_sid,
)
from resources.operations.limits import principal_findings
from resources.operations.policies import POLICY, about_resource, standing_text
from resources.table.computing import FUNCTION
from resources.table.entry import Listed
from resources.table.writing import FUNCTIONS
from sync.aws.client import AwsClient
from sync.aws.errors import Conflict, NotFound
from sync.aws.permission import Permission
from sync.checks import PlanFinding
from sync.operation_mixins import AffectsOtherAccounts, CompletesParams
from sync.operations import AccessChange, BadParams, Call, Guarantee, Refusal, StepSpec, Value
from sync.plan_draft import Draft

LONGEST = 20 * 1_024  # Lambda Developer Guide, "Lambda quotas": bytes of the policy of a function
_SINCE = "The policy was changed since it was looked at a moment ago; nothing was sent."


class OnFunction(NamesResource, Protocol):
    @property
    def on(self) -> str: ...

    @property
    def sid(self) -> str: ...

    @property
    def seen(self) -> str: ...


P = TypeVar("P", bound=OnFunction)


@dataclass(frozen=True)
class RemovePermissionParams(ResourceParams):
    """`on`: the ARN on which the policy stands: the function's own, or that of an alias. `seen`: of its statements."""

    on: str
    sid: str
    seen: str = ""

    def __post_init__(self) -> None:
        if self.on != self.arn and not self.on.startswith(f"{self.arn}:"):
            raise BadParams(f"{self.on!r} is no alias of {self.arn}.", field="on")


@dataclass(frozen=True)
class AddPermissionParams(RemovePermissionParams):
    """Beside these what a FunctionPermission says."""

    action: str = ""
    principal: str = ""
    source_arn: str = ""
    source_account: str = ""
    organization: str = ""
    token: str = ""
    url_auth: str = ""
    via_url: str = ""

    @property
    def permission(self) -> FunctionPermission:
        names = FunctionPermission.__dataclass_fields__
        return FunctionPermission(**{name: getattr(self, name) for name in names})


class _PermissionOperation(ResourceOperation[P], CompletesParams[P], AffectsOtherAccounts[P]):
    about = POLICY
    guarantee = Guarantee.DETECTABLE

    def __init__(self) -> None:
        super().__init__(FUNCTION)

    @property
    def permissions(self) -> Sequence[Permission]:
        return self.needed_to_write(f"lambda:{self.aws_operation}", FUNCTIONS, self.aws_operation)

    def part(self, p: P) -> str:
        return f"{self.about} of a resource:{p.on}"

    def where(self, p: P) -> str:
        alias = p.on.removeprefix(p.arn).removeprefix(":")
        return f"the alias {alias} of {self.named(p)}" if alias else self.named(p)

    def asked(self, p: P) -> dict[str, Any]:
        alias = p.on.removeprefix(p.arn).removeprefix(":")
        return {"FunctionName": p.arn, **({"Qualifier": alias} if alias else {})}

    def sent(self, p: P, **parameters: Any) -> list[Call]:
        action = f"lambda:{self.aws_operation}"
        said = {**self.asked(p), **parameters}
        return [Call("lambda", self.aws_operation, said, (p.arn, f"{p.arn}:*"), (action,), p.region)]

    def note(self, p: P) -> str:
        return "AWS takes it only on the policy as it was looked at just before (RevisionId)."

    def describe_existing(self, value: Value) -> str:
        return f"the statements {', '.join(sorted(value['statements']))}" if value["statements"] else "no policy"

    # ---- The part --------------------------------------------------------------------------------------------
    def listed(self, p: P) -> Listed:
        return Listed(p.arn, p.arn.rpartition(":")[2], p.region)

    def held(self, row: Resource, p: P) -> Mapping[str, Any]:
        return {"statements": statements_by_sid(standing_text(row, p.on))}

    def read(self, found: Any, p: P) -> Mapping[str, Any]:
        return {"statements": statements_by_sid(found.get(p.on))}

    def completed(self, draft: Draft, p: P) -> P:
        value = draft.expects(self.part(p), self.mirrored(draft, p))
        return self.parse({**asdict(p), "seen": _digest(value["statements"])})  # type: ignore[call-overload]

    def statement_before(self, aws_account: AwsAccount, p: P) -> dict[str, Any] | None:
        rows = Resource.objects.live().filter(aws_account=aws_account, kind=FUNCTION.kind, arn=p.arn)
        row = rows.prefetch_related("policies__document").first()
        return statements_of(standing_text(row, p.on)).get(p.sid) if row else None

    # ---- At AWS ----------------------------------------------------------------------------------------------
    def send(self, client: AwsClient, p: P) -> Mapping[str, Any]:
        there = client.at(p.region)
        try:
            policy = there.call("lambda", "GetPolicy", **self.asked(p))
        except NotFound:
            policy = {}
        if _digest(statements_by_sid(policy.get("Policy"))) != p.seen:
            raise Conflict(_SINCE, operation=f"lambda:{self.aws_operation}")
        revision = {"RevisionId": policy["RevisionId"]} if policy.get("RevisionId") else {}
        (call,) = self.calls(p)
        answer: Mapping[str, Any] = there.call("lambda", call.operation, **call.parameters, **revision)
        return answer


def _digest(statements: Mapping[str, str]) -> str:
    return hashlib.sha256(compact(dict(statements)).encode()).hexdigest()[:32]


def statements_of(text: str | None) -> dict[str, dict[str, Any]]:
    """As they are written, by their Sids."""
    document: Any = load(text) if text else None
    listed = document.get("Statement", []) if isinstance(document, dict) else []
    return {str(each.get("Sid")): each for each in (listed if isinstance(listed, list) else [listed])}


# ---- Add -----------------------------------------------------------------------------------------------------
class AddFunctionPermission(_PermissionOperation[AddPermissionParams]):
    verb = "permission.add"
    aws_operation = "AddPermission"
    unchanged_field = "document"
    params_type = AddPermissionParams

    def parse(self, params: Mapping[str, Any]) -> AddPermissionParams:
        p = super().parse(params)
        permissions_in(json.dumps({"Statement": [p.permission.statement(p.on)]}), p.on)
        return p

    def title(self, p: AddPermissionParams) -> str:
        return f"Let {p.principal} do {p.action} on {self.where(p)}"

    def calls(self, p: AddPermissionParams) -> list[Call]:
        return self.sent(p, **p.permission.parameters)

    def after(self, p: AddPermissionParams, value: Value) -> Value:
        if value is None:
            return None
        added = statements_by_sid(json.dumps({"Statement": [p.permission.statement(p.on)]}))
        return {**value, "statements": {**value["statements"], **added}}

    def is_so_already(self, p: AddPermissionParams) -> str:
        return f"The policy of {self.where(p)} already says this."

    def limits(self, draft: Draft, p: AddPermissionParams, value: Value) -> list[PlanFinding]:
        statement = p.permission.statement(p.on)
        found = list(principal_findings(draft, json.dumps({"Statement": [statement]})))
        if p.sid in value["statements"]:
            words = f"There is a statement {p.sid} already: AWS takes each Sid once."
            found.append(PlanFinding("STATEMENT_EXISTS", "error", words, field="document"))
        size = size_of({**as_written(value["statements"], p.on), p.sid: statement})
        if size > LONGEST:
            words = f"The policy would have some {size:,} bytes; AWS takes {LONGEST:,} of a function."
            found.append(PlanFinding("DOCUMENT_TOO_LONG", "error", words, field="document"))
        return found

    def access_changes(self, aws_account: AwsAccount, p: AddPermissionParams) -> Sequence[AccessChange]:
        return [ResourceStatementChange(p.arn, p.on, p.sid, json.dumps(p.permission.statement(p.on)))]

    def affected_accounts(self, aws_account: AwsAccount, p: AddPermissionParams) -> Collection[str]:
        return accounts_between(aws_account, None, document_of({p.sid: p.permission.statement(p.on)}))

    def reverse(self, p: AddPermissionParams, before: Mapping[str, Any], result: Mapping[str, Any]) -> list[StepSpec]:
        about = {name: getattr(p, name) for name in RemovePermissionParams.__dataclass_fields__}
        return [StepSpec(f"{FUNCTION.kind}.{RemoveFunctionPermission.verb}", {**about, "seen": ""})]


# ---- Remove --------------------------------------------------------------------------------------------------
class RemoveFunctionPermission(_PermissionOperation[RemovePermissionParams]):
    verb = "permission.remove"
    aws_operation = "RemovePermission"
    params_type = RemovePermissionParams

    def title(self, p: RemovePermissionParams) -> str:
        return f"Remove the statement {p.sid} from the policy of {self.where(p)}"

    def calls(self, p: RemovePermissionParams) -> list[Call]:
        return self.sent(p, StatementId=p.sid)

    def after(self, p: RemovePermissionParams, value: Value) -> Value:
        if value is None:
            return None
        return {**value, "statements": {sid: said for sid, said in value["statements"].items() if sid != p.sid}}

    def is_so_already(self, p: RemovePermissionParams) -> str:
        return f"There is no statement {p.sid} in the policy of {self.where(p)}."

    def before(self, draft: Draft, p: RemovePermissionParams, value: Value) -> dict[str, Any]:
        """The permission; nothing where AddPermission can't make such a statement again."""
        statement = self.statement_before(draft.aws_account, p)
        try:
            made = permissions_in(json.dumps({"Statement": [statement or {}]}), p.on)
        except BadParams:
            return {}
        return asdict(made[p.sid])

    def reverse(
        self, p: RemovePermissionParams, before: Mapping[str, Any], result: Mapping[str, Any]
    ) -> list[StepSpec]:
        if not before:
            return []
        return [StepSpec(f"{FUNCTION.kind}.{AddFunctionPermission.verb}", {**asdict(p), "seen": "", **before})]

    def access_changes(self, aws_account: AwsAccount, p: RemovePermissionParams) -> Sequence[AccessChange]:
        return [ResourceStatementChange(p.arn, p.on, p.sid, None)]

    def affected_accounts(self, aws_account: AwsAccount, p: RemovePermissionParams) -> Collection[str]:
        statement = self.statement_before(aws_account, p)
        return accounts_between(aws_account, document_of({p.sid: statement}) if statement else None, None)


# ---- From one policy to another ------------------------------------------------------------------------------
def plan_function_policy(row: Resource, on: str, document: str | None) -> list[StepSpec]:
    """The steps that make the policy there what the text says; None: none. Raises BadParams, and Refusal.

    What changed is removed first: AWS takes each Sid once.
    """
    there = statements_by_sid(standing_text(row, on))
    wanted = permissions_in(document, on) if document else {}
    meant = statements_by_sid(document) if document else {}
    about = {**about_resource(row), "on": on}
    gone = [sid for sid, said in there.items() if meant.get(sid) != said]
    new = [each for sid, each in wanted.items() if there.get(sid) != meant[sid]]
    if not gone and not new:
        raise Refusal("The policy already says this.", field="document")
    return [*_removals(about, gone), *_additions(about, new)]


def _removals(about: Mapping[str, str], sids: Sequence[str]) -> Iterator[StepSpec]:
    kind = RemoveFunctionPermission().kind
    yield from (StepSpec(kind, {**about, "sid": sid}) for sid in sids)


def _additions(about: Mapping[str, str], permissions: Sequence[FunctionPermission]) -> Iterator[StepSpec]:
    kind = AddFunctionPermission().kind
    for each in permissions:
        yield StepSpec(kind, {**about, **{name: value for name, value in asdict(each).items() if value}})


OPERATIONS = (AddFunctionPermission(), RemoveFunctionPermission())
