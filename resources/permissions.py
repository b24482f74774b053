"""What the console's role to read must be allowed for resources: a part of its own, for who wants their policies read.

The source: "Actions, resources, and condition keys" of each service in the Service Authorization Reference.
"""

from __future__ import annotations

from resources.table.entry import Need
from sync.aws.permission import Permission, RolePart

PART = RolePart(
    "resources",
    "policies of resources",
    "for the policies of buckets, keys, queues and other resources",
    services=frozenset(
        {
            "apigateway",
            "backup",
            "dynamodb",
            "ecr",
            "elasticfilesystem",
            "events",
            "kms",
            "lambda",
            "s3",
            "secretsmanager",
            "sns",
            "sqs",
        }
    ),
)

ROLES_ANYWHERE_PART = RolePart(
    "roles-anywhere",
    "IAM Roles Anywhere",
    "for the trust anchors and profiles by which who has a certificate takes on roles",
    services=frozenset({"rolesanywhere"}),
)
STACKS_PART = RolePart(
    "stacks",
    "CloudFormation stacks",
    "for the stacks of CloudFormation: which objects they own",
    services=frozenset({"cloudformation"}),
)
PARTS = (PART, ROLES_ANYWHERE_PART, STACKS_PART)

READ_ANCHORS = "Read by which certificates roles are taken on from outside AWS."
READ_STACKS = "Read which objects CloudFormation owns, so that a change of them says so."
READ_POLICIES = "Read the policies of resources, so that answers about access know what they say."


def needed(need: Need) -> Permission:
    part, feature = _OF_SERVICES.get(need.action.partition(":")[0], (PART, READ_POLICIES))
    return Permission(need.action, feature, "read", probe=need.probe, call=need.call, part=part)


_OF_SERVICES = {"rolesanywhere": (ROLES_ANYWHERE_PART, READ_ANCHORS), "cloudformation": (STACKS_PART, READ_STACKS)}
