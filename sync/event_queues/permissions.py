"""What the console's role to read needs to take events from its queues, as a part that may be left out."""

from __future__ import annotations

from sync.aws import permission
from sync.aws.permission import ArnsOfKind, Permission, RolePart

PREFIX = "iam-console-"  # of the names of queues: the role may take from no others
PART = RolePart("events", "events", "to take CloudTrail’s events from a queue, and so to see changes within a minute")
QUEUES = ArnsOfKind(
    "queue",
    f"arn:{{partition}}:sqs:*:*:{PREFIX}*",
    f"arn:{{partition}}:sqs:us-east-1:{{account_id}}:{PREFIX}events",
)
_FEATURE = "Take CloudTrail’s events from the queue that EventBridge sends them to."
_PERMISSIONS = (
    Permission("sqs:DeleteMessage", _FEATURE, "read", QUEUES, call="sqs:DeleteMessageBatch", part=PART),
    Permission("sqs:ReceiveMessage", _FEATURE, "read", QUEUES, part=PART),
)


def register() -> None:
    permission.register_part(PART)
    permission.register(_PERMISSIONS)
