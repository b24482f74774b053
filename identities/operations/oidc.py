"""OIDC providers: making and deleting them, the audiences that they take, and the thumbprints that they trust."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from accounts.models import AwsAccount
from iamconsole.web.words import some
from identities.kinds import OIDC
from identities.operations.breaks import trusting_findings
from objects.operations.existence import CreateObjectParams, Creation, DeleteObjectParams, Deletion
from objects.operations.objects import FacetOperation
from objects.operations.tags import retagged
from policies.holdings import ANYBODY, FederationFact
from sync.checks import PlanFinding
from sync.mirror import Content
from sync.operations import AccessChange, BadParams, Call, Risk, StepSpec, Undo, Value
from sync.plan_draft import Draft

# IAM API Reference, CreateOpenIDConnectProvider; IAM User Guide, "IAM and AWS STS quotas".
MOST_CLIENT_IDS, LONGEST_CLIENT_ID, MOST_THUMBPRINTS, LONGEST_URL = 100, 255, 5, 255
_THUMBPRINT = re.compile(r"[0-9a-f]{40}")
_HOST = re.compile(r"([a-z0-9-]+\.)+[a-z0-9-]+(/[\w+=,.@/-]*)?", re.ASCII)
# "Create an OpenID Connect (OIDC) identity provider in IAM": AWS knows them without one.
_BUILT_IN = ("accounts.google.com", "graph.facebook.com", "cognito-identity.amazonaws.com", "www.amazon.com")


def check_client_id(client_id: str) -> None:
    """Raises BadParams."""
    if not 1 <= len(client_id) <= LONGEST_CLIENT_ID:
        raise BadParams(f"An audience has 1 to {LONGEST_CLIENT_ID} characters.", field="client_ids")


def check_thumbprints(thumbprints: Sequence[str]) -> None:
    """Raises BadParams."""
    if len(thumbprints) > MOST_THUMBPRINTS:
        raise BadParams(f"AWS takes {MOST_THUMBPRINTS} thumbprints at most.", field="thumbprints")
    for thumbprint in thumbprints:
        if not _THUMBPRINT.fullmatch(thumbprint):
            words = f"{thumbprint[:60]!r} isn't a thumbprint: the SHA-1 of a certificate, 40 digits and letters a to f."
            raise BadParams(words, field="thumbprints")


@dataclass(frozen=True)
class CreateOidcParams(CreateObjectParams):
    client_ids: tuple[str, ...]
    thumbprints: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if len(self.client_ids) > MOST_CLIENT_IDS:
            raise BadParams(f"A provider takes {MOST_CLIENT_IDS} audiences at most.", field="client_ids")
        for client_id in self.client_ids:
            check_client_id(client_id)
        check_thumbprints(self.thumbprints)

    @property
    def name(self) -> str:
        """Its URL without https://."""
        return OIDC.name_of(self.arn)


class CreateOidc(Creation[CreateOidcParams]):
    params_type = CreateOidcParams
    risk = Risk.HIGH

    def check_name(self, p: CreateOidcParams) -> None:
        if len(p.name) > LONGEST_URL - len("https://") or not _HOST.fullmatch(p.name):
            raise BadParams(
                "The address is that of the provider's issuer, such as https://token.example.org/path.", field="url"
            )

    def access_changes(self, aws_account: AwsAccount, p: CreateOidcParams) -> Sequence[AccessChange]:
        return [FederationFact(p.arn, ANYBODY, True)]

    def note(self, p: CreateOidcParams) -> str:
        return "Nobody gets in through it until a role trusts it. Its reverse deletes it."

    def calls(self, p: CreateOidcParams) -> list[Call]:
        parameters: dict[str, Any] = {"Url": f"https://{p.name}", "ClientIDList": list(p.client_ids)}
        if p.thumbprints:
            parameters["ThumbprintList"] = list(p.thumbprints)
        operation = self.aws_operation
        return [Call("iam", operation, parameters, resource_arns=(p.arn,), actions=(f"iam:{operation}",))]

    def limits(self, draft: Draft, p: CreateOidcParams, value: Value) -> list[PlanFinding]:
        if p.name not in _BUILT_IN:
            return []
        words = f"AWS knows {p.name} without a provider: name it in a trust policy as Federated."
        return [PlanFinding("BUILT_IN_PROVIDER", "warning", words, about=(p.name,))]


