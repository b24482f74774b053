"""What takes messages, writes logs and runs code: queues, topics, streams, buses, logs, functions, state machines."""

from __future__ import annotations

from guides.roles.touching import Never, Permit, Touchable, Use

_DECRYPT, _ENCRYPT = ("kms:Decrypt",), ("kms:Decrypt", "kms:GenerateDataKey")

# Amazon SQS Developer Guide, "Amazon SQS API permissions", "Key management" ("Configure KMS permissions for producers",
# "… for consumers"). AWS Lambda Developer Guide, "Using Lambda with Amazon SQS": what an event source needs.
_SEND = ("sqs:GetQueueUrl", "sqs:SendMessage")
_CONSUME = ("sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage")
QUEUE = Touchable(
    name="queue",
    label="Queue",
    icon="inbox",
    kind="sqs.queue",
    action="sqs:SendMessage",
    type="queue",
    example="orders",
    page="AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-api-permissions-reference.html",
    via="sqs",
    uses=(
        Use("consume", "Consume", "consume the messages of {name}", (Permit("Consume", _CONSUME),), _DECRYPT),
        Use("send", "Send", "send messages to {name}", (Permit("Send", _SEND),), _ENCRYPT),
        Use(
            "both",
            "Consume and send",
            "consume messages of {name} and send to it",
            (Permit("ConsumeSend", (*_CONSUME, *_SEND)),),
            _ENCRYPT,
        ),
    ),
    never=(
        Never("send messages to {name}", ("sqs:SendMessage",)),
        Never("receive messages of {name}", ("sqs:ReceiveMessage",)),
        Never("delete or empty the queue", ("sqs:DeleteQueue", "sqs:PurgeQueue")),
        Never("change who else gets in", ("sqs:AddPermission", "sqs:SetQueueAttributes")),
    ),
)

# Amazon SNS Developer Guide, "Amazon SNS API permissions", "Managing Amazon SNS encryption keys".
TOPIC = Touchable(
    name="topic",
    label="Topic",
    icon="megaphone",
    kind="sns.topic",
    action="sns:Publish",
    type="topic",
    example="orders",
    page="sns/latest/dg/sns-access-policy-language-api-permissions-reference.html",
    via="sns",
    uses=(Use("publish", "Publish", "publish to {name}", (Permit("Publish", ("sns:Publish",)),), _ENCRYPT),),
    never=(
        Never("delete the topic", ("sns:DeleteTopic",)),
        Never("subscribe to {name}", ("sns:Subscribe",)),
        Never("change who else gets in", ("sns:AddPermission", "sns:SetTopicAttributes")),
    ),
)

# Amazon EventBridge User Guide, "Managing access permissions to your Amazon EventBridge resources".
BUS = Touchable(
    name="bus",
    label="Event bus",
    icon="route",
    kind="events.bus",
    action="events:PutEvents",
    type="event-bus",
    example="event-bus/orders",
    page="eventbridge/latest/userguide/eb-manage-iam-access.html",
    uses=(Use("put", "Put events", "put events on {name}", (Permit("Put", ("events:PutEvents",)),)),),
    never=(
        Never("delete the event bus", ("events:DeleteEventBus",)),
        Never("change who else gets in", ("events:PutPermission",)),
    ),
)

# Amazon Kinesis Data Streams Developer Guide, "Controlling access"; AWS Lambda Developer Guide, "Using Lambda with
# Kinesis".
_PUT_RECORDS = ("kinesis:PutRecord", "kinesis:PutRecords")
_GET_RECORDS = (
    "kinesis:DescribeStream",
    "kinesis:DescribeStreamSummary",
    "kinesis:GetRecords",
    "kinesis:GetShardIterator",
    "kinesis:ListShards",
)
STREAM = Touchable(
    name="stream",
    label="Kinesis stream",
    icon="activity",
    action="kinesis:PutRecord",
    type="stream",
    example="stream/clicks",
    page="streams/latest/dev/controlling-access.html",
    uses=(
        Use("consume", "Consume", "read the records of {name}", (Permit("Consume", _GET_RECORDS),)),
        Use("put", "Put records", "put records on {name}", (Permit("Put", _PUT_RECORDS),)),
    ),
    never=(
        Never("put records on {name}", _PUT_RECORDS),
        Never("read the records of {name}", ("kinesis:GetRecords",)),
        Never("delete the stream", ("kinesis:DeleteStream",)),
    ),
)

