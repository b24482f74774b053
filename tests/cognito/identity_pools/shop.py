"""A shop at the emulator: a user pool with an app, an identity pool whose guests may too much; and their mirror."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from accounts.models import AwsAccount
from cognito.identity_pools.trusting import trust_for
from cognito.models import IdentityPool
from emulator.process import REGION, Emulator
from identities.models import IamRole
from tests.services.pulling import pulled, pulled_in_order
from tests.services.remembered import remembered
from tests.services.statements import allowing
from tests.services.world import World

READ_S3 = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"
BUCKET = "acme-images"
POOLS = (
    "cognito.pools",
    "cognito.clients",
    "cognito.groups",
    "cognito.identity_pools",
    "cognito.identity_roles",
    "cognito.principal_tags",
)


@dataclass
class Shop:
    emulator: Emulator
    aws_account: AwsAccount
    world: World = field(init=False)
    identity: Any = field(init=False)
    idp: Any = field(init=False)

    def __post_init__(self) -> None:
        self.world = World(self.emulator, self.aws_account)
        self.identity, self.idp = self.emulator.client("cognito-identity"), self.emulator.client("cognito-idp")
        self.user_pool, self.client_id, self.pool_id = remembered("shop", self.emulator, self.aws_account, self._made)
        self.login = f"cognito-idp.{REGION}.amazonaws.com/{self.user_pool}"
        self.provider = f"{self.login}:{self.client_id}"

    def _made(self) -> tuple[str, str, str]:
        user_pool = self.idp.create_user_pool(PoolName="customers")["UserPool"]["Id"]
        flows = ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
        made = self.idp.create_user_pool_client(UserPoolId=user_pool, ClientName="web", ExplicitAuthFlows=flows)
        client_id = made["UserPoolClient"]["ClientId"]
        provider = {"ProviderName": f"cognito-idp.{REGION}.amazonaws.com/{user_pool}", "ClientId": client_id}
        pool_id = self.identity.create_identity_pool(
            IdentityPoolName="shop",
            AllowUnauthenticatedIdentities=True,
            AllowClassicFlow=True,
            CognitoIdentityProviders=[provider],
            IdentityPoolTags={"team": "shop"},
        )["IdentityPoolId"]
        return user_pool, client_id, pool_id

    def role(self, name: str, kind: str, *, trust: str = "") -> str:
        document = trust or trust_for([self.pool_id], kind)
        return str(self.world.iam.create_role(RoleName=name, AssumeRolePolicyDocument=document)["Role"]["Arn"])

    def with_roles(self, *, trust: str = "", **mappings: Any) -> Shop:
        """A guest role with all of S3, and a member role; `trust`: of the latter."""
        parts = (self.pool_id, trust, mappings)
        remembered("roles", self.emulator, self.aws_account, lambda: self._give_roles(trust, **mappings), *parts)
        return self

    def _give_roles(self, trust: str, **mappings: Any) -> None:
        guest = self.role("shop-guest", "unauthenticated")
        self.world.iam.attach_role_policy(RoleName="shop-guest", PolicyArn=READ_S3)
        member = self.role("shop-member", "authenticated", trust=trust)
        own = allowing("s3:GetObject", f"arn:aws:s3:::{BUCKET}/public/*")
        self.world.iam.put_role_policy(RoleName="shop-member", PolicyName="own", PolicyDocument=own)
        self.set_roles({"authenticated": member, "unauthenticated": guest}, **mappings)

    def set_roles(self, roles: dict[str, str], **mappings: Any) -> None:
        self.identity.set_identity_pool_roles(IdentityPoolId=self.pool_id, Roles=roles, **mappings)

    def update(self, **settings: Any) -> None:
        """Somebody else's doing."""
        now = self.settings()
        self.identity.update_identity_pool(**{**now, **settings})

    def settings(self) -> dict[str, Any]:
        answer = self.identity.describe_identity_pool(IdentityPoolId=self.pool_id)
        return {name: value for name, value in answer.items() if name != "ResponseMetadata"}

    def roles(self) -> dict[str, Any]:
        answer = self.identity.get_identity_pool_roles(IdentityPoolId=self.pool_id)
        return {name: answer.get(name, {}) for name in ("Roles", "RoleMappings")}

    def tags(self) -> dict[str, str]:
        try:
            answer = self.identity.get_principal_tag_attribute_map(
                IdentityPoolId=self.pool_id, IdentityProviderName=self.login
            )
        except self.identity.exceptions.ResourceNotFoundException:
            return {}
        return dict(answer["PrincipalTags"])

    def mirrored(self) -> IdentityPool:
        """After what AWS has now is mirrored: IAM and the pools."""
        remembered("mirrored", self.emulator, self.aws_account, self._pull, self.pool_id)
        return self._pool()

    def roles_mirrored(self) -> IdentityPool:
        """… where only IAM changed since all was."""
        pulled(self.aws_account, source="iam.details")
        return self._pool()

    def _pull(self) -> None:
        pulled(self.aws_account, source="iam.details")
        self.pulled()

    def pulled(self) -> IdentityPool:
        pulled_in_order(self.aws_account, POOLS)
        self.emulator.forget_calls()
        return self._pool()

    def _pool(self) -> IdentityPool:
        found: IdentityPool = IdentityPool.objects.live().get(aws_id=self.pool_id)
        return found

    def iam_role(self, name: str) -> IamRole:
        found: IamRole = IamRole.objects.live().get(name=name)
        return found