class DeleteOidc(Deletion[DeleteObjectParams]):
    """Trust policies name its ARN, which is the same when it is made again."""

    params_type = DeleteObjectParams
    undo = Undo.REVERSIBLE

    def access_changes(self, aws_account: AwsAccount, p: DeleteObjectParams) -> Sequence[AccessChange]:
        return [FederationFact(p.arn, ANYBODY, False)]

    def note(self, p: DeleteObjectParams) -> str:
        return "Nobody can sign in through it any more. Created again, it is trusted as before: by its ARN."

    def held(self, row: Any, p: DeleteObjectParams) -> Mapping[str, Any]:
        return {"client_ids": row.client_ids, "thumbprints": row.thumbprints}

    def parse_part(self, content: Content, p: DeleteObjectParams) -> Mapping[str, Any]:
        return {"client_ids": content["client_ids"], "thumbprints": content["thumbprints"]}

    def limits(self, draft: Draft, p: DeleteObjectParams, value: Value) -> list[PlanFinding]:
        return trusting_findings(self.row(draft, p))

    def before(self, draft: Draft, p: DeleteObjectParams, value: Value) -> dict[str, Any]:
        row = self.row(draft, p)
        return {"client_ids": row.client_ids, "thumbprints": row.thumbprints, "tags": row.tags}

    def reverse(self, p: DeleteObjectParams, before: Mapping[str, Any], result: Mapping[str, Any]) -> list[StepSpec]:
        made = {"arn": p.arn, "client_ids": before["client_ids"], "thumbprints": before["thumbprints"]}
        return [StepSpec(OIDC.step_kind("create"), made), *retagged(OIDC, p.arn, before["tags"])]


@dataclass(frozen=True)
class ClientIdParams:
    arn: str
    client_id: str

    def __post_init__(self) -> None:
        check_client_id(self.client_id)


class ClientIdOperation(FacetOperation[ClientIdParams]):
    leaves: ClassVar[bool]  # taken, afterwards
    params_type = ClientIdParams
    needed_for = "Change OIDC providers."

    def calls(self, p: ClientIdParams) -> list[Call]:
        return self.call(p, self.aws_operation, ClientID=p.client_id)

    def part(self, p: ClientIdParams) -> str:
        return f"oidc.client_id:{p.arn} {p.client_id}"

    def describe_existing(self, value: Value) -> str:
        return "the audience taken" if value["taken"] else "the audience not taken"

    def held(self, row: Any, p: ClientIdParams) -> Mapping[str, Any]:
        return {"taken": p.client_id in row.client_ids}

    def parse_part(self, content: Content, p: ClientIdParams) -> Mapping[str, Any]:
        return {"taken": p.client_id in content["client_ids"]}

    def after(self, p: ClientIdParams, value: Value) -> Value:
        return {**value, "taken": self.leaves}

    def access_changes(self, aws_account: AwsAccount, p: ClientIdParams) -> Sequence[AccessChange]:
        return [FederationFact(p.arn, f"whoever has a token of it for {p.client_id}", self.leaves)]


class AddClientId(ClientIdOperation):
    verb = "client_id.add"
    leaves = True
    aws_operation = "AddClientIDToOpenIDConnectProvider"

    def title(self, p: ClientIdParams) -> str:
        return f"Take tokens for {p.client_id} from {self.named(p)}"

    def is_so_already(self, p: ClientIdParams) -> str:
        return f"Tokens for {p.client_id} are taken from {self.named(p)} already."

    def limits(self, draft: Draft, p: ClientIdParams, value: Value) -> list[PlanFinding]:
        taken = set(self.row(draft, p).client_ids)
        for step in self.earlier(draft, p):
            if isinstance(step.operation, ClientIdOperation):
                (taken.add if step.operation.leaves else taken.discard)(step.params.client_id)
        if len(taken | {p.client_id}) <= MOST_CLIENT_IDS:
            return []
        words = f"{len(taken)} audiences are taken by {self.named(p)}; AWS allows {MOST_CLIENT_IDS}."
        return [PlanFinding("TOO_MANY_CLIENT_IDS", "error", words)]

    def reverse(self, p: ClientIdParams, before: Mapping[str, Any], result: Mapping[str, Any]) -> list[StepSpec]:
        return [remove_client_id(p.arn, p.client_id)]


