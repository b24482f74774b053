"""Who may assume a role. The part is {"object": "AROA…", "trust": "3f2a…"}: the canonical hash of its trust policy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from accounts.models import AwsAccount
from identities.models import IamRole
from identities.operations.owners import OwnerOperation, on_owner
from identities.trust import principals_of, sids_that_admit, unique_ids
from policies.engine.document import DocumentType, identify
from policies.engine.merge import merge
from policies.holdings import TrustChange
from policies.operations.documents import malformed, text_of
from policies.quotas import quotas_in
from sync.aws.client import AwsClient
from sync.checks import PlanFinding
from sync.operation_mixins import WritesDocument
from sync.operations import AccessChange, BadParams, Call, StepSpec, Value
from sync.plan_draft import Draft


@dataclass(frozen=True)
class TrustParams:
    arn: str
    document: str

    def __post_init__(self) -> None:
        if not self.document.strip():
            raise BadParams("The document is empty.", field="document")


class UpdateTrust(OwnerOperation[TrustParams], WritesDocument[TrustParams]):
    replaces_text = True
    verb = "trust.update"
    aws_operation = "UpdateAssumeRolePolicy"
    needed_for = "Write the trust policy of a role."
    writes_type = "trust"
    params_type = TrustParams

    def title(self, p: TrustParams) -> str:
        return f"Write the trust policy of {self.named(p)}"

    def note(self, p: TrustParams) -> str:
        return "Sessions that were begun under the old one go on until they expire."

    def calls(self, p: TrustParams) -> list[Call]:
        return self.call(p, self.aws_operation, PolicyDocument=p.document)

    def part(self, p: TrustParams) -> str:
        return f"trust:{p.arn}"

    def describe_existing(self, value: Value) -> str:
        return f"the trust policy {value['trust'][:8]}"

    def document(self, aws_account: AwsAccount, p: TrustParams, value: Value) -> str | None:
        return text_of(value["trust"]) if value else None

    def writes(self, aws_account: AwsAccount, p: TrustParams) -> str | None:
        return p.document

    def merged(self, p: TrustParams, base: str, live: str) -> TrustParams | None:
        both = merge(base, p.document, live)
        return None if both is None else replace(p, document=both)

    def access_changes(self, aws_account: AwsAccount, p: TrustParams) -> Sequence[AccessChange]:
        return [TrustChange(p.arn, p.document)]

    def mirrored(self, draft: Draft, p: TrustParams) -> Value:
        role = self.row(draft, p)
        return {"object": role.aws_id, "trust": role.trust.canonical_hash if role.trust else ""}

    def parse_part(
        self, client: AwsClient, p: TrustParams, owner: Mapping[str, Any], named: Mapping[str, str]
    ) -> Mapping[str, Any]:
        return {"trust": identify(owner["AssumeRolePolicyDocument"]).canonical_hash}

    def after(self, p: TrustParams, value: Value) -> Value:
        return {**value, "trust": identify(p.document).canonical_hash}

    def is_so_already(self, p: TrustParams) -> str:
        return f"The trust policy of {self.named(p)} already says this."

    def limits(self, draft: Draft, p: TrustParams, value: Value) -> list[PlanFinding]:
        return [*limits_of_trust(draft, p.document), *_let_in_anew(p.document, text_of(value["trust"]) or "")]

    def before(self, draft: Draft, p: TrustParams, value: Value) -> dict[str, Any]:
        text = text_of(value["trust"])
        return {"document": text} if text else {}

    def reverse(self, p: TrustParams, before: Mapping[str, Any], result: Mapping[str, Any]) -> list[StepSpec]:
        return [self.other(self.verb, p, document=before["document"])] if before else []


def _let_in_anew(document: str, expected: str) -> Iterator[PlanFinding]:
    """Access that was given until a date, and is over, doesn't come back without an end: by an older text, say."""
    for sid in sorted(sids_that_admit(document) - sids_that_admit(expected)):
        words = (
            f"The statement {sid} is of access that this console gave until a date, and isn’t in force: take it out."
        )
        yield PlanFinding("ENDED_ACCESS", "error", words, field="document")


def limits_of_trust(draft: Draft, document: str) -> list[PlanFinding]:
    """What AWS would refuse of a trust policy."""
    found = malformed(document, DocumentType.TRUST)
    for unique_id in sorted(unique_ids(principals_of(document))):
        words = f"It names {unique_id}, which is what AWS writes for somebody who was deleted; AWS refuses that."
        found.append(PlanFinding("DELETED_PRINCIPAL", "error", words))
    return [*found, *quotas_in(draft).of_document(DocumentType.TRUST).too_long(document)]


def update_trust(role: IamRole, document: str) -> StepSpec:
    return on_owner(role, UpdateTrust.verb, document=document)
