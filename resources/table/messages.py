"""Queues, topics, event buses, and who may write logs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from resources.table.entry import (
    Asker,
    AwsPlace,
    GetCall,
    InTheList,
    Listed,
    Listing,
    Need,
    Part,
    ResourceKind,
    policy,
)
from sync.aws.permission import NOBODY

_OWN_PRINCIPALS = "Only principals of its own AWS account get to it, as their own policies say."
_IN_THE_LIST = InTheList("policy")


# ---- SQS -----------------------------------------------------------------------------------------------------
def _queue(url: str, place: AwsPlace) -> Listed:
    """`https://sqs.eu-west-1.amazonaws.com/123456789012/orders`."""
    owner, name = url.rsplit("/", 2)[1:]
    return Listed(f"arn:{place.partition}:sqs:{place.region}:{owner}:{name}", name, place.region, params={"url": url})


def _queue_again(ask: Asker, arn: str, name: str) -> Listed | None:
    answer = ask("GetQueueUrl", QueueName=arn.rpartition(":")[2])
    return _queue(answer["QueueUrl"], ask.place) if answer else None


_ATTRIBUTES = {"QueueUrl": "{url}", "AttributeNames": ["KmsMasterKeyId", "Policy"]}
# Asked for with the permission that the policy takes, too.
_QUEUE_KEY = Part(
    "kms_key",
    "Encrypted by",
    GetCall(
        "GetQueueAttributes",
        _ATTRIBUTES,
        ("Attributes", "KmsMasterKeyId"),
        is_shared=True,
    ),
)
_TOPIC_KEY = Part(
    "kms_key",
    "Encrypted by",
    GetCall("GetTopicAttributes", {"TopicArn": "{arn}"}, ("Attributes", "KmsMasterKeyId"), is_shared=True),
)

QUEUE = ResourceKind(
    kind="sqs.queue",
    service="sqs",
    client="sqs",
    word="SQS queue",
    lists=Listing("ListQueues", "QueueUrls", _queue),
    needs=(Need("sqs:ListQueues", {"MaxResults": 1}), Need("sqs:GetQueueUrl", {"QueueName": NOBODY})),
    find=_queue_again,
    parts=(
        policy(
            "Queue policy",
            GetCall("GetQueueAttributes", _ATTRIBUTES, ("Attributes", "Policy"), is_shared=True),
            Need(
                "sqs:GetQueueAttributes",
                {"QueueUrl": f"https://sqs.{{region}}.amazonaws.com/{{account_id}}/{NOBODY}"},
            ),
        ),
        _QUEUE_KEY,
    ),
    documentation="https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/"
    "sqs-creating-custom-policies.html",
    none_means=_OWN_PRINCIPALS,
)


# ---- SNS -----------------------------------------------------------------------------------------------------
def _topic(item: Mapping[str, Any], place: AwsPlace) -> Listed:
    arn = item["TopicArn"]
    return Listed(arn, arn.rpartition(":")[2], place.region)


def _topic_again(ask: Asker, arn: str, name: str) -> Listed:
    return _topic({"TopicArn": arn}, ask.place)


TOPIC = ResourceKind(
    kind="sns.topic",
    service="sns",
    client="sns",
    word="SNS topic",
    lists=Listing("ListTopics", "Topics", _topic),
    needs=(Need("sns:ListTopics"),),
    find=_topic_again,
    parts=(
        policy(
            "Topic policy",
            GetCall("GetTopicAttributes", {"TopicArn": "{arn}"}, ("Attributes", "Policy"), is_shared=True),
            Need("sns:GetTopicAttributes", {"TopicArn": f"arn:{{partition}}:sns:{{region}}:{{account_id}}:{NOBODY}"}),
        ),
        _TOPIC_KEY,
    ),
    documentation="https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-language-using.html",
    none_means="A topic always has a policy.",
    peculiar="The policy that AWS gives a new topic names everybody, of its own AWS account only: no one else gets in.",
)


# ---- EventBridge ---------------------------------------------------------------------------------------------
def _bus(item: Mapping[str, Any], place: AwsPlace) -> Listed:
    return Listed(item["Arn"], item["Name"], place.region, told={"policy": item.get("Policy")})


def _bus_again(ask: Asker, arn: str, name: str) -> Listed | None:
    answer = ask("DescribeEventBus", Name=arn.partition("event-bus/")[2])
    return _bus(answer, ask.place) if answer else None


BUS = ResourceKind(
    kind="events.bus",
    service="events",
    client="events",
    word="EventBridge bus",
    plural="EventBridge buses",
    lists=Listing("ListEventBuses", "EventBuses", _bus),
    needs=(Need("events:ListEventBuses", {"Limit": 1}), Need("events:DescribeEventBus", {"Name": NOBODY})),
    find=_bus_again,
    parts=(policy("Policy of the event bus", _IN_THE_LIST),),
    documentation="https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-bus-perms.html",
    none_means=_OWN_PRINCIPALS,
    peculiar="Its policy stands in the list: no call for each.",
)


# ---- CloudWatch Logs -----------------------------------------------------------------------------------------
def _log_policy(item: Mapping[str, Any], place: AwsPlace) -> Listed:
    name = item["policyName"]
    known_as = f"logs:{place.region}:{place.account_id}:resource-policy:{name}"
    return Listed("", name, place.region, told={"policy": item.get("policyDocument")}, known_as=known_as)


def _log_policy_again(ask: Asker, arn: str, name: str) -> Listed | None:
    found = (_log_policy(each, ask.place) for each in ask.every("DescribeResourcePolicies", "resourcePolicies"))
    return next((each for each in found if each.name == name), None)


LOG_POLICY = ResourceKind(
    kind="logs.resource_policy",
    service="logs",
    client="logs",
    word="CloudWatch Logs resource policy",
    plural="CloudWatch Logs resource policies",
    lists=Listing("DescribeResourcePolicies", "resourcePolicies", _log_policy),
    needs=(Need("logs:DescribeResourcePolicies", {"limit": 1}),),
    find=_log_policy_again,
    parts=(policy("Resource policy", _IN_THE_LIST),),
    documentation="https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html",
    none_means="No service of AWS writes to log groups here, except as its own role.",
    peculiar="It stands on no single log group: each says in its statements which ones it is about. Policies of single "
    "log groups aren’t read.",
)

KINDS = (QUEUE, TOPIC, BUS, LOG_POLICY)
