"""Each kind of credential, from AWS's listing to rows, columns of its user, and revisions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.utils import timezone

from accounts.models import AwsAccount
from emulator.process import Emulator
from identities.credentials.mirrors import MFA
from identities.models import (
    AccessKey,
    IamUser,
    LoginProfile,
    MfaDevice,
    ServiceCredential,
    SigningCertificate,
    SshKey,
)
from sync.mirror import AccountRegion
from sync.models import Facet, Revision, Run
from sync.selectors import coverage_of
from tests.services.console_roles import connect_by_roles, make_console_role
from tests.services.credentials import at_that_time, contents, enable, facet_of, give_everything, pull
from tests.services.pulling import pull_all
from tests.services.remembered import kept_in_aws, remembered

pytestmark = pytest.mark.django_db


@pytest.fixture
def iam(emulator: Emulator) -> Any:
    client = emulator.own_client("iam")
    kept_in_aws("plain", emulator, lambda: client.create_user(UserName="plain"))
    return client


@pytest.fixture
def jane(iam: Any, emulator: Emulator, aws_account: AwsAccount) -> IamUser:
    def make() -> None:
        give_everything(iam, "jane")
        pull(aws_account)

    remembered("everything of jane", emulator, aws_account, make)
    return IamUser.objects.get(name="jane")


@pytest.fixture
def plain(jane: IamUser) -> IamUser:
    return IamUser.objects.get(name="plain")


def test_every_kind_becomes_rows(jane: IamUser) -> None:
    key, device, login = AccessKey.objects.get(), MfaDevice.objects.get(), LoginProfile.objects.get()
    certificate, ssh_key = SigningCertificate.objects.get(), SshKey.objects.get()
    assert {row.user for row in (key, device, login, certificate, ssh_key)} == {jane}
    assert (key.name[:4], key.status, key.created_at is not None) == ("AKIA", "Active", True)
    assert (device.factor, device.name) == ("app", "arn:aws:iam::123456789012:mfa/jane")
    assert (login.reset_required, login.longest_session_s) == (True, None)
    assert (ssh_key.name[:4], ssh_key.status) == ("APKA", "Active")
    assert certificate.subject == "O=Acme,CN=metrics-shipper.acme.example"
    assert (certificate.expires_at, certificate.has_ended) == (datetime(2026, 5, 9, 12, tzinfo=UTC), True)


def test_credentials_of_services_with_their_end(jane: IamUser) -> None:
    models, git = ServiceCredential.objects.order_by("service")
    assert (git.service, git.service_user_name, git.alias) == (
        "codecommit.amazonaws.com",
        "jane-at-123456789012",
        "",
    )
    assert git.expires_at is None
    assert (models.service, models.alias != "", models.service_user_name) == ("bedrock.amazonaws.com", True, "")
    assert models.expires_at - models.created_at == timedelta(days=30)


def test_the_user_knows_it_in_short(jane: IamUser, plain: IamUser) -> None:
    assert (jane.key_count, jane.active_key_count, jane.mfa_count, jane.mfa_kinds, jane.has_password) == (
        1,
        1,
        1,
        "App",
        True,
    )
    assert jane.oldest_key_at == AccessKey.objects.get().created_at
    assert (plain.key_count, plain.mfa_count, plain.mfa_kinds, plain.has_password) == (0, 0, "", False)


def test_a_pull_of_the_details_leaves_that_alone(jane: IamUser, iam: Any, aws_account: AwsAccount) -> None:
    iam.tag_user(UserName="jane", Tags=[{"Key": "team", "Value": "reports"}])
    pull(aws_account, "iam.details")
    again = IamUser.objects.get(name="jane")
    assert (again.tags, again.key_count, again.mfa_kinds, again.has_password) == ({"team": "reports"}, 1, "App", True)


def test_no_password_is_an_answer(plain: IamUser) -> None:
    assert facet_of(plain, "login").coverage == Facet.Coverage.READ
    assert contents(plain, "login") == [{"login": {}}]


def test_a_new_password_is_another_one(jane: IamUser, iam: Any, aws_account: AwsAccount) -> None:
    iam.delete_login_profile(UserName="jane")
    pull(aws_account, "iam.login")
    assert (LoginProfile.objects.live().count(), IamUser.objects.get(name="jane").has_password) == (0, False)
    at_that_time(iam, timezone.now() + timedelta(minutes=1))
    iam.create_login_profile(UserName="jane", Password="Another-Horse-7-Battery")
    pull(aws_account, "iam.login")
    assert [login.gone_at is None for login in LoginProfile.objects.order_by("pk")] == [False, True]


@pytest.mark.parametrize(
    ("serial", "factor", "kinds"),
    [
        ("arn:aws:iam::123456789012:u2f/user/plain/laptop-ABC", "passkey", "Passkey"),
        ("GAHT12345678", "hardware", "Hardware"),
    ],
)
def test_the_serial_number_tells_what_kind_of_device(
    plain: IamUser, iam: Any, aws_account: AwsAccount, serial: str, factor: str, kinds: str
) -> None:
    enable(iam, "plain", serial)
    pull(aws_account, "iam.mfa")
    assert MfaDevice.objects.get(name=serial).factor == factor
    assert IamUser.objects.get(name="plain").mfa_kinds == kinds


def test_an_app_belongs_to_who_has_it_now(jane: IamUser, iam: Any, plain: IamUser, aws_account: AwsAccount) -> None:
    serial = MfaDevice.objects.get().name
    iam.deactivate_mfa_device(UserName="jane", SerialNumber=serial)
    iam.delete_virtual_mfa_device(SerialNumber=serial)
    made = iam.create_virtual_mfa_device(VirtualMFADeviceName="jane")["VirtualMFADevice"]
    enable(iam, "plain", serial, made["Base32StringSeed"])
    pull(aws_account, "iam.mfa")
    assert list(MfaDevice.objects.values_list("user__name", "gone_at")) == [("plain", None)]
    assert dict(IamUser.objects.values_list("name", "mfa_count")) == {"jane": 0, "plain": 1}


def test_a_key_switched_off_makes_a_revision(jane: IamUser, iam: Any, aws_account: AwsAccount) -> None:
    key = AccessKey.objects.get()
    iam.update_access_key(UserName="jane", AccessKeyId=key.name, Status="Inactive")
    run = pull(aws_account, "iam.keys")
    assert (run.changed, AccessKey.objects.get().status) == (1, "Inactive")
    assert [content["keys"][key.name]["status"] for content in contents(jane, "keys")] == ["Active", "Inactive"]
    assert IamUser.objects.get(name="jane").oldest_key_at is None  # no key that works


def test_a_key_deleted_behind_our_back_keeps_its_tombstone(jane: IamUser, iam: Any, aws_account: AwsAccount) -> None:
    key = AccessKey.objects.get()
    iam.delete_access_key(UserName="jane", AccessKeyId=key.name)
    pull(aws_account, "iam.keys")
    assert AccessKey.objects.get().gone_at is not None
    assert contents(jane, "keys")[-1] == {"keys": {}}
    assert [revision.origin for revision in facet_of(jane, "keys").revisions.order_by("number")] == [
        "import",
        "outside",
    ]


def test_nothing_new_makes_no_revision(jane: IamUser, aws_account: AwsAccount) -> None:
    before = Revision.objects.count()
    pull(aws_account)
    assert Revision.objects.count() == before


# ---- Last use ------------------------------------------------------------------------------------------------


def test_a_use_changes_the_column_and_makes_no_revision(
    jane: IamUser, aws_account: AwsAccount, emulator: Emulator
) -> None:
    before, key = Revision.objects.count(), AccessKey.objects.get()
    assert (key.last_used_at, key.last_used_service, key.last_used_region) == (None, "", "")
    emulator.activity("key", key.name, at="2026-11-20T10:00:00+00:00", service="s3", region="eu-west-1")
    pull(aws_account, "iam.keys", "iam.last_used")
    key.refresh_from_db()
    assert (key.last_used_at, key.last_used_service, key.last_used_region) == (
        datetime(2026, 11, 20, 10, tzinfo=UTC),
        "s3",
        "eu-west-1",
    )
    assert Revision.objects.count() == before
    assert IamUser.objects.get(name="jane").last_activity_at == key.last_used_at


def test_only_users_with_keys_are_asked_about(iam: Any, emulator: Emulator, aws_account: AwsAccount) -> None:
    give_everything(iam, "jane")
    pull(aws_account)
    assert len(emulator.calls("GetAccessKeyLastUsed")) == 1
    jane = IamUser.objects.get(name="jane")
    assert not Facet.objects.filter(source="last_used").exclude(object_id=jane.aws_id).exists()


def test_a_pull_of_the_keys_leaves_their_last_use(jane: IamUser, iam: Any, aws_account: AwsAccount) -> None:
    key = AccessKey.objects.get()
    AccessKey.objects.update(last_used_service="s3")
    iam.update_access_key(UserName="jane", AccessKeyId=key.name, Status="Inactive")
    pull(aws_account, "iam.keys")
    assert (AccessKey.objects.get().status, AccessKey.objects.get().last_used_service) == ("Inactive", "s3")


def test_a_key_deleted_before_it_was_asked_about(jane: IamUser, iam: Any, aws_account: AwsAccount) -> None:
    iam.delete_access_key(UserName="jane", AccessKeyId=AccessKey.objects.get().name)
    assert pull(aws_account, "iam.last_used").state == Run.State.DONE


# ---- What can go wrong ---------------------------------------------------------------------------------------


def test_a_user_deleted_between_listing_and_reading(iam: Any, aws_account: AwsAccount) -> None:
    pull(aws_account, "iam.details")
    iam.delete_user(UserName="plain")
    for source in ("iam.keys", "iam.mfa", "iam.login", "iam.certificates", "iam.service_credentials"):
        assert pull(aws_account, source).seen == 0
    assert set(Facet.objects.values_list("source", flat=True)) == {"details"}


def test_a_user_who_is_gone_takes_the_credentials_along(jane: IamUser, iam: Any, aws_account: AwsAccount) -> None:
    key = AccessKey.objects.get()
    iam.delete_access_key(UserName="jane", AccessKeyId=key.name)
    iam.delete_login_profile(UserName="jane")
    iam.deactivate_mfa_device(UserName="jane", SerialNumber=MfaDevice.objects.get().name)
    iam.delete_signing_certificate(UserName="jane", CertificateId=SigningCertificate.objects.get().name)
    iam.delete_ssh_public_key(UserName="jane", SSHPublicKeyId=SshKey.objects.get().name)
    for credential in ServiceCredential.objects.all():
        iam.delete_service_specific_credential(UserName="jane", ServiceSpecificCredentialId=credential.name)
    iam.delete_user(UserName="jane")
    pull(aws_account, "iam.details")
    gone_at = IamUser.objects.get(name="jane").gone_at
    assert gone_at is not None
    for model in (AccessKey, MfaDevice, LoginProfile, SigningCertificate, SshKey, ServiceCredential):
        assert set(model.objects.values_list("gone_at", flat=True)) == {gone_at}


def test_one_permission_denied_leaves_the_others(iam: Any, aws_account: AwsAccount, emulator: Emulator) -> None:
    give_everything(iam, "jane")
    allowed = ["iam:GetAccountAuthorizationDetails", "iam:Get*", "iam:ListMFADevices", "iam:ListSSHPublicKeys"]
    make_console_role(emulator, "console-read", actions=allowed)
    emulator.enforce_iam()
    connect_by_roles(aws_account)
    pull(aws_account, "iam.details", "iam.mfa", "iam.login", "iam.ssh_keys")
    run = pull_all(aws_account, source="iam.keys")
    held = coverage_of(aws_account, "iam.keys")
    assert (run.state, held.state) == (Run.State.FAILED, "denied")
    assert "iam:ListAccessKeys" in held.why
    jane = IamUser.objects.get(name="jane")
    assert (jane.key_count, AccessKey.objects.count()) == (None, 0)
    assert (jane.mfa_count, jane.has_password, SshKey.objects.count()) == (1, True, 1)


def test_a_denied_last_use_does_not_hide_the_keys(iam: Any, aws_account: AwsAccount, emulator: Emulator) -> None:
    give_everything(iam, "jane")
    pull(aws_account, "iam.details", "iam.keys")
    emulator.rules([{"action": "GetAccessKeyLastUsed", "error": {"code": "AccessDenied", "status": 403}}])
    assert pull_all(aws_account, source="iam.last_used").state == Run.State.FAILED
    assert (AccessKey.objects.get().status, coverage_of(aws_account, "iam.keys").is_read) == ("Active", True)


def test_secrets_are_stored_nowhere(iam: Any, aws_account: AwsAccount) -> None:
    secrets = give_everything(iam, "jane")
    pull(aws_account)
    stored = "\n".join(
        str(values)
        for app in ("sync", "identities", "accounts")
        for model in apps.get_app_config(app).get_models()
        for values in model._default_manager.values_list()
    )
    assert "AKIA" in stored
    assert [secret for secret in secrets if secret in stored] == []


def test_a_device_that_two_users_seem_to_have_is_the_latters(
    jane: IamUser, plain: IamUser, aws_account: AwsAccount
) -> None:
    """It went from one to the other while a pull read them one after the other."""
    entry = {"SerialNumber": MfaDevice.objects.get().name, "EnableDate": timezone.now()}
    users = [{"UserId": user.aws_id, "UserName": user.name, "Arn": user.arn} for user in (jane, plain)]
    MFA.save(AccountRegion(aws_account), [MFA.see(user | {"Credentials": [entry]}) for user in users], timezone.now())
    assert MfaDevice.objects.get().user == plain
