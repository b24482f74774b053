"""What drift is called, and where it leads, when it is of a facet that doesn't say whose it is."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import AuditEntry, AwsAccount, Operator
from emulator.process import Emulator
from identities.models import IamUser
from sync import drift
from sync.models import Revision
from tests.services.credentials import at_that_time, enable, pull
from tests.services.pages import address, exported, get, text_of

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., Client]


@pytest.fixture
def iam(emulator: Emulator) -> Any:
    client = emulator.own_client("iam")
    client.create_user(UserName="jane")
    return client


@pytest.fixture
def jane(iam: Any, aws_account: AwsAccount) -> IamUser:
    """Somebody gave her a key."""
    pull(aws_account, "iam.details", "iam.keys", "iam.mfa")
    iam.create_access_key(UserName="jane")
    pull(aws_account, "iam.keys")
    found: IamUser = IamUser.objects.get()
    return found


@pytest.fixture
def account_drift(iam: Any, aws_account: AwsAccount) -> None:
    """Somebody changed the rules for passwords."""
    pull(aws_account, "iam.password_policy")
    iam.update_account_password_policy(MinimumPasswordLength=6)
    pull(aws_account, "iam.password_policy")


def names(client: Client) -> list[str]:
    """As an export has them."""
    return [row["name"] for row in json.loads(exported(client.get(f"{address('drift')}?format=json")))]


def feed(client: Client) -> str:
    return client.get(address("drift_feed")).content.decode()


def test_keys_are_called_by_their_user(jane: IamUser, bob: Operator, client_of: ClientOf) -> None:
    client = client_of(bob)
    assert names(client) == ["jane, access keys"]
    assert "<title>IAM user jane, access keys: " in feed(client)
    html = get(client, "drift")
    assert f'href="{address("user", aws_id=jane.aws_id)}"' in html
    assert "jane IAM user, access keys" in text_of(html)


def test_an_abbreviation_stays_one(jane: IamUser, iam: Any, aws_account: AwsAccount) -> None:
    device = iam.create_virtual_mfa_device(VirtualMFADeviceName="jane")["VirtualMFADevice"]
    enable(iam, "jane", device["SerialNumber"], device["Base32StringSeed"])
    pull(aws_account, "iam.mfa")
    assert "jane, MFA devices" in {drift.object_in(found) for found in drift.open_drift(aws_account)}


def test_a_renamed_user_is_called_by_the_name_of_today(jane: IamUser, iam: Any, aws_account: AwsAccount) -> None:
    iam.update_user(UserName="jane", NewUserName="joan")
    pull(aws_account, "iam.details")
    assert {drift.object_in(found) for found in drift.open_drift(aws_account)} == {"joan, access keys", "joan"}


def test_of_a_deleted_user_they_keep_the_name(jane: IamUser, iam: Any, aws_account: AwsAccount) -> None:
    [key] = iam.list_access_keys(UserName="jane")["AccessKeyMetadata"]
    iam.delete_access_key(UserName="jane", AccessKeyId=key["AccessKeyId"])
    iam.delete_user(UserName="jane")
    pull(aws_account, "iam.details")
    called = {drift.object_in(found) for found in drift.open_drift(aws_account)}
    assert called >= {"jane", "jane, access keys"}
    assert not any(jane.aws_id in name for name in called)


def test_whose_keys_were_accepted_is_in_the_audit_trail(
    jane: IamUser, aws_account: AwsAccount, alice: Operator
) -> None:
    found = Revision.objects.get(drift_in=aws_account)
    drift.accept(aws_account=aws_account, actor=alice, revisions=[found.pk])
    assert AuditEntry.objects.get(verb="drift.accepted").object_name == "jane, access keys"


def test_settings_are_called_by_their_aws_account(account_drift: None, bob: Operator, client_of: ClientOf) -> None:
    client = client_of(bob)
    assert names(client) == ["Acme, password policy"]
    assert "<title>IAM settings Acme, password policy: " in feed(client)


def test_settings_lead_to_their_page(
    account_drift: None, aws_account: AwsAccount, bob: Operator, client_of: ClientOf
) -> None:
    client, found = client_of(bob), Revision.objects.get(drift_in=aws_account)
    for html in (get(client, "drift"), get(client, "drift_one", pk=str(found.pk))):
        assert f'<a class="strong" href="{address("account_settings")}">Acme</a>' in html
        assert "Acme IAM settings, password policy" in text_of(html)


def test_the_root_user_leads_to_its_page(
    iam: Any, aws_account: AwsAccount, emulator: Emulator, bob: Operator, client_of: ClientOf
) -> None:
    pull(aws_account, "iam.details", "iam.credential_report")
    emulator.describe_root(mfa="")
    at_that_time(iam, timezone.now() + timedelta(hours=4, minutes=1))
    iam.generate_credential_report()
    iam.generate_credential_report()
    pull(aws_account, "iam.credential_report")
    client = client_of(bob)
    assert names(client) == ["Acme"]
    assert "<title>root user Acme: " in feed(client)
    assert f'<a class="strong" href="{address("root_user")}">Acme</a>' in get(client, "drift")


def test_names_are_not_asked_for_one_by_one(
    jane: IamUser, iam: Any, aws_account: AwsAccount, bob: Operator, client_of: ClientOf
) -> None:
    client = client_of(bob)

    def queries() -> list[int]:
        urls = (address("drift"), address("drift_feed"), f"{address('drift')}?format=csv")
        counts = []
        for url in urls:
            client.get(url)
            with CaptureQueriesContext(connection) as captured:
                exported(client.get(url)) if "csv" in url else client.get(url).content
            counts.append(len(captured))
        return counts

    before = queries()
    for number in range(10):
        iam.create_user(UserName=f"user-{number}")
    pull(aws_account, "iam.details", "iam.keys")
    for number in range(10):
        iam.create_access_key(UserName=f"user-{number}")
    pull(aws_account, "iam.keys")
    assert queries() == before
