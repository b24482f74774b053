"""How trust policies name Cognito identity pools and what their tokens say: each partition has names of its own.

Amazon Cognito Developer Guide, "Role trust and permissions"; AWS GovCloud (US) User Guide, "Amazon Cognito"; Amazon
Cognito Developer Guide of the China Regions, "Using role-based access control".
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Issuer:
    """`federated`: the principal. `prefix`: of the condition keys."""

    federated: str
    prefix: str

    @property
    def aud(self) -> str:
        """The key that has the pool's id."""
        return f"{self.prefix}:aud"

    @property
    def amr(self) -> str:
        """The key that has how somebody came in."""
        return f"{self.prefix}:amr"


_AWS, _GOV = "cognito-identity.amazonaws.com", "cognito-identity-us-gov.amazonaws.com"
ISSUERS = {
    "aws": Issuer(_AWS, _AWS),
    "aws-us-gov": Issuer(_GOV, _GOV),
    "aws-cn": Issuer("cognito-identity.cn-north-1.amazonaws.com.cn", "cognito-identity.amazonaws.com.cn"),
}


def issuer_for(arn: str) -> Issuer:
    """Of the partition that an ARN names."""
    return ISSUERS.get(arn.split(":", 2)[1], ISSUERS["aws"])
