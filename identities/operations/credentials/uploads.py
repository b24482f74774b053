"""Uploading public keys: signing certificates, and SSH keys. The part is {"object", "id"}; None: it isn't there yet."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, ClassVar

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_public_key,
    load_ssh_public_key,
)

from accounts.models import AwsAccount
from identities.kinds import USER
from identities.models import SigningCertificate
from identities.operations.credentials.existing import DeleteCredential
from identities.operations.credentials.of_user import CERTIFICATE, SSH_KEY, KindOfCredential, UserCredentialOperation
from policies.holdings import CredentialFact
from policies.quotas import CERTIFICATES_OF_USER, Quota, quotas_in
from sync.aws.client import AwsClient
from sync.aws.errors import NotFound
from sync.aws.permission import NOBODY, Permission, look
from sync.checks import PlanFinding
from sync.operations import AccessChange, BadParams, Call, Guarantee, PreviousAttempt, StepResult, StepSpec, Value
from sync.plan_draft import Draft

LONGEST = 16_384  # characters; IAM API Reference: UploadSigningCertificate, UploadSSHPublicKey
FEWEST_BITS = 2048
_SSH_KEYS_OF_USER = Quota("SSH public keys of a user", 5, 5)  # IAM User Guide, "IAM and AWS STS quotas"


@dataclass(frozen=True)
class UploadCredentialParams:
    arn: str
    body: str  # as the file has it

    def __post_init__(self) -> None:
        if "PRIVATE KEY" in self.body:
            raise BadParams("That is a private key: nobody else should have it. Upload the public one.", field="body")
        if len(self.body) > LONGEST:
            raise BadParams(f"It is longer than AWS takes: {LONGEST} characters.", field="body")


class UploadCredential(UserCredentialOperation[UploadCredentialParams]):
    guarantee = Guarantee.DETECTABLE
    params_type = UploadCredentialParams
    credential: ClassVar[KindOfCredential]
    quota: ClassVar[Quota]
    answered: ClassVar[str]

    def __init__(self) -> None:
        self.of, self.kind = USER, f"{self.credential.called}.upload"
        self.facet = self.credential.mirror.source

    def parse(self, params: Mapping[str, Any]) -> UploadCredentialParams:
        p = super().parse(params)
        if not self.fingerprint(p.body):
            raise BadParams(f"That isn't {self.credential.a} that AWS takes.", field="body")
        return p

    @abstractmethod
    def fingerprint(self, body: str) -> str:
        """Of the key, however it is written down; "" of what can't be read."""

    def title(self, p: UploadCredentialParams) -> str:
        return f"Upload {self.credential.a} for {self.named(p)}"

    def part(self, p: UploadCredentialParams) -> str:
        return f"{self.credential.word}:{p.arn} {self.fingerprint(p.body)}"

    def describe_existing(self, value: Value) -> str:
        return "it uploaded already" if value["id"] is not None else "it not uploaded"

    def mirrored(self, draft: Draft, p: UploadCredentialParams) -> Value:
        return {"object": self.row(draft, p).aws_id, "id": None}

    def after(self, p: UploadCredentialParams, value: Value) -> Value:
        return {**value, "id": ""}

    def access_changes(self, aws_account: AwsAccount, p: UploadCredentialParams) -> Sequence[AccessChange]:
        return [CredentialFact(p.arn, self.credential.word, True)]

    def limits(self, draft: Draft, p: UploadCredentialParams, value: Value) -> list[PlanFinding]:
        there = set(
            self.credential.mirror.credential_model.objects.live()
            .filter(user=self.row(draft, p))
            .values_list("aws_id", flat=True)
        )
        new = 0
        for step in self.earlier(draft, p):
            if isinstance(step.operation, DeleteCredential) and step.operation.credential is self.credential:
                there.discard(step.operation.id(step.params))
            new += step.operation is self
        count = len(there) + new
        words = f"{count} {self.credential.word}s are uploaded for {self.named(p)}"
        limit = quotas_in(draft)[self.quota]
        return limit.findings(count + 1, "TOO_MANY_CREDENTIALS", words, "delete one first")

    def parse_part(
        self, client: AwsClient, p: UploadCredentialParams, owner: Mapping[str, Any], named: Mapping[str, str]
    ) -> Mapping[str, Any]:
        wanted = self.fingerprint(p.body)
        bodies = self.bodies(client, named["UserName"])
        return {"id": next((each for each, body in bodies if self.fingerprint(body) == wanted), None)}

    @abstractmethod
    def bodies(self, client: AwsClient, user_name: str) -> Iterator[tuple[str, str]]:
        """What is uploaded, by AWS's id."""

    def done(
        self, client: AwsClient, p: UploadCredentialParams, live: Value, tried: Sequence[PreviousAttempt]
    ) -> StepResult | None:
        """AWS refuses the same one twice, so one that wasn't there before is ours."""
        before = tried[0].found
        if not live or not live["id"] or not before or before["id"] or live["object"] != before["object"]:
            return None
        return StepResult({"id": live["id"]})

    def result(self, answer: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"id": answer[self.answered][self.credential.mirror.id_member]}

    def dependent(self, p: UploadCredentialParams) -> tuple[str, bool] | None:
        return f"new {self.credential.word}", True

    def reverse(
        self, p: UploadCredentialParams, before: Mapping[str, Any], result: Mapping[str, Any]
    ) -> list[StepSpec]:
        params = {"arn": p.arn, self.credential.parameter: result["id"]}
        return [StepSpec(f"{self.credential.called}.delete", params)]


