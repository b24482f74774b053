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

READ_POLICIES = "Read the policies of resources, so that answers about access know what they say."


def needed(need: Need) -> Permission:
    return Permission(need.action, READ_POLICIES, "read", probe=need.probe, call=need.call, part=PART)
