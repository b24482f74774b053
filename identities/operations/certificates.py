"""Server certificates: uploading, renaming and deleting them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.utils import timezone

from accounts.models import AwsAccount
from aws_constraints.arn import path_of
from iamconsole.web.words import day
from identities.account.certificates import read_pem
from identities.kinds import SERVER_CERTIFICATE
from identities.models import ServerCertificate
from objects.operations.existence import CreateObjectParams, Creation, DeleteObjectParams, Deletion
from objects.operations.objects import FacetOperation
from objects.operations.rows import object_key
from sync.aws.client import AwsClient
from sync.checks import PlanFinding
from sync.mirror import Content
from sync.object_ref import ObjectRef
from sync.operations import BadParams, Call, Risk, SealedParameter, StepSpec, Undo, Value
from sync.plan_draft import Draft

# IAM API Reference, UploadServerCertificate; a chain that long has some thirty certificates.
LONGEST_BODY, LONGEST_CHAIN = 16_384, 65_536


@dataclass(frozen=True)
class UploadServerCertificateParams(CreateObjectParams):
    body: str  # PEM
    private_key: str  # the reference of what was typed (sync.sealed)
    chain: str = ""  # PEM, the intermediate ones

    def __post_init__(self) -> None:
        if len(self.body) > LONGEST_BODY or len(self.chain) > LONGEST_CHAIN:
            raise BadParams(
                f"A certificate has at most {LONGEST_BODY:,} characters, its chain {LONGEST_CHAIN:,}.", field="body"
            )


class UploadServerCertificate(Creation[UploadServerCertificateParams]):
    verb = "upload"
    aws_operation = "Upload{}"
    params_type = UploadServerCertificateParams
    risk = Risk.SECRET

    def title(self, p: UploadServerCertificateParams) -> str:
        return f"Upload the server certificate {p.name}"

    def note(self, p: UploadServerCertificateParams) -> str:
        return "AWS never shows the private key again. Its reverse deletes the certificate."

    def calls(self, p: UploadServerCertificateParams) -> list[Call]:
        chain = {"CertificateChain": p.chain} if p.chain else {}
        parameters = {
            "ServerCertificateName": p.name,
            "Path": p.path,
            "CertificateBody": p.body,
            "PrivateKey": SealedParameter(p.private_key),
            **chain,
        }
        return [Call("iam", self.aws_operation, parameters, (p.arn,), (f"iam:{self.aws_operation}",))]

    def affected_objects(self, aws_account: AwsAccount, p: UploadServerCertificateParams) -> list[ObjectRef]:
        (details,) = super().affected_objects(aws_account, p)
        return [replace(details, facet=SERVER_CERTIFICATE.tags_in), details]

    def limits(self, draft: Draft, p: UploadServerCertificateParams, value: Value) -> list[PlanFinding]:
        read = read_pem(p.body)
        if read is None:
            return [PlanFinding("MALFORMED_CERTIFICATE", "error", "This isn't a certificate in PEM that can be read.")]
        if read.expires_at > timezone.now():
            return []
        words = f"The certificate ended on {day(read.expires_at)}: whoever connects will be warned."
        return [PlanFinding("CERTIFICATE_ENDED", "warning", words, about=())]

    def result(self, answer: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"id": answer["ServerCertificateMetadata"]["ServerCertificateId"]}


@dataclass(frozen=True)
class RenameCertificateParams:
    arn: str  # as it is called now
    new_arn: str  # as AWS will call it

    def __post_init__(self) -> None:
        SERVER_CERTIFICATE.check(self.new_arn)


class RenameCertificate(FacetOperation[RenameCertificateParams]):
    """The part is {"object": "ASCA…", "arn": "arn:…"}: what its ARN is."""

    verb = "rename"
    aws_operation = "Update{}"
    needed_for = "Rename server certificates."
    risk = Risk.LOW
    params_type = RenameCertificateParams

    def title(self, p: RenameCertificateParams) -> str:
        return f"Rename {self.named(p)} to {self.of.name_of(p.new_arn)}"

    def note(self, p: RenameCertificateParams) -> str:
        return "Load balancers that use it go on; what names its old ARN, such as a template, has to be changed."

    def calls(self, p: RenameCertificateParams) -> list[Call]:
        path = {} if path_of(p.arn) == path_of(p.new_arn) else {"NewPath": path_of(p.new_arn)}
        new = {"NewServerCertificateName": self.of.name_of(p.new_arn), **path}
        call = self.of.call(p.arn, self.aws_operation, **new)
        return [replace(call, resource_arns=(p.arn, p.new_arn))]

    def objects(self, p: RenameCertificateParams) -> list[str]:
        return [object_key(self.of.model, arn) for arn in (p.arn, p.new_arn)]

    def part(self, p: RenameCertificateParams) -> str:
        return f"name:{p.arn}"

    def affected_objects(self, aws_account: AwsAccount, p: RenameCertificateParams) -> list[ObjectRef]:
        # Without an id: under the new name there may be nothing yet, which says nothing of the certificate.
        return [ObjectRef(ServerCertificate.kind, "", self.of.name_of(p.new_arn), p.new_arn)]

    def describe_existing(self, value: Value) -> str:
        return f"it called {self.of.name_of(value['arn'])}"

    def held(self, row: Any, p: RenameCertificateParams) -> Mapping[str, Any]:
        return {"arn": row.arn}

    def parse_part(self, content: Content, p: RenameCertificateParams) -> Mapping[str, Any]:
        return {"arn": content["arn"]}

    def live(self, client: AwsClient, p: RenameCertificateParams) -> Value:
        return super().live(client, p) or super().live(client, replace(p, arn=p.new_arn))

    def after(self, p: RenameCertificateParams, value: Value) -> Value:
        return {**value, "arn": p.new_arn}

    def is_so_already(self, p: RenameCertificateParams) -> str:
        return f"{self.named(p).capitalize()} is called so already."

    def limits(self, draft: Draft, p: RenameCertificateParams, value: Value) -> list[PlanFinding]:
        name, row = self.of.name_of(p.new_arn), self.row(draft, p)
        same = ServerCertificate.objects.live().filter(aws_account=draft.aws_account, name_key=name.casefold())
        if not same.exclude(pk=row.pk).exists():
            return []
        return [PlanFinding("NAME_TAKEN", "error", f"There is a server certificate {name} already.")]

    def reverse(
        self, p: RenameCertificateParams, before: Mapping[str, Any], result: Mapping[str, Any]
    ) -> list[StepSpec]:
        return [StepSpec(self.kind, {"arn": p.new_arn, "new_arn": p.arn})]


class DeleteCertificate(Deletion[DeleteObjectParams]):
    params_type = DeleteObjectParams
    undo = Undo.NEVER

    def note(self, p: DeleteObjectParams) -> str:
        return (
            "AWS doesn't give its private key, so nobody can upload it again from here. While it is used AWS refuses."
        )

    def held(self, row: Any, p: DeleteObjectParams) -> Mapping[str, Any]:
        return {}

    def parse_part(self, content: Content, p: DeleteObjectParams) -> Mapping[str, Any]:
        return {}


def upload_certificate(arn: str, body: str, private_key: str, chain: str = "") -> StepSpec:
    """`private_key`: the reference that `sync.sealed.keep_typed` gave."""
    params = {"arn": arn, "body": body, "private_key": private_key, "chain": chain}
    return StepSpec(SERVER_CERTIFICATE.step_kind("upload"), params)


def rename_certificate(arn: str, new_arn: str) -> StepSpec:
    return StepSpec(SERVER_CERTIFICATE.step_kind(RenameCertificate.verb), {"arn": arn, "new_arn": new_arn})
