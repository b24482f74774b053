"""The queue of Acme's main AWS account to which EventBridge sends what is written by IAM, as IAM Console's template."""

from __future__ import annotations

import json

from emulator.process import REGION, Emulator
from emulator.sample_estate.data.account_ids import PRODUCTION_ID

NAME = "iam-console-events"
QUEUE_ARN = f"arn:aws:sqs:{REGION}:{PRODUCTION_ID}:{NAME}"
_RULE = f"{NAME}-iam"
_RULE_ARN = f"arn:aws:events:{REGION}:{PRODUCTION_ID}:rule/{_RULE}"
_PATTERN = {
    "source": ["aws.iam"],
    "detail-type": ["AWS API Call via CloudTrail"],
    "detail": {"eventSource": ["iam.amazonaws.com"]},
}
_LATE_S = 20  # at most; AWS takes seconds to minutes


def make_event_queue(emulator: Emulator) -> None:
    """Unless it is there."""
    sqs = emulator.client("sqs")
    if sqs.list_queues(QueueNamePrefix=NAME).get("QueueUrls"):
        return
    sends = {
        "Sid": "RulesSend",
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": QUEUE_ARN,
        "Condition": {"ArnEquals": {"aws:SourceArn": [_RULE_ARN]}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [sends]})
    sqs.create_queue(QueueName=NAME, Attributes={"Policy": policy, "VisibilityTimeout": "120"})
    events = emulator.client("events")
    events.put_rule(Name=_RULE, EventPattern=json.dumps(_PATTERN), State="ENABLED")
    events.put_targets(Rule=_RULE, Targets=[{"Id": "queue", "Arn": QUEUE_ARN}])
    emulator.trail(PRODUCTION_ID, late_s=_LATE_S)
