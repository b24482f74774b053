"""What is wrong with credentials, trust and settings: each fault is one finding, and goes when it is mended."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import AwsAccount
from findings import refresh
from findings.models import Finding
from findings.sources import FindingSource
from identities.models import AccessKey, IamAccount, IamUser, ReportedUser, SamlProvider, ServerCertificate
from identities.posture.account import AccountSource
from identities.posture.credentials import CredentialSource
from identities.posture.trust import TrustSource
from sync.models import Facet
from tests.services.rows import attach, make_document, make_policy, make_role, make_user
from tests.services.statements import document_text

pytestmark = pytest.mark.django_db
OTHER = "444455556666"


def look(aws_account: AwsAccount, source: FindingSource) -> dict[str, list[str]]:
    """The names of the objects, by rule."""
    assert refresh.refresh(aws_account, sources=[source])
    found: dict[str, list[str]] = {}
    for rule, name in Finding.objects.filter(state="open").order_by("rule", "name").values_list("rule", "name"):
        found.setdefault(rule, []).append(name)
    return found


def days_ago(days: int) -> datetime:
    return timezone.now() - timedelta(days=days)


def give_key(user: IamUser, name: str, made: int, used: int | None) -> AccessKey:
    about = {"aws_account": user.aws_account, "aws_id": name, "name": name, "name_key": name.lower()}
    moments = {"first_seen": days_ago(0), "created_at": days_ago(made)}
    key: AccessKey = AccessKey.objects.create(
        user=user, last_used_at=None if used is None else days_ago(used), **about, **moments
    )
    facet = {"raw_hash": "x", "fingerprint": "x", "read_at": timezone.now()}
    of = {"aws_account": user.aws_account, "kind": "iam.user", "object_id": user.aws_id, "source": "last_used"}
    Facet.objects.get_or_create(**of, defaults=facet)
    return key


def of_account(aws_account: AwsAccount, **fields: Any) -> IamAccount:
    about = {"aws_id": aws_account.account_id, "name": "Acme", "name_key": "acme", "first_seen": timezone.now()}
    row: IamAccount = IamAccount.objects.create(aws_account=aws_account, **about, **fields)
    return row


# ---- Credentials -----------------------------------------------------------------------------------------------
def test_a_key_is_one_finding_at_most(aws_account: AwsAccount) -> None:
    for name, made, used in (("old", 91, 1), ("rusty", 400, None), ("idle", 60, 50), ("young", 10, 1)):
        give_key(make_user(aws_account, name), f"AKIA{name.upper()}", made, used)
    assert look(aws_account, CredentialSource()) == {
        "credentials.old_key": ["old", "rusty"],
        "credentials.unused_key": ["idle"],
    }
    sentence = Finding.objects.get(name="rusty").sentence
    assert sentence.endswith("and was never used.")


def test_that_a_key_is_unused_is_said_where_its_use_was_read(aws_account: AwsAccount) -> None:
    give_key(make_user(aws_account, "idle"), "AKIAIDLE", 60, None)
    Facet.objects.all().delete()
    assert look(aws_account, CredentialSource()) == {}


def test_a_deactivated_key_mends_it(aws_account: AwsAccount) -> None:
    key = give_key(make_user(aws_account, "old"), "AKIAOLD", 91, 1)
    assert "credentials.old_key" in look(aws_account, CredentialSource())
    AccessKey.objects.filter(pk=key.pk).update(status="Inactive")
    assert look(aws_account, CredentialSource()) == {}
    assert Finding.objects.get().state == "mended"


def test_two_active_keys(aws_account: AwsAccount) -> None:
    dana = make_user(aws_account, "dana")
    for name in ("AKIA1", "AKIA2"):
        give_key(dana, name, 5, 1)
    assert look(aws_account, CredentialSource()) == {"credentials.two_keys": ["dana"]}


def test_passwords_without_mfa_and_unused(aws_account: AwsAccount) -> None:
    make_user(aws_account, "bare", has_password=True, mfa_count=0)
    make_user(aws_account, "unknown", has_password=True, mfa_count=None)
    idle = make_user(aws_account, "idle", has_password=True, mfa_count=1)
    about = {"aws_account": aws_account, "name": "idle", "name_key": "idle", "first_seen": timezone.now()}
    used = {"password_enabled": True, "password_changed_at": days_ago(90), "password_last_used_at": days_ago(46)}
    ReportedUser.objects.create(user=idle, aws_id=idle.aws_id, generated_at=timezone.now(), **about, **used)
    assert look(aws_account, CredentialSource()) == {
        "credentials.no_mfa": ["bare"],
        "credentials.unused_password": ["idle"],
    }


def test_who_is_ignored_is_left_out(aws_account: AwsAccount) -> None:
    make_user(aws_account, "theirs", has_password=True, mfa_count=0, ownership="ignored")
    assert look(aws_account, CredentialSource()) == {}


def test_policies_of_a_user(aws_account: AwsAccount) -> None:
    dana = make_user(aws_account, "dana")
    attach(dana, make_policy(aws_account, "reports"))
    assert look(aws_account, CredentialSource()) == {"credentials.own_policies": ["dana"]}


@pytest.mark.parametrize(
    ("summary", "rules"),
    [
        ({}, set()),
        ({"AccountMFAEnabled": 1, "AccountAccessKeysPresent": 0, "AccountPasswordPresent": 1}, set()),
        ({"AccountMFAEnabled": 0, "AccountPasswordPresent": 1}, {"credentials.root_mfa"}),
        ({"AccountMFAEnabled": 0, "AccountPasswordPresent": 0}, set()),  # kept by AWS Organizations
        ({"AccountMFAEnabled": 1, "AccountAccessKeysPresent": 1}, {"credentials.root_key"}),
    ],
)
def test_the_root_user(aws_account: AwsAccount, summary: dict[str, int], rules: set[str]) -> None:
    of_account(aws_account, summary=summary)
    assert set(look(aws_account, CredentialSource())) == rules


# ---- Trust -----------------------------------------------------------------------------------------------------
def trusting(account_id: str, **condition: Any) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Principal": {"AWS": account_id}, "Action": "sts:AssumeRole", **condition}
    return {
        "trust": make_document(document_text(statement)),
        "trusted": [{"type": "AWS", "value": account_id}],
    }


@pytest.mark.parametrize(
    ("condition", "severity"),
    [
        ({}, "high"),
        ({"Condition": {"StringEquals": {"sts:ExternalId": "x7"}}}, "medium"),
        ({"Condition": {"StringEqualsIfExists": {"sts:ExternalId": "x7"}}}, "high"),
        ({"Condition": {"StringNotEquals": {"sts:ExternalId": "x7"}}}, "high"),
        ({"Condition": {"StringLike": {"sts:ExternalId": "*"}}}, "high"),
    ],
)
def test_an_outside_aws_account(aws_account: AwsAccount, condition: dict[str, Any], severity: str) -> None:
    make_role(aws_account, "vendor", **trusting(OTHER, **condition))
    assert look(aws_account, TrustSource()) == {"trust.outside_account": ["vendor"]}
    assert Finding.objects.get().severity == severity


def test_who_is_only_denied_isnt_trusted(aws_account: AwsAccount) -> None:
    make_role(aws_account, "closed", **trusting(OTHER, Effect="Deny"))
    assert look(aws_account, TrustSource()) == {}


def test_a_connected_aws_account_is_not_outside(aws_account: AwsAccount) -> None:
    AwsAccount.objects.create(account_id=OTHER, name="Other")
    make_role(aws_account, "ours", **trusting(OTHER))
    assert look(aws_account, TrustSource()) == {}


def test_somebody_who_was_deleted(aws_account: AwsAccount) -> None:
    gone = make_user(aws_account, "ivan", gone_at=timezone.now())
    make_role(aws_account, "old", **trusting(gone.aws_id))
    assert look(aws_account, TrustSource()) == {"trust.deleted": ["old"]}
    assert "ivan, who was deleted" in Finding.objects.get().sentence


# ---- Settings --------------------------------------------------------------------------------------------------
def test_what_ends_and_weak_passwords(aws_account: AwsAccount) -> None:
    row = of_account(aws_account, password_policy={})
    soon = {"aws_account": aws_account, "first_seen": timezone.now()}
    SamlProvider.objects.create(
        aws_id="okta", name="okta", name_key="okta", metadata_hash="x", valid_until=days_ago(-9), **soon
    )
    ServerCertificate.objects.create(aws_id="ASCA1", name="shop", name_key="shop", expires_at=days_ago(3), **soon)
    ServerCertificate.objects.create(aws_id="ASCA2", name="api", name_key="api", expires_at=days_ago(-90), **soon)
    assert look(aws_account, AccountSource()) == {
        "account.certificate_ends": ["shop"],
        "account.saml_ends": ["okta"],
        "account.weak_passwords": ["Password policy"],
    }
    IamAccount.objects.filter(pk=row.pk).update(
        password_policy={"MinimumPasswordLength": 14, "PasswordReusePrevention": 24, "RequireNumbers": True}
    )
    assert "account.weak_passwords" not in look(aws_account, AccountSource())


def test_settings_that_are_not_read_are_not_weak(aws_account: AwsAccount) -> None:
    of_account(aws_account, password_policy=None)
    assert look(aws_account, AccountSource()) == {}
