"""SAML providers: making and deleting them, and new metadata. The part has the SHA-256 of the metadata document."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from accounts.models import AwsAccount
from identities.account.certificates import read_metadata
from identities.kinds import SAML
from identities.models import SamlProvider
from identities.models.account import LONGEST_KEPT_METADATA
from identities.operations.breaks import trusting_findings
from objects.operations.existence import CreateObjectParams, Creation, DeleteObjectParams, Deletion
from objects.operations.objects import FacetOperation
from objects.operations.tags import retagged
from policies.holdings import ANYBODY, FederationFact
from sync.checks import PlanFinding
from sync.mirror import Content
from sync.operation_mixins import WritesDocument
from sync.operations import AccessChange, BadParams, Call, Risk, StepSpec, Undo, Value
from sync.plan_draft import Draft

# IAM API Reference, CreateSAMLProvider.
SHORTEST_METADATA = 1_000
_NAME = re.compile(r"[\w._-]{1,128}", re.ASCII)


def check_metadata(metadata: str) -> None:
    """AWS takes ten million characters. The plan has all of it, for people to read. Raises BadParams."""
    if len(metadata) < SHORTEST_METADATA:
        raise BadParams(
            f"The metadata has {len(metadata):,} characters; AWS takes no less than {SHORTEST_METADATA:,}.",
            field="metadata",
        )
    if len(metadata) > LONGEST_KEPT_METADATA:
        words = f"The metadata has {len(metadata):,} characters; this console takes up to {LONGEST_KEPT_METADATA:,}. "
        raise BadParams(f"{words}Leave out what isn't this provider's, or use the aws command.", field="metadata")


def _metadata_findings(metadata: str) -> list[PlanFinding]:
    said = read_metadata(metadata)
    if said.entity_id and said.certificates:
        return []
    what = "no certificate to sign with" if said.entity_id else "no identity provider"
    words = f"There is {what} to be read in this metadata: AWS may refuse it."
    return [PlanFinding("ODD_METADATA", "warning", words, about=(what,))]


@dataclass(frozen=True)
class CreateSamlParams(CreateObjectParams):
    metadata: str

    def __post_init__(self) -> None:
        check_metadata(self.metadata)


class CreateSaml(Creation[CreateSamlParams], WritesDocument[CreateSamlParams]):
    writes_type = None
    params_type = CreateSamlParams
    risk = Risk.HIGH

    def check_name(self, p: CreateSamlParams) -> None:
        if not _NAME.fullmatch(p.name):
            raise BadParams("The name of a SAML provider has 1 to 128 letters, digits and ._- only.", field="name")

    def access_changes(self, aws_account: AwsAccount, p: CreateSamlParams) -> Sequence[AccessChange]:
        return [FederationFact(p.arn, ANYBODY, True)]

    def note(self, p: CreateSamlParams) -> str:
        return "Nobody gets in through it until a role trusts it. Its reverse deletes it."

    def calls(self, p: CreateSamlParams) -> list[Call]:
        parameters = {"Name": p.name, "SAMLMetadataDocument": p.metadata}
        return [Call("iam", self.aws_operation, parameters, (p.arn,), (f"iam:{self.aws_operation}",))]

    def writes(self, aws_account: AwsAccount, p: CreateSamlParams) -> str | None:
        return p.metadata

    def limits(self, draft: Draft, p: CreateSamlParams, value: Value) -> list[PlanFinding]:
        return _metadata_findings(p.metadata)


@dataclass(frozen=True)
class UpdateSamlParams:
    arn: str
    metadata: str

    def __post_init__(self) -> None:
        check_metadata(self.metadata)


class UpdateSaml(FacetOperation[UpdateSamlParams], WritesDocument[UpdateSamlParams]):
    verb = "update"
    aws_operation = "Update{}"
    needed_for = "Change SAML providers."
    writes_type = None
    params_type = UpdateSamlParams

    def title(self, p: UpdateSamlParams) -> str:
        return f"Replace the metadata of {self.named(p)}"

    def note(self, p: UpdateSamlParams) -> str:
        return "From then on only what one of its certificates signed is taken."

    def calls(self, p: UpdateSamlParams) -> list[Call]:
        return self.call(p, self.aws_operation, SAMLMetadataDocument=p.metadata)

    def part(self, p: UpdateSamlParams) -> str:
        return f"saml.metadata:{p.arn}"

    def describe_existing(self, value: Value) -> str:
        return f"the metadata {value['metadata'][:8]}"

    def document(self, aws_account: AwsAccount, p: UpdateSamlParams, value: Value) -> str | None:
        if not value:
            return None
        row = SamlProvider.objects.filter(aws_account=aws_account, metadata_hash=value["metadata"]).first()
        return row.metadata or None if row else None

    def writes(self, aws_account: AwsAccount, p: UpdateSamlParams) -> str | None:
        return p.metadata

    def held(self, row: Any, p: UpdateSamlParams) -> Mapping[str, Any]:
        return {"metadata": row.metadata_hash}

    def parse_part(self, content: Content, p: UpdateSamlParams) -> Mapping[str, Any]:
        return {"metadata": content["metadata"]}

    def after(self, p: UpdateSamlParams, value: Value) -> Value:
        return {**value, "metadata": hashlib.sha256(p.metadata.encode()).hexdigest()}

    def access_changes(self, aws_account: AwsAccount, p: UpdateSamlParams) -> Sequence[AccessChange]:
        return [FederationFact(p.arn, "whoever one of its new certificates vouches for only", True)]

    def is_so_already(self, p: UpdateSamlParams) -> str:
        return f"This is the metadata of {self.named(p)} already."

    def limits(self, draft: Draft, p: UpdateSamlParams, value: Value) -> list[PlanFinding]:
        return [*_metadata_findings(p.metadata), *_unless_kept(self.row(draft, p))]

    def before(self, draft: Draft, p: UpdateSamlParams, value: Value) -> dict[str, Any]:
        return {"metadata": self.row(draft, p).metadata}

    def reverse(self, p: UpdateSamlParams, before: Mapping[str, Any], result: Mapping[str, Any]) -> list[StepSpec]:
        return [update_saml(p.arn, before["metadata"])] if before["metadata"] else []


class DeleteSaml(Deletion[DeleteObjectParams]):
    params_type = DeleteObjectParams
    undo = Undo.NEW_ID

    def access_changes(self, aws_account: AwsAccount, p: DeleteObjectParams) -> Sequence[AccessChange]:
        return [FederationFact(p.arn, ANYBODY, False)]

    def note(self, p: DeleteObjectParams) -> str:
        return "Nobody can sign in through it any more. Created again, it is trusted as before: by its ARN."

    def held(self, row: Any, p: DeleteObjectParams) -> Mapping[str, Any]:
        return {"metadata": row.metadata_hash}

    def parse_part(self, content: Content, p: DeleteObjectParams) -> Mapping[str, Any]:
        return {"metadata": content["metadata"]}

    def limits(self, draft: Draft, p: DeleteObjectParams, value: Value) -> list[PlanFinding]:
        row = self.row(draft, p)
        return [*trusting_findings(row), *_unless_kept(row)]

    def before(self, draft: Draft, p: DeleteObjectParams, value: Value) -> dict[str, Any]:
        row = self.row(draft, p)
        return {"metadata": row.metadata, "tags": row.tags}

    def reverse(self, p: DeleteObjectParams, before: Mapping[str, Any], result: Mapping[str, Any]) -> list[StepSpec]:
        if not before["metadata"]:
            return []
        made = {"arn": p.arn, "metadata": before["metadata"]}
        return [StepSpec(SAML.step_kind("create"), made), *retagged(SAML, p.arn, before["tags"])]


def _unless_kept(row: Any) -> list[PlanFinding]:
    """A warning where what is there can't be brought back."""
    if row.metadata or not row.pk:
        return []
    words = f"The metadata that {row.name} has now isn't kept here, so this can't be reversed: keep a copy of it."
    return [PlanFinding("METADATA_NOT_KEPT", "warning", words, about=())]


def create_saml(aws_account: AwsAccount, name: str, metadata: str) -> StepSpec:
    return StepSpec(SAML.step_kind("create"), {"arn": SAML.arn_of(aws_account, name), "metadata": metadata})


def update_saml(arn: str, metadata: str) -> StepSpec:
    return StepSpec(SAML.step_kind(UpdateSaml.verb), {"arn": arn, "metadata": metadata})
