"""The domains where people sign in: a prefix of an address of Cognito's, or one of the customer's own.

The part is {"object": the pool's id, "domain": what AWS says of it, None where the pool doesn't have it}.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from accounts.models import AwsAccount
from cognito.models import UserPool
from cognito.permissions import CHANGE_POOLS, USER_POOLS
from cognito.pool_calls import check_pool_arn, pool_call, pool_key, region_of
from cognito.pools.operations.pools import pool_ref
from cognito.pools.operations.rows import pool_row
from cognito.setting_values import canonical
from sync.aws.client import AwsClient
from sync.aws.permission import write
from sync.checks import PlanFinding
from sync.mirror.base import mirror_of
from sync.object_ref import ObjectRef
from sync.operations import (
    BadParams,
    Call,
    Guarantee,
    Operation,
    Refusal,
    Risk,
    StepSpec,
    Undo,
    Value,
)
from sync.plan_draft import Draft

_PREFIX = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)
_OWN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}", re.ASCII)
_KEPT = ("CustomDomainConfig", "ManagedLoginVersion")
VERSIONS = (1, 2)  # the classic hosted UI, and managed login


@dataclass(frozen=True)
class DomainParams:
    pool_arn: str
    called: str
    domain: str

    def __post_init__(self) -> None:
        check_pool_arn(self.pool_arn)
        if not (_OWN if "." in self.domain else _PREFIX).fullmatch(self.domain):
            raise BadParams(
                "A domain has lower-case letters, digits and dashes: a prefix such as acme-shop, or your own.",
                field="domain",
            )


@dataclass(frozen=True)
class ConfigParams(DomainParams):
    version: int = 1  # of VERSIONS
    certificate_arn: str = ""  # of a domain of one's own: in ACM, in us-east-1

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.version not in VERSIONS:
            raise BadParams("The version of the pages is 1 (classic) or 2 (managed login).", field="version")
        if bool(self.certificate_arn) is not ("." in self.domain):
            raise BadParams(
                "A domain of your own needs a certificate of ACM in us-east-1; a prefix has none.",
                field="certificate_arn",
            )

    @property
    def config(self) -> dict[str, Any]:
        own = {"CustomDomainConfig": {"CertificateArn": self.certificate_arn}} if self.certificate_arn else {}
        return {"ManagedLoginVersion": self.version, **own}


class DomainOperation(Operation[Any]):
    guarantee: ClassVar[Guarantee] = Guarantee.IDEMPOTENT
    undo = Undo.REVERSIBLE
    risk: ClassVar[Risk] = Risk.HIGH

    def objects(self, p: Any) -> list[str]:
        return [pool_key(p.pool_arn)]

    def part(self, p: Any) -> str:
        return f"domain:{p.pool_arn} {p.domain}"

    def affected_objects(self, aws_account: AwsAccount, p: Any) -> list[ObjectRef]:
        return [pool_ref(p.pool_arn), pool_ref(p.pool_arn, "domain")]

    def describe(self, value: Value) -> str:
        if value is None:
            return "no such user pool"
        return "the domain with its settings" if value["domain"] else "no such domain of the pool"

    def mirrored(self, draft: Draft, p: Any) -> Value:
        row = pool_row(draft, p.pool_arn)
        if row.domains is None:
            raise Refusal(f"The domains of {row.name} weren’t read: refresh its page, then try again.")
        held = row.domains.get(p.domain)
        return {"object": row.aws_id, "domain": canonical(held, _KEPT) if held else None}

    def live(self, client: AwsClient, p: Any) -> Value:
        mirror, ref = mirror_of(UserPool.kind, "domain"), pool_ref(p.pool_arn, "domain")
        item = mirror.read_one(client.at(region_of(p.pool_arn)), ref)
        if item is None:
            return None
        held = mirror.see(item).content.get(p.domain)
        return {"object": ref.object_id, "domain": canonical(held, _KEPT) if held else None}

    def before(self, draft: Draft, p: Any, value: Value) -> dict[str, Any]:
        held = value["domain"] or {}
        config = held.get("CustomDomainConfig", {})
        return {"version": held.get("ManagedLoginVersion", 1), "certificate_arn": config.get("CertificateArn", "")}

    def is_so_already(self, p: Any) -> str:
        return f"The domain {p.domain} of {p.called} is so already."


class CreateDomain(DomainOperation):
    kind = "cognito.domain.create"
    aws_operation = "CreateUserPoolDomain"
    permissions = (write("cognito-idp:CreateUserPoolDomain", CHANGE_POOLS, USER_POOLS),)
    guarantee = Guarantee.DETECTABLE
    params_type = ConfigParams

    def title(self, p: ConfigParams) -> str:
        return f"Give the user pool {p.called} the domain {p.domain}"

    def note(self, p: ConfigParams) -> str:
        if p.certificate_arn:
            return "It takes up to an hour until it answers; its DNS name must point to what AWS names then."
        return "Somebody else may have the prefix already: it is unique in the Region."

    def calls(self, p: ConfigParams) -> list[Call]:
        return [pool_call(p.pool_arn, self.aws_operation, Domain=p.domain, **p.config)]

    def after(self, p: ConfigParams, value: Value) -> Value:
        return {**value, "domain": p.config}

    def limits(self, draft: Draft, p: ConfigParams, value: Value) -> list[PlanFinding]:
        row = pool_row(draft, p.pool_arn)
        gone = {step.params.domain for step in draft.steps if isinstance(step.operation, DeleteDomain)}
        held = row.custom_domain if p.certificate_arn else row.domain
        if not held or held in gone:
            return []
        return [
            PlanFinding(
                "HAS_DOMAIN", "error", f"{p.called} has the domain {held}: a pool has one of each kind.", field="domain"
            )
        ]

    def reverse(self, p: ConfigParams, before: Mapping[str, Any], result: Mapping[str, Any]) -> list[StepSpec]:
        return [delete_domain(p.pool_arn, p.called, p.domain)]


class UpdateDomain(DomainOperation):
    kind = "cognito.domain.update"
    aws_operation = "UpdateUserPoolDomain"
    permissions = (write("cognito-idp:UpdateUserPoolDomain", CHANGE_POOLS, USER_POOLS),)
    params_type = ConfigParams

    def title(self, p: ConfigParams) -> str:
        return f"Change the domain {p.domain} of the user pool {p.called}"

    def calls(self, p: ConfigParams) -> list[Call]:
        return [pool_call(p.pool_arn, self.aws_operation, Domain=p.domain, **p.config)]

    def after(self, p: ConfigParams, value: Value) -> Value:
        return {**value, "domain": p.config}

    def limits(self, draft: Draft, p: ConfigParams, value: Value) -> list[PlanFinding]:
        if value["domain"] is None:
            return [PlanFinding("NO_DOMAIN", "error", f"{p.called} doesn’t have the domain {p.domain}.")]
        return []

    def reverse(self, p: ConfigParams, before: Mapping[str, Any], result: Mapping[str, Any]) -> list[StepSpec]:
        return [_with_config(UpdateDomain.kind, p, before)]


class DeleteDomain(DomainOperation):
    kind = "cognito.domain.delete"
    aws_operation = "DeleteUserPoolDomain"
    permissions = (write("cognito-idp:DeleteUserPoolDomain", CHANGE_POOLS, USER_POOLS),)
    risk = Risk.DESTRUCTIVE
    params_type = DomainParams

    def title(self, p: DomainParams) -> str:
        return f"Delete the domain {p.domain} of the user pool {p.called}"

    def note(self, p: DomainParams) -> str:
        return "Nobody signs in at that address any more. Somebody else may take a prefix meanwhile."

    def calls(self, p: DomainParams) -> list[Call]:
        return [pool_call(p.pool_arn, self.aws_operation, Domain=p.domain)]

    def after(self, p: DomainParams, value: Value) -> Value:
        return {**value, "domain": None}

    def reverse(self, p: DomainParams, before: Mapping[str, Any], result: Mapping[str, Any]) -> list[StepSpec]:
        return [_with_config(CreateDomain.kind, p, before)]


def _with_config(kind: str, p: DomainParams, before: Mapping[str, Any]) -> StepSpec:
    return StepSpec(kind, {"pool_arn": p.pool_arn, "called": p.called, "domain": p.domain, **before})


def set_domain(kind: str, pool_arn: str, called: str, domain: str, version: int, certificate_arn: str = "") -> StepSpec:
    """`kind`: that of CreateDomain or UpdateDomain."""
    said = {"pool_arn": pool_arn, "called": called, "domain": domain, "version": version}
    return StepSpec(kind, said | {"certificate_arn": certificate_arn})


def delete_domain(pool_arn: str, called: str, domain: str) -> StepSpec:
    return StepSpec(DeleteDomain.kind, {"pool_arn": pool_arn, "called": called, "domain": domain})
