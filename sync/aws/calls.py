"""Classifies operations of AWS: may a reader call it, and may it be sent again when no answer came."""

from __future__ import annotations

# Operations that change nothing, by the beginning of their names. A service that is not here is not reached at all.
_READS: dict[str, tuple[str, ...]] = {
    "account": ("ListRegions",),
    "account-access": ("Get", "List"),
    "apigateway": ("GetRestApi",),
    "backup": ("DescribeBackupVault", "GetBackupVaultAccessPolicy", "ListBackupVaults"),
    "cloudformation": ("DescribeStacks", "ListStackResources", "ListStacks"),
    "cloudtrail": ("LookupEvents",),
    "cognito-identity": ("Describe", "GetIdentityPoolRoles", "GetPrincipalTagAttributeMap", "List"),
    # Of those that begin with "Get" some give tokens or send a code.
    "cognito-idp": (
        "AdminGet",
        "AdminList",
        "Describe",
        "GetCSVHeader",
        "GetGroup",
        "GetIdentityProviderByIdentifier",
        "GetLogDeliveryConfiguration",
        "GetProvisionedLimit",
        "GetSigningCertificate",
        "GetUICustomization",
        "GetUserPool",
        "List",
    ),
    "dynamodb": ("DescribeTable", "GetResourcePolicy", "ListTables"),
    "ec2": ("DescribeRegions", "DescribeVpcEndpoints"),
    "ecr": ("DescribeRepositories", "GetRegistryPolicy", "GetRepositoryPolicy"),
    "efs": ("DescribeFileSystemPolicy", "DescribeFileSystems"),
    "events": ("DescribeEventBus", "ListEventBuses"),
    "iam": ("Get", "List", "Generate", "Simulate"),
    "iam-toolbox": ("GetRequestAuthorizationDetails",),
    "identitystore": ("Describe", "Get", "IsMemberInGroups", "List"),
    "kms": ("DescribeKey", "GetKeyPolicy", "ListAliases", "ListGrants", "ListKeys"),
    "lambda": (
        "GetFunctionConfiguration",
        "GetLayerVersionPolicy",
        "GetPolicy",
        "ListAliases",
        "ListFunctionUrlConfigs",
        "ListFunctions",
        "ListLayerVersions",
        "ListLayers",
    ),
    "logs": ("DescribeResourcePolicies",),
    "organizations": ("Describe", "List"),
    "rolesanywhere": ("GetProfile", "GetTrustAnchor", "ListProfiles", "ListTrustAnchors"),
    "s3": (
        "GetBucketAcl",
        "GetBucketEncryption",
        "GetBucketOwnershipControls",
        "GetBucketPolicy",
        "GetPublicAccessBlock",
        "ListBuckets",
    ),
    "s3control": ("GetAccessPoint", "GetPublicAccessBlock", "ListAccessPoints"),
    # Never GetSecretValue: what is secret stays where it is.
    "secretsmanager": ("DescribeSecret", "GetResourcePolicy", "ListSecrets"),
    "sso-admin": ("Describe", "Get", "List"),
    "sns": ("GetTopicAttributes", "ListTopics"),
    "sqs": ("GetQueueAttributes", "GetQueueUrl", "ListQueues"),
    "sts": ("DecodeAuthorizationMessage", "GetAccessKeyInfo", "GetCallerIdentity"),
}
# What takes messages from a queue that was made for the console: it changes nothing that is anybody else's.
_TAKING: dict[str, frozenset[str]] = {"sqs": frozenset({"DeleteMessageBatch", "ReceiveMessage"})}
# What people's own apps call, with a token or a password in place of a signature. Whoever knows an app client may.
# First what leaves nothing behind but tokens, then what changes something of a person, or makes an identity.
_PEOPLES_OWN_READS: dict[str, frozenset[str]] = {
    "cognito-identity": frozenset({"GetCredentialsForIdentity", "GetOpenIdToken"}),
    "cognito-idp": frozenset({"GetTokensFromRefreshToken", "GetUser", "InitiateAuth"}),
}
_PEOPLES_OWN_WRITES: dict[str, frozenset[str]] = {
    "cognito-identity": frozenset({"GetId"}),
    "cognito-idp": frozenset(
        {
            "AssociateSoftwareToken",
            "ChangePassword",
            "ConfirmForgotPassword",
            "ConfirmSignUp",
            "ForgotPassword",
            "GetUserAttributeVerificationCode",
            "GlobalSignOut",
            "ResendConfirmationCode",
            "RespondToAuthChallenge",
            "RevokeToken",
            "SignUp",
            "VerifySoftwareToken",
            "VerifyUserAttribute",
        }
    ),
}
# It makes the person one that AWS bills for this month: only who asks for her may cause it.
_BILLED = frozenset({("cognito-idp", "AdminGetUser")})

