"""A queue with its rules as a template of CloudFormation, for one Region of an AWS account.

The sources: "AWS::Events::Rule", "AWS::SQS::Queue" and "AWS::SQS::QueuePolicy" in the CloudFormation Template
Reference, "Amazon SQS permissions" in the EventBridge User Guide.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from estate.event_queues.choices import EventChoice
from infrastructure.code import yaml_text
from infrastructure.code.names import for_cloudformation
from sync.event_queues.permissions import PREFIX

NAME = f"{PREFIX}events"
_QUEUE = "EventQueue"
_KEPT_S = 4 * 86_400  # messages that nobody takes
_HIDDEN_S = 120


def template_of(choices: Sequence[EventChoice]) -> str:
    """YAML. Nothing sends to the queue but these rules."""
    rules = {f"{for_cloudformation(each.name)}Rule": _rule(each) for each in choices}
    queue = {
        "QueueName": NAME,
        "MessageRetentionPeriod": _KEPT_S,
        "VisibilityTimeout": _HIDDEN_S,
        "SqsManagedSseEnabled": True,
    }
    policy = {"Queues": [{"Ref": _QUEUE}], "PolicyDocument": _policy(list(rules))}
    whole = {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": f"Events of CloudTrail for IAM Console: {', '.join(each.title for each in choices)}.",
        "Resources": {
            _QUEUE: {"Type": "AWS::SQS::Queue", "Properties": queue},
            f"{_QUEUE}Policy": {"Type": "AWS::SQS::QueuePolicy", "Properties": policy},
            **rules,
        },
        "Outputs": {"QueueUrl": {"Description": "To be entered in IAM Console.", "Value": {"Ref": _QUEUE}}},
    }
    return "\n".join(yaml_text.lines_of(whole)) + "\n"


def _rule(choice: EventChoice) -> dict[str, Any]:
    own = {
        "Name": f"{NAME}-{choice.name}",
        "Description": f"Sends what is written by {choice.title} to the queue of IAM Console.",
        "EventPattern": choice.pattern,
        "State": "ENABLED",
        "Targets": [{"Id": "queue", "Arn": _arn(_QUEUE)}],
    }
    return {"Type": "AWS::Events::Rule", "Properties": own}


def _policy(rules: Sequence[str]) -> dict[str, Any]:
    """The rules may send. Nobody else may, also who has the permission in a policy of their own: they could forge."""
    arns = [_arn(rule) for rule in rules]
    sends = {
        "Sid": "RulesSend",
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": _arn(_QUEUE),
        "Condition": {
            "ArnEquals": {"aws:SourceArn": arns},
            "StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}},
        },
    }
    nobody_else = {
        "Sid": "NobodyElseSends",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "sqs:SendMessage",
        "Resource": _arn(_QUEUE),
        "Condition": {"ArnNotEquals": {"aws:SourceArn": arns}},
    }
    encrypted = {
        "Sid": "OnlyEncrypted",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "sqs:*",
        "Resource": _arn(_QUEUE),
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    return {"Version": "2012-10-17", "Statement": [sends, nobody_else, encrypted]}


def _arn(resource: str) -> dict[str, Any]:
    return {"Fn::GetAtt": [resource, "Arn"]}


def file_name(region: str) -> str:
    return f"{NAME}-{region}.yaml"


def command(region: str) -> str:
    return (
        f"aws cloudformation deploy --stack-name {NAME} \\\n  --template-file {file_name(region)} --region {region}\n"
        f"aws cloudformation describe-stacks --stack-name {NAME} --region {region} \\\n"
        "  --query 'Stacks[0].Outputs[0].OutputValue' --output text"
    )
