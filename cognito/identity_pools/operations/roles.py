"""Which roles an identity pool gives, and by which mappings. SetIdentityPoolRoles replaces both maps.

The part is {"object": "eu-west-1:…", "roles": {…}, "mappings": {…}}, in the mirror's canonical form.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from accounts.models import AwsAccount
from aws_constraints.arn import Arn
from cognito.canonical import canonical
from cognito.identity_pools.mirrors import IdentityPoolRolesMirror
from cognito.identity_pools.operations.base import IdentityPoolParams, ReplacingOperation, about, not_read
from cognito.identity_pools.operations.facts import GUEST, SIGNED_IN, WHO, gives_other_roles
from cognito.models import IdentityPool
from cognito.permissions import CHANGE_IDENTITY_POOLS
from iamconsole.web.words import counted
from identities.models import IamRole
from objects.operations.rows import object_key
from sync.aws.permission import SETTINGS, write
from sync.checks import PlanFinding
from sync.mirror import Content
from sync.operations import AccessChange, BadParams, Call, StepSpec, Value
from sync.plan_draft import Draft

# Cognito Federated Identities API Reference, "RulesConfigurationType", "MappingRule", "RoleMapping".
MOST_RULES, LONGEST_CLAIM, LONGEST_VALUE = 25, 64, 128
MATCHES = ("Equals", "Contains", "StartsWith", "NotEqual")
TYPES, RESOLUTIONS = ("Rules", "Token"), ("AuthenticatedRole", "Deny")


def _read(text: str) -> dict[str, Any]:
    try:
        read = json.loads(text)
    except ValueError:
        read = None
    if not isinstance(read, dict):
        raise BadParams("Roles and role mappings are JSON objects.")
    return read


@dataclass(frozen=True)
class RolesParams(IdentityPoolParams):
    roles: str  # JSON: {"authenticated": ARN, "unauthenticated": ARN}
    mappings: str = "{}"  # JSON: by provider, by AWS's names

    def __post_init__(self) -> None:
        super().__post_init__()
        if unknown := self.by_kind.keys() - {GUEST, SIGNED_IN}:
            raise BadParams(f"There are roles for {SIGNED_IN} and {GUEST} people, and not for {', '.join(unknown)}.")
        for provider, mapping in self.by_provider.items():
            _check_mapping(provider, mapping)
        for arn in self.arns:
            if not isinstance(arn, str) or not Arn.match(arn, "iam", "role"):
                raise BadParams(f"{arn!r} isn't the ARN of a role.")

    @property
    def by_kind(self) -> dict[str, Any]:
        return _read(self.roles)

    @property
    def by_provider(self) -> dict[str, Any]:
        return _read(self.mappings)

    @property
    def arns(self) -> Iterator[Any]:
        yield from self.by_kind.values()
        for mapping in self.by_provider.values():
            yield from (rule.get("RoleARN") for rule in rules_of(mapping))


def rules_of(mapping: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    return list((mapping.get("RulesConfiguration") or {}).get("Rules") or ())


def _check_mapping(provider: str, mapping: Mapping[str, Any]) -> None:
    """Raises BadParams."""
    if mapping.get("Type") not in TYPES or mapping.get("AmbiguousRoleResolution") not in RESOLUTIONS:
        raise BadParams(
            f"The mapping of {provider} goes by rules or by the token, and says what applies where none do."
        )
    rules = rules_of(mapping)
    if (mapping["Type"] == "Rules") is not bool(rules):
        raise BadParams(f"The mapping of {provider} has rules if, and only if, it goes by rules.", field="rules")
    if len(rules) > MOST_RULES:
        raise BadParams(f"A role mapping has {MOST_RULES} rules at most.", field="rules")
    for rule in rules:
        claim, value = rule.get("Claim") or "", rule.get("Value") or ""
        if rule.get("MatchType") not in MATCHES or not claim or not value:
            raise BadParams(f"A rule has a claim, one of {', '.join(MATCHES)}, and a value.", field="rules")
        if len(claim) > LONGEST_CLAIM or len(value) > LONGEST_VALUE:
            raise BadParams(
                f"A claim has {LONGEST_CLAIM} characters at most, and a value {LONGEST_VALUE}.", field="rules"
            )


class SetRoles(ReplacingOperation[RolesParams]):
    kind = "cognito.identity_pool.roles.set"
    aws_operation = "SetIdentityPoolRoles"
    facet = IdentityPoolRolesMirror.source
    permissions = (write("cognito-identity:SetIdentityPoolRoles", CHANGE_IDENTITY_POOLS, SETTINGS),)
    params_type = RolesParams

    def title(self, p: RolesParams) -> str:
        said = [f"{_name(arn)} to {WHO[kind]}" for kind, arn in sorted(p.by_kind.items(), reverse=True)]
        mapped = len(p.by_provider)
        also = f"; {counted(mapped, 'role mapping')}" if mapped else ""
        return f"Set the roles of {p.words}: {', '.join(said) or 'none'}{also}"

    def note(self, p: RolesParams) -> str:
        return "From the next credentials on: those that were given go on for up to an hour."

    def calls(self, p: RolesParams) -> list[Call]:
        passed = ("iam:PassRole",) if any(True for _ in p.arns) else ()
        return [self.call(p, self.aws_operation, also=passed, Roles=p.by_kind, RoleMappings=p.by_provider)]

    def part(self, p: RolesParams) -> str:
        return f"identity_pool.roles:{p.pool_id}"

    def describe_existing(self, value: Value) -> str:
        said = [f"{_name(arn)} for {WHO[kind]}" for kind, arn in sorted(value["roles"].items(), reverse=True)]
        return f"{' and '.join(said) or 'no roles'}, {counted(len(value['mappings']), 'role mapping')}"

    def held(self, row: IdentityPool, p: RolesParams) -> Mapping[str, Any]:
        if row.roles is None or row.role_mappings is None:
            raise not_read(row, "roles")
        return {"roles": row.roles, "mappings": row.role_mappings}

    def parse_part(self, content: Content, p: RolesParams) -> Mapping[str, Any]:
        return {"roles": content.get("Roles", {}), "mappings": content.get("RoleMappings", {})}

    def after(self, p: RolesParams, value: Value) -> Value:
        said = canonical({"Roles": p.by_kind, "RoleMappings": p.by_provider}, ("Roles", "RoleMappings"))
        return {**value, **self.parse_part(said, p)}

    def access_changes(self, aws_account: AwsAccount, p: RolesParams) -> Sequence[AccessChange]:
        return gives_other_roles(aws_account, p, p.by_kind, p.by_provider)

    def limits(self, draft: Draft, p: RolesParams, value: Value) -> list[PlanFinding]:
        found = []
        for arn in sorted({str(arn) for arn in p.arns}):
            there = IamRole.objects.live().filter(aws_account=draft.aws_account, arn=arn).exists()
            if not there and not draft.placeholder_of(object_key(IamRole, arn)):
                words = f"The mirror has no role {_name(arn)}: nobody would get credentials by it."
                found.append(PlanFinding("NO_SUCH_ROLE", "warning", words, about=(arn,)))
        return found

    def before(self, draft: Draft, p: RolesParams, value: Value) -> dict[str, Any]:
        return {"roles": value["roles"], "mappings": value["mappings"]}

    def reverse(self, p: RolesParams, before: Mapping[str, Any], result: Mapping[str, Any]) -> list[StepSpec]:
        return [_spec({"arn": p.arn, "name": p.name}, before["roles"], before["mappings"])]


def _name(arn: str) -> str:
    return arn.rpartition("/")[2]


def _spec(which: Mapping[str, str], roles: Mapping[str, Any], mappings: Mapping[str, Any]) -> StepSpec:
    said = {"roles": json.dumps(roles, sort_keys=True), "mappings": json.dumps(mappings, sort_keys=True)}
    return StepSpec(SetRoles.kind, {**which, **said})


def set_roles(
    row: IdentityPool, *, roles: Mapping[str, str | None] | None = None, mappings: Mapping[str, Any] | None = None
) -> StepSpec:
    """Sets these and leaves the others; None in place of a role or a mapping takes it away.

    Raises Refusal where the roles weren't read yet.
    """
    if row.roles is None or row.role_mappings is None:
        raise not_read(row, "roles")
    merged, mapped = {**row.roles, **(roles or {})}, {**row.role_mappings, **(mappings or {})}
    return _spec(
        about(row),
        {kind: arn for kind, arn in merged.items() if arn},
        {name: mapping for name, mapping in mapped.items() if mapping},
    )
