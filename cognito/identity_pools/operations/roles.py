"""Which roles an identity pool gives, by which mappings, and which attributes of people become session tags."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from accounts.models import AwsAccount
from aws_constraints.arn import Arn
from cognito.identity_pools.mirrors import IdentityPoolRolesMirror, PrincipalTagsMirror
from cognito.identity_pools.operations.base import (
    GUEST,
    SIGNED_IN,
    WHO,
    IdentityPoolParams,
    ReplacingOperation,
    about,
    gives_other_roles,
    not_read,
)
from cognito.kinds import IDENTITY_POOL
from cognito.models import IdentityPool
from cognito.permissions import CHANGE_IDENTITY_POOLS
from cognito.setting_values import canonical
from iamconsole.web.words import counted
from identities.models import IamRole
from objects.operations.rows import object_key
from sync.aws.permission import SETTINGS, write
from sync.checks import PlanFinding
from sync.mirror import Content
from sync.operations import AccessChange, BadParams, Call, StepSpec, Value
from sync.plan_draft import Draft

# ---- Roles and role mappings. SetIdentityPoolRoles replaces both maps ----------------------------------------------
# The part is {"object": "eu-west-1:…", "roles": {…}, "mappings": {…}}, in the mirror's canonical form.
# Cognito Federated Identities API Reference, "RulesConfigurationType", "MappingRule", "RoleMapping".
MOST_RULES, LONGEST_CLAIM, LONGEST_VALUE = 25, 64, 128
SET_ROLES = IDENTITY_POOL.step_kind("roles.set")
SET_PRINCIPAL_TAGS = IDENTITY_POOL.step_kind("principal_tags.set")
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
    verb = "roles.set"
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
        [call] = self.call(p, self.aws_operation, Roles=p.by_kind, RoleMappings=p.by_provider)
        passed = ("iam:PassRole",) if any(True for _ in p.arns) else ()
        return [replace(call, actions=(*call.actions, *passed))]

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
        return [_spec({"arn": p.arn, "called": p.called}, before["roles"], before["mappings"])]


def _name(arn: str) -> str:
    return arn.rpartition("/")[2]


def _spec(which: Mapping[str, str], roles: Mapping[str, Any], mappings: Mapping[str, Any]) -> StepSpec:
    said = {"roles": json.dumps(roles, sort_keys=True), "mappings": json.dumps(mappings, sort_keys=True)}
    return StepSpec(SET_ROLES, {**which, **said})


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


# ---- Principal tags: which attributes become tags, for one provider of an identity pool ----------------------------
# The part is {"object": "eu-west-1:…", "defaults": false, "tags": {"plan": "custom:plan"}}.
# Cognito Federated Identities API Reference, "SetPrincipalTagAttributeMap".
MOST_TAGS, LONGEST_TAG, LONGEST_TAG_CLAIM = 50, 128, 256


@dataclass(frozen=True)
class TagsParams(IdentityPoolParams):
    provider: str
    use_defaults: bool
    tags: str  # JSON: tag → claim

    def __post_init__(self) -> None:
        if not 1 <= len(self.provider) <= 128:
            raise BadParams("The provider has a name of 1 to 128 characters.", field="provider")
        if len(self.by_tag) > MOST_TAGS:
            raise BadParams(f"There are {MOST_TAGS} principal tags at most.", field="tags")
        for tag, claim in self.by_tag.items():
            if not 1 <= len(tag) <= LONGEST_TAG or not 1 <= len(claim) <= LONGEST_TAG_CLAIM:
                raise BadParams(
                    f"A tag has 1 to {LONGEST_TAG} characters, and its claim 1 to {LONGEST_TAG_CLAIM}.", field="tags"
                )

    @property
    def by_tag(self) -> dict[str, str]:
        try:
            read = json.loads(self.tags)
        except ValueError:
            read = None
        if not isinstance(read, dict) or not all(isinstance(claim, str) for claim in read.values()):
            raise BadParams("Principal tags are a JSON object: the claim of each tag.")
        return read


class SetPrincipalTags(ReplacingOperation[TagsParams]):
    verb = "principal_tags.set"
    aws_operation = "SetPrincipalTagAttributeMap"
    facet = PrincipalTagsMirror.source
    permissions = (write("cognito-identity:SetPrincipalTagAttributeMap", CHANGE_IDENTITY_POOLS, SETTINGS),)
    params_type = TagsParams

    def title(self, p: TagsParams) -> str:
        said = "the default ones" if p.use_defaults else ", ".join(sorted(p.by_tag)) or "none"
        return f"Set the principal tags of {p.provider} in {p.words}: {said}"

    def note(self, p: TagsParams) -> str:
        return (
            "Roles must allow sts:TagSession in their trust, or nobody gets credentials. Policies may ask for the tags."
        )

    def calls(self, p: TagsParams) -> list[Call]:
        said: dict[str, Any] = {"IdentityProviderName": p.provider, "UseDefaults": p.use_defaults}
        tags: dict[str, Any] = {} if p.use_defaults else {"PrincipalTags": p.by_tag}
        return self.call(p, self.aws_operation, **said, **tags)

    def part(self, p: TagsParams) -> str:
        return f"identity_pool.tags:{p.pool_id} {p.provider}"

    def describe_existing(self, value: Value) -> str:
        if value["defaults"]:
            return "AWS’s default principal tags"
        said = [f"{tag} from {claim}" for tag, claim in sorted(value["tags"].items())]
        return f"the principal tags {', '.join(said)}" if said else "no principal tags"

    def held(self, row: IdentityPool, p: TagsParams) -> Mapping[str, Any]:
        if row.principal_tags is None:
            raise not_read(row, "principal tags")
        return self.parse_part(row.principal_tags, p)

    def parse_part(self, content: Content, p: TagsParams) -> Mapping[str, Any]:
        """None set and none at all are the same."""
        described = content.get(p.provider) or {}
        return {"defaults": bool(described.get("UseDefaults")), "tags": described.get("PrincipalTags") or {}}

    def after(self, p: TagsParams, value: Value) -> Value:
        # "Using attributes for access control" in the Amazon Cognito Developer Guide.
        defaults = {"username": "sub", "client": "aud"}
        return {**value, "defaults": p.use_defaults, "tags": defaults if p.use_defaults else p.by_tag}

    def before(self, draft: Draft, p: TagsParams, value: Value) -> dict[str, Any]:
        return {"defaults": value["defaults"], "tags": value["tags"]}

    def reverse(self, p: TagsParams, before: Mapping[str, Any], result: Mapping[str, Any]) -> list[StepSpec]:
        return [
            _tags_spec({"arn": p.arn, "called": p.called}, p.provider, before["tags"], use_defaults=before["defaults"])
        ]


def _tags_spec(which: Mapping[str, str], provider: str, tags: Mapping[str, str], *, use_defaults: bool) -> StepSpec:
    said = {"provider": provider, "use_defaults": use_defaults, "tags": json.dumps(tags, sort_keys=True)}
    return StepSpec(SET_PRINCIPAL_TAGS, {**which, **said})


def set_principal_tags(
    row: IdentityPool, provider: str, tags: Mapping[str, str], *, use_defaults: bool = False
) -> StepSpec:
    """`tags`: the claim of each. `use_defaults`: those that AWS chooses."""
    return _tags_spec(about(row), provider, {} if use_defaults else tags, use_defaults=use_defaults)