class UploadSigningCertificate(UploadCredential):
    aws_operation = "UploadSigningCertificate"
    needed_for = "Upload signing certificates."
    credential, quota, answered = CERTIFICATE, CERTIFICATES_OF_USER, "Certificate"

    def fingerprint(self, body: str) -> str:
        try:
            return x509.load_pem_x509_certificate(body.encode()).fingerprint(SHA256()).hex()
        except ValueError:
            return ""

    def calls(self, p: UploadCredentialParams) -> list[Call]:
        return self.call(p, self.aws_operation, CertificateBody=p.body)

    def limits(self, draft: Draft, p: UploadCredentialParams, value: Value) -> list[PlanFinding]:
        rows = SigningCertificate.objects.live().filter(aws_account=draft.aws_account).select_related("user")
        if twin := rows.filter(sha256=self.fingerprint(p.body)).first():
            words = f"{twin.user.name} has this certificate already: AWS takes it once in an AWS account."
            return [PlanFinding("DUPLICATE_CERTIFICATE", "error", words)]
        return super().limits(draft, p, value)

    def bodies(self, client: AwsClient, user_name: str) -> Iterator[tuple[str, str]]:
        for each, entry in self.credential.entries(client, user_name).items():
            yield each, entry["CertificateBody"]


class UploadSshKey(UploadCredential):
    aws_operation = "UploadSSHPublicKey"
    needed_for = "Upload SSH keys."

    @property
    def permissions(self) -> Sequence[Permission]:
        found = look("iam:GetSSHPublicKey", UserName=NOBODY, SSHPublicKeyId="APKA0000000000000000", Encoding="SSH")
        return [*super().permissions, found]

    credential, quota, answered = SSH_KEY, _SSH_KEYS_OF_USER, "SSHPublicKey"

    def fingerprint(self, body: str) -> str:
        """IAM API Reference, UploadSSHPublicKey: ssh-rsa or PEM, of 2048 bits or more."""
        load = load_pem_public_key if body.lstrip().startswith("-----BEGIN") else load_ssh_public_key
        try:
            key = load(body.strip().encode())
        except (ValueError, UnsupportedAlgorithm):
            return ""
        if not isinstance(key, RSAPublicKey) or key.key_size < FEWEST_BITS:
            return ""
        return sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()

    def calls(self, p: UploadCredentialParams) -> list[Call]:
        return self.call(p, self.aws_operation, SSHPublicKeyBody=p.body)

    def bodies(self, client: AwsClient, user_name: str) -> Iterator[tuple[str, str]]:
        for each in self.credential.entries(client, user_name):
            try:
                answer = client.call("iam", "GetSSHPublicKey", UserName=user_name, SSHPublicKeyId=each, Encoding="SSH")
            except NotFound:
                continue  # deleted since it was listed
            yield each, answer["SSHPublicKey"]["SSHPublicKeyBody"]
