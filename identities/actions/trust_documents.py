"""Trust policies for roles that are new: who may assume them.

A condition that a service doesn't send would keep it out, so there are only those that each service's documentation
has: policies/engine/catalogue/service_sources.py, by which lint asks for them, too.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from accounts.models import AwsAccount
from identities.models import OidcProvider, SamlProvider
from policies.engine.catalogue import SERVICE_SOURCES

# IAM User Guide, "Configure SAML assertions for the authentication response".
_SAML_AUDIENCE = {
    AwsAccount.Partition.AWS: "https://signin.aws.amazon.com/saml",
    AwsAccount.Partition.CHINA: "https://signin.amazonaws.cn/saml",
    AwsAccount.Partition.GOV: "https://signin.amazonaws-us-gov.com/saml",
}


@dataclass(frozen=True)
class TrustedService:
    """An AWS service that takes on roles, and what AWS calls it."""

    principal: str
    title: str


EC2 = "ec2.amazonaws.com"
SERVICES = (
    TrustedService("lambda.amazonaws.com", "Lambda"),
    TrustedService(EC2, "EC2"),
    TrustedService("ecs-tasks.amazonaws.com", "ECS tasks"),
    TrustedService("scheduler.amazonaws.com", "EventBridge Scheduler"),
    TrustedService("states.amazonaws.com", "Step Functions"),
    TrustedService("codebuild.amazonaws.com", "CodeBuild"),
    TrustedService("apigateway.amazonaws.com", "API Gateway"),
    TrustedService("glue.amazonaws.com", "Glue"),
)


def for_service(aws_account: AwsAccount, principal: str) -> str:
    """`principal`: one of SERVICES or another one, such as "events.amazonaws.com"."""
    source = SERVICE_SOURCES.get(principal)
    condition: dict[str, Any] = {}
    if source:
        condition["StringEquals"] = {"aws:SourceAccount": aws_account.account_id}
    if source and source.arn:
        arn = source.arn.format(partition=aws_account.partition, account=aws_account.account_id)
        condition["ArnLike"] = {"aws:SourceArn": arn}
    called = f"{principal}.cn" if principal == EC2 and aws_account.partition == "aws-cn" else principal
    return _document({"Service": called}, "sts:AssumeRole", condition)


def for_account(aws_account: AwsAccount, account_id: str, *, external_id: str = "", asks_mfa: bool = False) -> str:
    """Whoever of that AWS account may assume roles, as its own policies say."""
    condition: dict[str, Any] = {}
    if external_id:
        condition["StringEquals"] = {"sts:ExternalId": external_id}
    if asks_mfa:
        condition["Bool"] = {"aws:MultiFactorAuthPresent": "true"}
    return _document({"AWS": f"arn:{aws_account.partition}:iam::{account_id}:root"}, "sts:AssumeRole", condition)


def for_provider(aws_account: AwsAccount, provider: OidcProvider | SamlProvider, audience: str, subject: str) -> str:
    """`audience` and `subject` are an OIDC provider's; a subject may have wildcards."""
    if isinstance(provider, SamlProvider):
        saml = {"StringEquals": {"SAML:aud": _SAML_AUDIENCE[AwsAccount.Partition(aws_account.partition)]}}
        return _document({"Federated": provider.arn}, "sts:AssumeRoleWithSAML", saml)
    host = provider.arn.partition(":oidc-provider/")[2]
    condition: dict[str, dict[str, str]] = {"StringEquals": {f"{host}:aud": audience}}
    if subject:
        operator = "StringLike" if set(subject) & set("*?") else "StringEquals"
        condition.setdefault(operator, {})[f"{host}:sub"] = subject
    return _document({"Federated": provider.arn}, "sts:AssumeRoleWithWebIdentity", condition)


def _document(principal: Mapping[str, str], action: str, condition: Mapping[str, Any]) -> str:
    statement: dict[str, Any] = {"Effect": "Allow", "Principal": principal, "Action": action}
    if condition:
        statement["Condition"] = condition
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, indent=2)
