"""What has a say in access and is not in the mirror: the policies of resources.

IAM User Guide, "AWS services that work with IAM", column "Resource-based policies"; Service Authorization Reference:
services with an action such as PutResourcePolicy, but for those whose policies AWS RAM writes alone, to share with
other AWS accounts. And which actions resource control policies (RCPs) bound.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from policies.engine import catalogue
from policies.engine.compiled import ActionPatterns
from policies.engine.matching import Glob, tokens

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

# KMS Developer Guide, "Resource control policies in AWS KMS"; Organizations User Guide, "Resources and entities not
# restricted by RCPs": of no effect in one.
_NOT_BOUND_BY_RCPS = "kms:retiregrant"


_ASSUMES = (
    "sts:assumerole",
    "sts:assumerolewithsaml",
    "sts:assumerolewithwebidentity",
    "sts:tagsession",
    "sts:setsourceidentity",
)


def is_assuming(action: str, resource: str) -> bool:
    """Whether the trust policy of a role decides."""
    return action.lower() in _ASSUMES and ":role/" in resource


def resource_policy_of(resource: str) -> str:
    """What the policy is called that may be on the resource; "" where it can have none. `resource`: an ARN or "*"."""
    parts = resource.split(":", 5)
    return RESOURCE_POLICIES.get(parts[2], "") if len(parts) == 6 and parts[0] == "arn" else ""


def is_bound_by_rcps(action: str) -> bool:
    """Whether RCPs bound what it does to resources.

    Organizations User Guide, "Resource control policies", "List of AWS services that support RCPs": as the catalogue
    has it, with the date of that.
    """
    lowered = action.lower()
    return lowered.partition(":")[0] in catalogue.services_with_rcps() and lowered != _NOT_BOUND_BY_RCPS


def on_services_with_rcps(written: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """What a statement of an RCP says of actions that RCPs bound."""
    beside = {name: value for name, value in written.items() if name not in ("Action", "NotAction")}
    if "NotAction" in written:
        others = ActionPatterns(_texts(written["NotAction"]))
        found = {each for each in _all_bound() if each.lower() not in others}
    else:
        found = {one for each in _texts(written.get("Action", [])) for one in _bound(each.lower())}
    if found:
        yield {**beside, "Action": sorted(found)}


def _texts(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else [each for each in value if isinstance(each, str)]


def _all_bound() -> Iterator[str]:
    for service in sorted(catalogue.services_with_rcps()):
        yield from filter(is_bound_by_rcps, catalogue.actions_matching(f"{service}:*"))


def _bound(pattern: str) -> Iterator[str]:
    """Patterns of a single service each."""
    service, colon, name = pattern.partition(":")
    for each in catalogue.services_with_rcps():
        if not Glob(tokens(service)).matches(each):
            continue
        of_service = f"{each}:{name if colon else '*'}"
        if Glob(tokens(of_service)).matches(_NOT_BOUND_BY_RCPS):
            yield from filter(is_bound_by_rcps, catalogue.actions_matching(of_service))
        else:
            yield of_service
