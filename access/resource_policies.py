"""What has a say in access and is not in the mirror: the policies of resources.

IAM User Guide, "AWS services that work with IAM", column "Resource-based policies"; Service Authorization Reference:
services with an action such as PutResourcePolicy, but for those whose policies AWS RAM writes alone, to share with
other AWS accounts; Organizations User Guide, "Resource control policies", "List of AWS services that support RCPs".
"""

from __future__ import annotations

# The service in the ARN of a resource, and what its policy is called there. IAM's own, trust policies, are held.
RESOURCE_POLICIES = {
    "acm-pca": "resource policy of the certificate authority",
    "aoss": "data access policy of the collection",
    "apigateway": "resource policy of the API",
    "aps": "policy of the workspace",
    "backup": "access policy of the backup vault",
    "bedrock": "resource policy",
    "bedrock-agentcore": "resource policy",
    "cloudhsm": "resource policy of the backup",
    "cloudtrail": "resource policy",
    "codeartifact": "policy of the domain or repository",
    "codebuild": "resource policy",
    "comprehend": "policy of the model",
    "dynamodb": "policy of the table",
    "ecr": "policy of the repository",
    "ecr-public": "policy of the repository",
    "elasticfilesystem": "policy of the file system",
    "entityresolution": "resource policy",
    "es": "access policy of the domain",
    "events": "policy of the event bus",
    "execute-api": "resource policy of the API",
    "glacier": "policy of the vault",
    "glue": "policy of the data catalog",
    "kinesis": "policy of the stream",
    "kms": "key policy",
    "lambda": "policy of the function",
    "lex": "resource policy",
    "logs": "resource policy",
    "lookoutequipment": "policy of the model",
    "mediastore": "policy of the container",
    "network-firewall": "resource policy",
    "organizations": "delegation policy of the organization",
    "osis": "policy of the pipeline",
    "payment-cryptography": "policy of the key",
    "redshift": "resource policy",
    "redshift-serverless": "resource policy",
    "rum": "policy of the app monitor",
    "s3": "bucket policy",
    "s3-object-lambda": "policy of the access point",
    "s3-outposts": "bucket policy",
    "s3express": "bucket policy",
    "s3files": "policy of the file system",
    "s3tables": "policy of the table bucket",
    "s3vectors": "policy of the vector bucket",
    "schemas": "policy of the registry",
    "secretsmanager": "policy of the secret",
    "serverlessrepo": "policy of the application",
    "ses": "policy of the identity",
    "signer": "policy of the signing profile",
    "sns": "policy of the topic",
    "sqs": "policy of the queue",
    "ssm": "resource policy",
    "ssm-contacts": "resource policy",
    "ssm-incidents": "resource policy",
    "vpc-lattice": "auth policy",
}

# The services, by the prefix of their actions, whose resources RCPs bound.
BOUND_BY_RCPS = frozenset(
    {
        "aoss",
        "cognito-identity",
        "cognito-idp",
        "dynamodb",
        "ecr",
        "kms",
        "logs",
        "s3",
        "secretsmanager",
        "sqs",
        "sts",
    }
)


def resource_policy_of(resource: str) -> str:
    """What the policy is called that may be on the resource; "" where it can have none. `resource`: an ARN or "*"."""
    parts = resource.split(":", 5)
    return RESOURCE_POLICIES.get(parts[2], "") if len(parts) == 6 and parts[0] == "arn" else ""


def is_bound_by_rcps(action: str) -> bool:
    return action.partition(":")[0].lower() in BOUND_BY_RCPS
