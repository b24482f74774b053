"""Which role somebody gets, and whether it lets her: its trust policy decides.

"Using role-based access control" and "Identity pools authentication flow" in the Amazon Cognito Developer Guide.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from moto.iam.models import iam_backends
from moto.sts.models import sts_backends
from moto.utilities.utils import get_partition

from emulator.assuming import find_role
from emulator.cognito_identity.backend import IdentityPool
from emulator.cognito_idp.errors import invalid, not_authorized
from emulator.permissions import Context, Effect, decide_federated
from emulator.wire import AwsError

PROVIDER = "cognito-identity.amazonaws.com"
ACTION = "sts:AssumeRoleWithWebIdentity"
AUTHENTICATED, UNAUTHENTICATED = "authenticated", "unauthenticated"
_SESSION_NAME = "CognitoIdentityCredentials"
_SESSION_S = 3600
_MATCHES: dict[str, Callable[[str, str], bool]] = {
    "Equals": lambda held, value: held == value,
    "NotEqual": lambda held, value: held != value,
    "StartsWith": lambda held, value: held.startswith(value),
    "Contains": lambda held, value: value in held,
}
# What Cognito lets guests do at most, in the enhanced flow: "Access policies for unauthenticated identities" in "IAM
# roles" in the Developer Guide, and the AWS managed policy AmazonCognitoUnAuthedIdentitiesSessionPolicy: of two session
# policies, either is enough. The role must allow it too.
_GUEST_SERVICES = """
    appsync cloudwatch codewhisperer cognito-identity cognito-idp cognito-sync comprehend dynamodb execute-api firehose
    gamelift iot kinesis lambda lex logs machinelearning mobileanalytics mobiletargeting personalize polly rekognition
    s3 sdb ses sns sqs transcribe translate
"""
_GUEST_PARTS = """
    geo:CalculateRoute* geo:*DevicePosition* geo:*Geofence geo:*Geofences geo:GetMap* geo:GetPlace geo:ListMaps
    geo:SearchPlaceIndex* kms:Decrypt kms:Encrypt kms:GenerateDataKey* kms:ReEncryptFrom kms:ReEncryptTo
    rum:PutRumEvents sagemaker:InvokeEndpoint textract:AnalyzeDocument textract:DetectDocumentText
"""
_GUEST_ACTIONS = [
    *(f"{service}:*" for service in _GUEST_SERVICES.split()),
    *_GUEST_PARTS.split(),
]
GUEST_LIMIT = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": _GUEST_ACTIONS, "Resource": "*"}]}
)


def role_of(pool: IdentityPool, provider: str, claims: dict[str, Any], custom: str | None) -> str:
    """The ARN of the role of somebody who signed in, by the provider's mapping or the pool's role."""
    mapping = pool.mappings.get(f"{provider}:{claims['aud']}") or pool.mappings.get(provider)
    if mapping is None:
        if custom is not None:
            raise not_authorized("Custom role is not supported for this provider.")
        return _role(pool, AUTHENTICATED)
    found = _by_rules(mapping, claims) if mapping["Type"] == "Rules" else _by_token(claims, custom)
    if found is not None:
        return found
    if mapping["AmbiguousRoleResolution"] == "Deny":
        raise not_authorized("Ambiguous role resolution is set to deny: no role could be chosen.")
    return _role(pool, AUTHENTICATED)


def guest_role(pool: IdentityPool) -> str:
    return _role(pool, UNAUTHENTICATED)


def credentials(
    pool: IdentityPool, role_arn: str, identity_id: str, *, amr: list[str], tags: dict[str, str], limit: str | None
) -> Any:
    """A session of the role, as STS gives it. InvalidIdentityPoolConfigurationException where it isn't trusted."""
    context = trust_context(pool.id, identity_id, amr)
    if not trusts(role_arn, context, [ACTION, *(["sts:TagSession"] if tags else [])]):
        raise AwsError(
            "InvalidIdentityPoolConfigurationException",
            "Invalid identity pool configuration. Check assigned IAM roles for this pool.",
        )
    return begin_session(pool.region, role_arn, _SESSION_NAME, _SESSION_S, limit=limit, tags=tags)


def begin_session(
    region: str, role_arn: str, name: str, seconds: int, *, limit: str | None, tags: dict[str, str]
) -> Any:
    account_id = role_arn.split(":")[4]
    session = sts_backends[account_id][get_partition(region)].assume_role(
        region_name=region,
        role_session_name=name,
        role_arn=role_arn,
        policy=limit,
        duration=seconds,
        external_id="",
    )
    session.source_identity = None
    session.tags = tags
    session.is_federated = True
    return session


def came_in(claims: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """What `amr` has ("Role trust and permissions"). `claims`: of each token, by provider; none of a guest."""
    if not claims:
        return [UNAUTHENTICATED]
    providers = [(name, f"{name}:CognitoSignIn:{said['sub']}") for name, said in claims.items()]
    return [AUTHENTICATED, *(each for pair in providers for each in pair)]


def trust_context(pool_id: str, identity_id: str, amr: Sequence[str]) -> dict[str, str | tuple[str, ...]]:
    return {f"{PROVIDER}:aud": pool_id, f"{PROVIDER}:sub": identity_id, f"{PROVIDER}:amr": tuple(amr)}


def trusts(role_arn: str, context: Context, actions: list[str]) -> bool:
    role = find_role(role_arn)
    if role is None:
        return False
    document = iam_backends[role.account_id][role.partition].trust_policy(role)
    return all(decide_federated(document, action, PROVIDER, context) is Effect.ALLOWED for action in actions)


def tags_of(pool: IdentityPool, provider: str, claims: dict[str, Any]) -> dict[str, str]:
    """The principal tags that the provider's claims make."""
    wanted = pool.principal_tags.get(provider, {}).get("PrincipalTags", {})
    return {tag: str(claims[claim]) for tag, claim in wanted.items() if claim in claims}


def _role(pool: IdentityPool, kind: str) -> str:
    if kind not in pool.roles:
        raise AwsError(
            "InvalidIdentityPoolConfigurationException",
            "Invalid identity pool configuration. Check assigned IAM roles for this pool.",
        )
    return pool.roles[kind]


def _by_rules(mapping: dict[str, Any], claims: dict[str, Any]) -> str | None:
    """The first rule that fits; of a claim that holds several values, one must."""
    for rule in mapping["RulesConfiguration"]["Rules"]:
        held = claims.get(rule["Claim"])
        if held is None:
            continue
        values = [str(one) for one in held] if isinstance(held, list) else [str(held)]
        if any(_MATCHES[rule["MatchType"]](value, rule["Value"]) for value in values):
            return str(rule["RoleARN"])
    return None


def _by_token(claims: dict[str, Any], custom: str | None) -> str | None:
    roles = claims.get("cognito:roles", [])
    if custom is not None:
        if custom not in roles:
            raise invalid("The custom role is not among the roles of the token.")
        return custom
    preferred = claims.get("cognito:preferred_role")
    if preferred is not None:
        return str(preferred)
    return str(roles[0]) if len(roles) == 1 else None
