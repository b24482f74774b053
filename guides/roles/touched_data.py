"""Where data lies: buckets, tables, secrets, parameters, keys, repositories."""

from __future__ import annotations

from guides.roles.touching import Never, Permit, Touchable, Use

# Amazon S3 User Guide, "Required permissions for Amazon S3 API operations", and "Protecting data by using SSE-KMS": an
# upload in parts takes kms:Decrypt besides.
_LIST = Permit("List", ("s3:ListBucket",), of_prefix={"StringLike": {"s3:prefix": "{prefix}*"}})
_OBJECTS = ("{arn}/{prefix}*",)
_READ = ("s3:GetObject",)
_WRITE = ("s3:AbortMultipartUpload", "s3:PutObject")
_DECRYPT, _ENCRYPT = ("kms:Decrypt",), ("kms:Decrypt", "kms:GenerateDataKey")

BUCKET = Touchable(
    name="bucket",
    label="Bucket",
    icon="box",
    kind="s3.bucket",
    action="s3:ListBucket",
    type="bucket",
    example="acme-reports",
    page="AmazonS3/latest/userguide/using-with-s3-policy-actions.html",
    via="s3",
    takes_prefix=True,
    uses=(
        Use("read", "Read", "list and read {name}", (_LIST, Permit("Read", _READ, _OBJECTS)), _DECRYPT),
        Use("write", "Write only", "write to {name}", (Permit("Write", _WRITE, _OBJECTS),), _ENCRYPT),
        Use(
            "read-write",
            "Read and write",
            "list, read and write {name}",
            (_LIST, Permit("ReadWrite", (*_READ, *_WRITE), _OBJECTS)),
            _ENCRYPT,
        ),
        Use(
            "all",
            "Read, write and delete",
            "list, read, write and delete what is in {name}",
            (_LIST, Permit("ReadWrite", (*_READ, *_WRITE, "s3:DeleteObject"), _OBJECTS)),
            _ENCRYPT,
        ),
    ),
    never=(
        Never("read what is in {name}", _READ, "{arn}/{prefix}*"),
        Never("write to {name}", ("s3:PutObject",), "{arn}/{prefix}*"),
        Never("delete what is in {name}", ("s3:DeleteObject", "s3:DeleteObjectVersion"), "{arn}/{prefix}*"),
        Never("delete the bucket", ("s3:DeleteBucket",)),
        Never("change who else gets in", ("s3:PutBucketPolicy", "s3:DeleteBucketPolicy", "s3:PutBucketAcl")),
    ),
)

# Amazon DynamoDB Developer Guide, "Actions, resources, and condition keys for Amazon DynamoDB"; "DynamoDB encryption at
# rest": with a key of the customer's, it decrypts in the name of who asks.
_READ_ITEMS = ("dynamodb:BatchGetItem", "dynamodb:ConditionCheckItem", "dynamodb:GetItem", "dynamodb:Query")
_WRITE_ITEMS = ("dynamodb:BatchWriteItem", "dynamodb:DeleteItem", "dynamodb:PutItem", "dynamodb:UpdateItem")
_INDEXES = Permit("ReadIndexes", ("dynamodb:Query",), ("{arn}/index/*",))
_SCANS = ("dynamodb:Scan",)

TABLE = Touchable(
    name="table",
    label="Table",
    icon="table-2",
    kind="dynamodb.table",
    action="dynamodb:GetItem",
    type="table",
    example="table/orders",
    page="amazondynamodb/latest/developerguide/using-identity-based-policies.html",
    via="dynamodb",
    uses=(
        Use("read", "Read", "read the items of {name}", (Permit("Read", _READ_ITEMS), _INDEXES), _DECRYPT),
        Use("write", "Write only", "write the items of {name}", (Permit("Write", _WRITE_ITEMS),), _DECRYPT),
        Use(
            "read-write",
            "Read and write",
            "read and write the items of {name}",
            (Permit("ReadWrite", (*_READ_ITEMS, *_WRITE_ITEMS)), _INDEXES),
            _DECRYPT,
        ),
        Use(
            "scan",
            "Read, by scans too",
            "read the items of {name}, by scans too",
            (
                Permit("Read", (*_READ_ITEMS, *_SCANS)),
                Permit("ReadIndexes", ("dynamodb:Query", *_SCANS), ("{arn}/index/*",)),
            ),
            _DECRYPT,
        ),
        Use(
            "stream",
            "Consume its stream",
            "read the stream of {name}",
            (
                Permit(
                    "Stream",
                    ("dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"),
                    ("{arn}/stream/*",),
                ),
                Permit("ListStreams", ("dynamodb:ListStreams",), ("*",)),
            ),
            _DECRYPT,
        ),
    ),
    never=(
        Never("read the items of {name}", ("dynamodb:GetItem", "dynamodb:Query", "dynamodb:Scan")),
        Never("write the items of {name}", _WRITE_ITEMS),
        Never("scan the table", _SCANS),
        Never("delete the table", ("dynamodb:DeleteTable",)),
        Never("export the table or change its settings", ("dynamodb:ExportTableToPointInTime", "dynamodb:UpdateTable")),
        Never("change who else gets in", ("dynamodb:PutResourcePolicy", "dynamodb:DeleteResourcePolicy")),
    ),
)

