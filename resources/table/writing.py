"""How policies of resources are written: one entry for each kind of the table whose policies operators may change here.

An entry is data; what each kind refuses beside its size is in resources/operations/limits.py.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from aws_constraints.arn import Arn
from resources.table import computing, keys, messages, s3
from resources.table.entry import ResourceKind
from sync.aws.permission import NOBODY, ArnsOfKind

_KB = 1_024
LATIN = r"[\t\n\r -ÿ]*"  # KMS API Reference, "PutKeyPolicy": what a key policy may be written with
_SUFFIXES = {"aws-cn": "amazonaws.com.cn"}


@dataclass(frozen=True)
class WriteCall:
    """`params`: with what is said of the resource in braces, and {document}. `action`: as policies name it."""

    operation: str
    params: Mapping[str, Any]
    action: str

    def filled(self, values: Mapping[str, str]) -> dict[str, Any]:
        found: dict[str, Any] = _filled(self.params, values)
        return found


def _filled(value: Any, values: Mapping[str, str]) -> Any:
    if isinstance(value, Mapping):
        return {name: _filled(inner, values) for name, inner in value.items()}
    return value.format_map(values) if isinstance(value, str) else value


@dataclass(frozen=True, kw_only=True)
class PolicyWriting:
    """How the policy of one kind is put and deleted.

    `begin`: what stands before the name in the last part of an ARN. `longest`: bytes that AWS takes. `delete`: None
    where AWS always keeps one. `leaves`: of a kind that always has one, the text that stands in its place when it is
    deleted. `refuses_public`: AWS is asked to refuse what it takes for public. `written_with`: an expression for all of
    its characters.
    """

    of: ResourceKind
    begin: str = ""
    put: WriteCall
    delete: WriteCall | None
    longest: int
    source: str  # the page of AWS that has the size
    on: ArnsOfKind
    is_deleted_once: bool = False  # AWS says of the second deletion that there is none
    leaves: Callable[[Arn], str] | None = None
    names_resources: bool = True  # its statements have the element Resource
    only_own_resources: bool = False  # AWS refuses statements about others
    most_statements: int = 0
    refuses_public: bool = False
    written_with: str = ""

    def name_in(self, arn: str) -> str:
        return arn.split(":", 5)[5].removeprefix(self.begin)

    def values(self, arn: str, region: str, account: str) -> dict[str, str]:
        """What parameters of calls are filled with."""
        name = self.name_in(arn)
        suffix = _SUFFIXES.get(arn.split(":")[1], "amazonaws.com")
        url = f"https://sqs.{region}.{suffix}/{account}/{name}"
        return {"arn": arn, "name": name, "region": region, "account": account, "url": url}


def _in_region(word: str, service: str, resource: str = "") -> ArnsOfKind:
    """`resource`: how the last part of an ARN begins."""
    begin = f"arn:{{partition}}:{service}"
    return ArnsOfKind(word, f"{begin}:*:*:{resource}*", f"{begin}:{{region}}:{{account_id}}:{resource}{NOBODY}")


def _first_topic_policy(arn: Arn) -> str:
    """What AWS gives a new topic: Amazon SNS Developer Guide, "Example cases for Amazon SNS access control"."""
    calls = (
        "GetTopicAttributes",
        "SetTopicAttributes",
        "AddPermission",
        "RemovePermission",
        "DeleteTopic",
        "Subscribe",
        "ListSubscriptionsByTopic",
        "Publish",
    )
    statement = {
        "Sid": "__default_statement_ID",
        "Effect": "Allow",
        "Principal": {"AWS": "*"},
        "Action": [f"SNS:{each}" for each in calls],
        "Resource": str(arn),
        "Condition": {"StringEquals": {"AWS:SourceOwner": arn.account}},
    }
    return json.dumps({"Version": "2008-10-17", "Id": "__default_policy_ID", "Statement": [statement]})


_QUEUE_ATTRIBUTES = {"QueueUrl": "{url}", "Attributes": {"Policy": "{document}"}}
_TOPIC_ATTRIBUTES = {"TopicArn": "{arn}", "AttributeName": "Policy", "AttributeValue": "{document}"}
_SET_QUEUE = WriteCall("SetQueueAttributes", _QUEUE_ATTRIBUTES, "sqs:SetQueueAttributes")
_SET_TOPIC = WriteCall("SetTopicAttributes", _TOPIC_ATTRIBUTES, "sns:SetTopicAttributes")
# The name of a bucket is anybody's: the call says whose it is to be.
_BUCKET = {"Bucket": "{name}", "ExpectedBucketOwner": "{account}"}
BUCKETS = ArnsOfKind("bucket", "arn:{partition}:s3:::*", f"arn:{{partition}}:s3:::{NOBODY}-{{account_id}}")
FUNCTIONS = _in_region("function", "lambda", "function:")

_ENTRIES = (
    PolicyWriting(
        of=s3.BUCKET,
        put=WriteCall("PutBucketPolicy", {**_BUCKET, "Policy": "{document}"}, "s3:PutBucketPolicy"),
        delete=WriteCall("DeleteBucketPolicy", _BUCKET, "s3:DeleteBucketPolicy"),
        longest=20 * _KB,
        source="https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-policies.html",
        on=BUCKETS,
        only_own_resources=True,
    ),
    PolicyWriting(
        of=keys.KEY,
        begin="key/",
        # BypassPolicyLockoutSafetyCheck is never sent: AWS refuses what keeps the caller from changing it again.
        put=WriteCall(
            "PutKeyPolicy", {"KeyId": "{arn}", "PolicyName": "default", "Policy": "{document}"}, "kms:PutKeyPolicy"
        ),
        delete=None,
        longest=32 * _KB,
        source="https://docs.aws.amazon.com/kms/latest/developerguide/resource-limits.html",
        on=_in_region("key", "kms", "key/"),
        written_with=LATIN,
    ),
    PolicyWriting(
        of=keys.SECRET,
        begin="secret:",
        put=WriteCall(
            "PutResourcePolicy",
            {"SecretId": "{arn}", "ResourcePolicy": "{document}", "BlockPublicPolicy": True},
            "secretsmanager:PutResourcePolicy",
        ),
        delete=WriteCall("DeleteResourcePolicy", {"SecretId": "{arn}"}, "secretsmanager:DeleteResourcePolicy"),
        longest=20 * _KB,
        source="https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html",
        on=_in_region("secret", "secretsmanager", "secret:"),
        refuses_public=True,
    ),
    PolicyWriting(
        of=messages.QUEUE,
        put=_SET_QUEUE,
        delete=WriteCall(_SET_QUEUE.operation, {**_QUEUE_ATTRIBUTES, "Attributes": {"Policy": ""}}, _SET_QUEUE.action),
        longest=8 * _KB,
        source="https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-policies.html",
        on=_in_region("queue", "sqs"),
        most_statements=20,
    ),
    PolicyWriting(
        of=messages.TOPIC,
        put=_SET_TOPIC,
        delete=_SET_TOPIC,
        leaves=_first_topic_policy,
        longest=30 * _KB,
        source="https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-language-api-permissions-reference.html",
        on=_in_region("topic", "sns"),
        only_own_resources=True,
        most_statements=100,
    ),
    PolicyWriting(
        of=computing.REPOSITORY,
        begin="repository/",
        put=WriteCall(
            "SetRepositoryPolicy",
            {"repositoryName": "{name}", "policyText": "{document}"},
            "ecr:SetRepositoryPolicy",
        ),
        delete=WriteCall("DeleteRepositoryPolicy", {"repositoryName": "{name}"}, "ecr:DeleteRepositoryPolicy"),
        is_deleted_once=True,
        longest=10 * _KB,
        source="https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_SetRepositoryPolicy.html",
        on=_in_region("repository", "ecr", "repository/"),
        names_resources=False,
    ),
)
WRITING: Mapping[str, PolicyWriting] = {each.of.kind: each for each in _ENTRIES}
