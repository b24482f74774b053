"""Switching a credential on and off, and deleting it: one mechanism for keys, certificates, SSH keys and services'."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from accounts.models import AwsAccount
from identities.models import AccessKey
from identities.operations.credentials.of_user import ACTIVE, INACTIVE, CredentialOperation, KindOfCredential
from policies.holdings import CredentialFact
from sync.checks import PlanFinding
from sync.operations import AccessChange, Call, Risk, StepSpec, Undo, Value
from sync.plan_draft import Draft


@dataclass(frozen=True)
class KeyParams:
    arn: str
    key: str  # AKIA…


@dataclass(frozen=True)
class CertificateParams:
    arn: str
    certificate: str


@dataclass(frozen=True)
class SshKeyParams:
    arn: str
    ssh_key: str  # APKA…


@dataclass(frozen=True)
class ServiceParams:
    arn: str
    credential: str  # ACCA…


@dataclass(frozen=True)
class CertificateStatusParams(CertificateParams):
    active: bool


@dataclass(frozen=True)
class SshKeyStatusParams(SshKeyParams):
    active: bool


@dataclass(frozen=True)
class ServiceStatusParams(ServiceParams):
    active: bool


class StatusParams(Protocol):
    @property
    def arn(self) -> str: ...
    @property
    def active(self) -> bool: ...


P = TypeVar("P", bound=Any)
S = TypeVar("S", bound=StatusParams)


class SwitchCredential(CredentialOperation[P]):
    """Switches it on or off."""

    needed_for = "Switch access keys and other credentials on and off."

    def __init__(self, of: KindOfCredential, params_type: type[P]) -> None:
        super().__init__(of, params_type)
        self.aws_operation = of.aws_update

    def switches_on(self, p: P) -> bool:
        raise NotImplementedError

    def leaves(self, p: P) -> str:
        return ACTIVE if self.switches_on(p) else INACTIVE

    def title(self, p: P) -> str:
        return f"{'Activate' if self.switches_on(p) else 'Deactivate'} {self.called(p)} of {self.named(p)}"

    def note(self, p: P) -> str:
        return "" if self.switches_on(p) else "What still uses it is refused from then on. It can be activated again."

    def calls(self, p: P) -> list[Call]:
        return self.call_on_it(p, self.aws_operation, Status=self.leaves(p))

    def after(self, p: P, value: Value) -> Value:
        return {**value, "status": self.leaves(p)}

    def access_changes(self, aws_account: AwsAccount, p: P) -> Sequence[AccessChange]:
        return [CredentialFact(p.arn, self.credential.word, self.switches_on(p), self.id(p))]

    def is_so_already(self, p: P) -> str:
        return f"{self.id(p)} is {self.leaves(p).lower()} already."

    def limits(self, draft: Draft, p: P, value: Value) -> list[PlanFinding]:
        found = super().limits(draft, p, value)
        return found or ([] if self.switches_on(p) else usage_findings(self.found(draft, p)))


class SetStatus(SwitchCredential[S]):
    """Of those whose status is a parameter of the step."""

    verb = "set_status"

    def switches_on(self, p: S) -> bool:
        return p.active

    def before(self, draft: Draft, p: S, value: Value) -> dict[str, Any]:
        return {"active": value["status"] == ACTIVE}

    def reverse(self, p: S, before: Mapping[str, Any], result: Mapping[str, Any]) -> list[StepSpec]:
        return [StepSpec(self.kind, {**self.spec(p).params, "active": before["active"]})]


class ActivateKey(SwitchCredential[KeyParams]):
    verb = "activate"

    def switches_on(self, p: KeyParams) -> bool:
        return True

    def reverse(self, p: KeyParams, before: Mapping[str, Any], result: Mapping[str, Any]) -> list[StepSpec]:
        return [StepSpec("iam.key.deactivate", self.spec(p).params)]


class DeactivateKey(SwitchCredential[KeyParams]):
    verb = "deactivate"

    def switches_on(self, p: KeyParams) -> bool:
        return False

    def reverse(self, p: KeyParams, before: Mapping[str, Any], result: Mapping[str, Any]) -> list[StepSpec]:
        return [StepSpec("iam.key.activate", self.spec(p).params)]


class DeleteCredential(CredentialOperation[P]):
    """An access key has to be inactive first: whoever still uses it then says so, while it can be switched on again."""

    verb = "delete"
    needed_for = "Delete access keys and other credentials."
    undo = Undo.NEVER
    risk = Risk.DESTRUCTIVE

    def __init__(self, of: KindOfCredential, params_type: type[P]) -> None:
        super().__init__(of, params_type)
        self.aws_operation = of.aws_delete

    def title(self, p: P) -> str:
        return f"Delete {self.called(p)} of {self.named(p)}"

    def note(self, p: P) -> str:
        return "Can’t be undone: nobody can make the same one again."

    def calls(self, p: P) -> list[Call]:
        return self.call_on_it(p, self.aws_operation)

    def after(self, p: P, value: Value) -> Value:
        return {**value, "status": None}

    def access_changes(self, aws_account: AwsAccount, p: P) -> Sequence[AccessChange]:
        return [CredentialFact(p.arn, self.credential.word, False, self.id(p))]

    def is_so_already(self, p: P) -> str:
        return f"There is no {self.credential.word} {self.id(p)}."

    def limits(self, draft: Draft, p: P, value: Value) -> list[PlanFinding]:
        if found := super().limits(draft, p, value):
            return found
        if self.credential.mirror.credential_model is AccessKey and value["status"] == ACTIVE:
            words = f"{self.id(p)} is active: deactivate it first, and wait whether somebody misses it."
            return [PlanFinding("KEY_IS_ACTIVE", "error", words)]
        # A step that switches it off first has told.
        is_reported = any(self.part(p) == step.part for step in self.earlier(draft, p))
        return [] if is_reported else usage_findings(self.found(draft, p))

    def dependent(self, p: P) -> tuple[str, bool] | None:
        return f"{self.credential.word} {self.id(p)}", False


def usage_findings(row: Any) -> list[PlanFinding]:
    """When a key was last used, as far as AWS told; of other kinds AWS doesn't tell."""
    if not isinstance(row, AccessKey):
        return []
    if row.last_used_at is None:
        return [PlanFinding("KEY_USE", "suggestion", f"{row.name} was never used, as far as AWS has told.")]
    for_what = f" for {row.last_used_service}" if row.last_used_service else ""
    words = f"{row.name} was last used on {row.last_used_at:%-d %B %Y}{for_what}, as far as AWS has told."
    return [PlanFinding("KEY_USE", "suggestion", words)]


def on_existing(of: KindOfCredential) -> list[CredentialOperation[Any]]:
    """The operations on a kind of credential."""
    params_type, status_params_type = _PARAMS[of.called]
    if status_params_type is None:
        return [DeactivateKey(of, params_type), ActivateKey(of, params_type), DeleteCredential(of, params_type)]
    return [SetStatus(of, status_params_type), DeleteCredential(of, params_type)]


_PARAMS: Mapping[str, tuple[type[Any], type[Any] | None]] = {
    "iam.key": (KeyParams, None),
    "iam.signing_cert": (CertificateParams, CertificateStatusParams),
    "iam.ssh_key": (SshKeyParams, SshKeyStatusParams),
    "iam.svc_cred": (ServiceParams, ServiceStatusParams),
}
