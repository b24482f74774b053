"""Who may assume the new role: an AWS service, tokens of an issuer, people by SAML, another AWS account, pods of EKS.

Each is a value that gives its trust policy, and the documents by which the engine proves what is said of that policy: a
document that is wider in one respect, within which the policy has to lie.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from accounts.models import AwsAccount
from guides.roles.outside import TokenIssuer
from identities.actions.trust_documents import document_of_trust, for_account, for_provider, for_service, for_tokens
from identities.actions.trusted_services import BY_PRINCIPAL
from identities.kinds import OIDC
from identities.models import SamlProvider
from policies.engine.catalogue import SERVICE_SOURCES

_BY_TOKEN, _BY_SAML, _BY_CREDENTIALS = "sts:AssumeRoleWithWebIdentity", "sts:AssumeRoleWithSAML", "sts:AssumeRole"


@dataclass(frozen=True)
class TrustClaim:
    """`sentence` is so where all that the trust policy lets in lies within `document`."""

    sentence: str
    document: Any


@dataclass(frozen=True)
class RoleTrust:
    """Derive from it."""

    aws_account: AwsAccount

    def document(self) -> str:
        """The text of the trust policy."""
        raise NotImplementedError

    def claims(self) -> Sequence[TrustClaim]:
        raise NotImplementedError

    @property
    def note(self) -> str:
        """What else there is to know of it, in a sentence."""
        return ""


def _within(principal: dict[str, str], action: str | Sequence[str], condition: Any = None) -> Any:
    return json.loads(document_of_trust(principal, action, condition or {}))


@dataclass(frozen=True)
class ServiceTrust(RoleTrust):
    """`named`: the function, project or the like that has the role, where it is known."""

    principal: str
    region: str = ""
    named: str = ""

    @property
    def title(self) -> str:
        known = BY_PRINCIPAL.get(self.principal)
        return known.title if known else self.principal

    def document(self) -> str:
        return for_service(self.aws_account, self.principal, region=self.region, name=self.named)

    def claims(self) -> Sequence[TrustClaim]:
        [statement] = json.loads(self.document())["Statement"]
        who = statement["Principal"]
        found = [TrustClaim(f"Only {self.title} can assume it", _within(who, _BY_CREDENTIALS))]
        account = self.aws_account.account_id
        if self.principal in SERVICE_SOURCES:
            own = {"StringEquals": {"aws:SourceAccount": account}}
            words = f"{self.title} can assume it on behalf of the AWS account {account} alone"
            found.append(TrustClaim(words, _within(who, _BY_CREDENTIALS, own)))
        if source := self._source(statement):
            condition = {"ArnLike": {"aws:SourceArn": source}}
            words = f"{self.title} can assume it for {self.named} alone"
            found.append(TrustClaim(words, _within(who, _BY_CREDENTIALS, condition)))
        return found

    def _source(self, statement: Any) -> str:
        """Of the one that alone may have it."""
        known = BY_PRINCIPAL.get(self.principal)
        is_one = bool(known and known.source and self.named and self.region)
        return str(statement["Condition"]["ArnLike"]["aws:SourceArn"]) if is_one else ""

    @property
    def note(self) -> str:
        if self.principal in SERVICE_SOURCES:
            return ""
        return (
            f"{self.title} documents no condition key that says on whose behalf it assumes a role: one would lock it "
            "out. Who may hand the role to it is said by iam:PassRole."
        )


@dataclass(frozen=True)
class TokenTrust(RoleTrust):
    """`url` begins with https://."""

    issuer: TokenIssuer
    url: str
    audience: str
    subject: str

    @property
    def host(self) -> str:
        return self.url.removeprefix("https://")

    @property
    def provider_arn(self) -> str:
        return OIDC.arn_of(self.aws_account, self.host)

    def document(self) -> str:
        return for_tokens(self.provider_arn, self.audience, self.subject)

    def claims(self) -> Sequence[TrustClaim]:
        who = {"Federated": self.provider_arn}
        like = "StringLike" if set(self.subject) & set("*?") else "StringEquals"
        subject, audience = (
            {like: {f"{self.host}:sub": self.subject}},
            {"StringEquals": {f"{self.host}:aud": self.audience}},
        )
        return [
            TrustClaim(f"Only {self.issuer.who} can assume it", _within(who, _BY_TOKEN)),
            TrustClaim(f"The subject of their token has to be {self.subject}", _within(who, _BY_TOKEN, subject)),
            TrustClaim(f"The token has to be meant for {self.audience}", _within(who, _BY_TOKEN, audience)),
        ]


