"""Root at rest: what the mirror ticks off, what it doesn't know, and the changes that its steps stage."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import AwsAccount, Operator
from guides.models import TaskRun
from identities.models import IamUser
from sync.models import Change
from tests.access.mirrored import administrator, given, managed
from tests.guides.account.rows import (
    DEMANDING,
    administrator_set,
    days_ago,
    login,
    looked,
    progress,
    read,
    root,
    settings,
    words,
)
from tests.services.credentials import credentials_read
from tests.services.directory_rows import DirectoryRows
from tests.services.organization_rows import member_of
from tests.services.pages import address, get, text_of
from tests.services.rows import join, make_group, make_user
from tests.services.statements import allow, deny

pytestmark = pytest.mark.django_db
ClientOf = Callable[[Operator], Client]


@pytest.fixture
def run(aws_account: AwsAccount, erin: Operator) -> TaskRun:
    return TaskRun.objects.create(aws_account=aws_account, task="root_at_rest", about="account", owner=erin)


@pytest.fixture
def erins(client_of: ClientOf, erin: Operator) -> Client:
    return client_of(erin)


def send(client: Client, run: TaskRun, **posted: str | list[str]) -> str:
    response = client.post(address("task_run", pk=str(run.pk)), posted, follow=True)
    return text_of(response.content.decode())


def steps_of_change() -> list[str]:
    return [step.kind for step in Change.objects.latest("pk").steps.all()]


# ---- What the mirror says --------------------------------------------------------------------------------------
def test_nothing_is_ticked_off_that_was_never_read(run: TaskRun) -> None:
    assert set(progress(run).values()) == {"unknown"}


def test_everything_is_ticked_off_but_what_aws_doesnt_tell(aws_account: AwsAccount, run: TaskRun) -> None:
    read(aws_account)
    settings(aws_account, alias="acme")
    root(aws_account, password_last_used_at=days_ago(200))
    login(aws_account, "ada")
    login(aws_account, "ben")
    assert {name for name, found in progress(run).items() if found != "done"} == {"mailbox"}
    assert progress(run)["mailbox"] == "unknown"


@pytest.mark.parametrize(
    ("flag", "value", "step"), [("AccountAccessKeysPresent", 1, "keys"), ("AccountMFAEnabled", 0, "root_mfa")]
)
def test_what_the_account_summary_says(aws_account: AwsAccount, run: TaskRun, flag: str, value: int, step: str) -> None:
    row = settings(aws_account)
    row.summary[flag] = value
    row.save()
    assert progress(run)[step] == "to_do"


def test_a_signing_certificate_is_as_good_as_a_key(aws_account: AwsAccount, run: TaskRun) -> None:
    settings(aws_account, AccountSigningCertificatesPresent=1)
    assert "a signing certificate" in words(run, "keys")
    assert progress(run)["keys"] == "to_do"


def test_a_root_user_without_a_password_needs_no_mfa(aws_account: AwsAccount, run: TaskRun) -> None:
    settings(aws_account, AccountMFAEnabled=0, AccountPasswordPresent=0)
    assert progress(run)["root_mfa"] == "done"


def test_the_last_use_of_roots_keys_is_said(aws_account: AwsAccount, run: TaskRun) -> None:
    settings(aws_account, AccountAccessKeysPresent=1)
    key = {"number": 1, "active": True, "rotated_at": None, "region": "", "service": "s3"}
    root(aws_account, keys=[{**key, "used_at": "2026-03-04T12:00:00+00:00"}])
    assert "One was last used on 4 Mar 2026" in words(run, "keys")


def test_an_inactive_key_of_root_is_to_be_deleted(aws_account: AwsAccount, run: TaskRun) -> None:
    key = {"number": 1, "active": False, "rotated_at": "2026-03-04T12:00:00+00:00", "region": "", "service": ""}
    root(aws_account, keys=[{**key, "used_at": None}])
    assert progress(run)["keys"] == "to_do"
    assert "inactive access key" in words(run, "keys")
    settings(aws_account)  # read later than the report was made: it is gone since
    assert progress(run)["keys"] == "done"


def test_a_root_user_who_works_is_not_at_rest(aws_account: AwsAccount, run: TaskRun) -> None:
    root(aws_account, password_last_used_at=days_ago(3))
    assert progress(run)["rest"] == "to_do"


def test_one_administrator_is_not_enough(aws_account: AwsAccount, run: TaskRun) -> None:
    read(aws_account)
    login(aws_account, "ada")
    administrator(make_user(aws_account, "script", has_password=False))
    assert progress(run)["administrators"] == "to_do"
    assert "ada" in words(run, "administrators")


def test_a_password_that_is_not_read_is_not_taken_for_none(aws_account: AwsAccount, run: TaskRun) -> None:
    read(aws_account)
    login(aws_account, "ada")
    administrator(make_user(aws_account, "ben", has_password=None))
    found = progress(run)
    assert (found["administrators"], found["demand"], found["devices"]) == ("unknown", "unknown", "unknown")


def test_devices_that_are_not_read(aws_account: AwsAccount, run: TaskRun) -> None:
    read(aws_account)
    login(aws_account, "ada", mfa=None)
    assert progress(run)["devices"] == "unknown"


def test_people_of_identity_center_count_once(aws_account: AwsAccount, run: TaskRun) -> None:
    """One person with two sets is one administrator."""
    read(aws_account)
    directory = DirectoryRows(aws_account)
    person = directory.person("dana.okafor")
    for name in ("Admin", "BreakGlass"):
        administrator_set(directory, name, person)
    assert progress(run)["administrators"] == "to_do"
    assert "1 person by the permission set Admin" in words(run, "administrators")
    administrator_set(directory, "Operations", directory.person("erik.holm"))
    assert progress(run)["administrators"] == "done"


# ---- MFA asked for by policy -----------------------------------------------------------------------------------
def test_who_is_not_asked_for_mfa_is_named(aws_account: AwsAccount, run: TaskRun) -> None:
    read(aws_account)
    login(aws_account, "ada")
    login(aws_account, "ben", asked=False)
    assert progress(run)["demand"] == "to_do"
    assert words(run, "demand").startswith("No policy asks ben for MFA")


def test_who_could_never_set_it_up(aws_account: AwsAccount, run: TaskRun) -> None:
    """No form: the policy of this step would change nothing."""
    read(aws_account)
    user = login(aws_account, "ada", asked=False, mfa=0)
    given(user, deny("*", Condition={"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}))
    assert "don’t let them set it up" in words(run, "demand")


def test_a_condition_that_nobody_knows_is_unknown(aws_account: AwsAccount, run: TaskRun) -> None:
    read(aws_account)
    user = login(aws_account, "ada", asked=False)
    given(user, {**DEMANDING[-1], "Condition": {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}})
    assert progress(run)["demand"] == "unknown"


def test_the_policy_goes_to_the_group_and_to_who_is_in_none(
    aws_account: AwsAccount, run: TaskRun, erins: Client
) -> None:
    read(aws_account)
    group = administrator(make_group(aws_account, "administrators"))
    ada = make_user(aws_account, "ada", has_password=True, mfa_count=0)
    join(ada, group)
    ben = login(aws_account, "ben", asked=False, active_key_count=1)
    unread = get(erins, "task_run", pk=str(run.pk))
    assert text_of(unread).count("Unknown, by what was read, which access keys and SSH keys") == 3
    assert " checked" not in unread.partition("id_demand_on_0")[2].partition("id_demand_policy")[0]
    credentials_read(ada, ben)
    IamUser.objects.filter(pk=ben.pk).update(active_key_count=1)
    page = get(erins, "task_run", pk=str(run.pk))
    assert f'value="group:{group.aws_id}" id="id_demand_on_0" checked' in page
    assert f'value="user:{ben.aws_id}" id="id_demand_on_2" checked' in page
    assert f'value="user:{ada.aws_id}" id="id_demand_on_1" checked' not in page
    assert "1 active access key, which would need MFA, too" in text_of(page)
    send(erins, run, step="demand", policy="require-mfa", on=[f"group:{group.aws_id}", f"user:{ben.aws_id}"])
    assert steps_of_change() == ["iam.policy.create", "iam.group.attach", "iam.user.attach"]
    assert looked(run)["demand"].progress == "on_its_way"


def test_a_policy_of_that_name_is_used_if_it_says_the_same(
    aws_account: AwsAccount, run: TaskRun, erins: Client
) -> None:
    read(aws_account)
    user = login(aws_account, "ada", asked=False)
    managed(aws_account, "require-mfa", DEMANDING)
    send(erins, run, step="demand", policy="Require-MFA", on=f"user:{user.aws_id}")
    assert steps_of_change() == ["iam.user.attach"]


def test_another_policy_of_that_name_is_refused(aws_account: AwsAccount, run: TaskRun, erins: Client) -> None:
    read(aws_account)
    user = login(aws_account, "ada", asked=False)
    managed(aws_account, "require-mfa", [allow("s3:*")])
    text = send(erins, run, step="demand", policy="require-mfa", on=f"user:{user.aws_id}")
    assert "A policy of that name is there, and says something else" in text
    assert not Change.objects.exists()


def test_nobody_else_is_attached_to(aws_account: AwsAccount, run: TaskRun, erins: Client) -> None:
    """What isn't offered is no choice, such as a user of another AWS account."""
    read(aws_account)
    login(aws_account, "ada", asked=False)
    other = make_user(aws_account, "viewer")
    text = send(erins, run, step="demand", policy="require-mfa", on=f"user:{other.aws_id}")
    assert "is not one of the available choices" in text
    assert not Change.objects.exists()


