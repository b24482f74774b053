"""The domains where people sign in: a prefix of an address of Cognito's, or one of the customer's own.

The part is {"object": the pool's id, "domain": what AWS says of it, None where the pool doesn't have it}.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from accounts.models import AwsAccount
from cognito.kinds import POOL
from cognito.models import UserPool
from cognito.pools.operations.base import UserPoolOperation, UserPoolParams, pool_row
from cognito.setting_values import canonical
from objects.operations.objects import FacetOperation
from sync.checks import PlanFinding
from sync.mirror import Content
from sync.object_ref import ObjectRef
from sync.operations import (
    BadParams,
    Call,
    Guarantee,
    Refusal,
    Risk,
    StepSpec,
    Value,
)
from sync.plan_draft import Draft

# Steps on a pool that are called after its domains.
DOMAIN = replace(POOL, step="cognito.domain")
CREATE_DOMAIN, UPDATE_DOMAIN = DOMAIN.step_kind("create"), DOMAIN.step_kind("update")
_PREFIX = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)
_OWN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}", re.ASCII)
_KEPT = ("CustomDomainConfig", "ManagedLoginVersion")
VERSIONS = (1, 2)  # the classic hosted UI, and managed login


@dataclass(frozen=True)
class DomainParams(UserPoolParams):
    domain: str

    def __post_init__(self) -> None:
        super().__post_init__()
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


D = TypeVar("D", bound=DomainParams)


class DomainOperation(UserPoolOperation[D], FacetOperation[D]):
    facet = "domain"

    def part(self, p: D) -> str:
        return f"domain:{p.pool_arn} {p.domain}"

    def affected_objects(self, aws_account: AwsAccount, p: D) -> list[ObjectRef]:
        return [self.of.ref(p.arn), self.of.ref(p.arn, self.facet)]

    def describe_existing(self, value: Value) -> str:
        return "the domain with its settings" if value["domain"] else "no such domain of the pool"

    def held(self, row: UserPool, p: D) -> Mapping[str, Any]:
        if row.domains is None:
            raise Refusal(f"The domains of {row.name} weren’t read: refresh its page, then try again.")
        return self.parse_part(row.domains, p)

    def parse_part(self, content: Content, p: D) -> Mapping[str, Any]:
        held = content.get(p.domain)
        return {"domain": canonical(held, _KEPT) if held else None}

    def before(self, draft: Draft, p: D, value: Value) -> dict[str, Any]:
        held = value["domain"] or {}
        config = held.get("CustomDomainConfig", {})
        return {"version": held.get("ManagedLoginVersion", 1), "certificate_arn": config.get("CertificateArn", "")}

    def is_so_already(self, p: D) -> str:
        return f"The domain {p.domain} of {p.called} is so already."


class CreateDomain(DomainOperation[ConfigParams]):
    verb = "create"
    aws_operation = "CreateUserPoolDomain"
    guarantee = Guarantee.DETECTABLE
    params_type = ConfigParams

    def title(self, p: ConfigParams) -> str:
        return f"Give the user pool {p.called} the domain {p.domain}"

    def note(self, p: ConfigParams) -> str:
        if p.certificate_arn:
            return "It takes up to an hour until it answers; its DNS name must point to what AWS names then."
        return "Somebody else may have the prefix already: it is unique in the Region."

    def calls(self, p: ConfigParams) -> list[Call]:
        return self.call(p, self.aws_operation, Domain=p.domain, **p.config)

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


class UpdateDomain(DomainOperation[ConfigParams]):
    verb = "update"
    aws_operation = "UpdateUserPoolDomain"
    params_type = ConfigParams

    def title(self, p: ConfigParams) -> str:
        return f"Change the domain {p.domain} of the user pool {p.called}"

    def calls(self, p: ConfigParams) -> list[Call]:
        return self.call(p, self.aws_operation, Domain=p.domain, **p.config)

    def after(self, p: ConfigParams, value: Value) -> Value:
        return {**value, "domain": p.config}

    def limits(self, draft: Draft, p: ConfigParams, value: Value) -> list[PlanFinding]:
        if value["domain"] is None:
            return [PlanFinding("NO_DOMAIN", "error", f"{p.called} doesn’t have the domain {p.domain}.")]
        return []

    def reverse(self, p: ConfigParams, before: Mapping[str, Any], result: Mapping[str, Any]) -> list[StepSpec]:
        return [_with_config(UPDATE_DOMAIN, p, before)]


class DeleteDomain(DomainOperation[DomainParams]):
    verb = "delete"
    aws_operation = "DeleteUserPoolDomain"
    risk = Risk.DESTRUCTIVE
    params_type = DomainParams

    def title(self, p: DomainParams) -> str:
        return f"Delete the domain {p.domain} of the user pool {p.called}"

    def note(self, p: DomainParams) -> str:
        return "Nobody signs in at that address any more. Somebody else may take a prefix meanwhile."

    def calls(self, p: DomainParams) -> list[Call]:
        return self.call(p, self.aws_operation, Domain=p.domain)

    def after(self, p: DomainParams, value: Value) -> Value:
        return {**value, "domain": None}

    def reverse(self, p: DomainParams, before: Mapping[str, Any], result: Mapping[str, Any]) -> list[StepSpec]:
        return [_with_config(CREATE_DOMAIN, p, before)]


def _with_config(kind: str, p: DomainParams, before: Mapping[str, Any]) -> StepSpec:
    return StepSpec(kind, {"pool_arn": p.pool_arn, "called": p.called, "domain": p.domain, **before})


def set_domain(kind: str, pool_arn: str, called: str, domain: str, version: int, certificate_arn: str = "") -> StepSpec:
    """`kind`: CREATE_DOMAIN or UPDATE_DOMAIN."""
    said = {"pool_arn": pool_arn, "called": called, "domain": domain, "version": version}
    return StepSpec(kind, said | {"certificate_arn": certificate_arn})


def delete_domain(pool_arn: str, called: str, domain: str) -> StepSpec:
    return StepSpec(DOMAIN.step_kind("delete"), {"pool_arn": pool_arn, "called": called, "domain": domain})