@dataclass(frozen=True)
class SamlTrust(RoleTrust):
    provider: SamlProvider

    def document(self) -> str:
        return for_provider(self.aws_account, self.provider, "", "")

    def claims(self) -> Sequence[TrustClaim]:
        words = f"Only people whom {self.provider.name} signs in can assume it"
        return [TrustClaim(words, _within({"Federated": self.provider.arn}, _BY_SAML))]

    @property
    def note(self) -> str:
        return "Which people get the role is said by the identity provider, in the attribute Role of its assertions."


@dataclass(frozen=True)
class AccountTrust(RoleTrust):
    """`principal_arn`: the user or role of the other AWS account that alone may; "" for all whom its policies allow
    it.
    """

    account_id: str
    external_id: str = ""
    principal_arn: str = ""

    def document(self) -> str:
        text = for_account(self.aws_account, self.account_id, external_id=self.external_id)
        if not self.principal_arn:
            return text
        [statement] = json.loads(text)["Statement"]
        return document_of_trust({"AWS": self.principal_arn}, statement["Action"], statement.get("Condition", {}))

    def claims(self) -> Sequence[TrustClaim]:
        who = {"AWS": self.principal_arn or f"arn:{self.aws_account.partition}:iam::{self.account_id}:root"}
        words = self.principal_arn or f"principals of the AWS account {self.account_id}"
        found = [TrustClaim(f"Only {words} can assume it", _within(who, _BY_CREDENTIALS))]
        if self.external_id:
            condition = {"StringEquals": {"sts:ExternalId": self.external_id}}
            found.append(TrustClaim("They have to say the external id", _within(who, _BY_CREDENTIALS, condition)))
        return found

    @property
    def note(self) -> str:
        if self.external_id:
            return ""
        return "Without an external id, a third party that serves others, too, can be made to use the role for them."


_PODS = "pods.eks.amazonaws.com"


@dataclass(frozen=True)
class PodTrust(RoleTrust):
    """EKS Pod Identity: the tags of the session say which service account it is, in which namespace of which cluster.

    Amazon EKS User Guide, "Create IAM role with trust policy required by EKS Pod Identity", "Grant Pods access to AWS
    resources based on tags".
    """

    region: str
    cluster: str
    namespace: str
    service_account: str

    def document(self) -> str:
        return document_of_trust({"Service": _PODS}, (_BY_CREDENTIALS, "sts:TagSession"), {"StringEquals": self._tags})

    @property
    def _tags(self) -> dict[str, str]:
        cluster = (
            f"arn:{self.aws_account.partition}:eks:{self.region}:{self.aws_account.account_id}:cluster/{self.cluster}"
        )
        return {
            "aws:RequestTag/eks-cluster-arn": cluster,
            "aws:RequestTag/kubernetes-namespace": self.namespace,
            "aws:RequestTag/kubernetes-service-account": self.service_account,
        }

    def claims(self) -> Sequence[TrustClaim]:
        both = (_BY_CREDENTIALS, "sts:TagSession")
        return [
            TrustClaim("Only EKS Pod Identity can assume it", _within({"Service": _PODS}, both)),
            TrustClaim(
                f"It is for the service account {self.service_account} in {self.namespace} of {self.cluster} alone",
                _within({"Service": _PODS}, both, {"StringEquals": self._tags}),
            ),
        ]
