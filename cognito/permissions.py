"""What the console's roles must be allowed of Cognito: a part of its own, for who has pools.

Operations, mirrors and sources declare theirs by these words; here stand those that only pages need. The source:
"Actions, resources, and condition keys" for Amazon Cognito User Pools and Amazon Cognito Identity in the Service
Authorization Reference.
"""

from __future__ import annotations

from aws_constraints.arn import name_of
from sync.aws.permission import NOBODY, SETTINGS, ArnsOfKind, RolePart, of_people, registered, reread

PART = RolePart(
    "cognito",
    "Cognito",
    "for user pools and identity pools",
    services=frozenset({"cognito-idp", "cognito-identity", "logs"}),
)

IDP, IDENTITY = "cognito-idp", "cognito-identity"

NOBODYS_POOL = "{region}_nobody"
NOBODYS_IDENTITY_POOL = "{region}:00000000-0000-0000-0000-000000000000"
USER_POOLS = ArnsOfKind(
    "userpool",
    "arn:{partition}:cognito-idp:*:*:userpool/*",
    f"arn:{{partition}}:cognito-idp:{{region}}:{{account_id}}:userpool/{NOBODYS_POOL}",
)
IDENTITY_POOLS = ArnsOfKind(
    "identitypool",
    "arn:{partition}:cognito-identity:*:*:identitypool/*",
    f"arn:{{partition}}:cognito-identity:{{region}}:{{account_id}}:identitypool/{NOBODYS_IDENTITY_POOL}",
)

PULL_POOLS = "Pull user pools with their settings, app clients, groups, identity providers and resource servers."
PULL_PEOPLE = "Pull the people of user pools, as far as each pool's attribute list allows, and who is in which group."
SHOW_PERSON = "Show of one person what no list tells: MFA, devices, sessions. It is asked for on their own page only."
PULL_IDENTITY_POOLS = "Pull identity pools with their roles, mappings and principal tags."
PULLED_BY_SERVICE = {
    "cognito-idp": PULL_POOLS,
    "cognito-identity": PULL_IDENTITY_POOLS,
}  # by the service that lists them
SEE_IDENTITIES = "See which identities an identity pool has, before some are deleted. Asked for in that form only."
CARE_FOR_PEOPLE = "Look after people: make, invite, confirm, enable, disable and delete them, and sign them out."
SET_PASSWORDS = "Reset and set passwords, and remove a lost second factor."
SET_ATTRIBUTES = "Set people's attributes, groups and linked providers."
CHANGE_POOLS = "Make, change and delete user pools and what belongs to them."
CHANGE_IDENTITY_POOLS = "Make, change and delete identity pools, with their roles, mappings and principal tags."

DELIVER_LOGS = "Have the logs of a user pool delivered to a log group: AWS asks for these of who sets it."
# "Exporting logs from Amazon Cognito user pools" in the Developer Guide: what a delivery to CloudWatch Logs takes. What
# buckets and streams take isn't among them: their owner lets the deliveries in.
LOG_DELIVERY_ACTIONS = (
    "logs:CreateLogDelivery",
    "logs:GetLogDelivery",
    "logs:UpdateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:DescribeResourcePolicies",
    "logs:DescribeLogGroups",
)

# In a pool that isn't there `AdminGetUser` makes nobody billable.
OF_PAGES = (
    *of_people(
        *reread("cognito-idp:AdminGetUser", SHOW_PERSON, UserPoolId=NOBODYS_POOL, Username=NOBODY),
        *reread("cognito-idp:AdminListUserSessions", SHOW_PERSON, UserPoolId=NOBODYS_POOL, Username=NOBODY),
        *reread("cognito-idp:AdminListDevices", SHOW_PERSON, UserPoolId=NOBODYS_POOL, Username=NOBODY),
    ),
    *reread("cognito-idp:ListTagsForResource", PULL_POOLS, ResourceArn=USER_POOLS.nobody),
    *reread("cognito-identity:ListTagsForResource", PULL_IDENTITY_POOLS, ResourceArn=IDENTITY_POOLS.nobody),
)


def user_pool_arn(partition: str, account_id: str, pool_id: str) -> str:
    """The pool's id begins with its Region: "eu-central-1_aBcDeFgHi"."""
    region = pool_id.partition("_")[0]
    return f"arn:{partition}:cognito-idp:{region}:{account_id}:userpool/{pool_id}"


def pool_id_of(arn: str) -> str:
    """`arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_Ab12Cd34E` is of `eu-west-1_Ab12Cd34E`."""
    return name_of(arn)


def identity_pool_arn(partition: str, account_id: str, pool_id: str) -> str:
    """The pool's id begins with its Region: "eu-central-1:4f1c…"."""
    region = pool_id.partition(":")[0]
    return f"arn:{partition}:cognito-identity:{region}:{account_id}:identitypool/{pool_id}"


def resource_of(action: str, arn: str) -> str:
    """What a session policy names for the action on the pool with that ARN.

    AWS checks some on no resource: a policy that names one doesn't allow them.
    """
    is_on_none = any(each.action == action and each.on == SETTINGS for each in registered())
    return "*" if is_on_none else arn
