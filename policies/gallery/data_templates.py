"""Templates for data and code: buckets, tables, secrets, queues, functions.

Actions and their resources are those of the Service Authorization Reference.
"""

from __future__ import annotations

from policies.gallery.parameters import ArnParameter, NameParameter, ReadingServiceParameter, TextParameter
from policies.gallery.template import PolicyTemplate

DATA, CODE, MESSAGES = "Data", "Functions and deployment", "Messages"

BUCKET = NameParameter(
    "bucket",
    "Bucket",
    "Its name, not its ARN.",
    pattern=r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]",
    rule="the name of one bucket: 3 to 63 lower-case letters, digits, dots and hyphens.",
)
PREFIX = TextParameter("prefix", "Prefix", "What keys begin with, such as reports/2026/", in_pattern=True)
TABLE = ArnParameter("table", "Table", action="dynamodb:GetItem", type="table", example="table/orders")
FUNCTION = ArnParameter(
    "function", "Function", action="lambda:InvokeFunction", type="function", example="function:resize"
)
KEY = ArnParameter("key", "Key", action="kms:Decrypt", type="key", example="key/1f2e3d4c-0000-4000-8000-123456789012")
QUEUE = ArnParameter("queue", "Queue", action="sqs:SendMessage", type="queue", example="orders")
FUNCTION_NAME = NameParameter(
    "function",
    "Function",
    "Its name, not its ARN.",
    pattern=r"[\w-]{1,64}",
    rule="the name of one function: at most 64 letters, digits, hyphens and underscores.",
)

_OBJECTS = "arn:<partition>:s3:::<bucket>/<prefix>*"
_BUCKET = "arn:<partition>:s3:::<bucket>"

