"""A user pool with one of everything that belongs to it, at the emulator and in the mirror."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from accounts.models import Operator
from cognito.models import AppClient, UserPool
from tests.cognito.seeding import Seeded, pull_pools, seeded_and_pulled
from tests.services.world import World

API = "https://api.example.org"
# Who sends e-mails with texts of one's own: as AWS has it, and as the form says it.
BY_SES = {
    "EmailSendingAccount": "DEVELOPER",
    "SourceArn": "arn:aws:ses:eu-central-1:123456789012:identity/shop.example",
}
SES_IN_FORM = {"sender": BY_SES["EmailSendingAccount"], "source_arn": BY_SES["SourceArn"]}
BLUE = ".banner-customizable { background-color: #0b3d91; }"
LOG_GROUP = "arn:aws:logs:us-east-1:123456789012:log-group:/aws/vendedlogs/customers"
TO_LOG_GROUP = {"LogLevel": "ERROR", "CloudWatchLogsConfiguration": {"LogGroupArn": LOG_GROUP}}


@dataclass(frozen=True)
class Arranged:
    """What was made at AWS and mirrored."""

    seeded: Seeded
    pool: UserPool
    client: AppClient
    operator: Operator | None = None

    @property
    def idp(self) -> Any:
        return self.seeded.idp

    @property
    def in_pool(self) -> dict[str, str]:
        return {"UserPoolId": self.pool.aws_id}

    def described(self) -> Any:
        try:
            return self.idp.describe_user_pool(**self.in_pool)["UserPool"]
        except ClientError:
            return None

    def client_described(self) -> Any:
        return self.idp.describe_user_pool_client(**self.in_pool, ClientId=self.client.aws_id)["UserPoolClient"]


def arrange(world: World, before: Callable[[Arranged], object] = lambda arranged: None) -> Arranged:
    seeded = seeded_and_pulled(world.emulator, world.aws_account)
    arranged = Arranged(seeded, UserPool.objects.get(), AppClient.objects.get())
    if before(arranged) is not None:
        pull_pools(world.aws_account)
        arranged = Arranged(seeded, UserPool.objects.live().get(), AppClient.objects.live().get())
    world.emulator.forget_calls()
    return arranged


def group_of(arranged: Arranged, name: str) -> Any:
    try:
        held = arranged.idp.get_group(**arranged.in_pool, GroupName=name)["Group"]
    except ClientError:
        return None
    return held.get("RoleArn", ""), held.get("Precedence"), held.get("Description", "")


def provider_of(arranged: Arranged, name: str) -> Any:
    try:
        return arranged.idp.describe_identity_provider(**arranged.in_pool, ProviderName=name)["IdentityProvider"][
            "ProviderDetails"
        ]
    except ClientError:
        return None


def with_plus(arranged: Arranged) -> bool:
    """Protected against threats, which takes the plan Plus; not from deletion."""
    arranged.idp.update_user_pool(
        **arranged.in_pool, UserPoolTier="PLUS", UserPoolAddOns={"AdvancedSecurityMode": "ENFORCED"}
    )
    return True


def tracking(arranged: Arranged) -> bool:
    tracked = {"UserSessionTracking": "ENABLED", "TokenSession": {"MaxPerUser": 10}}
    arranged.idp.set_user_pool_session_configuration(**arranged.in_pool, **tracked)
    return True


def risk_of(arranged: Arranged) -> Any:
    """What the client has of its own; None where it follows the pool."""
    asked = {**arranged.in_pool, "ClientId": arranged.client.aws_id}
    in_words = arranged.idp.describe_risk_configuration(**asked)["RiskConfiguration"]
    return in_words.get("CompromisedCredentialsRiskConfiguration") if "ClientId" in in_words else None


def without_domain(arranged: Arranged) -> bool:
    arranged.idp.delete_user_pool_domain(**arranged.in_pool, Domain="shop-customers")
    return True


def css_of(arranged: Arranged) -> str:
    return str(arranged.idp.get_ui_customization(**arranged.in_pool)["UICustomization"].get("CSS", ""))


def scopes_of(arranged: Arranged, identifier: str) -> Any:
    try:
        held = arranged.idp.describe_resource_server(**arranged.in_pool, Identifier=identifier)["ResourceServer"]
    except ClientError:
        return None
    return held["Name"], sorted(scope["ScopeName"] for scope in held["Scopes"])


def unguarded(arranged: Arranged) -> bool:
    arranged.idp.update_user_pool(**arranged.in_pool)
    arranged.idp.delete_user_pool_domain(**arranged.in_pool, Domain="shop-customers")
    return True


def second_secret(arranged: Arranged) -> bool:
    arranged.idp.add_user_pool_client_secret(**arranged.in_pool, ClientId=arranged.client.aws_id)
    return True


def secrets_at(arranged: Arranged) -> list[str]:
    asked = {**arranged.in_pool, "ClientId": arranged.client.aws_id}
    return [each["ClientSecretId"] for each in arranged.idp.list_user_pool_client_secrets(**asked)["ClientSecrets"]]


def domain_version(arranged: Arranged) -> Any:
    in_words = arranged.idp.describe_user_pool_domain(Domain="shop-customers")["DomainDescription"]
    return in_words.get("ManagedLoginVersion")
