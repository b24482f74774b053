"""Answers of the role builder for tests: one of each entry of its tables."""

from __future__ import annotations

from collections.abc import Iterator

from accounts.models import AwsAccount
from guides.roles.answers import RoleAnswers, Touch
from guides.roles.outside import ISSUERS
from guides.roles.own_log import own_log
from guides.roles.touched import BY_NAME, TOUCHABLES
from guides.roles.touching import Touchable, Use
from guides.roles.trusting import AccountTrust, PodTrust, RoleTrust, SamlTrust, ServiceTrust, TokenTrust
from identities.actions.trusted_services import SERVICES
from identities.models import SamlProvider
from tests.services.pages import ACCOUNT_ID

REGION = "eu-west-1"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT_ID}:key/1f2e3d4c-0000-4000-8000-123456789012"
USES = [(touchable.name, use.name) for touchable in TOUCHABLES for use in touchable.uses]


def arn_of(touchable: Touchable, number: int = 0) -> str:
    """Of one; another number is another one."""
    place = ":" if touchable.name == "bucket" else f"{REGION}:{ACCOUNT_ID}"
    example = f"{touchable.example}{number or ''}"
    return f"arn:aws:{touchable.service}:{place}:{example}"


def touch(name: str, use: str, number: int = 0, *, prefix: str = "", with_key: bool = False) -> Touch:
    touchable = BY_NAME[name]
    chosen = touchable.use(use)
    assert isinstance(chosen, Use)
    key = KEY if with_key and chosen.with_key else ""
    return Touch(touchable, chosen, arn_of(touchable, number), f"one{number}", prefix, REGION, key)


def trusts(aws_account: AwsAccount) -> Iterator[RoleTrust]:
    """Each entry of the tables of who may assume a role: services with a name and without."""
    for service in SERVICES:
        yield ServiceTrust(aws_account, service.principal, REGION, "")
        if service.named:
            yield ServiceTrust(aws_account, service.principal, REGION, "orders")
    for issuer in ISSUERS:
        subject = issuer.subject or "client-7"
        yield TokenTrust(aws_account, issuer, issuer.url or "https://oidc.example.org/id/A1", issuer.audience, subject)
    yield PodTrust(aws_account, REGION, "blue", "shop", "orders-api")
    saml = SamlProvider(name="okta", arn=f"arn:aws:iam::{aws_account.account_id}:saml-provider/okta")
    yield SamlTrust(aws_account, saml)
    yield AccountTrust(aws_account, "999999999999", "acme-7")
    yield AccountTrust(aws_account, "999999999999", "", "arn:aws:iam::999999999999:role/deploy")


def answers(aws_account: AwsAccount, trust: RoleTrust | None = None, *touches: Touch) -> RoleAnswers:
    trust = trust or ServiceTrust(aws_account, "lambda.amazonaws.com", REGION, "orders")
    return RoleAnswers(aws_account, "orders", "/service/", trust, touches)


def log_of(aws_account: AwsAccount) -> Touch:
    found = own_log(aws_account, "lambda.amazonaws.com", REGION, "orders")
    assert found is not None
    return found
