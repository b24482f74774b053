"""Trust policies for roles that are new: who may assume them.

A condition that a service doesn't send would keep it out, so there are only those that each service's documentation
has: policies/engine/catalogue/service_sources.py, by which lint asks for them, too.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from accounts.models import AwsAccount
from identities.actions.trusted_services import BY_PRINCIPAL, EC2
from identities.models import OidcProvider, SamlProvider
from policies.engine.catalogue import SERVICE_SOURCES

# IAM User Guide, "Configure SAML assertions for the authentication response".
_SAML_AUDIENCE = {
    AwsAccount.Partition.AWS: "https://signin.aws.amazon.com/saml",
    AwsAccount.Partition.CHINA: "https://signin.amazonaws.cn/saml",
    AwsAccount.Partition.GOV: "https://signin.amazonaws-us-gov.com/saml",
}


def for_service(aws_account: AwsAccount, principal: str, *, region: str = "", name: str = "") -> str:
    """`principal`: one of SERVICES or another one, such as "events.amazonaws.com". `region`, `name`: of the function,
    project or the like that alone may have the role, where the service says which one comes.
    """
    place = {"partition": aws_account.partition, "account": aws_account.account_id}
    known, source = BY_PRINCIPAL.get(principal), SERVICE_SOURCES.get(principal)
    condition: dict[str, Any] = {}
    if source:
        condition["StringEquals"] = {"aws:SourceAccount": aws_account.account_id}
        one = known.source if known and region and name else ""
        if pattern := one or source.arn:
            condition["ArnLike"] = {"aws:SourceArn": pattern.format(**place, region=region, name=name)}
    called = f"{principal}.cn" if principal == EC2 and aws_account.partition == "aws-cn" else principal
    return document_of_trust({"Service": called}, "sts:AssumeRole", condition)


def for_account(aws_account: AwsAccount, account_id: str, *, external_id: str = "", asks_mfa: bool = False) -> str:
    """Whoever of that AWS account may assume roles, as its own policies say."""
    condition: dict[str, Any] = {}
    if external_id:
        condition["StringEquals"] = {"sts:ExternalId": external_id}
    if asks_mfa:
        condition["Bool"] = {"aws:MultiFactorAuthPresent": "true"}
    return document_of_trust(
        {"AWS": f"arn:{aws_account.partition}:iam::{account_id}:root"}, "sts:AssumeRole", condition
    )


def for_provider(aws_account: AwsAccount, provider: OidcProvider | SamlProvider, audience: str, subject: str) -> str:
    """`audience` and `subject` are an OIDC provider's; a subject may have wildcards."""
    if isinstance(provider, SamlProvider):
        saml = {"StringEquals": {"SAML:aud": _SAML_AUDIENCE[AwsAccount.Partition(aws_account.partition)]}}
        return document_of_trust({"Federated": provider.arn}, "sts:AssumeRoleWithSAML", saml)
    return for_tokens(provider.arn, audience, subject)


def for_tokens(provider_arn: str, audience: str, subject: str) -> str:
    """Whoever has a token of the OIDC provider with that `aud` and `sub`; `subject` may have wildcards."""
    host = provider_arn.partition(":oidc-provider/")[2]
    condition: dict[str, dict[str, str]] = {"StringEquals": {f"{host}:aud": audience}}
    if subject:
        operator = "StringLike" if set(subject) & set("*?") else "StringEquals"
        condition.setdefault(operator, {})[f"{host}:sub"] = subject
    return document_of_trust({"Federated": provider_arn}, "sts:AssumeRoleWithWebIdentity", condition)


def document_of_trust(principal: Mapping[str, str], action: str | Sequence[str], condition: Mapping[str, Any]) -> str:
    """A trust policy with one statement, laid out."""
    statement: dict[str, Any] = {"Effect": "Allow", "Principal": principal, "Action": action}
    if condition:
        statement["Condition"] = condition
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, indent=2)
