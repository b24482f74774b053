"""The operations on user pools and what belongs to them: set up, step, what AWS then shows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cognito.pools.operations import (
    ADD_ATTRIBUTE,
    CREATE_DOMAIN,
    UPDATE_DOMAIN,
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
from cognito.pools.operations.ui_customization import UiCustomization, set_ui_customization
from emulator.process import REGION
from sync.operations import StepSpec
from tests.cognito.arranged_pool import (
    API,
    BLUE,
    TO_LOG_GROUP,
    Arranged,
    arrange,
    css_of,
    domain_version,
    group_of,
    provider_of,
    risk_of,
    scopes_of,
    second_secret,
    secrets_at,
    tracking,
    unguarded,
    with_plus,
    without_domain,
)
from tests.cognito.seeding import CLIENT_SECRET, POOL_SOURCES, ROLE
from tests.services.operation_cases import GATE, NO_POLICY, TAGS, ComparedCase, OperationCase

SIGN_IN = "Who signs in to apps, and how: AWS access of people comes by identity pools, and by roles of groups."
READERS_OF_LOGS = "Where logs go: who may read that place is said there."


def in_pool(step: Callable[[str, str], StepSpec]) -> Callable[[Arranged], StepSpec]:
    return lambda arranged: step(arranged.pool.arn, arranged.pool.name)


LONGER = {"Policies.PasswordPolicy.MinimumLength": 14}
OIDC = {"ProviderDetails": {"client_id": "a", "oidc_issuer": "https://id.example.org"}}
GROUP_STEP = {"RoleArn": ROLE, "Precedence": 1}


def pool_case(
    kind: str,
    step: Callable[[Arranged], StepSpec],
    shows: Callable[[Arranged], object],
    leaves: object,
    before: Callable[[Arranged], object] = lambda arranged: None,
    **more: Any,
) -> ComparedCase:
    """`before`: what else is set up, ahead of the pull."""
    return ComparedCase(
        kind,
        lambda world: arrange(world, before),
        lambda world, arranged: step(arranged),
        lambda world, arranged: shows(arranged),
        leaves,
        POOL_SOURCES,
        **more,
    )


CASES = (
    pool_case(
        "cognito.pool.update",
        in_pool(lambda arn, name: update(POOL, arn, name, LONGER)),
        lambda arranged: arranged.described()["Policies"]["PasswordPolicy"]["MinimumLength"],
        14,
        page="cognito_pool/password",
        no_access=SIGN_IN,
        writes=NO_POLICY,
    ),
    pool_case(
        "cognito.pool.mfa",
        in_pool(
            lambda arn, name: update(
                MFA, arn, name, {"MfaConfiguration": "ON", "SoftwareTokenMfaConfiguration": {"Enabled": True}}
            )
        ),
        lambda arranged: arranged.idp.get_user_pool_mfa_config(**arranged.in_pool)["MfaConfiguration"],
        "ON",
        page="cognito_pool/mfa",
        no_access=SIGN_IN,
        writes=NO_POLICY,
    ),
    pool_case(
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
        page="cognito_pool/risk",
        no_access=SIGN_IN,
        writes=NO_POLICY,
    ),
    pool_case(
        "cognito.session_config.set",
        in_pool(lambda arn, name: update(SESSIONS, arn, name, {"UserSessionTracking": "ENABLED"})),
        lambda arranged: [
            arranged.idp.get_user_pool_session_configuration(**arranged.in_pool).get(name)
            for name in ("UserSessionTracking", "TokenSession")
        ],
        ["ENABLED", {"MaxPerUser": 20}],
        page="cognito_pool/sessions",
        no_access=SIGN_IN,
        writes=NO_POLICY,
    ),
    pool_case(
        "cognito.logs.set",
        in_pool(lambda arn, name: update(LOGS, arn, name, {"userNotification": TO_LOG_GROUP})),
        lambda arranged: arranged.idp.get_log_delivery_configuration(**arranged.in_pool)["LogDeliveryConfiguration"][
            "LogConfigurations"
        ],
        [{"EventSource": "userNotification", **TO_LOG_GROUP}],
        page="cognito_pool/logs",
        no_access=READERS_OF_LOGS,
        writes=NO_POLICY,
    ),
    pool_case(
        "cognito.client.session_config.set",
        lambda arranged: update(
            CLIENT_SESSIONS, arranged.pool.arn, "web", {"SSOSession.MaxValidityMinutes": 0}, arranged.client.aws_id
        ),
        lambda arranged: arranged.idp.get_user_pool_client_session_configuration(
            **arranged.in_pool, ClientId=arranged.client.aws_id
        )["SSOSession"],
        {"MaxValidityMinutes": 0},
        tracking,
        page="cognito_pool/client-sessions",
        no_access=SIGN_IN,
        writes=NO_POLICY,
    ),
    pool_case(
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
        page="cognito_pool/client-risk",
        no_access=SIGN_IN,
        writes=NO_POLICY,
    ),
    pool_case(
        "cognito.pool.tag",
        in_pool(lambda arn, name: tag(arn, name, "team", "billing")),
        lambda arranged: arranged.described()["UserPoolTags"],
        {"team": "billing"},
        page="cognito_pool/tag",
        no_access=TAGS,
    ),
    pool_case(
        "cognito.pool.untag",
        in_pool(lambda arn, name: untag(arn, name, "team")),
        lambda arranged: arranged.described()["UserPoolTags"],
        {},
        page="cognito_pool/untag",
        no_access=TAGS,
    ),
    pool_case(
        "cognito.pool.add_attribute",
        in_pool(
            lambda arn, name: StepSpec(
                ADD_ATTRIBUTE, {"pool_arn": arn, "called": name, "attribute": "points", "type": "Number"}
            )
        ),
        lambda arranged: "custom:points" in {each["Name"] for each in arranged.described()["SchemaAttributes"]},
        True,
        stays="An attribute is for ever.",
        page="cognito_pool/attribute",
        no_access=SIGN_IN,
    ),
    pool_case(
        "cognito.pool.create",
        lambda arranged: create_pool(arranged.pool.aws_account, REGION, "partners", {"DeletionProtection": "ACTIVE"}),
        lambda arranged: [
            each["Name"]
            for each in arranged.idp.list_user_pools(MaxResults=60)["UserPools"]
            if each["Name"] == "partners"
        ],
        ["partners"],
        page="account/create-pool",
        no_access=SIGN_IN,
    ),
    pool_case(
        "cognito.pool.delete",
        lambda arranged: plan_delete_pool(arranged.pool)[-1],
        lambda arranged: arranged.described() is None,
        True,
        unguarded,
        stays="A deleted pool is gone.",
        page="cognito_pool/delete",
        no_access=SIGN_IN,
    ),
    pool_case(
        "cognito.domain.create",
        in_pool(lambda arn, name: set_domain(CREATE_DOMAIN, arn, name, "shop-customers", 2)),
        domain_version,
        2,
        without_domain,
        page="cognito_pool/domain",
        no_access=SIGN_IN,
    ),
    pool_case(
        "cognito.domain.update",
        in_pool(lambda arn, name: set_domain(UPDATE_DOMAIN, arn, name, "shop-customers", 2)),
        domain_version,
        2,
        page="cognito_pool/domain",
        no_access=SIGN_IN,
    ),
    pool_case(
        "cognito.domain.delete",
        in_pool(lambda arn, name: delete_domain(arn, name, "shop-customers")),
        domain_version,
        None,
        page="cognito_pool/domain-delete",
        no_access=SIGN_IN,
    ),
    pool_case(
        "cognito.ui.set",
        in_pool(lambda arn, name: set_ui_customization(arn, name, BLUE, UiCustomization())),
        css_of,
        BLUE,
        page="cognito_pool/ui-customization",
        no_access=SIGN_IN,
        writes=NO_POLICY,
    ),
    pool_case(
        "cognito.client.create",
        in_pool(lambda arn, name: create_client(arn, "server", {"EnableTokenRevocation": True}, secret=True)),
        lambda arranged: sorted(
            each["ClientName"] for each in arranged.idp.list_user_pool_clients(**arranged.in_pool)["UserPoolClients"]
        ),
        ["server", "web"],
        page="cognito_pool/client-new",
        no_access=SIGN_IN,
    ),
    pool_case(
        "cognito.client.update",
        lambda arranged: update(CLIENT, arranged.pool.arn, "web", {"RefreshTokenValidity": 7}, arranged.client.aws_id),
        lambda arranged: arranged.client_described()["RefreshTokenValidity"],
        7,
        page="cognito_pool/client-oauth",
        no_access=SIGN_IN,
        writes=NO_POLICY,
    ),
    pool_case(
        "cognito.client.delete",
        lambda arranged: remove(CLIENT, arranged.pool.arn, arranged.client.aws_id, "web"),
        lambda arranged: arranged.idp.list_user_pool_clients(**arranged.in_pool)["UserPoolClients"],
        [],
        stays="A new one has another id.",
        page="cognito_pool/client-delete",
        no_access=SIGN_IN,
    ),
    pool_case(
        "cognito.client.secret.add",
        lambda arranged: add_secret(arranged.pool.arn, arranged.client.aws_id, "web", secrets_at(arranged)),
        lambda arranged: len(secrets_at(arranged)),
        2,
        page="cognito_pool/client-secret",
        no_access=SIGN_IN,
    ),
    pool_case(
        "cognito.client.secret.delete",
        lambda arranged: delete_secret(arranged.pool.arn, arranged.client.aws_id, "web", secrets_at(arranged)[0]),
        lambda arranged: len(secrets_at(arranged)),
        1,
        second_secret,
        stays="AWS says a secret once.",
        page="cognito_pool/client-secret-delete",
        no_access=SIGN_IN,
    ),
    pool_case(
        "cognito.group.create",
        in_pool(lambda arn, name: make(GROUP, arn, "gold", GROUP_STEP)),
        lambda arranged: group_of(arranged, "gold"),
        (ROLE, 1, ""),
        page="cognito_pool/group-new",
    ),
    pool_case(
        "cognito.group.update",
        in_pool(lambda arn, name: update(GROUP, arn, "vip", {"Precedence": 2}, "vip")),
        lambda arranged: group_of(arranged, "vip"),
        (ROLE, 2, "Best customers"),
        page="cognito_pool/group",
        writes=NO_POLICY,
    ),
    pool_case(
        "cognito.group.delete",
        in_pool(lambda arn, name: remove(GROUP, arn, "vip")),
        lambda arranged: group_of(arranged, "vip"),
        None,
        page="cognito_pool/group-delete",
    ),
    pool_case(
        "cognito.idp.create",
        in_pool(lambda arn, name: make(PROVIDER, arn, "Corporate", OIDC, "OIDC")),
        lambda arranged: (provider_of(arranged, "Corporate") or {}).get("client_id"),
        "a",
        page="cognito_pool/provider-new",
        no_access=SIGN_IN,
    ),
    pool_case(
        "cognito.idp.update",
        in_pool(lambda arn, name: update(PROVIDER, arn, "Google", {"ProviderDetails.client_id": "shop-2"}, "Google")),
        lambda arranged: [provider_of(arranged, "Google")[name] for name in ("client_id", "client_secret")],
        ["shop-2", CLIENT_SECRET],
        page="cognito_pool/provider",
        no_access=SIGN_IN,
        writes=NO_POLICY,
    ),
    pool_case(
        "cognito.idp.delete",
        in_pool(lambda arn, name: remove(PROVIDER, arn, "Google")),
        lambda arranged: provider_of(arranged, "Google"),
        None,
        stays="Its secret isn't kept.",
        page="cognito_pool/provider-delete",
        no_access=SIGN_IN,
    ),
    pool_case(
        "cognito.resource_server.create",
        in_pool(lambda arn, name: make(RESOURCE_SERVER, arn, "https://b.example.org", {"Name": "B"})),
        lambda arranged: scopes_of(arranged, "https://b.example.org"),
        ("B", []),
        page="cognito_pool/server-new",
        no_access=SIGN_IN,
    ),
    pool_case(
        "cognito.resource_server.update",
        in_pool(lambda arn, name: update(RESOURCE_SERVER, arn, API, {"Name": "All orders"}, API)),
        lambda arranged: scopes_of(arranged, API),
        ("All orders", ["read"]),
        page="cognito_pool/server",
        no_access=SIGN_IN,
        writes=NO_POLICY,
    ),
    pool_case(
        "cognito.resource_server.delete",
        in_pool(lambda arn, name: remove(RESOURCE_SERVER, arn, API)),
        lambda arranged: scopes_of(arranged, API),
        None,
        page="cognito_pool/server-delete",
        no_access=SIGN_IN,
    ),
)

OTHER_CASES = (OperationCase("cognito.client.secret.await_soak", page="cognito_pool/client-secret", no_access=GATE),)
