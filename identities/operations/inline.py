"""Writing and deleting inline policies of users, groups and roles: one mechanism for six operations.

The part is {"object": "AROA…", "document": "3f2a…"}: the canonical hash of what the inline policy says, None for none.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, ClassVar, TypeVar

from accounts.models import AwsAccount
from identities.kinds import GROUP, ROLE, USER
from identities.models import IamRole, InlinePolicy, Principal
from identities.operations.dependents import dependent_rows, prefetch_dependents
from identities.operations.owners import OwnerOperation, on_owner
from objects.kinds import IamKind
from policies.engine.document import identify, size
from policies.engine.merge import merge
from policies.holdings import InlinePolicyChange
from policies.operations.documents import malformed, text_of
from policies.quotas import INLINE_OF_GROUP, INLINE_OF_ROLE, INLINE_OF_USER, Quota, quotas_in
from sync.aws.client import AwsClient
from sync.aws.errors import NotFound
from sync.checks import PlanFinding
from sync.operation_mixins import WritesDocument
from sync.operations import AccessChange, BadParams, Call, StepSpec, Value
from sync.plan_draft import Draft

# Of all inline policies of one together.
SIZES: Mapping[IamKind, Quota] = {USER: INLINE_OF_USER, GROUP: INLINE_OF_GROUP, ROLE: INLINE_OF_ROLE}


@dataclass(frozen=True)
class DeleteInlineParams:
    arn: str
    policy: str  # its name

    def __post_init__(self) -> None:
        if not self.policy:
            raise BadParams("The inline policy has no name.", field="policy")


@dataclass(frozen=True)
class PutInlineParams(DeleteInlineParams):
    document: str

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.document.strip():
            raise BadParams("The document is empty.", field="document")


P = TypeVar("P", bound=DeleteInlineParams)
Put = TypeVar("Put", bound=PutInlineParams)


class InlineOperation(OwnerOperation[P], WritesDocument[P]):
    replaces_text = True
    leaves: ClassVar[bool]  # there, afterwards
    needed_for = "Write and delete inline policies."

    def part(self, p: P) -> str:
        return f"inline:{p.arn} {p.policy}"

    def dependent(self, p: P) -> tuple[str, bool]:
        return f"inline policy {p.policy}", self.leaves

    def describe_existing(self, value: Value) -> str:
        return f"the document {value['document'][:8]}" if value["document"] else "no such inline policy"

    def document(self, aws_account: AwsAccount, p: P, value: Value) -> str | None:
        return text_of(value["document"]) if value else None

    def mirrored(self, draft: Draft, p: P) -> Value:
        owner = self.row(draft, p)
        row = self._inline(draft, owner).get(p.policy)
        return {"object": owner.aws_id, "document": row.document.canonical_hash if row else None}

    def prefetch(self, draft: Draft, params: Sequence[P]) -> None:
        super().prefetch(draft, params)
        known = dict.fromkeys((self.of.model, p.arn) for p in params)
        prefetch_dependents(draft, [draft.remembered[each] for each in known if each in draft.remembered])

    def access_changes(self, aws_account: AwsAccount, p: P) -> Sequence[AccessChange]:
        return [InlinePolicyChange(p.arn, p.policy, self.writes(aws_account, p))]

    def parse_part(
        self, client: AwsClient, p: P, owner: Mapping[str, Any], named: Mapping[str, str]
    ) -> Mapping[str, Any]:
        # By its name alone it would be one call, but NotFound could then mean either, the owner or the policy.
        try:
            answer = client.call("iam", f"Get{self.of.noun}Policy", **named, PolicyName=p.policy)
        except NotFound:
            return {"document": None}
        return {"document": identify(answer["PolicyDocument"]).canonical_hash}

    def before(self, draft: Draft, p: P, value: Value) -> dict[str, Any]:
        row = self._inline(draft, self.row(draft, p)).get(p.policy)
        if row is not None and row.document.canonical_hash == value["document"]:
            return {"document": row.document.text}
        return {"document": text_of(value["document"])}

    def reverse(self, p: P, before: Mapping[str, Any], result: Mapping[str, Any]) -> list[StepSpec]:
        params = {"arn": p.arn, "policy": p.policy}
        if before["document"] is None:
            return [StepSpec(self.of.step_kind(DeleteInline.verb), params)]
        return [StepSpec(self.of.step_kind(PutInline.verb), {**params, "document": before["document"]})]

    def _inline(self, draft: Draft, owner: Principal) -> dict[str, Any]:
        """Those that the mirror has on it, by name."""
        return {row.name: row for row in dependent_rows(draft, owner, InlinePolicy)}


class WriteInline(InlineOperation[Put]):
    leaves = True

    def calls(self, p: Put) -> list[Call]:
        return self.call(p, self.aws_operation, PolicyName=p.policy, PolicyDocument=p.document)

    def after(self, p: Put, value: Value) -> Value:
        return {**value, "document": identify(p.document).canonical_hash}

    def writes(self, aws_account: AwsAccount, p: Put) -> str | None:
        return p.document

    def merged(self, p: Put, base: str, live: str) -> Put | None:
        both = merge(base, p.document, live)
        return None if both is None else replace(p, document=both)

    def is_so_already(self, p: Put) -> str:
        return f"The inline policy {p.policy} of {self.named(p)} already says this."

    def limits(self, draft: Draft, p: Put, value: Value) -> list[PlanFinding]:
        characters = self._characters(draft, p)
        words = f"The inline policies of {self.named(p)} would have {characters:,} characters without white space"
        too_long = quotas_in(draft)[SIZES[self.of]].findings(characters, "DOCUMENT_TOO_LONG", words)
        return [*malformed(p.document), *too_long]

    def _characters(self, draft: Draft, p: Put) -> int:
        """Of all inline policies of the owner, when this step is done."""
        rows = self._inline(draft, self.row(draft, p))
        sizes = {name: row.document.size for name, row in rows.items()}
        for step in self.earlier(draft, p):
            if isinstance(step.operation, InlineOperation):
                written = step.operation.writes(draft.aws_account, step.params)
                sizes[step.params.policy] = size(written) if written else 0
        return sum({**sizes, p.policy: size(p.document)}.values())


class PutInline(WriteInline[PutInlineParams]):
    verb = "inline.put"
    aws_operation = "Put{}Policy"
    params_type = PutInlineParams

    def title(self, p: PutInlineParams) -> str:
        return f"Write the inline policy {p.policy} of {self.named(p)}"


class DeleteInline(InlineOperation[DeleteInlineParams]):
    verb = "inline.delete"
    aws_operation = "Delete{}Policy"
    leaves = False
    params_type = DeleteInlineParams

    def title(self, p: DeleteInlineParams) -> str:
        return f"Delete the inline policy {p.policy} of {self.named(p)}"

    def note(self, p: DeleteInlineParams) -> str:
        return "Its text stays in the history of this console, and can be written again."

    def calls(self, p: DeleteInlineParams) -> list[Call]:
        return self.call(p, self.aws_operation, PolicyName=p.policy)

    def after(self, p: DeleteInlineParams, value: Value) -> Value:
        return {**value, "document": None}

    def is_so_already(self, p: DeleteInlineParams) -> str:
        return f"There is no inline policy {p.policy} on {self.named(p)}."


def put_inline(owner: Principal, policy: str, document: str) -> StepSpec:
    return on_owner(owner, PutInline.verb, policy=policy, document=document)


def delete_inline(owner: Principal, policy: str) -> StepSpec:
    return on_owner(owner, DeleteInline.verb, policy=policy)


# ---- Ending the sessions of a role: an inline policy that denies all to those which began before a moment ----
# IAM User Guide, "Revoke IAM role temporary security credentials": AWS's own console writes the same policy, by the
# same name.
POLICY = "AWSRevokeOlderSessions"


@dataclass(frozen=True)
class RevokeParams(PutInlineParams):
    before: str  # "2026-11-25T18:02:00Z": sessions that began earlier

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.policy != POLICY or self.document != revoking(self.before):
            raise BadParams(f"This isn't the policy {POLICY} of that moment.")


class RevokeSessions(WriteInline[RevokeParams]):
    verb = "revoke_sessions"
    aws_operation = "PutRolePolicy"
    params_type = RevokeParams

    def title(self, p: RevokeParams) -> str:
        return f"Revoke the sessions of {self.named(p)}"

    def note(self, p: RevokeParams) -> str:
        moment = p.before.replace("T", " ").removesuffix("Z")
        return (
            f"Those that began before {moment} UTC may do nothing any more; programs that can ask for a new one do. "
            "The reverse gives them back until they expire."
        )


def revoking(before: str) -> str:
    """The document, to the letter as AWS's own console writes it but for white space."""
    condition = {"DateLessThan": {"aws:TokenIssueTime": before}}
    statement = {"Effect": "Deny", "Action": ["*"], "Resource": ["*"], "Condition": condition}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, indent=2)


def revoke_sessions(role: IamRole, before: datetime) -> StepSpec:
    moment = before.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return on_owner(role, RevokeSessions.verb, policy=POLICY, document=revoking(moment), before=moment)
