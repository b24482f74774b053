"""How each read of Cognito is tried without asking for anything: one entry of a list, or about nobody.

AWS looks at the permission before it looks whether there is such a pool. In a pool that isn't there `AdminGetUser`
makes nobody billable.
"""

from __future__ import annotations

from typing import Any

from accounts.models import AwsAccount
from sync.aws.cognito_permissions import IDENTITY_POOL, USER_POOL, identity_pool_arn, user_pool_arn

_NOBODY = "iam-console-permission-check"
_ABOUT: dict[str, dict[str, Any]] = {
    "AdminGetUser": {"Username": _NOBODY},
    "AdminListDevices": {"Username": _NOBODY},
    "AdminListGroupsForUser": {"Username": _NOBODY},
    "AdminListUserSessions": {"Username": _NOBODY},
    "DescribeIdentityProvider": {"ProviderName": _NOBODY},
    "DescribeResourceServer": {"Identifier": _NOBODY},
    "DescribeUserPoolClient": {"ClientId": "nobody"},
    "GetGroup": {"GroupName": _NOBODY},
    "GetPrincipalTagAttributeMap": {"IdentityProviderName": _NOBODY},
    "GetUserPoolClientSessionConfiguration": {"ClientId": "nobody"},
    "ListIdentities": {"MaxResults": 1},
    "ListUserPoolClientSecrets": {"ClientId": "nobody"},
    "ListUsersInGroup": {"GroupName": _NOBODY},
}


def nobodys_pool(aws_account: AwsAccount, kind: str) -> str:
    """The ARN of a pool that isn't there; `kind` is one of `cognito_permissions.ARNS`."""
    region = aws_account.default_region
    if kind == USER_POOL:
        return user_pool_arn(aws_account.partition, aws_account.account_id, f"{region}_nobody")
    pool_id = f"{region}:00000000-0000-0000-0000-000000000000"
    return identity_pool_arn(aws_account.partition, aws_account.account_id, pool_id)


def params_of(service: str, operation: str, aws_account: AwsAccount) -> dict[str, Any]:
    kind = USER_POOL if service == "cognito-idp" else IDENTITY_POOL
    if operation in ("ListUserPools", "ListIdentityPools"):
        return {"MaxResults": 1}
    if operation == "DescribeUserPoolDomain":
        return {"Domain": _NOBODY}
    if operation == "DescribeIdentity":
        return {"IdentityId": nobodys_pool(aws_account, IDENTITY_POOL).partition(f":{IDENTITY_POOL}/")[2]}
    if operation == "ListTagsForResource":
        return {"ResourceArn": nobodys_pool(aws_account, kind)}
    name = "UserPoolId" if kind == USER_POOL else "IdentityPoolId"
    return {name: nobodys_pool(aws_account, kind).partition(":" + kind + "/")[2], **_ABOUT.get(operation, {})}