# Writes that end the same however often they arrive. Everything else (Create…, Upload…, Reset…) is sent once.
_RESENDABLE = ("Add", "Attach", "Delete", "Detach", "Put", "Remove", "Set", "Tag", "Untag", "Update")
_RESENDABLE_OF_PEOPLE = (
    "AdminAddUserToGroup",
    "AdminDelete",
    "AdminDisableUser",
    "AdminEnableUser",
    "AdminForgetDevice",
    "AdminRemoveUserFromGroup",
    "AdminSetUserMFAPreference",
    "AdminUserGlobalSignOut",
)
# … except renames (the second one finds nobody under the old name), calls that carry a secret, that send a message or
# that make something each time, and those of Organizations, Lambda and ECR that refuse the second one.
_SENT_ONCE = frozenset(
    {
        "AddCustomAttributes",
        "AddPermission",
        "AddUserPoolClientSecret",
        "AttachPolicy",
        "DeleteRepositoryPolicy",
        "DetachPolicy",
        "RemovePermission",
        "UpdateIdentityProvider",
        "UpdateGroup",
        "UpdateLoginProfile",
        "UpdateSAMLProvider",
        "UpdateServerCertificate",
        "UpdateUser",
    }
)


def is_known(service: str) -> bool:
    return service in _READS


def is_read(service: str, operation: str) -> bool:
    return operation.startswith(_READS.get(service, ())) or operation in _PEOPLES_OWN_READS.get(service, ())


def takes_messages(service: str, operation: str) -> bool:
    """Whether it takes messages from a queue, which only who was opened for that may."""
    return operation in _TAKING.get(service, frozenset())


def is_signed(service: str, operation: str) -> bool:
    """Whether the console signs the call; else it is one that a person's app makes without credentials."""
    return operation not in _PEOPLES_OWN_READS.get(service, frozenset()) | _PEOPLES_OWN_WRITES.get(service, frozenset())


def is_billed(service: str, operation: str) -> bool:
    return (service, operation) in _BILLED


def may_be_resent(service: str, operation: str) -> bool:
    """May botocore send it again by itself after a time-out, when nobody knows whether AWS did it?"""
    if not is_signed(service, operation):
        return False  # a password or a code: Cognito counts the tries
    if is_read(service, operation):
        return True
    return operation.startswith((*_RESENDABLE, *_RESENDABLE_OF_PEOPLE)) and operation not in _SENT_ONCE


def action_prefix(service: str) -> str:
    """How the actions of a service begin: "sso" of sso-admin."""
    return _PREFIXES.get(service, service)


_PREFIXES = {"sso-admin": "sso"}


def reads_in_policies(service: str) -> tuple[str, ...]:
    """The patterns of what is read there, without the service, as a policy that may not be long names them."""
    return _READS_IN_POLICIES.get(service, ("Get*", "List*"))


_READS_IN_POLICIES = {
    # What else begins with "Get" there gives somebody's credentials.
    "cognito-identity": ("Describe*", "GetIdentityPoolRoles", "GetPrincipalTagAttributeMap", "List*"),
    "cognito-idp": ("AdminGet*", "AdminList*", "Describe*", "Get*", "List*"),
    "ecr": ("DescribeRepositories", "GetRepositoryPolicy"),
    "identitystore": ("Describe*", "Get*", "List*"),
    "kms": ("GetKeyPolicy", "List*"),
    "lambda": ("GetFunctionConfiguration", "GetPolicy", "List*"),
    "s3": ("GetBucket*", "ListAllMyBuckets"),
    "secretsmanager": ("DescribeSecret", "GetResourcePolicy"),  # and never what the secret says
    "sso-admin": ("Describe*", "Get*", "List*"),
}
