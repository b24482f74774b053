"""One row for each operation on user pools and what belongs to them: set up, step, what AWS then shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from accounts.models import Operator
from cognito.models import AppClient, UserPool
from cognito.pools.operations import (
    AddAttribute,
    CreateDomain,
    UpdateDomain,
    add_secret,
    create_client,
    create_pool,
    delete_domain,
    delete_secret,
    make,
    plan_delete_pool,
    remove,
    set_domain,
    tag,
    untag,
    update,
)
from cognito.pools.operations.shapes import (
    CLIENT,
    CLIENT_RISK,
    CLIENT_SESSIONS,
    GROUP,
    LOGS,
    MFA,
    POOL,
    PROVIDER,
    RESOURCE_SERVER,
    RISK,
    SESSIONS,
)
from cognito.pools.operations.ui_customization import UiCustomization, set_look
from emulator.process import REGION
from sync.operations import StepSpec
from tests.cognito.seeding import CLIENT_SECRET, ROLE, Seeded, pull_pools, seeded_and_pulled
from tests.services.world import World

API = "https://api.example.org"
# Who sends e-mails with texts of one's own: as AWS has it, and as the form says it.
BY_SES = {
    "EmailSendingAccount": "DEVELOPER",
    "SourceArn": "arn:aws:ses:eu-central-1:123456789012:identity/shop.example",
}
SES_IN_FORM = {"sender": BY_SES["EmailSendingAccount"], "source_arn": BY_SES["SourceArn"]}


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


@dataclass(frozen=True)
class Case:
    """`shows` is asked of AWS before the step, after it (`leaves`), and after its reverse.

    `stays`: why there is no reverse that brings it back.
    """

    kind: str
    step: Callable[[Arranged], StepSpec]
    shows: Callable[[Arranged], object]
    leaves: object
    before: Callable[[Arranged], object] = lambda arranged: None  # what else is set up, ahead of the pull
    stays: str = ""


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


def scopes_of(arranged: Arranged, identifier: str) -> Any:
    try:
        held = arranged.idp.describe_resource_server(**arranged.in_pool, Identifier=identifier)["ResourceServer"]
    except ClientError:
        return None
    return held["Name"], sorted(scope["ScopeName"] for scope in held["Scopes"])


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


def unguarded(arranged: Arranged) -> bool:
    arranged.idp.update_user_pool(**arranged.in_pool)
    arranged.idp.delete_user_pool_domain(**arranged.in_pool, Domain="shop-customers")
    return True


def without_domain(arranged: Arranged) -> bool:
    arranged.idp.delete_user_pool_domain(**arranged.in_pool, Domain="shop-customers")
    return True


def second_secret(arranged: Arranged) -> bool:
    arranged.idp.add_user_pool_client_secret(**arranged.in_pool, ClientId=arranged.client.aws_id)
    return True


def secrets_at(arranged: Arranged) -> list[str]:
    asked = {**arranged.in_pool, "ClientId": arranged.client.aws_id}
    return [each["ClientSecretId"] for each in arranged.idp.list_user_pool_client_secrets(**asked)["ClientSecrets"]]


def in_pool(step: Callable[[str, str], StepSpec]) -> Callable[[Arranged], StepSpec]:
    return lambda arranged: step(arranged.pool.arn, arranged.pool.name)


def domain_version(arranged: Arranged) -> Any:
    in_words = arranged.idp.describe_user_pool_domain(Domain="shop-customers")["DomainDescription"]
    return in_words.get("ManagedLoginVersion")


def css_of(arranged: Arranged) -> str:
    return str(arranged.idp.get_ui_customization(**arranged.in_pool)["UICustomization"].get("CSS", ""))


BLUE = ".banner-customizable { background-color: #0b3d91; }"
LONGER = {"Policies.PasswordPolicy.MinimumLength": 14}
OIDC = {"ProviderDetails": {"client_id": "a", "oidc_issuer": "https://id.example.org"}}
LOG_GROUP = "arn:aws:logs:us-east-1:123456789012:log-group:/aws/vendedlogs/customers"
TO_LOG_GROUP = {"LogLevel": "ERROR", "CloudWatchLogsConfiguration": {"LogGroupArn": LOG_GROUP}}
GROUP_STEP = {"RoleArn": ROLE, "Precedence": 1}

CASES = (
    Case(
        "cognito.pool.update",
        in_pool(lambda arn, name: update(POOL, arn, name, LONGER)),
        lambda arranged: arranged.described()["Policies"]["PasswordPolicy"]["MinimumLength"],
        14,
    ),
    Case(
        "cognito.pool.mfa",
        in_pool(
            lambda arn, name: update(
                MFA, arn, name, {"MfaConfiguration": "ON", "SoftwareTokenMfaConfiguration": {"Enabled": True}}
            )
        ),
        lambda arranged: arranged.idp.get_user_pool_mfa_config(**arranged.in_pool)["MfaConfiguration"],
        "ON",
    ),
    Case(
        "cognito.risk.set",
        in_pool(
            lambda arn, name: update(
                RISK, arn, name, {"CompromisedCredentialsRiskConfiguration": {"Actions": {"EventAction": "BLOCK"}}}
            )
        ),
        lambda arranged: arranged.idp.describe_risk_configuration(**arranged.in_pool)["RiskConfiguration"].get(
            "CompromisedCredentialsRiskConfiguration"
        ),
        {"Actions": {"EventAction": "BLOCK"}},
        with_plus,
    ),
    Case(
        "cognito.session_config.set",
        in_pool(lambda arn, name: update(SESSIONS, arn, name, {"UserSessionTracking": "ENABLED"})),
        lambda arranged: [
            arranged.idp.get_user_pool_session_configuration(**arranged.in_pool).get(name)
            for name in ("UserSessionTracking", "TokenSession")
        ],
        ["ENABLED", {"MaxPerUser": 20}],
    ),
    Case(
        "cognito.logs.set",
        in_pool(lambda arn, name: update(LOGS, arn, name, {"userNotification": TO_LOG_GROUP})),
        lambda arranged: arranged.idp.get_log_delivery_configuration(**arranged.in_pool)["LogDeliveryConfiguration"][
            "LogConfigurations"
        ],
        [{"EventSource": "userNotification", **TO_LOG_GROUP}],
    ),
    Case(
        "cognito.client.session_config.set",
        lambda arranged: update(
            CLIENT_SESSIONS, arranged.pool.arn, "web", {"SSOSession.MaxValidityMinutes": 0}, arranged.client.aws_id
        ),
        lambda arranged: arranged.idp.get_user_pool_client_session_configuration(
            **arranged.in_pool, ClientId=arranged.client.aws_id
        )["SSOSession"],
        {"MaxValidityMinutes": 0},
        tracking,
    ),
    Case(
        "cognito.client.risk.set",
        lambda arranged: update(
            CLIENT_RISK,
            arranged.pool.arn,
            "web",
            {"CompromisedCredentialsRiskConfiguration": {"Actions": {"EventAction": "BLOCK"}}},
            arranged.client.aws_id,
        ),
        risk_of,
        {"Actions": {"EventAction": "BLOCK"}},
        with_plus,
    ),
    Case(
        "cognito.pool.tag",
        in_pool(lambda arn, name: tag(arn, name, "team", "billing")),
        lambda arranged: arranged.described()["UserPoolTags"],
        {"team": "billing"},
    ),
    Case(
        "cognito.pool.untag",
        in_pool(lambda arn, name: untag(arn, name, "team")),
        lambda arranged: arranged.described()["UserPoolTags"],
        {},
    ),
    Case(
        "cognito.pool.add_attribute",
        in_pool(
            lambda arn, name: StepSpec(
                AddAttribute.kind, {"pool_arn": arn, "called": name, "attribute": "points", "type": "Number"}
            )
        ),
        lambda arranged: "custom:points" in {each["Name"] for each in arranged.described()["SchemaAttributes"]},
        True,
        stays="An attribute is for ever.",
    ),
    Case(
        "cognito.pool.create",
        lambda arranged: create_pool(arranged.pool.aws_account, REGION, "partners", {"DeletionProtection": "ACTIVE"}),
        lambda arranged: [
            each["Name"]
            for each in arranged.idp.list_user_pools(MaxResults=60)["UserPools"]
            if each["Name"] == "partners"
        ],
        ["partners"],
    ),
    Case(
        "cognito.pool.delete",
        lambda arranged: plan_delete_pool(arranged.pool)[-1],
        lambda arranged: arranged.described() is None,
        True,
        unguarded,
        stays="A deleted pool is gone.",
    ),
    Case(
        "cognito.domain.create",
        in_pool(lambda arn, name: set_domain(CreateDomain.kind, arn, name, "shop-customers", 2)),
        domain_version,
        2,
        without_domain,
    ),
    Case(
        "cognito.domain.update",
        in_pool(lambda arn, name: set_domain(UpdateDomain.kind, arn, name, "shop-customers", 2)),
        domain_version,
        2,
    ),
    Case(
        "cognito.domain.delete",
        in_pool(lambda arn, name: delete_domain(arn, name, "shop-customers")),
        domain_version,
        None,
    ),
    Case(
        "cognito.ui.set",
        in_pool(lambda arn, name: set_look(arn, name, BLUE, UiCustomization())),
        css_of,
        BLUE,
    ),
    Case(
        "cognito.client.create",
        in_pool(lambda arn, name: create_client(arn, "server", {"EnableTokenRevocation": True}, secret=True)),
        lambda arranged: sorted(
            each["ClientName"] for each in arranged.idp.list_user_pool_clients(**arranged.in_pool)["UserPoolClients"]
        ),
        ["server", "web"],
    ),
    Case(
        "cognito.client.update",
        lambda arranged: update(CLIENT, arranged.pool.arn, "web", {"RefreshTokenValidity": 7}, arranged.client.aws_id),
        lambda arranged: arranged.client_described()["RefreshTokenValidity"],
        7,
    ),
    Case(
        "cognito.client.delete",
        lambda arranged: remove(CLIENT, arranged.pool.arn, arranged.client.aws_id, "web"),
        lambda arranged: arranged.idp.list_user_pool_clients(**arranged.in_pool)["UserPoolClients"],
        [],
        stays="A new one has another id.",
    ),
    Case(
        "cognito.client.secret.add",
        lambda arranged: add_secret(arranged.pool.arn, arranged.client.aws_id, "web", secrets_at(arranged)),
        lambda arranged: len(secrets_at(arranged)),
        2,
    ),
    Case(
        "cognito.client.secret.delete",
        lambda arranged: delete_secret(arranged.pool.arn, arranged.client.aws_id, "web", secrets_at(arranged)[0]),
        lambda arranged: len(secrets_at(arranged)),
        1,
        second_secret,
        stays="AWS says a secret once.",
    ),
    Case(
        "cognito.group.create",
        in_pool(lambda arn, name: make(GROUP, arn, "gold", GROUP_STEP)),
        lambda arranged: group_of(arranged, "gold"),
        (ROLE, 1, ""),
    ),
    Case(
        "cognito.group.update",
        in_pool(lambda arn, name: update(GROUP, arn, "vip", {"Precedence": 2}, "vip")),
        lambda arranged: group_of(arranged, "vip"),
        (ROLE, 2, "Best customers"),
    ),
    Case(
        "cognito.group.delete",
        in_pool(lambda arn, name: remove(GROUP, arn, "vip")),
        lambda arranged: group_of(arranged, "vip"),
        None,
    ),
    Case(
        "cognito.idp.create",
        in_pool(lambda arn, name: make(PROVIDER, arn, "Corporate", OIDC, "OIDC")),
        lambda arranged: (provider_of(arranged, "Corporate") or {}).get("client_id"),
        "a",
    ),
    Case(
        "cognito.idp.update",
        in_pool(lambda arn, name: update(PROVIDER, arn, "Google", {"ProviderDetails.client_id": "shop-2"}, "Google")),
        lambda arranged: [provider_of(arranged, "Google")[name] for name in ("client_id", "client_secret")],
        ["shop-2", CLIENT_SECRET],
    ),
    Case(
        "cognito.idp.delete",
        in_pool(lambda arn, name: remove(PROVIDER, arn, "Google")),
        lambda arranged: provider_of(arranged, "Google"),
        None,
        stays="Its secret isn't kept.",
    ),
    Case(
        "cognito.resource_server.create",
        in_pool(lambda arn, name: make(RESOURCE_SERVER, arn, "https://b.example.org", {"Name": "B"})),
        lambda arranged: scopes_of(arranged, "https://b.example.org"),
        ("B", []),
    ),
    Case(
        "cognito.resource_server.update",
        in_pool(lambda arn, name: update(RESOURCE_SERVER, arn, API, {"Name": "All orders"}, API)),
        lambda arranged: scopes_of(arranged, API),
        ("All orders", ["read"]),
    ),
    Case(
        "cognito.resource_server.delete",
        in_pool(lambda arn, name: remove(RESOURCE_SERVER, arn, API)),
        lambda arranged: scopes_of(arranged, API),
        None,
    ),
)
