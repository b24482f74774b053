"""What others changed of providers, profiles, certificates and settings, in words on the drift page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import AwsAccount, Operator
from emulator.process import Emulator
from tests.services.certificates import saml_metadata
from tests.services.pages import get, text_of
from tests.services.pulling import policy_arn, pulled
from tests.services.statements import EC2, allowing, trusting

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., Client]
OIDC = "arn:aws:iam::123456789012:oidc-provider/idp.example.org"
SAML = "arn:aws:iam::123456789012:saml-provider/okta"


@pytest.fixture
def described(
    emulator: Emulator, aws_account: AwsAccount, bob: Operator, client_of: ClientOf
) -> Callable[[str, Callable[[Any], object], Callable[[Any], object]], str]:
    """What the drift page tells after `make`, a pull, `change` and another pull of a source."""

    def tell(source: str, make: Callable[[Any], object], change: Callable[[Any], object]) -> str:
        iam = emulator.client("iam")
        for action in (make, change):
            action(iam)
            pulled(aws_account)
            pulled(aws_account, source=source)
        return text_of(get(client_of(bob), "drift"))

    return tell


def test_a_password_policy(described: Callable[..., str]) -> None:
    text = described(
        "iam.password_policy",
        lambda iam: iam.update_account_password_policy(MinimumPasswordLength=14),
        lambda iam: iam.update_account_password_policy(MinimumPasswordLength=6, MaxPasswordAge=90),
    )
    assert "Password policy: at least 6 characters (before: at least 14 characters)" in text
    assert "Password policy: expires after 90 days; then its user sets a new one" in text
    assert "(before: passwords never expire)" in text


def test_a_password_policy_that_is_deleted(described: Callable[..., str]) -> None:
    text = described(
        "iam.password_policy",
        lambda iam: iam.update_account_password_policy(MinimumPasswordLength=14),
        lambda iam: iam.delete_account_password_policy(),
    )
    assert "The AWS account has no password policy of its own any more: AWS’s default is in force" in text


def test_an_alias(described: Callable[..., str]) -> None:
    text = described(
        "iam.alias",
        lambda iam: iam.create_account_alias(AccountAlias="acme"),
        lambda iam: iam.delete_account_alias(AccountAlias="acme"),
    )
    assert "Alias acme taken away" in text


def test_a_role(described: Callable[..., str]) -> None:
    text = described(
        "iam.role_settings",
        lambda iam: iam.create_role(RoleName="web", AssumeRolePolicyDocument=trusting(EC2)),
        lambda iam: iam.update_role(RoleName="web", Description="Servers", MaxSessionDuration=7200),
    )
    assert "Described: Servers" in text
    assert "Longest session 2 h instead of 1 h" in text


def test_the_tags_of_a_policy(described: Callable[..., str]) -> None:
    text = described(
        "iam.policy_settings",
        lambda iam: iam.create_policy(PolicyName="reports", PolicyDocument=allowing("s3:GetObject")),
        lambda iam: iam.tag_policy(PolicyArn=policy_arn("reports"), Tags=[{"Key": "team", "Value": "shop"}]),
    )
    assert "Tag team=shop added" in text


def test_an_oidc_provider(described: Callable[..., str]) -> None:
    text = described(
        "iam.oidc_providers",
        lambda iam: iam.create_open_id_connect_provider(Url="https://idp.example.org", ClientIDList=["a"]),
        lambda iam: iam.add_client_id_to_open_id_connect_provider(OpenIDConnectProviderArn=OIDC, ClientID="b"),
    )
    assert "Takes tokens for b" in text


def test_a_saml_provider(described: Callable[..., str]) -> None:
    text = described(
        "iam.saml_providers",
        lambda iam: iam.create_saml_provider(Name="okta", SAMLMetadataDocument=saml_metadata()),
        lambda iam: iam.update_saml_provider(
            SAMLProviderArn=SAML, SAMLMetadataDocument=saml_metadata(entity_id="https://other.example.org")
        ),
    )
    assert "New metadata" in text
    assert "Entity id: https://other.example.org instead of https://idp.example.org/metadata" in text


def test_an_instance_profile(described: Callable[..., str]) -> None:
    def make(iam: Any) -> None:
        iam.create_role(RoleName="web", AssumeRolePolicyDocument=trusting(EC2))
        iam.create_instance_profile(InstanceProfileName="web")

    text = described(
        "iam.instance_profiles",
        make,
        lambda iam: iam.add_role_to_instance_profile(InstanceProfileName="web", RoleName="web"),
    )
    assert "Has the role web" in text
    assert "Role id" not in text
    assert "Role’s unique id" not in text
