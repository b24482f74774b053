"""Credentials in the emulated AWS, where moto plays them otherwise than AWS."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from emulator.process import Emulator
from tests.emulator.conftest import Refused

PASSWORD = "Correct-Horse-7-Battery"


@pytest.fixture
def jane(iam: Any) -> Any:
    iam.create_user(UserName="jane")
    return iam


def report(iam: Any) -> list[dict[str, str]]:
    while iam.generate_credential_report()["State"] != "COMPLETE":
        continue
    return list(csv.DictReader(io.StringIO(iam.get_credential_report()["Content"].decode())))


def test_a_key_that_was_never_used(jane: Any) -> None:
    key = jane.create_access_key(UserName="jane")["AccessKey"]["AccessKeyId"]
    used = jane.get_access_key_last_used(AccessKeyId=key)["AccessKeyLastUsed"]
    assert used == {"ServiceName": "N/A", "Region": "N/A"}


def test_a_password_has_dates_of_its_own(jane: Any, refused: Refused) -> None:
    assert "Login Profile for User jane cannot be found." in refused(
        "NoSuchEntity", jane.get_login_profile, UserName="jane"
    )
    made = jane.create_login_profile(UserName="jane", Password=PASSWORD, PasswordResetRequired=True)["LoginProfile"]
    assert made["PasswordResetRequired"] is True
    jane.update_login_profile(UserName="jane", PasswordResetRequired=False)
    found = jane.get_login_profile(UserName="jane")["LoginProfile"]
    assert (found["PasswordResetRequired"], found["CreateDate"]) == (False, made["CreateDate"])


def test_a_second_password_is_refused(jane: Any, refused: Refused) -> None:
    jane.create_login_profile(UserName="jane", Password=PASSWORD)
    refused("EntityAlreadyExists", jane.create_login_profile, UserName="jane", Password=PASSWORD)


def test_virtual_devices_are_listed_without_seeds_and_with_the_one_of_root(jane: Any) -> None:
    jane.create_virtual_mfa_device(VirtualMFADeviceName="left-behind")
    devices = jane.list_virtual_mfa_devices()["VirtualMFADevices"]
    assert [device["SerialNumber"].rpartition("/")[2] for device in devices] == [
        "left-behind",
        "root-account-mfa-device",
    ]
    assert not any("Base32StringSeed" in device for device in devices)
    unassigned = jane.list_virtual_mfa_devices(AssignmentStatus="Unassigned")["VirtualMFADevices"]
    assert len(unassigned) == 1


def test_credentials_of_a_service(jane: Any, refused: Refused) -> None:
    service = {"UserName": "jane", "ServiceName": "codecommit.amazonaws.com"}
    made = jane.create_service_specific_credential(**service)["ServiceSpecificCredential"]
    assert made["ServicePassword"]
    [listed] = jane.list_service_specific_credentials(UserName="jane")["ServiceSpecificCredentials"]
    assert listed == {name: value for name, value in made.items() if name != "ServicePassword"}
    jane.create_service_specific_credential(**service)
    refused("LimitExceeded", jane.create_service_specific_credential, **service)
    refused(
        "NotSupportedService",
        jane.create_service_specific_credential,
        UserName="jane",
        ServiceName="toasters.example.com",
    )


def test_they_are_switched_off_made_anew_and_deleted(jane: Any, refused: Refused) -> None:
    made = jane.create_service_specific_credential(
        UserName="jane", ServiceName="bedrock.amazonaws.com", CredentialAgeDays=30
    )["ServiceSpecificCredential"]
    named = {"UserName": "jane", "ServiceSpecificCredentialId": made["ServiceSpecificCredentialId"]}
    assert made["ExpirationDate"] - made["CreateDate"] == timedelta(days=30)
    jane.update_service_specific_credential(**named, Status="Inactive")
    reset = jane.reset_service_specific_credential(**named)["ServiceSpecificCredential"]
    assert (reset["Status"], reset["ServiceCredentialSecret"] != made["ServiceCredentialSecret"]) == ("Inactive", True)
    refused("DeleteConflict", jane.delete_user, UserName="jane")
    jane.delete_service_specific_credential(**named)
    jane.delete_user(UserName="jane")


def test_credentials_are_paged(jane: Any) -> None:
    for number in range(3):
        jane.upload_ssh_public_key(UserName="jane", SSHPublicKeyBody=f"ssh-ed25519 AAAA{number} jane")
    page = jane.list_ssh_public_keys(UserName="jane", MaxItems=2)
    rest = jane.list_ssh_public_keys(UserName="jane", MaxItems=2, Marker=page["Marker"])
    assert (page["IsTruncated"], rest["IsTruncated"]) == (True, False)
    assert len(page["SSHPublicKeys"] + rest["SSHPublicKeys"]) == 3


# ---- The credential report -----------------------------------------------------------------------------------


def test_a_report_is_made_when_asked_for(jane: Any, refused: Refused) -> None:
    refused("ReportNotPresent", jane.get_credential_report)
    assert jane.generate_credential_report()["State"] == "STARTED"
    refused("ReportInProgress", jane.get_credential_report)
    assert jane.get_credential_report()["ReportFormat"] == "text/csv"
    assert jane.generate_credential_report()["State"] == "COMPLETE"


def test_it_is_as_old_as_it_says(jane: Any) -> None:
    assert [line["user"] for line in report(jane)] == ["<root_account>", "jane"]
    jane.create_user(UserName="later")
    assert [line["user"] for line in report(jane)] == ["<root_account>", "jane"]


def test_after_four_hours_it_is_made_anew(jane: Any, emulator: Emulator, refused: Refused) -> None:
    report(jane)
    later = emulator.own_client("iam")
    moment = (datetime.now(UTC) + timedelta(hours=4, minutes=1)).isoformat()
    later.meta.events.register(
        "before-send.iam", lambda request, **_: request.headers.__setitem__("X-Emulator-Date", moment)
    )
    refused("ReportExpired", later.get_credential_report)
    assert later.generate_credential_report()["State"] == "STARTED"


def test_what_it_says_of_a_user(jane: Any, emulator: Emulator) -> None:
    jane.create_login_profile(UserName="jane", Password=PASSWORD)
    key = jane.create_access_key(UserName="jane")["AccessKey"]["AccessKeyId"]
    emulator.activity("key", key, at="2026-11-20T10:00:00+00:00", service="s3", region="eu-west-1")
    _, line = report(jane)
    assert (line["password_enabled"], line["password_last_used"], line["mfa_active"]) == (
        "true",
        "no_information",
        "false",
    )
    assert line["access_key_1_last_used_date"] == "2026-11-20T10:00:00+00:00"
    assert (line["access_key_1_last_used_service"], line["access_key_1_last_used_region"]) == ("s3", "eu-west-1")
    assert (line["access_key_2_active"], line["access_key_2_last_rotated"]) == ("false", "N/A")


def test_the_root_user_is_in_it_and_in_the_summary(iam: Any, emulator: Emulator) -> None:
    key = {"created": "2019-01-01T00:00:00+00:00", "last_used": None}
    emulator.describe_root(mfa="", signed_in="2026-11-02T17:25:00+00:00", keys=[key])
    [root] = report(iam)
    assert (root["arn"], root["mfa_active"]) == ("arn:aws:iam::123456789012:root", "false")
    assert (root["password_last_used"], root["password_last_changed"]) == (
        "2026-11-02T17:25:00+00:00",
        "not_supported",
    )
    assert (root["access_key_1_active"], root["access_key_1_last_rotated"]) == ("true", "2019-01-01T00:00:00+00:00")
    summary = iam.get_account_summary()["SummaryMap"]
    assert (summary["AccountMFAEnabled"], summary["AccountAccessKeysPresent"]) == (0, 1)
