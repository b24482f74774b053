"""Which attributes of people become tags of their session, for one provider of an identity pool.

The part is {"object": "eu-west-1:…", "defaults": false, "tags": {"plan": "custom:plan"}}.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cognito.identity_pools.mirrors import PrincipalTagsMirror
from cognito.identity_pools.operations.base import IdentityPoolParams, ReplacingOperation, about, not_read
from cognito.models import IdentityPool
from cognito.permissions import CHANGE_IDENTITY_POOLS
from sync.aws.permission import SETTINGS, write
from sync.mirror import Content
from sync.operations import BadParams, Call, StepSpec, Value
from sync.plan_draft import Draft

# Cognito Federated Identities API Reference, "SetPrincipalTagAttributeMap".
MOST_TAGS, LONGEST_TAG, LONGEST_CLAIM = 50, 128, 256


@dataclass(frozen=True)
class TagsParams(IdentityPoolParams):
    provider: str
    use_defaults: bool
    tags: str  # JSON: tag → claim

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 1 <= len(self.provider) <= 128:
            raise BadParams("The provider has a name of 1 to 128 characters.", field="provider")
        if len(self.by_tag) > MOST_TAGS:
            raise BadParams(f"There are {MOST_TAGS} principal tags at most.", field="tags")
        for tag, claim in self.by_tag.items():
            if not 1 <= len(tag) <= LONGEST_TAG or not 1 <= len(claim) <= LONGEST_CLAIM:
                raise BadParams(
                    f"A tag has 1 to {LONGEST_TAG} characters, and its claim 1 to {LONGEST_CLAIM}.", field="tags"
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
    kind = "cognito.identity_pool.principal_tags.set"
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
        return [self.call(p, self.aws_operation, **said, **tags)]

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
        return [_spec({"arn": p.arn, "name": p.name}, p.provider, before["tags"], use_defaults=before["defaults"])]


def _spec(which: Mapping[str, str], provider: str, tags: Mapping[str, str], *, use_defaults: bool) -> StepSpec:
    said = {"provider": provider, "use_defaults": use_defaults, "tags": json.dumps(tags, sort_keys=True)}
    return StepSpec(SetPrincipalTags.kind, {**which, **said})


def set_principal_tags(
    row: IdentityPool, provider: str, tags: Mapping[str, str], *, use_defaults: bool = False
) -> StepSpec:
    """`tags`: the claim of each. `use_defaults`: those that AWS chooses."""
    return _spec(about(row), provider, {} if use_defaults else tags, use_defaults=use_defaults)
