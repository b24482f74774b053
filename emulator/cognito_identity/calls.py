"""Every call of Cognito identity pools that the emulator knows: what apps ask of a pool, beside what sets it up."""

from __future__ import annotations

from typing import Any

from emulator.cognito_identity import roles
from emulator.cognito_identity.backend import Identity, IdentityPool, identity_anywhere, pool_anywhere
from emulator.cognito_identity.logins import claims_of, open_id_token
from emulator.cognito_identity.pool_calls import Answer, PoolCalls
from emulator.cognito_idp.errors import invalid, not_authorized
from emulator.paging import cut

Claims = dict[str, dict[str, Any]]


class IdentityPoolCalls(PoolCalls):
    def get_id(self) -> Answer:
        pool = pool_anywhere(self.asked["IdentityPoolId"])
        claims = claims_of(pool, self.asked.get("Logins", {}))
        if not claims:
            _check_guests(pool)
            return {"IdentityId": pool.add_identity().id}
        who = _accounts(claims)
        identity = pool.identity_of(who) or pool.add_identity()
        identity.logins |= who
        return {"IdentityId": identity.id}

    def get_credentials_for_identity(self) -> Answer:
        """The enhanced flow: Cognito chooses the role, and limits what guests may do with theirs."""
        pool, identity, claims = self._identified()
        if claims:
            provider, described = next(iter(claims.items()))
            role = roles.role_of(pool, provider, described, self.asked.get("CustomRoleArn"))
            tags, limit = roles.tags_of(pool, provider, described), None
        else:
            role, tags, limit = roles.guest_role(pool), {}, roles.GUEST_LIMIT
        session = roles.credentials(pool, role, identity.id, amr=roles.came_in(claims), tags=tags, limit=limit)
        return {
            "IdentityId": identity.id,
            "Credentials": {
                "AccessKeyId": session.access_key_id,
                "SecretKey": session.secret_access_key,
                "SessionToken": session.session_token,
                "Expiration": session.expiration,
            },
        }

    def get_open_id_token(self) -> Answer:
        """The classic flow: the app itself takes the token to STS, and says which role it wants."""
        pool, identity, claims = self._identified()
        if not pool.settings["AllowClassicFlow"]:
            raise invalid("Basic (classic) flow is not enabled, please use enhanced flow.")
        return {"IdentityId": identity.id, "Token": open_id_token(pool, identity, roles.came_in(claims))}

    def list_identities(self) -> Answer:
        pool = self.pool
        page, following = cut(
            sorted(pool.identities), size=self.asked["MaxResults"], token=self.asked.get("NextToken"), of=pool.id
        )
        described = [pool.identities[identity_id].described() for identity_id in page]
        return {"IdentityPoolId": pool.id, "Identities": described, "NextToken": following}

    def describe_identity(self) -> Answer:
        return identity_anywhere(self.asked["IdentityId"])[1].described()

    def delete_identities(self) -> Answer:
        unknown = []
        for identity_id in self.asked["IdentityIdsToDelete"]:
            pools = self.backend.pools.values()
            if not any(pool.identities.pop(identity_id, None) for pool in pools):
                unknown.append({"IdentityId": identity_id, "ErrorCode": "AccessDenied"})
        return {"UnprocessedIdentityIds": unknown}

    def _identified(self) -> tuple[IdentityPool, Identity, Claims]:
        pool, identity = identity_anywhere(self.asked["IdentityId"])
        claims = claims_of(pool, self.asked.get("Logins", {}))
        if not claims:
            if identity.logins:
                raise not_authorized(f"Access to Identity '{identity.id}' is forbidden.")
            _check_guests(pool)
            return pool, identity, claims
        who = _accounts(claims)
        owner = pool.identity_of(who)
        if owner is not None and owner is not identity:
            raise not_authorized(
                "Logins don't match. Please include at least one valid login for this identity or identity pool."
            )
        identity.logins |= who
        return pool, identity, claims


def _check_guests(pool: IdentityPool) -> None:
    if not pool.settings["AllowUnauthenticatedIdentities"]:
        raise not_authorized("Unauthenticated access is not supported for this identity pool.")


def _accounts(claims: Claims) -> dict[str, str]:
    return {provider: str(described["sub"]) for provider, described in claims.items()}
