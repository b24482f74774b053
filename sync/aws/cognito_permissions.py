"""The permissions that the console's two roles need for Cognito: a policy of their own, for who has pools.

The source: "Actions, resources, and condition keys" for Amazon Cognito User Pools and Amazon Cognito Identity in the
Service Authorization Reference.
"""

from __future__ import annotations

from sync.aws.permission import ALL, Permission

USER_POOL, IDENTITY_POOL = "userpool", "identitypool"
ARNS = {
    USER_POOL: "arn:{partition}:cognito-idp:*:*:userpool/*",
    IDENTITY_POOL: "arn:{partition}:cognito-identity:*:*:identitypool/*",
}

_POOLS = "Pull user pools with their settings, app clients, groups, identity providers and resource servers."
_PEOPLE = "Pull the people of user pools, as far as each pool's list of attributes allows, and who is in which group."
_PERSON = "Show of one person what no list tells: MFA, devices, sessions. It is asked for on her own page only."
_IDENTITY_POOLS = "Pull identity pools with their roles, mappings and principal tags."
_READS: dict[str, tuple[str, ...]] = {
    _POOLS: (
        "ListUserPools",
        "DescribeUserPool",
        "GetUserPoolMfaConfig",
        "ListUserPoolClients",
        "DescribeUserPoolClient",
        "ListUserPoolClientSecrets",
        "ListGroups",
        "GetGroup",
        "ListIdentityProviders",
        "DescribeIdentityProvider",
        "ListResourceServers",
        "DescribeResourceServer",
        "DescribeUserPoolDomain",
        "DescribeRiskConfiguration",
        "GetUICustomization",
        "ListTagsForResource",
        "GetUserPoolSessionConfiguration",
        "GetUserPoolClientSessionConfiguration",
    ),
    _PEOPLE: ("ListUsers", "ListUsersInGroup"),
    _PERSON: ("AdminGetUser", "AdminListGroupsForUser", "AdminListUserSessions", "AdminListDevices"),
}
_IDENTITIES = "See which identities an identity pool has, before some are deleted. Asked for in that form only."
_IDENTITY_READS = (
    "ListIdentityPools",
    "DescribeIdentityPool",
    "GetIdentityPoolRoles",
    "GetPrincipalTagAttributeMap",
    "ListTagsForResource",
)

_CARE = "Look after people: make, invite, confirm, enable, disable and delete them, and sign them out."
_PASSWORDS = "Reset and set passwords, and remove a lost second factor."
_ATTRIBUTES = "Set people's attributes, groups and linked providers."
_SETTINGS = "Make, change and delete user pools and what belongs to them."
_WRITES: dict[str, tuple[str, ...]] = {
    _CARE: (
        "AdminCreateUser",
        "AdminConfirmSignUp",
        "AdminEnableUser",
        "AdminDisableUser",
        "AdminDeleteUser",
        "AdminUserGlobalSignOut",
        "AdminRevokeUserSession",
        "AdminForgetDevice",
    ),
    _PASSWORDS: (
        "AdminResetUserPassword",
        "AdminSetUserPassword",
        "AdminSetUserMFAPreference",
        "AdminDeleteSoftwareToken",
    ),
    _ATTRIBUTES: (
        "AdminUpdateUserAttributes",
        "AdminDeleteUserAttributes",
        "AdminAddUserToGroup",
        "AdminRemoveUserFromGroup",
        "AdminLinkProviderForUser",
        "AdminDisableProviderForUser",
    ),
    _SETTINGS: (
        "UpdateUserPool",
        "DeleteUserPool",
        "SetUserPoolMfaConfig",
        "AddCustomAttributes",
        "SetRiskConfiguration",
        "SetUICustomization",
        "TagResource",
        "UntagResource",
        "AddUserPoolClientSecret",
        "DeleteUserPoolClientSecret",
        "SetUserPoolSessionConfiguration",
        "SetUserPoolClientSessionConfiguration",
        *(
            f"{verb}{what}"
            for what in ("Group", "IdentityProvider", "ResourceServer", "UserPoolClient", "UserPoolDomain")
            for verb in ("Create", "Update", "Delete")
        ),
    ),
}
_IDENTITY_SETTINGS = "Make, change and delete identity pools, with their roles, mappings and principal tags."
_IDENTITY_WRITES = ("UpdateIdentityPool", "DeleteIdentityPool", "TagResource", "UntagResource")
# AWS checks these on no resource: a policy that names one doesn't allow them.
_ON_NO_RESOURCE = {
    "cognito-idp:CreateUserPool": _SETTINGS,
    "cognito-identity:CreateIdentityPool": _IDENTITY_SETTINGS,
    "cognito-identity:DeleteIdentities": _IDENTITY_SETTINGS,
    "cognito-identity:SetIdentityPoolRoles": _IDENTITY_SETTINGS,
    "cognito-identity:SetPrincipalTagAttributeMap": _IDENTITY_SETTINGS,
}

_BOTH = {
    **{f"cognito-idp:{name}": feature for feature, names in _READS.items() for name in names},
    **{f"cognito-identity:{name}": _IDENTITY_POOLS for name in _IDENTITY_READS},
    **dict.fromkeys(("cognito-identity:DescribeIdentity", "cognito-identity:ListIdentities"), _IDENTITIES),
}
COGNITO_PERMISSIONS: tuple[Permission, ...] = (
    *(Permission(action, feature, "read") for action, feature in _BOTH.items()),
    *(Permission(action, feature, "write") for action, feature in _BOTH.items()),
    *(
        Permission(f"cognito-idp:{name}", feature, "write", USER_POOL)
        for feature, names in _WRITES.items()
        for name in names
    ),
    *(Permission(f"cognito-identity:{name}", _IDENTITY_SETTINGS, "write", IDENTITY_POOL) for name in _IDENTITY_WRITES),
    *(Permission(action, feature, "write", ALL) for action, feature in _ON_NO_RESOURCE.items()),
)


def user_pool_arn(partition: str, account_id: str, pool_id: str) -> str:
    """The pool's id begins with its Region: "eu-central-1_aBcDeFgHi"."""
    region = pool_id.partition("_")[0]
    return f"arn:{partition}:cognito-idp:{region}:{account_id}:userpool/{pool_id}"


def identity_pool_arn(partition: str, account_id: str, pool_id: str) -> str:
    """The pool's id begins with its Region: "eu-central-1:4f1c…"."""
    region = pool_id.partition(":")[0]
    return f"arn:{partition}:cognito-identity:{region}:{account_id}:identitypool/{pool_id}"


def resource_of(action: str, arn: str) -> str:
    """What a session policy names for the action on the pool with that ARN."""
    return ALL if action in _ON_NO_RESOURCE else arn