# Amazon Data Firehose Developer Guide, "Grant access to your Firehose resources".
DELIVERY = Touchable(
    name="delivery",
    label="Delivery stream",
    icon="flame",
    action="firehose:PutRecord",
    type="deliverystream",
    example="deliverystream/clicks",
    page="firehose/latest/dev/controlling-access.html",
    uses=(
        Use(
            "put",
            "Put records",
            "put records on {name}",
            (Permit("Put", ("firehose:PutRecord", "firehose:PutRecordBatch")),),
        ),
    ),
    never=(
        Never(
            "delete the delivery stream or change where it delivers",
            ("firehose:DeleteDeliveryStream", "firehose:UpdateDestination"),
        ),
    ),
)

# Amazon CloudWatch Logs User Guide, "CloudWatch Logs permissions reference".
_STREAMS = ("{arn}:log-stream:*",)
_WRITE_LOGS = Permit("WriteLogs", ("logs:CreateLogStream", "logs:PutLogEvents"), _STREAMS)
LOGS = Touchable(
    name="logs",
    label="Log group",
    icon="scroll-text",
    action="logs:FilterLogEvents",
    type="log-group",
    example="log-group:/acme/orders",
    page="AmazonCloudWatch/latest/logs/permissions-reference-cwl.html",
    uses=(
        Use("write", "Write", "write to the log {name}", (_WRITE_LOGS,)),
        Use(
            "make-and-write",
            "Make it and write",
            "make the log {name} and write to it",
            (Permit("MakeLogGroup", ("logs:CreateLogGroup",)), _WRITE_LOGS),
        ),
        Use(
            "read",
            "Read",
            "read the log {name}",
            (
                Permit("ReadLogs", ("logs:DescribeLogStreams", "logs:FilterLogEvents")),
                Permit("ReadStreams", ("logs:GetLogEvents",), _STREAMS),
            ),
        ),
    ),
    never=(
        Never("read the log {name}", ("logs:FilterLogEvents",)),
        Never("delete the log or change how long it is kept", ("logs:DeleteLogGroup", "logs:PutRetentionPolicy")),
    ),
)

# AWS Lambda Developer Guide, "Resources and conditions for Lambda actions".
FUNCTION = Touchable(
    name="function",
    label="Function",
    icon="square-function",
    kind="lambda.function",
    action="lambda:InvokeFunction",
    type="function",
    example="function:resize",
    page="lambda/latest/dg/lambda-api-permissions-ref.html",
    uses=(
        Use("invoke", "Invoke", "invoke {name}", (Permit("Invoke", ("lambda:InvokeFunction",)),)),
        Use(
            "invoke-all",
            "Invoke, by version and alias, too",
            "invoke {name}, by version and alias, too",
            (Permit("Invoke", ("lambda:InvokeFunction",), ("{arn}", "{arn}:*")),),
        ),
    ),
    never=(
        Never("change the code of {name}", ("lambda:UpdateFunctionCode", "lambda:UpdateFunctionConfiguration")),
        Never("delete the function", ("lambda:DeleteFunction",)),
        Never("change who else may invoke it", ("lambda:AddPermission",)),
    ),
)

# AWS Step Functions Developer Guide, "Creating granular permissions for non-admin users".
MACHINE = Touchable(
    name="machine",
    label="State machine",
    icon="workflow",
    action="states:StartExecution",
    type="statemachine",
    example="stateMachine:orders",
    page="step-functions/latest/dg/concept-create-iam-advanced.html",
    uses=(Use("start", "Start", "start executions of {name}", (Permit("Start", ("states:StartExecution",)),)),),
    never=(
        Never("change the state machine", ("states:UpdateStateMachine",)),
        Never("delete the state machine", ("states:DeleteStateMachine",)),
    ),
)
