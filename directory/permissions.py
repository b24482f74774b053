"""What the console's roles must be allowed of IAM Identity Center: a part of its own, for who holds or administers it.

The source: "Actions, resources, and condition keys" for AWS IAM Identity Center and AWS Identity Store in the Service
Authorization Reference. Their actions begin with "sso:", where boto3 calls the service sso-admin.
"""

from __future__ import annotations

from typing import Any

from sync.aws.permission import Permission, RolePart

PART = RolePart(
    "identity-center",
    "IAM Identity Center",
    "for the AWS account that holds Identity Center, or administers it as a delegate",
    services=frozenset({"sso", "identitystore"}),
)

SSO, STORE, ACCOUNT_ACCESS = "sso-admin", "identitystore", "account-access"
ACCOUNT_ACCESS_PART = RolePart(
    ACCOUNT_ACCESS,
    "account access manager",
    "for people of Identity Center who take on roles without a permission set, where that is used",
    services=frozenset({ACCOUNT_ACCESS}),
)

FIND_INSTANCE = "Find the instance of IAM Identity Center."
PULL_SETS = "Pull permission sets with their policies, and where they are provisioned."
PULL_ASSIGNMENTS = "Pull who is assigned to which permission set in which AWS account."
PULL_PEOPLE = "Pull the users and groups of Identity Center: who stands behind its roles."
PULL_ENTITLEMENTS = "Pull who takes on which role by the account access manager of IAM Identity Center."

NOBODYS_INSTANCE = "arn:{partition}:sso:::instance/ssoins-0000000000000000"
NOBODYS_SET = "arn:{partition}:sso:::permissionSet/ssoins-0000000000000000/ps-0000000000000000"
NOBODYS_STORE = "d-0000000000"
NOBODYS_ID = "00000000-0000-0000-0000-000000000000"
_OF_SET = {"InstanceArn": NOBODYS_INSTANCE, "PermissionSetArn": NOBODYS_SET}


def of_instance(operation: str, feature: str, **probe: Any) -> Permission:
    """To read, by sso-admin."""
    return Permission(f"sso:{operation}", feature, "read", probe=probe, call=f"{SSO}:{operation}")


def of_set(operation: str, feature: str, **probe: Any) -> Permission:
    return of_instance(operation, feature, **_OF_SET, **probe)


def of_store(operation: str, **probe: Any) -> Permission:
    """To read, by identitystore."""
    return Permission(f"{STORE}:{operation}", PULL_PEOPLE, "read", probe={"IdentityStoreId": NOBODYS_STORE, **probe})
