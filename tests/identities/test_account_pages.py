"""The pages of account settings, identity providers, instance profiles and server certificates."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import AwsAccount, Operator
from findings import refresh
from identities.account import password_policy, selectors
from identities.edges import keep_trusted
from identities.models import IamAccount, IamRole, InstanceProfile, OidcProvider, SamlProvider, ServerCertificate
from identities.posture.account import AccountSource
from sync.models import Run
from tests.services.account_rows import SOURCES, make, make_settings, ran
from tests.services.pages import ACCOUNT_ID, get, names_in, text_of
from tests.services.rows import make_role

ClientOf = Callable[..., Client]
OIDC_ARN = f"arn:aws:iam::{ACCOUNT_ID}:oidc-provider/token.example.com"
SAML_ARN = f"arn:aws:iam::{ACCOUNT_ID}:saml-provider/okta"


@pytest.fixture
def settings_row(aws_account: AwsAccount) -> IamAccount:
    ran(aws_account, *SOURCES)
    return make_settings(aws_account)


def settings_text(client: Client) -> str:
    return text_of(get(client, "account_settings"))


def test_settings_in_sentences(settings_row: IamAccount, bob: Operator, client_of: ClientOf) -> None:
    text = settings_text(client_of(bob))
    assert "At least 8 characters. 8 characters are few: 14 are advised." in text
    assert "https://acme.signin.aws.amazon.com/console" in text
    assert "Version 2: valid in all Regions" in text
    assert "Users 4,990 of 5,000 Nearly used up" in text
    assert "Roles 12 of 1,000" in text
    assert "Not read yet" not in text


def test_each_part_has_its_age(settings_row: IamAccount, bob: Operator, client_of: ClientOf) -> None:
    Run.objects.filter(source="iam.summary").update(finished_at=timezone.now() - timedelta(hours=5))
    text = settings_text(client_of(bob))
    assert "How much of what AWS allows is used. Read 5 h ago" in text
    assert "For the passwords of IAM users. Read just now" in text


def test_the_default_policy_is_no_lack_of_rules(settings_row: IamAccount, bob: Operator, client_of: ClientOf) -> None:
    IamAccount.objects.update(password_policy={})
    text = settings_text(client_of(bob))
    assert "AWS’s default: the AWS account has none of its own." in text
    assert "At least three of these: an upper-case letter, a lower-case letter, a digit, a symbol." in text


def test_what_was_never_pulled_is_not_read(aws_account: AwsAccount, bob: Operator, client_of: ClientOf) -> None:
    text = settings_text(client_of(bob))
    for what in ("the password policy", "quotas and usage", "server certificates", "the account alias"):
        assert f"Not read yet: {what}." in text
    assert "At least" not in text
    assert "None." not in text


def test_what_is_denied_names_the_permission(aws_account: AwsAccount, bob: Operator, client_of: ClientOf) -> None:
    why = "AWS does not let the console do iam:GetAccountPasswordPolicy."
    ran(
        aws_account,
        "iam.password_policy",
        state=Run.State.FAILED,
        error={"class": "AccessDeniedError", "sentence": why},
    )
    assert f"Not read: the password policy. {why}" in settings_text(client_of(bob))


@pytest.mark.parametrize(
    ("partition", "address"),
    [
        ("aws", "https://123456789012.signin.aws.amazon.com/console"),
        ("aws-cn", "https://123456789012.signin.amazonaws.cn/console"),
        ("aws-us-gov", "https://123456789012.signin.amazonaws-us-gov.com/console"),
    ],
)
def test_the_sign_in_address_of_each_partition(partition: str, address: str) -> None:
    assert selectors.sign_in_address(AwsAccount(account_id=ACCOUNT_ID, partition=partition), "") == address


def rules_of(**said: Any) -> list[str]:
    return [rule.text for rule in password_policy.read(said).rules]


def test_a_strong_password_policy() -> None:
    policy = password_policy.read(
        {
            "MinimumPasswordLength": 16,
            "RequireSymbols": True,
            "RequireNumbers": True,
            "MaxPasswordAge": 90,
            "HardExpiry": True,
            "PasswordReusePrevention": 24,
            "AllowUsersToChangePassword": True,
        }
    )
    assert [rule.text for rule in policy.rules] == [
        "At least 16 characters.",
        "At least a digit and a symbol.",
        "Expires after 90 days; then only an administrator can set a new one.",
        "None of the last 24.",
        "Users may change their own.",
    ]
    assert policy.weaknesses == []


def test_a_weak_password_policy() -> None:
    policy = password_policy.read({"MinimumPasswordLength": 6})
    assert not policy.is_default
    assert policy.weaknesses == [
        "6 characters are few: 14 are advised.",
        "No kinds of characters are asked for.",
        "Users who must change their password can set the old one again.",
    ]


@pytest.fixture
def providers(aws_account: AwsAccount) -> None:
    ran(aws_account, *SOURCES)
    make(OidcProvider, aws_account, "token.example.com", arn=OIDC_ARN, client_ids=["sts.amazonaws.com"])
    soon = timezone.now() + timedelta(days=9)
    make(SamlProvider, aws_account, "okta", arn=SAML_ARN, entity_id="https://okta.example", certificate_expires_at=soon)
    make_role(aws_account, "deploy", trusted=[{"type": "Federated", "value": OIDC_ARN}])
    make_role(aws_account, "lambda")
    keep_trusted(IamRole.objects.all())


def test_providers_and_the_roles_that_trust_them(providers: None, bob: Operator, client_of: ClientOf) -> None:
    text = text_of(get(client_of(bob), "identity_providers"))
    assert "token.example.com sts.amazonaws.com deploy" in text
    assert "okta https://okta.example No role: nobody gets in Soon:" in text


def test_a_provider_with_its_roles(providers: None, bob: Operator, client_of: ClientOf) -> None:
    provider = OidcProvider.objects.get()
    text = text_of(get(client_of(bob), "oidc_provider", aws_id=provider.aws_id))
    assert f"ARN {OIDC_ARN}" in text
    assert "Roles that whoever it signs in may assume" in text
    assert "deploy" in text
    okta = text_of(get(client_of(bob), "saml_provider", aws_id=SamlProvider.objects.get().aws_id))
    assert "Ends soon" in okta
    assert "No role trusts it" in okta


def test_no_provider_is_said_only_when_it_is_known(aws_account: AwsAccount, bob: Operator, client_of: ClientOf) -> None:
    text = text_of(get(client_of(bob), "identity_providers"))
    assert "Not read yet: OIDC providers." in text
    assert "No OIDC provider" not in text
    ran(aws_account, *SOURCES)
    text = text_of(get(client_of(bob), "identity_providers"))
    assert "No OIDC provider" in text
    assert "Not read yet" not in text


def test_the_list_of_instance_profiles(aws_account: AwsAccount, bob: Operator, client_of: ClientOf) -> None:
    ran(aws_account, *SOURCES)
    role = make_role(aws_account, "web")
    make(InstanceProfile, aws_account, "web-profile", role=role, tags={"team": "shop"})
    make(InstanceProfile, aws_account, "empty-profile")
    client = client_of(bob)
    assert names_in(get(client, "instance_profiles")) == ["empty-profile", "web-profile"]
    assert names_in(get(client, "instance_profiles", "?role=yes")) == ["web-profile"]
    assert "empty-profile No role Not read yet" in text_of(get(client, "instance_profiles"))
    assert "In instance profile web-profile" in text_of(get(client, "role", aws_id=role.aws_id))
    assert "Tags are not read yet" in text_of(get(client, "instance_profile", aws_id="IDempty-profile"))


def test_a_server_certificate(aws_account: AwsAccount, bob: Operator, client_of: ClientOf) -> None:
    ran(aws_account, *SOURCES)
    over = timezone.now() - timedelta(days=3)
    held: ServerCertificate = make(ServerCertificate, aws_account, "shop", expires_at=over, domains=["shop.example"])
    client = client_of(bob)
    assert "shop shop.example Ended" in settings_text(client)
    assert "Expired" in text_of(get(client, "server_certificate", aws_id=held.aws_id))


def test_a_role_with_its_description(aws_account: AwsAccount, bob: Operator, client_of: ClientOf) -> None:
    role = make_role(aws_account, "web", description="The web servers", max_session_s=5400)
    text = text_of(get(client_of(bob), "role", aws_id=role.aws_id))
    assert "Description The web servers" in text
    assert "Longest session 1 h 30 min" in text


def test_the_overview_warns(
    settings_row: IamAccount, providers: None, aws_account: AwsAccount, bob: Operator, client_of: ClientOf
) -> None:
    over = timezone.now() - timedelta(days=3)
    make(ServerCertificate, aws_account, "shop", expires_at=over)
    refresh.refresh(aws_account, sources=[AccountSource()])
    text = text_of(get(client_of(bob), "overview"))
    assert "The password policy is weak" in text
    assert "Sign-in through okta ends on" in text
    assert "1 server certificate expired or will within 30 days" in text


@pytest.mark.parametrize("name", ["account_settings", "account_settings_history", "identity_providers"])
def test_strangers_find_nothing(aws_account: AwsAccount, charlie: Operator, client_of: ClientOf, name: str) -> None:
    get(client_of(charlie), name, status=404)