# ---- The sign-in address ---------------------------------------------------------------------------------------
def test_an_alias_is_staged(aws_account: AwsAccount, run: TaskRun, erins: Client) -> None:
    settings(aws_account)
    assert "123456789012.signin.aws.amazon.com" in words(run, "address")
    send(erins, run, step="address", alias="acme-prod")
    assert steps_of_change() == ["iam.account.alias.set"]


def test_an_alias_that_aws_refuses_gets_its_sentence(aws_account: AwsAccount, run: TaskRun, erins: Client) -> None:
    settings(aws_account)
    text = send(erins, run, step="address", alias="Acme!")
    assert "An alias has 3 to 63 lower-case letters, digits and single dashes" in text
    assert not Change.objects.exists()


# ---- The page --------------------------------------------------------------------------------------------------
def test_the_page_says_what_to_click(aws_account: AwsAccount, run: TaskRun, erins: Client) -> None:
    settings(aws_account, AccountAccessKeysPresent=1)
    page = get(erins, "task_run", pk=str(run.pk))
    assert 'href="https://console.aws.amazon.com/iam/home#/security_credentials"' in page
    assert "AWS tells the console nothing of it: confirm it by hand." in text_of(page)


def test_it_is_begun_once(aws_account: AwsAccount, erins: Client) -> None:
    assert [erins.post(address("begin_root_at_rest")).status_code for _ in range(2)] == [302, 302]
    assert TaskRun.objects.count() == 1


def test_members_of_an_organization_are_told_of_central_root_access(aws_account: AwsAccount, run: TaskRun) -> None:
    assert "central" not in progress(run)
    member_of(aws_account)
    assert progress(run)["central"] == "unknown"
    settings(aws_account)
    assert "Root credentials management" in words(run, "central")


def test_the_page_of_the_root_user_leads_there(aws_account: AwsAccount, bob: Operator, client_of: ClientOf) -> None:
    page = get(client_of(bob), "root_user")
    assert "What only the root user can do" in text_of(page)
    assert address("begin_root_at_rest") in page
