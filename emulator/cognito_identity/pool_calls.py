"""Identity pools as administrators set them up: settings, roles, mappings, principal tags."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from emulator.cognito_identity.backend import Backend, IdentityPool, backends
from emulator.cognito_idp.errors import invalid, not_found
from emulator.json_service import Calls
from emulator.paging import cut

Answer = dict[str, Any]

_ROLES = ("authenticated", "unauthenticated")
_MOST_RULES = 25
_DEFAULT_TAGS = {"username": "sub", "client": "aud"}


class PoolCalls(Calls):
    service = "cognito-identity"

    @property
    def backend(self) -> Backend:
        return backends[self.caller.account_id][self.region]

    @property
    def pool(self) -> IdentityPool:
        return self.backend.pool(self.asked["IdentityPoolId"])

    def create_identity_pool(self) -> Answer:
        return self.backend.create_pool(self.asked).described()

    def describe_identity_pool(self) -> Answer:
        return self.pool.described()

    def update_identity_pool(self) -> Answer:
        pool = self.pool
        pool.replace(self.asked)
        return pool.described()

    def delete_identity_pool(self) -> None:
        del self.backend.pools[self.pool.id]

    def list_identity_pools(self) -> Answer:
        pools = self.backend.pools
        page, following = cut(
            sorted(pools), size=self.asked["MaxResults"], token=self.asked.get("NextToken"), of="identity pools"
        )
        described = [
            {"IdentityPoolId": one, "IdentityPoolName": pools[one].settings["IdentityPoolName"]} for one in page
        ]
        return {"IdentityPools": described, "NextToken": following}

    # Roles

    def get_identity_pool_roles(self) -> Answer:
        """Only the pool's id where no roles are set."""
        pool = self.pool
        roles = {"Roles": pool.roles} if pool.roles else {}
        mappings = {"RoleMappings": pool.mappings} if pool.mappings else {}
        return {"IdentityPoolId": pool.id, **roles, **mappings}

    def set_identity_pool_roles(self) -> None:
        """Both maps at once: without mappings, there are none."""
        pool, roles, mappings = self.pool, self.asked["Roles"], self.asked.get("RoleMappings", {})
        if unknown := set(roles) - set(_ROLES):
            raise invalid(f"Invalid role key: {', '.join(sorted(unknown))}")
        for arn in (*roles.values(), *(arn for mapping in mappings.values() for arn in _roles_of(mapping))):
            if ":iam::" not in arn or ":role/" not in arn:
                raise invalid(f"Invalid IAM role ARN: {arn}")
        for provider, mapping in mappings.items():
            _check_mapping(provider, mapping)
        pool.roles, pool.mappings = deepcopy(roles), deepcopy(mappings)

    # Principal tags

    def get_principal_tag_attribute_map(self) -> Answer:
        pool, provider = self.pool, self.asked["IdentityProviderName"]
        if provider not in pool.principal_tags:
            raise not_found(f"Principal tag mapping for '{provider}' not found.")
        return {"IdentityPoolId": pool.id, "IdentityProviderName": provider, **pool.principal_tags[provider]}

    def set_principal_tag_attribute_map(self) -> Answer:
        pool, provider = self.pool, self.asked["IdentityProviderName"]
        defaults = bool(self.asked.get("UseDefaults"))
        tags = dict(_DEFAULT_TAGS) if defaults else dict(self.asked.get("PrincipalTags", {}))
        pool.principal_tags[provider] = {"UseDefaults": defaults, "PrincipalTags": tags}
        return self.get_principal_tag_attribute_map()

    # Tags

    def list_tags_for_resource(self) -> Answer:
        return {"Tags": self._tagged().settings["IdentityPoolTags"]}

    def tag_resource(self) -> None:
        self._tagged().settings["IdentityPoolTags"] |= self.asked["Tags"]

    def untag_resource(self) -> None:
        tags = self._tagged().settings["IdentityPoolTags"]
        for key in self.asked["TagKeys"]:
            tags.pop(key, None)

    def _tagged(self) -> IdentityPool:
        return self.backend.pool(self.asked["ResourceArn"].rpartition("/")[2])


def _roles_of(mapping: dict[str, Any]) -> list[str]:
    return [rule["RoleARN"] for rule in mapping.get("RulesConfiguration", {}).get("Rules", [])]


def _check_mapping(provider: str, mapping: dict[str, Any]) -> None:
    if "AmbiguousRoleResolution" not in mapping:
        raise invalid(f"AmbiguousRoleResolution is required for the role mapping of {provider}.")
    rules = mapping.get("RulesConfiguration", {}).get("Rules", [])
    if mapping["Type"] == "Rules" and not rules:
        raise invalid(f"RulesConfiguration is required for the role mapping of {provider}.")
    if len(rules) > _MOST_RULES:
        raise invalid(f"A role mapping can have at most {_MOST_RULES} rules.")
