"""Making what has a secret that AWS says once: access keys, and credentials for one service.

Who has no answer has no secret, so what was made without one is of no use: it is never adopted, and an operator is
asked whose it is. The part is {"object": "AIDA…", "there": ["AKIA…"]}.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

from accounts.models import AwsAccount
from identities.operations.credentials.existing import DeleteCredential, ServiceParams
from identities.operations.credentials.of_user import (
    KEY,
    SERVICE,
    CredentialOperation,
    KindOfCredential,
    UserCredentialOperation,
)
from identities.operations.owners import OwnerParams
from objects.operations.objects import ObjectParams
from policies.holdings import CredentialFact
from policies.quotas import KEYS_OF_USER, Quota, quotas_in
from sync.aws.client import AwsClient
from sync.aws.secrets import Secret
from sync.checks import PlanFinding
from sync.operation_mixins import HasSecrets, IdChosenByAws
from sync.operations import (
    AccessChange,
    BadParams,
    Call,
    Guarantee,
    Refusal,
    Risk,
    StepSpec,
    Undo,
    Value,
)
from sync.plan_draft import Draft

# IAM User Guide, "Service-specific credentials for IAM users".
_FOR_A_SERVICE = Quota("service credentials of a user at one service", 2, 2)

P = TypeVar("P", bound=ObjectParams)


class CreateCredential(UserCredentialOperation[P], HasSecrets[P], IdChosenByAws[P]):
    guarantee = Guarantee.AT_MOST_ONCE
    undo = Undo.REVERSIBLE
    risk = Risk.SECRET
    credential: ClassVar[KindOfCredential]
    quota: ClassVar[Quota]
    answered: ClassVar[str]  # the member of AWS's answer
    secret_names: ClassVar[Mapping[str, str]]  # what pages call the secret, by its member in there

    def __init__(self) -> None:
        super().__init__()
        self.facet = self.credential.mirror.source

    @abstractmethod
    def counts(self, p: P, service: str) -> bool:
        """Whether one for that service ("" of an access key) counts against the same limit."""

    def note(self, p: P) -> str:
        return "AWS shows its secret once: the operator who applies this sees it on this page, for 15 minutes."

    def describe_existing(self, value: Value) -> str:
        there = [each or "a new one" for each in value["there"]]
        return (
            f"the {self.credential.word}{'s' if len(there) > 1 else ''} {', '.join(there)}"
            if there
            else f"no {self.credential.word}"
        )

    def mirrored(self, draft: Draft, p: P) -> Value:
        user = self.row(draft, p)
        rows = self.credential.mirror.credential_model.objects.live().filter(user=user)
        there = {row.aws_id for row in rows if self.counts(p, getattr(row, "service", ""))}
        for step in self.earlier(draft, p):
            if isinstance(step.operation, DeleteCredential) and step.operation.credential is self.credential:
                there.discard(step.operation.id(step.params))
            elif step.operation is self and self.part(step.params) == self.part(p):
                raise Refusal(f"A change makes one {self.credential.word} of {self.named(p)}, not two.")
        return {"object": user.aws_id, "there": sorted(there)}

    def parse_part(
        self, client: AwsClient, p: P, owner: Mapping[str, Any], named: Mapping[str, str]
    ) -> Mapping[str, Any]:
        entries = self.credential.entries(client, named["UserName"])
        there = [each for each, entry in entries.items() if self.counts(p, entry.get("ServiceName", ""))]
        return {"there": sorted(there)}

    def access_changes(self, aws_account: AwsAccount, p: P) -> Sequence[AccessChange]:
        return [CredentialFact(p.arn, self.credential.word, True)]

    def limits(self, draft: Draft, p: P, value: Value) -> list[PlanFinding]:
        there = len(value["there"])
        owner = self.named(p)
        words = f"{owner[0].upper()}{owner[1:]} has {there} {self.credential.word}s"
        limit = quotas_in(draft)[self.quota]
        return limit.findings(there + 1, "TOO_MANY_CREDENTIALS", words, "delete one first")

    def discard(self, p: P, appeared: str) -> list[StepSpec]:
        params = {"arn": p.arn, self.credential.parameter: appeared}
        delete = StepSpec(f"{self.credential.called}.delete", params)
        return (
            [StepSpec(f"{self.credential.called}.deactivate", params), delete] if self.credential is KEY else [delete]
        )

    def result(self, answer: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"id": answer[self.answered][self.credential.mirror.id_member]}

    def secrets(self, answer: Mapping[str, Any]) -> Mapping[str, Secret]:
        said = answer[self.answered]
        return {name: said[member] for member, name in self.secret_names.items() if said.get(member)}

    def dependent(self, p: P) -> tuple[str, bool] | None:
        return f"new {self.credential.word}", True


class CreateKey(CreateCredential[OwnerParams]):
    aws_operation = "CreateAccessKey"
    known_as = "iam.key.create"
    needed_for = "Make and rotate access keys."
    credential, quota, answered = KEY, KEYS_OF_USER, "AccessKey"
    secret_names: ClassVar[Mapping[str, str]] = {"SecretAccessKey": "Secret access key"}
    params_type = OwnerParams

    def title(self, p: OwnerParams) -> str:
        return f"Make an access key for {self.named(p)}"

    def calls(self, p: OwnerParams) -> list[Call]:
        return self.call(p, self.aws_operation)

    def part(self, p: OwnerParams) -> str:
        return f"access keys:{p.arn}"

    def counts(self, p: OwnerParams, service: str) -> bool:
        return True


@dataclass(frozen=True)
class CreateServiceParams:
    arn: str
    service: str  # "codecommit.amazonaws.com"
    days: int = 0  # until it runs out; 0: never

    def __post_init__(self) -> None:
        if not self.service.endswith((".amazonaws.com", ".amazonaws.com.cn")):
            raise BadParams(
                f"{self.service!r} isn't the name of a service, such as codecommit.amazonaws.com.", field="service"
            )
        if not 0 <= self.days <= 36_600:  # IAM API Reference: CreateServiceSpecificCredential
            raise BadParams("A service credential lasts 1 to 36600 days, or for ever: then say 0.", field="days")


SERVICE_SECRETS = {"ServicePassword": "Password for the service", "ServiceCredentialSecret": "API key"}


class CreateServiceCredential(CreateCredential[CreateServiceParams]):
    aws_operation = "CreateServiceSpecificCredential"
    known_as = "iam.svc_cred.create"
    needed_for = "Make credentials for one service."
    credential, quota, answered = SERVICE, _FOR_A_SERVICE, "ServiceSpecificCredential"
    secret_names = SERVICE_SECRETS
    params_type = CreateServiceParams

    def title(self, p: CreateServiceParams) -> str:
        return f"Make a service credential for {self.named(p)} at {p.service}"

    def calls(self, p: CreateServiceParams) -> list[Call]:
        more = {"CredentialAgeDays": p.days} if p.days else {}
        return self.call(p, self.aws_operation, ServiceName=p.service, **more)

    def result(self, answer: Mapping[str, Any]) -> Mapping[str, Any]:
        said = answer[self.answered]
        return {**super().result(answer), "user_name": said.get("ServiceUserName") or ""}

    def part(self, p: CreateServiceParams) -> str:
        return f"service credentials:{p.arn} {p.service}"

    def counts(self, p: CreateServiceParams, service: str) -> bool:
        return service == p.service


# ---- A new secret for a credential of one service. AWS says it once; the old one ends at once ----------------
class ResetServiceCredential(CredentialOperation[ServiceParams], HasSecrets[ServiceParams]):
    verb = "reset"
    aws_operation = "ResetServiceSpecificCredential"
    needed_for = "Reset credentials for one service."
    guarantee = Guarantee.AT_MOST_ONCE
    shows = False
    undo = Undo.NEVER
    risk = Risk.SECRET

    def __init__(self) -> None:
        super().__init__(SERVICE, ServiceParams)

    def title(self, p: ServiceParams) -> str:
        return f"Give {self.called(p)} of {self.named(p)} a new secret"

    def note(self, p: ServiceParams) -> str:
        return "Can’t be undone: the old secret ends at once. Whoever applies this sees the new one, for 15 minutes."

    def calls(self, p: ServiceParams) -> list[Call]:
        return self.call_on_it(p, self.aws_operation)

    def access_changes(self, aws_account: AwsAccount, p: ServiceParams) -> Sequence[AccessChange]:
        return [CredentialFact(p.arn, self.credential.word, True, self.id(p), new=True)]

    def result(self, answer: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"id": answer["ServiceSpecificCredential"][SERVICE.mirror.id_member]}

    def secrets(self, answer: Mapping[str, Any]) -> Mapping[str, Secret]:
        said = answer["ServiceSpecificCredential"]
        return {name: said[member] for member, name in SERVICE_SECRETS.items() if said.get(member)}
