"""Request quotas of Cognito and Identity Center: the category that each call counts in, and the console's share of it.

The sources: "Quotas in Amazon Cognito" in its developer guide, "IAM Identity Center quotas" in its user guide. They
hold for an AWS account and a Region, for all pools and callers together, so the customers' own sign-ins and tools stand
in the same line: the console takes a fifth of each, unless the owners of the AWS account say otherwise.
"""

from __future__ import annotations

import math

from django.conf import settings

from accounts.models import AwsAccount

# Requests a second, as every AWS account begins.
DEFAULT_QUOTAS: dict[str, float] = {
    "UserAuthentication": 120,
    "UserCreation": 50,
    "UserRead": 120,
    "UserList": 30,
    "UserUpdate": 25,
    "UserAccountRecovery": 30,
    "UserResourceRead": 50,
    "UserResourceUpdate": 25,
    "UserPoolRead": 15,
    "UserPoolUpdate": 15,
    "UserPoolResourceRead": 20,
    "UserPoolResourceUpdate": 15,
    "UserPoolClientRead": 15,
    "UserPoolClientUpdate": 15,
    "IdentityList": 5,
    "IdentityDelete": 10,
    "IdentityPools": 10,  # AWS publishes none for them
    "IdentityCenter": 20,  # of an instance, all calls together
}
# "LookupEvents" in the CloudTrail API Reference: two a second for an AWS account and Region. The console takes half.
LOOKUPS, _LOOKUPS_PER_SECOND = "TrailLookups", 1.0
# What concerns one pool has a quota for each call and pool, too.
PER_POOL_QUOTA = 5.0
_PER_POOL = ("UserPoolResource", "UserPoolClient")

_CALLS: dict[str, tuple[str, ...]] = {
    "UserAuthentication": ("AdminInitiateAuth", "AdminRespondToAuthChallenge"),
    "UserCreation": ("AdminConfirmSignUp", "AdminCreateUser"),
    "UserRead": ("AdminGetUser",),
    "UserList": ("ListUsers", "ListUsersInGroup"),
    "UserUpdate": (
        "AdminAddUserToGroup",
        "AdminDeleteUser",
        "AdminDeleteUserAttributes",
        "AdminDisableProviderForUser",
        "AdminDisableUser",
        "AdminEnableUser",
        "AdminLinkProviderForUser",
        "AdminRemoveUserFromGroup",
        "AdminUpdateUserAttributes",
        "AdminUserGlobalSignOut",
    ),
    "UserAccountRecovery": ("AdminResetUserPassword", "AdminSetUserPassword"),
    "UserPoolRead": ("DescribeUserPool", "ListUserPools"),
    "UserPoolUpdate": ("CreateUserPool", "DeleteUserPool", "UpdateUserPool"),
    "IdentityList": ("ListIdentities",),
    "IdentityDelete": ("DeleteIdentities",),
}
_CATEGORY_OF = {operation: category for category, operations in _CALLS.items() for operation in operations}
_READS = ("Describe", "Get", "List")


def category_of(service: str, operation: str) -> str | None:
    """The category that the call counts in; None for a service whose quotas are not known."""
    if service == "cloudtrail":
        return LOOKUPS
    if service == "cognito-identity":
        return _CATEGORY_OF.get(operation, "IdentityPools")
    if service in ("account-access", "identitystore", "sso-admin"):
        return "IdentityCenter"
    if service != "cognito-idp":
        return None
    if operation in _CATEGORY_OF:
        return _CATEGORY_OF[operation]
    reads = operation.removeprefix("Admin").startswith(_READS)
    if operation.startswith("Admin"):
        return "UserResourceRead" if reads else "UserResourceUpdate"
    of_what = "UserPoolClient" if "UserPoolClient" in operation else "UserPoolResource"
    return f"{of_what}{'Read' if reads else 'Update'}"


def is_customers(category: str | None) -> bool:
    """Whether customers' own sign-ins and tools count in it."""
    return category not in (None, LOOKUPS)


def is_per_pool(category: str) -> bool:
    return category.startswith(_PER_POOL)


def share_of(account_id: str) -> float:
    """The part of each quota that the console takes in this AWS account, above 0 and at most 1."""
    percent = AwsAccount.objects.filter(account_id=account_id).values_list("quota_share", flat=True).first()
    share = settings.AWS_QUOTA_SHARE if percent is None else percent / 100
    return min(max(float(share), 0.001), 1.0)


def rate_of(account_id: str, category: str) -> float:
    """Requests a second that the console may make, all its processes together."""
    if category == LOOKUPS:
        return _LOOKUPS_PER_SECOND
    quota = float(settings.AWS_COGNITO_QUOTAS.get(category, DEFAULT_QUOTAS[category]))
    return max(quota, 0.1) * share_of(account_id)


def forecast_s(aws_account: AwsAccount, category: str, pages: int) -> int:
    """The seconds that a pull of so many pages takes at least, when AWS refuses nothing; 0 where nobody counts."""
    if aws_account.emulated and not settings.AWS_PACE_EMULATED:
        return 0
    return math.ceil(pages / rate_of(aws_account.account_id, category))
