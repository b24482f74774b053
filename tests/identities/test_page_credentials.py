"""Where pages tell of credentials: the tab of a user, the list of users, the root user, the overview."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import AwsAccount, Operator
from emulator.process import Emulator
from findings import refresh
from identities.credentials.report import CredentialReport
from identities.models import AccessKey, IamUser
from identities.posture.credentials import CredentialSource
from tests.services.credentials import at_that_time, enable, give_everything, pull
from tests.services.pages import address, get, names_in, text_of
from tests.services.pulling import pull_all
from tests.services.remembered import kept_in_aws, remembered
from tests.services.rows import make_user

pytestmark = pytest.mark.django_db

ClientOf = Callable[..., Client]
DENIED = {"code": "AccessDenied", "status": 403}
LONG_AGO = datetime(2024, 1, 15, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CredentialReport, "PAUSES_S", (0, 0))


@pytest.fixture
def iam(emulator: Emulator) -> Any:
    client = emulator.own_client("iam")

    def make() -> None:
        give_everything(client, "jane")
        client.create_user(UserName="plain")

    kept_in_aws("everything of jane", emulator, make)
    return client


@pytest.fixture
def tab(bobs: Client) -> Callable[[str], str]:
    def show(name: str) -> str:
        user = IamUser.objects.get(name=name)
        return text_of(get(bobs, "user_credentials", aws_id=user.aws_id))

    return show


# ---- The tab of a user ---------------------------------------------------------------------------------------


def test_the_tab_shows_every_kind(iam: Any, aws_account: AwsAccount, tab: Callable[[str], str]) -> None:
    pull(aws_account)
    text = tab("jane")
    assert AccessKey.objects.get().name in text
    assert "Active 0 days never Nothing yet" in text
    assert "Set, since" in text and "At the next sign-in Must choose a new one" in text
    assert "Authenticator app arn:aws:iam::123456789012:mfa/jane" in text
    assert "O=Acme,CN=metrics-shipper.acme.example" in text and "9 May 2026 Ran out" in text
    assert "jane-at-123456789012 Active" in text and "in 30 days" in text
    assert text.count("Read just now") == 6
    assert "Not read yet" not in text


def test_a_user_without_credentials_has_none(iam: Any, aws_account: AwsAccount, tab: Callable[[str], str]) -> None:
    pull(aws_account)
    text = tab("plain")
    assert "call AWS as this user. None · Read just now" in text
    assert "None: this user can’t sign in to the AWS Management Console" in text
    assert text.count("Not read yet") == 0


def test_what_was_never_pulled_is_not_empty(aws_account: AwsAccount, tab: Callable[[str], str]) -> None:
    make_user(aws_account, "dana.okafor")
    text = tab("dana.okafor")
    assert "Not read yet: access keys. It was not pulled yet." in text
    assert "None ·" not in text


def test_what_is_denied_names_the_permission_and_the_rest_is_there(
    iam: Any, aws_account: AwsAccount, emulator: Emulator, tab: Callable[[str], str]
) -> None:
    emulator.rules([{"action": "ListMFADevices", "error": DENIED}])
    pull(aws_account, "iam.details", "iam.keys", "iam.login")
    pull_all(aws_account, source="iam.mfa")
    text = tab("jane")
    assert "Not read: MFA devices." in text and "iam:ListMFADevices" in text
    assert "the password alone" not in text
    assert AccessKey.objects.get().name in text


def test_what_was_held_before_it_was_denied_says_so(
    iam: Any, aws_account: AwsAccount, emulator: Emulator, tab: Callable[[str], str]
) -> None:
    pull(aws_account)
    emulator.rules([{"action": "ListAccessKeys", "error": DENIED}])
    pull_all(aws_account, source="iam.keys")
    text = tab("jane")
    assert "Not up to date: access keys." in text
    assert AccessKey.objects.get().name in text


def test_a_user_newer_than_the_pull(iam: Any, aws_account: AwsAccount, tab: Callable[[str], str]) -> None:
    pull(aws_account)
    iam.create_user(UserName="newer")
    pull(aws_account, "iam.details")
    assert "Not read yet: access keys. This user was not looked at yet" in tab("newer")


def test_a_password_without_mfa_is_pointed_out(iam: Any, aws_account: AwsAccount, tab: Callable[[str], str]) -> None:
    iam.create_login_profile(UserName="plain", Password="Correct-Horse-7-Battery")
    pull(aws_account)
    assert "None: the password alone is enough to sign in." in tab("plain")


def test_the_report_says_how_old_it_is(iam: Any, aws_account: AwsAccount, tab: Callable[[str], str]) -> None:
    at_that_time(iam, timezone.now() - timedelta(hours=3))
    iam.generate_credential_report()
    iam.generate_credential_report()
    iam.create_user(UserName="later")
    pull(aws_account)
    assert "from the credential report of 3 h ago : AWS makes a new one at most every four hours" in tab("jane")


def test_who_is_gone_shows_what_there_was(iam: Any, aws_account: AwsAccount, tab: Callable[[str], str]) -> None:
    key = iam.create_access_key(UserName="plain")["AccessKey"]["AccessKeyId"]
    pull(aws_account)
    iam.delete_access_key(UserName="plain", AccessKeyId=key)
    iam.delete_user(UserName="plain")
    pull(aws_account, "iam.details")
    assert key in tab("plain")


# ---- The list of users ---------------------------------------------------------------------------------------


@pytest.fixture
def listed(iam: Any, emulator: Emulator, aws_account: AwsAccount, bobs: Client) -> Callable[[str], list[str]]:
    """Jane has everything, lena a password and no MFA, robot an old key; plain has nothing."""

    def make() -> None:
        iam.create_user(UserName="lena")
        iam.create_login_profile(UserName="lena", Password="Correct-Horse-7-Battery")
        at_that_time(iam, LONG_AGO)
        iam.create_user(UserName="robot")
        iam.create_access_key(UserName="robot")
        enable(iam, "robot", "GAHT12345678")
        pull(aws_account)

    remembered("four users", emulator, aws_account, make)
    return lambda query: names_in(get(bobs, "users", query))


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("mfa=none", ["lena"]),
        ("mfa=off", ["lena", "plain"]),
        ("mfa=app", ["jane"]),
        ("mfa=hardware", ["robot"]),
        ("keys=old", ["robot"]),
        ("keys=some", ["jane", "robot"]),
        ("keys=none", ["lena", "plain"]),
        ("password=yes", ["jane", "lena"]),
        ("activity=never", ["jane", "lena", "robot"]),
        ("sort=keys", ["robot", "jane", "lena", "plain"]),
    ],
)
def test_users_by_their_credentials(listed: Callable[[str], list[str]], query: str, names: list[str]) -> None:
    found = listed(f"?{query}")
    assert (found if "sort" in query else sorted(found))[: len(names)] == names
    assert len(found) == len(names)


def test_by_last_activity(listed: Callable[[str], list[str]], emulator: Emulator, aws_account: AwsAccount) -> None:
    emulator.activity(
        "key", AccessKey.objects.get(user__name="robot").name, at="2024-02-01T00:00:00+00:00", service="s3"
    )
    emulator.activity(
        "key", AccessKey.objects.get(user__name="jane").name, at="2026-11-20T00:00:00+00:00", service="s3"
    )
    pull(aws_account, "iam.last_used")
    assert listed("?sort=-activity")[:2] == ["jane", "robot"]
    assert listed("?activity=idle") == ["robot"]


def test_cells_say_what_there_is(listed: Callable[[str], list[str]], bobs: Client) -> None:
    text = text_of(get(bobs, "users"))
    assert "App 1 key · 0 days never" in text
    assert "Off No key never" in text
    assert "No password No key never" in text


def test_nothing_pulled_is_not_read_in_the_list(aws_account: AwsAccount, bobs: Client) -> None:
    make_user(aws_account)
    assert "dana.okafor Not read yet Not read yet Not read yet" in text_of(get(bobs, "users"))
    assert names_in(get(bobs, "users", "?mfa=off")) == []


# ---- The root user -------------------------------------------------------------------------------------------


def test_a_root_user_as_nobody_should_leave_it(
    iam: Any, aws_account: AwsAccount, emulator: Emulator, bobs: Client
) -> None:
    key = {"created": "2019-01-01T00:00:00+00:00", "last_used": "2026-09-30T22:04:00+00:00", "service": "s3"}
    emulator.describe_root(mfa="", signed_in=timezone.now().isoformat(), keys=[key | {"region": "eu-west-1"}])
    pull(aws_account, "iam.details", "iam.credential_report")
    text = text_of(get(bobs, "root_user"))
    assert "The root user has an access key." in text
    assert "The root user has no MFA." in text
    assert "on s3 in eu-west-1" in text
    assert "From the credential report of just now" in text
    refresh.refresh(aws_account, sources=[CredentialSource()])
    overview = text_of(get(bobs, "overview"))
    assert "The root user has an access key" in overview
    assert "The root user has no MFA" in overview
    assert "The root user was used" in overview


def test_a_root_user_as_it_should_be(iam: Any, aws_account: AwsAccount, bobs: Client) -> None:
    pull(aws_account, "iam.details", "iam.credential_report")
    text = text_of(get(bobs, "root_user"))
    assert "No access keys MFA on Last used never" in text
    assert "root user" not in text_of(get(bobs, "overview"))


def test_the_summary_is_newer_than_the_report(
    iam: Any, aws_account: AwsAccount, emulator: Emulator, bobs: Client
) -> None:
    pull(aws_account, "iam.details", "iam.credential_report")
    emulator.describe_root(mfa="")
    pull(aws_account, "iam.summary")
    assert "The root user has no MFA." in text_of(get(bobs, "root_user"))


@pytest.mark.parametrize(
    ("mfa", "words"),
    [
        ("app", "MFA On: an app MFA app arn:aws:iam::123456789012:mfa/root-account-mfa-device"),
        ("passkey", "MFA On: a passkey or a hardware token Access keys"),
        ("", "MFA Off Access keys"),
    ],
)
def test_the_kind_of_mfa_of_the_root_user(
    mfa: str, words: str, iam: Any, aws_account: AwsAccount, emulator: Emulator, bobs: Client
) -> None:
    emulator.describe_root(mfa=mfa)
    pull(aws_account, "iam.summary", "iam.virtual_mfa")
    assert words in text_of(get(bobs, "root_user"))


def test_the_kind_of_mfa_of_the_root_user_is_not_guessed(
    iam: Any, aws_account: AwsAccount, emulator: Emulator, bobs: Client
) -> None:
    emulator.describe_root(mfa="passkey")
    emulator.rules([{"action": "ListVirtualMFADevices", "error": DENIED}])
    pull_all(aws_account, source="iam.summary")
    pull_all(aws_account, source="iam.virtual_mfa")
    text = text_of(get(bobs, "root_user"))
    assert "MFA On Access keys" in text
    assert "Not read: which kind of MFA the root user has." in text and "iam:ListVirtualMFADevices" in text


def test_the_kind_of_mfa_of_the_root_user_is_not_taken_from_an_old_listing(
    iam: Any, aws_account: AwsAccount, emulator: Emulator, bobs: Client
) -> None:
    emulator.describe_root(mfa="passkey")
    pull(aws_account, "iam.summary", "iam.virtual_mfa")
    emulator.rules([{"action": "ListVirtualMFADevices", "error": DENIED}])
    pull_all(aws_account, source="iam.virtual_mfa")
    text = text_of(get(bobs, "root_user"))
    assert "MFA On Access keys" in text
    assert "Not up to date: which kind of MFA the root user has." in text


def test_virtual_devices_that_nobody_uses(iam: Any, aws_account: AwsAccount, bobs: Client) -> None:
    device = iam.create_virtual_mfa_device(VirtualMFADeviceName="left-behind")["VirtualMFADevice"]
    serial = device["SerialNumber"]
    pull(aws_account, "iam.virtual_mfa")
    text = text_of(get(bobs, "account_settings"))
    assert f"that are assigned to no user. Read just now . {serial}" in text
    assert "mfa/jane" not in text
    enable(iam, "plain", serial, device["Base32StringSeed"])
    pull(aws_account, "iam.virtual_mfa")
    assert "that are assigned to no user. Read just now . None." in text_of(get(bobs, "account_settings"))


def test_virtual_devices_that_may_not_be_listed_are_not_none(
    emulator: Emulator, aws_account: AwsAccount, bobs: Client
) -> None:
    emulator.rules([{"action": "ListVirtualMFADevices", "error": DENIED}])
    pull_all(aws_account, source="iam.virtual_mfa")
    text = text_of(get(bobs, "account_settings"))
    assert (
        "that are assigned to no user. Not read: virtual MFA devices." in text and "iam:ListVirtualMFADevices" in text
    )


def test_without_a_report_nothing_is_claimed(aws_account: AwsAccount, bobs: Client) -> None:
    text = text_of(get(bobs, "root_user"))
    assert "Not read yet: when the root user’s password and keys were used. It was not pulled yet." in text
    assert "MFA Not read yet Access keys Not read yet" in text


def test_charlie_gets_nowhere(aws_account: AwsAccount, charlie: Operator, client_of: ClientOf) -> None:
    assert client_of(charlie).get(address("root_user")).status_code == 404


def test_the_overview_names_users_without_mfa_and_with_old_keys(
    listed: Callable[[str], list[str]], bobs: Client
) -> None:
    refresh.refresh(AwsAccount.objects.get(), sources=[CredentialSource()])
    text = text_of(get(bobs, "overview"))
    assert "1 user signs in without MFA" in text
    assert "1 user has an access key older than 90 days" in text


# ---- Search --------------------------------------------------------------------------------------------------


def test_a_key_is_found_by_its_id(iam: Any, aws_account: AwsAccount, bobs: Client) -> None:
    pull(aws_account, "iam.details", "iam.keys")
    key = AccessKey.objects.get()
    for words in (key.name, key.name[:12].lower()):
        html = bobs.get("/search/", {"q": words}).content.decode()
        assert f"An access key of {key.user.name}" in html
        assert address("user_credentials", aws_id=key.user.aws_id) in html


def test_nobody_finds_the_keys_of_an_account_that_they_may_not_see(
    iam: Any, aws_account: AwsAccount, charlie: Operator, client_of: ClientOf
) -> None:
    pull(aws_account, "iam.details", "iam.keys")
    found = client_of(charlie).get("/search/", {"q": AccessKey.objects.get().name}).content.decode()
    assert "An access key of" not in found
