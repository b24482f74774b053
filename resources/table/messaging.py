"""Queues, topics and event buses."""

from __future__ import annotations

from typing import Any

from resources.table.entry import AwsPlace, GetCall, Listed, Listing, Need, ResourceKind, policy


# ---- SQS -----------------------------------------------------------------------------------------------------
def _queue(url: str, place: AwsPlace) -> Listed:
    """`https://sqs.eu-west-1.amazonaws.com/123456789012/orders`; the owner is in it, also of a queue of others."""
    owner, name = url.rsplit("/", 2)[1:]
    return Listed(f"arn:{place.partition}:sqs:{place.region}:{owner}:{name}", name, place.region, params={"url": url})


def _queue_again(ask: Any, arn: str, name: str) -> Listed | None:
    answer = ask("GetQueueUrl", none=_NO_QUEUE, QueueName=name)
    return _queue(answer["QueueUrl"], ask.place) if answer else None


_NO_QUEUE = frozenset({"AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist"})
_NOBODYS_QUEUE = "https://sqs.{region}.amazonaws.com/{account_id}/iam-console-permission-check"

QUEUE = ResourceKind(
    kind="sqs.queue",
    service="sqs",
    client="sqs",
    word="SQS queue",
    lists=Listing("ListQueues", "QueueUrls", _queue),
    needs=(
        Need("sqs:ListQueues", {"MaxResults": 1}),
        Need("sqs:GetQueueUrl", {"QueueName": "iam-console-permission-check"}),
    ),
    find=_queue_again,
    parts=(
        policy(
            "Queue policy",
            GetCall(
                "GetQueueAttributes", {"QueueUrl": "{url}", "AttributeNames": ["Policy"]}, ("Attributes", "Policy")
            ),
            Need("sqs:GetQueueAttributes", {"QueueUrl": _NOBODYS_QUEUE, "AttributeNames": ["Policy"]}),
        ),
    ),
    documentation="https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-using-identity-based-policies.html",
    none_means="Only principals of its own AWS account get to it, as their own policies say.",
    peculiar="Its policy and policies of principals of its own AWS account are a union.",
)