TEMPLATES = (
    PolicyTemplate(
        "read-bucket",
        "Read one bucket",
        DATA,
        "Lists the bucket and reads its objects.",
        [
            {
                "Sid": "ListBucket",
                "Effect": "Allow",
                "Action": ["s3:GetBucketLocation", "s3:ListBucket"],
                "Resource": _BUCKET,
            },
            {"Sid": "ReadObjects", "Effect": "Allow", "Action": "s3:GetObject", "Resource": f"{_BUCKET}/*"},
        ],
        [BUCKET],
    ),
    PolicyTemplate(
        "write-prefix",
        "Read and write a prefix of a bucket",
        DATA,
        "Lists, reads, writes and deletes objects whose keys begin so, and no others.",
        [
            {
                "Sid": "ListPrefix",
                "Effect": "Allow",
                "Action": "s3:ListBucket",
                "Resource": _BUCKET,
                "Condition": {"StringLike": {"s3:prefix": "<prefix>*"}},
            },
            {
                "Sid": "ReadAndWrite",
                "Effect": "Allow",
                "Action": ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:PutObject"],
                "Resource": _OBJECTS,
            },
        ],
        [BUCKET, PREFIX],
    ),
    PolicyTemplate(
        "table-items",
        "Work with the items of one table",
        DATA,
        "Reads and writes items of a DynamoDB table by key and by query, also by its indexes; no scans, no settings.",
        [
            {
                "Sid": "Items",
                "Effect": "Allow",
                "Action": [
                    "dynamodb:BatchGetItem",
                    "dynamodb:BatchWriteItem",
                    "dynamodb:ConditionCheckItem",
                    "dynamodb:DeleteItem",
                    "dynamodb:GetItem",
                    "dynamodb:PutItem",
                    "dynamodb:Query",
                    "dynamodb:UpdateItem",
                ],
                "Resource": "<table>",
            },
            {"Sid": "Indexes", "Effect": "Allow", "Action": "dynamodb:Query", "Resource": "<table>/index/*"},
        ],
        [TABLE],
    ),
    PolicyTemplate(
        "table-partition",
        "Work with one partition key of a table",
        DATA,
        "Reads and writes only those items of a DynamoDB table whose partition key has this value.",
        [
            {
                "Sid": "OnePartition",
                "Effect": "Allow",
                "Action": [
                    "dynamodb:BatchGetItem",
                    "dynamodb:BatchWriteItem",
                    "dynamodb:DeleteItem",
                    "dynamodb:GetItem",
                    "dynamodb:PutItem",
                    "dynamodb:Query",
                    "dynamodb:UpdateItem",
                ],
                "Resource": "<table>",
                "Condition": {
                    "ForAllValues:StringEquals": {"dynamodb:LeadingKeys": "<value>"},
                    "Null": {"dynamodb:LeadingKeys": "false"},
                },
            }
        ],
        [TABLE, TextParameter("value", "Partition key", "Its value, such as a customer’s number.")],
        source="Amazon DynamoDB Developer Guide, “Using IAM policy conditions for fine-grained access control”",
    ),
    PolicyTemplate(
        "read-secret",
        "Read one secret",
        DATA,
        "Reads the value of a secret of Secrets Manager. A secret under a key of your own takes kms:Decrypt, too.",
        [
            {
                "Sid": "ReadSecret",
                "Effect": "Allow",
                "Action": ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"],
                "Resource": "<secret>",
            }
        ],
        [
            ArnParameter(
                "secret",
                "Secret",
                action="secretsmanager:GetSecretValue",
                type="Secret",
                example="secret:orders/db-AbCdEf",
            )
        ],
    ),
    PolicyTemplate(
        "read-parameters",
        "Read parameters below one path",
        DATA,
        "Reads parameters of Systems Manager whose names begin with the path.",
        [
            {
                "Sid": "ReadParameters",
                "Effect": "Allow",
                "Action": ["ssm:GetParameter", "ssm:GetParameters", "ssm:GetParametersByPath"],
                "Resource": [
                    "arn:<partition>:ssm:*:<account>:parameter<path>",
                    "arn:<partition>:ssm:*:<account>:parameter<path>/*",
                ],
            }
        ],
        [
            NameParameter(
                "path",
                "Path",
                "Such as /orders/production",
                pattern=r"(/[\w.-]+){1,15}",
                rule="begins with a slash and doesn’t end with one: /orders/production.",
            )
        ],
    ),
    PolicyTemplate(
        "decrypt",
        "Decrypt with one key",
        DATA,
        "Decrypts with one key of KMS. The key’s own policy must let the AWS account’s IAM policies decide.",
        [{"Sid": "Decrypt", "Effect": "Allow", "Action": ["kms:Decrypt", "kms:DescribeKey"], "Resource": "<key>"}],
        [KEY],
    ),
    PolicyTemplate(
        "encrypt-and-decrypt",
        "Encrypt and decrypt with one key",
        DATA,
        "What services need of a key with which they write and read encrypted data.",
        [
            {
                "Sid": "UseKey",
                "Effect": "Allow",
                "Action": ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey"],
                "Resource": "<key>",
            }
        ],
        [KEY],
    ),
    PolicyTemplate(
        "read-service",
        "Read-only, by service",
        DATA,
        "All actions of one service that list and read, on all its resources: the data in them, too.",
        [{"Sid": "Read", "Effect": "Allow", "Action": "<service>", "Resource": "*"}],
        [ReadingServiceParameter("service", "Service", "Its prefix, such as dynamodb")],
    ),
    PolicyTemplate(
        "invoke-function",
        "Invoke one function",
        CODE,
        "Calls one Lambda function, in all its versions.",
        [
            {
                "Sid": "Invoke",
                "Effect": "Allow",
                "Action": "lambda:InvokeFunction",
                "Resource": ["<function>", "<function>:*"],
            }
        ],
        [FUNCTION],
    ),
    PolicyTemplate(
        "function-logs",
        "Write the logs of a function",
        CODE,
        "What the role of a Lambda function needs to write its logs, in any Region of this AWS account.",
        [
            {
                "Sid": "WriteLogs",
                "Effect": "Allow",
                "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
                "Resource": "arn:<partition>:logs:*:<account>:log-group:/aws/lambda/<function>:log-stream:*",
            },
            {
                "Sid": "MakeLogGroup",
                "Effect": "Allow",
                "Action": "logs:CreateLogGroup",
                "Resource": "arn:<partition>:logs:*:<account>:log-group:/aws/lambda/<function>",
            },
        ],
        [FUNCTION_NAME],
    ),
    PolicyTemplate(
        "read-function-logs",
        "Read the logs of a function",
        CODE,
        "Searches and reads what one Lambda function wrote to its log.",
        [
            {
                "Sid": "ReadLogs",
                "Effect": "Allow",
                "Action": ["logs:DescribeLogStreams", "logs:FilterLogEvents", "logs:StartQuery"],
                "Resource": "arn:<partition>:logs:*:<account>:log-group:/aws/lambda/<function>",
            },
            {
                "Sid": "ReadStreams",
                "Effect": "Allow",
                "Action": "logs:GetLogEvents",
                "Resource": "arn:<partition>:logs:*:<account>:log-group:/aws/lambda/<function>:log-stream:*",
            },
            {
                "Sid": "ReadAnswers",
                "Effect": "Allow",
                "Action": ["logs:GetQueryResults", "logs:StopQuery"],
                "Resource": "*",
            },
        ],
        [FUNCTION_NAME],
    ),
    PolicyTemplate(
        "deploy-function",
        "Deploy a function by CI",
        CODE,
        "Brings new code to one Lambda function, publishes versions and moves its aliases. It passes no role.",
        [
            {
                "Sid": "Deploy",
                "Effect": "Allow",
                "Action": [
                    "lambda:GetAlias",
                    "lambda:GetFunction",
                    "lambda:GetFunctionConfiguration",
                    "lambda:ListVersionsByFunction",
                    "lambda:PublishVersion",
                    "lambda:UpdateAlias",
                    "lambda:UpdateFunctionCode",
                ],
                "Resource": ["<function>", "<function>:*"],
            }
        ],
        [FUNCTION],
    ),
    PolicyTemplate(
        "pull-images",
        "Pull from one repository",
        CODE,
        "Signs in to Elastic Container Registry and pulls the images of one repository.",
        [
            {"Sid": "SignIn", "Effect": "Allow", "Action": "ecr:GetAuthorizationToken", "Resource": "*"},
            {
                "Sid": "Pull",
                "Effect": "Allow",
                "Action": ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
                "Resource": "<repository>",
            },
        ],
        [
            ArnParameter(
                "repository", "Repository", action="ecr:BatchGetImage", type="repository", example="repository/shop/web"
            )
        ],
    ),
    PolicyTemplate(
        "start-state-machine",
        "Start one state machine",
        CODE,
        "Starts executions of one state machine of Step Functions.",
        [{"Sid": "Start", "Effect": "Allow", "Action": "states:StartExecution", "Resource": "<machine>"}],
        [
            ArnParameter(
                "machine",
                "State machine",
                action="states:StartExecution",
                type="statemachine",
                example="stateMachine:orders",
            )
        ],
    ),
    PolicyTemplate(
        "send-to-queue",
        "Send to one queue",
        MESSAGES,
        "Sends messages to one queue of SQS, and reads none.",
        [{"Sid": "Send", "Effect": "Allow", "Action": ["sqs:GetQueueUrl", "sqs:SendMessage"], "Resource": "<queue>"}],
        [QUEUE],
    ),
    PolicyTemplate(
        "consume-queue",
        "Consume one queue",
        MESSAGES,
        "Receives and deletes messages of one queue of SQS, as a Lambda function does that is run by it.",
        [
            {
                "Sid": "Consume",
                "Effect": "Allow",
                "Action": [
                    "sqs:ChangeMessageVisibility",
                    "sqs:DeleteMessage",
                    "sqs:GetQueueAttributes",
                    "sqs:ReceiveMessage",
                ],
                "Resource": "<queue>",
            }
        ],
        [QUEUE],
    ),
    PolicyTemplate(
        "publish-to-topic",
        "Publish to one topic",
        MESSAGES,
        "Publishes to one topic of SNS.",
        [{"Sid": "Publish", "Effect": "Allow", "Action": "sns:Publish", "Resource": "<topic>"}],
        [ArnParameter("topic", "Topic", action="sns:Publish", type="topic", example="orders")],
    ),
    PolicyTemplate(
        "put-events",
        "Put events on one bus",
        MESSAGES,
        "Puts events on one event bus of EventBridge.",
        [{"Sid": "PutEvents", "Effect": "Allow", "Action": "events:PutEvents", "Resource": "<bus>"}],
        [ArnParameter("bus", "Event bus", action="events:PutEvents", type="event-bus", example="event-bus/orders")],
    ),
)
