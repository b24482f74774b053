"""A new secret for a credential of one service. AWS says it once; the old one ends at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from accounts.models import AwsAccount
from identities.operations.credentials.existing import ServiceParams
from identities.operations.credentials.making import SERVICE_SECRETS
from identities.operations.credentials.of_user import SERVICE, CredentialOperation
from policies.holdings import CredentialFact
from sync.aws.secrets import Secret
from sync.operation_mixins import HasSecrets
from sync.operations import AccessChange, Call, Guarantee, Risk, StepSpec, Undo, Value


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

    def after(self, p: ServiceParams, value: Value) -> Value:
        return value

    def access_changes(self, aws_account: AwsAccount, p: ServiceParams) -> Sequence[AccessChange]:
        return [CredentialFact(p.arn, self.credential.word, True, self.id(p), new=True)]

    def result(self, answer: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"id": answer["ServiceSpecificCredential"][SERVICE.mirror.id_member]}

    def secrets(self, answer: Mapping[str, Any]) -> Mapping[str, Secret]:
        said = answer["ServiceSpecificCredential"]
        return {name: said[member] for member, name in SERVICE_SECRETS.items() if said.get(member)}

    def reverse(self, p: ServiceParams, before: Mapping[str, Any], result: Mapping[str, Any]) -> list[StepSpec]:
        return []