# AWS Secrets Manager User Guide, "Permissions policy examples", "Secret encryption and decryption".
SECRET = Touchable(
    name="secret",
    label="Secret",
    icon="key-round",
    kind="secretsmanager.secret",
    action="secretsmanager:GetSecretValue",
    type="Secret",
    example="secret:orders/db-AbCdEf",
    page="secretsmanager/latest/userguide/auth-and-access_iam-policies.html",
    via="secretsmanager",
    uses=(
        Use(
            "read",
            "Read",
            "read the secret {name}",
            (Permit("Read", ("secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue")),),
            _DECRYPT,
        ),
        Use(
            "read-write",
            "Read and change its value",
            "read the secret {name} and change its value",
            (
                Permit(
                    "ReadWrite",
                    (
                        "secretsmanager:DescribeSecret",
                        "secretsmanager:GetSecretValue",
                        "secretsmanager:PutSecretValue",
                        "secretsmanager:UpdateSecretVersionStage",
                    ),
                ),
            ),
            _ENCRYPT,
        ),
    ),
    never=(
        Never("change the value of {name}", ("secretsmanager:PutSecretValue", "secretsmanager:UpdateSecret")),
        Never("delete the secret", ("secretsmanager:DeleteSecret",)),
        Never("change who else gets in", ("secretsmanager:PutResourcePolicy", "secretsmanager:DeleteResourcePolicy")),
    ),
)

# AWS Systems Manager User Guide, "Restricting access to Parameter Store parameters using IAM policies".
PARAMETER = Touchable(
    name="parameter",
    label="Parameter",
    icon="sliders-horizontal",
    action="ssm:GetParameter",
    type="parameter",
    example="parameter/orders/url",
    page="systems-manager/latest/userguide/sysman-paramstore-access.html",
    uses=(
        Use(
            "read",
            "Read",
            "read the parameter {name}",
            (Permit("Read", ("ssm:GetParameter", "ssm:GetParameters")),),
        ),
        Use(
            "read-write",
            "Read and write",
            "read and write the parameter {name}",
            (Permit("ReadWrite", ("ssm:GetParameter", "ssm:GetParameters", "ssm:PutParameter")),),
        ),
    ),
    never=(
        Never("write the parameter {name}", ("ssm:PutParameter",)),
        Never("delete the parameter", ("ssm:DeleteParameter",)),
    ),
)

# AWS KMS Developer Guide, "AWS KMS permissions".
KEY = Touchable(
    name="key",
    label="KMS key",
    icon="lock-keyhole",
    kind="kms.key",
    action="kms:Decrypt",
    type="key",
    example="key/1f2e3d4c-0000-4000-8000-123456789012",
    page="kms/latest/developerguide/kms-api-permissions-reference.html",
    uses=(
        Use("decrypt", "Decrypt", "decrypt with {name}", (Permit("Decrypt", ("kms:Decrypt", "kms:DescribeKey")),)),
        Use(
            "encrypt",
            "Encrypt",
            "encrypt with {name}",
            (Permit("Encrypt", ("kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey")),),
        ),
        Use(
            "both",
            "Encrypt and decrypt",
            "encrypt and decrypt with {name}",
            (Permit("UseKey", ("kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey")),),
        ),
        Use(
            "sign",
            "Sign and verify",
            "sign and verify with {name}",
            (Permit("Sign", ("kms:DescribeKey", "kms:GetPublicKey", "kms:Sign", "kms:Verify")),),
        ),
    ),
    never=(
        Never("decrypt with {name}", ("kms:Decrypt",)),
        Never("delete or disable the key", ("kms:DisableKey", "kms:ScheduleKeyDeletion")),
        Never("change who else may use it", ("kms:CreateGrant", "kms:PutKeyPolicy")),
    ),
)

# Amazon ECR User Guide, "Private repository policy examples", "IAM permissions for pushing an image".
_PULL = ("ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")
_PUSH = ("ecr:CompleteLayerUpload", "ecr:InitiateLayerUpload", "ecr:PutImage", "ecr:UploadLayerPart")
_SIGN_IN = Permit("SignIn", ("ecr:GetAuthorizationToken",), ("*",))

REPOSITORY = Touchable(
    name="repository",
    label="Image repository",
    icon="package",
    kind="ecr.repository",
    action="ecr:BatchGetImage",
    type="repository",
    example="repository/shop/web",
    page="AmazonECR/latest/userguide/image-push-iam.html",
    uses=(
        Use("pull", "Pull", "pull the images of {name}", (_SIGN_IN, Permit("Pull", _PULL))),
        Use(
            "push",
            "Pull and push",
            "pull and push images of {name}",
            (_SIGN_IN, Permit("PullPush", (*_PULL, *_PUSH))),
        ),
    ),
    never=(
        Never("push images to {name}", _PUSH),
        Never("delete images or the repository", ("ecr:BatchDeleteImage", "ecr:DeleteRepository")),
        Never("change who else gets in", ("ecr:SetRepositoryPolicy", "ecr:DeleteRepositoryPolicy")),
    ),
)