class RemoveClientId(ClientIdOperation):
    verb = "client_id.remove"
    leaves = False
    aws_operation = "RemoveClientIDFromOpenIDConnectProvider"

    def title(self, p: ClientIdParams) -> str:
        return f"Take no more tokens for {p.client_id} from {self.named(p)}"

    def is_so_already(self, p: ClientIdParams) -> str:
        return f"No tokens for {p.client_id} are taken from {self.named(p)}."

    def reverse(self, p: ClientIdParams, before: Mapping[str, Any], result: Mapping[str, Any]) -> list[StepSpec]:
        return [add_client_id(p.arn, p.client_id)]


@dataclass(frozen=True)
class ThumbprintsParams:
    arn: str
    thumbprints: tuple[str, ...]

    def __post_init__(self) -> None:
        if not self.thumbprints:
            raise BadParams("Name at least one thumbprint: AWS takes no empty list.", field="thumbprints")
        check_thumbprints(self.thumbprints)


class SetThumbprints(FacetOperation[ThumbprintsParams]):
    verb = "thumbprints"
    aws_operation = "UpdateOpenIDConnectProviderThumbprint"
    needed_for = "Change OIDC providers."
    params_type = ThumbprintsParams

    def title(self, p: ThumbprintsParams) -> str:
        return f"Replace the thumbprints of {self.named(p)}"

    def note(self, p: ThumbprintsParams) -> str:
        return "AWS looks at them only where it doesn't trust the provider's certificate authority itself."

    def calls(self, p: ThumbprintsParams) -> list[Call]:
        operation = self.aws_operation
        return self.call(p, operation, ThumbprintList=list(p.thumbprints))

    def part(self, p: ThumbprintsParams) -> str:
        return f"oidc.thumbprints:{p.arn}"

    def describe_existing(self, value: Value) -> str:
        return ", ".join(f"{thumbprint[:8]}…" for thumbprint in value["thumbprints"]) or "no thumbprints"

    def held(self, row: Any, p: ThumbprintsParams) -> Mapping[str, Any]:
        return {"thumbprints": row.thumbprints}

    def parse_part(self, content: Content, p: ThumbprintsParams) -> Mapping[str, Any]:
        return {"thumbprints": content["thumbprints"]}

    def after(self, p: ThumbprintsParams, value: Value) -> Value:
        return {**value, "thumbprints": sorted(p.thumbprints)}

    def access_changes(self, aws_account: AwsAccount, p: ThumbprintsParams) -> Sequence[AccessChange]:
        known = some([f"{thumbprint[:8]}…" for thumbprint in p.thumbprints])
        return [FederationFact(p.arn, f"whoever comes from servers with the certificates {known} only", True)]

    def is_so_already(self, p: ThumbprintsParams) -> str:
        return f"These are the thumbprints of {self.named(p)} already."

    def before(self, draft: Draft, p: ThumbprintsParams, value: Value) -> dict[str, Any]:
        return {"thumbprints": value["thumbprints"]}

    def reverse(self, p: ThumbprintsParams, before: Mapping[str, Any], result: Mapping[str, Any]) -> list[StepSpec]:
        return [set_thumbprints(p.arn, before["thumbprints"])] if before["thumbprints"] else []


def create_oidc(
    aws_account: AwsAccount, url: str, client_ids: Sequence[str], thumbprints: Sequence[str] = ()
) -> StepSpec:
    """`url` with or without https://."""
    name = url.removeprefix("https://")
    made = {"arn": OIDC.arn_of(aws_account, name), "client_ids": list(client_ids), "thumbprints": list(thumbprints)}
    return StepSpec(OIDC.step_kind("create"), made)


def add_client_id(arn: str, client_id: str) -> StepSpec:
    return StepSpec(OIDC.step_kind(AddClientId.verb), {"arn": arn, "client_id": client_id})


def remove_client_id(arn: str, client_id: str) -> StepSpec:
    return StepSpec(OIDC.step_kind(RemoveClientId.verb), {"arn": arn, "client_id": client_id})


def set_thumbprints(arn: str, thumbprints: Sequence[str]) -> StepSpec:
    return StepSpec(OIDC.step_kind(SetThumbprints.verb), {"arn": arn, "thumbprints": list(thumbprints)})
