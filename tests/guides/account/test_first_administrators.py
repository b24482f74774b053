"""The first administrators: a group of IAM users, or a permission set of Identity Center, with two people in it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import AwsAccount, Operator
from directory.models import AccountAssignment, DirectoryGroup, DirectoryMembership, PermissionSet
from guides.models import TaskRun
from identities.models import IamGroup, ReportedUser
from sync.models import Change
from tests.access.mirrored import administrator, given, managed
from tests.guides.account.rows import DEMANDING, administrator_set, days_ago, looked, progress, read, words
from tests.services.directory_rows import INSTANCE_ARN, DirectoryRows
from tests.services.pages import address, get, text_of
from tests.services.rows import join, make_group, make_user
from tests.services.statements import deny

pytestmark = pytest.mark.django_db
ClientOf = Callable[[Operator], Client]
GROUP_ID = "12345678-1234-1234-1234-123456789012"


@pytest.fixture
def erins(client_of: ClientOf, erin: Operator) -> Client:
    return client_of(erin)


@pytest.fixture
def run(aws_account: AwsAccount, erins: Client) -> TaskRun:
    read(aws_account)
    erins.post(address("begin_first_administrators"), {"way": "group", "group": "administrators"})
    return TaskRun.objects.latest("pk")


@pytest.fixture
def group(aws_account: AwsAccount) -> IamGroup:
    """As it is to be."""
    return given(administrator(make_group(aws_account, "administrators")), *DEMANDING)  # type: ignore[no-any-return]


def send(client: Client, run: TaskRun, **posted: str) -> str:
    response = client.post(address("task_run", pk=str(run.pk)), posted, follow=True)
    return text_of(response.content.decode())


def staged() -> list[tuple[str, dict[str, Any]]]:
    return [(step.kind, step.params) for step in Change.objects.latest("pk").steps.all()]


def kinds() -> list[str]:
    return [kind for kind, _ in staged()]


def member(group: IamGroup, name: str, **fields: Any) -> Any:
    user = make_user(group.aws_account, name, **{"has_password": True, "mfa_count": 1, **fields})
    join(user, group)
    return user


# ---- The group -------------------------------------------------------------------------------------------------
def test_from_nothing_the_group_is_made_with_mfa_first(run: TaskRun, erins: Client) -> None:
    assert progress(run) == {"group": "to_do", "people": "later", "enrol": "later", "signed_in": "later"}
    send(erins, run, step="group", policy="require-mfa")
    assert kinds() == ["iam.group.create", "iam.policy.create", "iam.group.attach", "iam.group.attach"]
    attached = [params["policy_arn"].rpartition("/")[2] for kind, params in staged() if kind == "iam.group.attach"]
    assert attached == ["require-mfa", "AdministratorAccess"]


def test_a_group_that_is_there_gets_what_it_lacks(aws_account: AwsAccount, run: TaskRun, erins: Client) -> None:
    administrator(make_group(aws_account, "Administrators"))
    assert "asks nobody for MFA" in words(run, "group")
    send(erins, run, step="group", policy="require-mfa")
    assert kinds() == ["iam.policy.create", "iam.group.attach"]


def test_a_group_that_asks_for_mfa_and_gives_nothing(aws_account: AwsAccount, run: TaskRun, erins: Client) -> None:
    """Denied is everything, so only the half is there that MFA is asked for."""
    given(make_group(aws_account, "administrators"), *DEMANDING)
    assert "doesn’t let its members do everything" in words(run, "group")
    send(erins, run, step="group", policy="require-mfa")
    assert kinds() == ["iam.group.attach"]


def test_a_group_in_which_nobody_could_set_up_mfa(aws_account: AwsAccount, run: TaskRun, erins: Client) -> None:
    denial = deny("*", Condition={"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}})
    given(administrator(make_group(aws_account, "administrators")), denial)
    assert "doesn’t let its members set it up" in words(run, "group")
    send(erins, run, step="group", policy="require-mfa")
    assert not Change.objects.exists()


def test_a_group_that_is_right(group: IamGroup, run: TaskRun) -> None:
    assert progress(run) == {"group": "done", "people": "to_do", "enrol": "later", "signed_in": "later"}


def test_another_policy_of_that_name_is_refused(aws_account: AwsAccount, run: TaskRun, erins: Client) -> None:
    managed(aws_account, "require-mfa", DEMANDING[:2])
    assert "says something else" in send(erins, run, step="group", policy="require-mfa")
    assert not Change.objects.exists()


# ---- People ----------------------------------------------------------------------------------------------------
def test_new_people_get_a_user_and_a_password_that_they_needn_t_change_before_mfa(
    group: IamGroup, run: TaskRun, erins: Client
) -> None:
    send(erins, run, step="people", people="ada\nben\nADA")
    assert (
        kinds() == ["iam.user.create", "iam.user.add_to_group", "iam.login.create"] * 2
        or kinds()
        == [
            "iam.user.create",
            "iam.group.add_user",
            "iam.login.create",
        ]
        * 2
    )
    assert [params["reset_required"] for kind, params in staged() if kind == "iam.login.create"] == [False, False]
    assert looked(run)["people"].progress == "on_its_way"


def test_who_is_a_user_already_keeps_what_they_have(group: IamGroup, run: TaskRun, erins: Client) -> None:
    make_user(group.aws_account, "ada", has_password=True)
    make_user(group.aws_account, "ben", has_password=False)
    send(erins, run, step="people", people="ada, ben")
    assert kinds() == ["iam.group.add_user", "iam.group.add_user", "iam.login.create"]


def test_a_password_that_is_not_read_is_not_set_anew(group: IamGroup, run: TaskRun, erins: Client) -> None:
    make_user(group.aws_account, "ada", has_password=None)
    text = send(erins, run, step="people", people="ada")
    assert "It isn’t read yet whether ada has a password: pull first." in text
    assert not Change.objects.exists()


@pytest.mark.parametrize("said", ["ada lovelace", "a/b", "x" * 65, "ada\n<script>", "\u202eada"])
def test_what_can_t_be_a_user_is_refused_and_kept(group: IamGroup, run: TaskRun, erins: Client, said: str) -> None:
    response = erins.post(address("task_run", pk=str(run.pk)), {"step": "people", "people": said})
    assert response.status_code == 422
    assert "can’t be the name of a user" in text_of(response.content.decode())
    assert not Change.objects.exists()


def test_a_crowd_is_refused(group: IamGroup, run: TaskRun, erins: Client) -> None:
    text = send(erins, run, step="people", people="\n".join(f"user-{number}" for number in range(11)))
    assert "At most 10 people at once." in text


def test_two_who_can_sign_in_are_enough(group: IamGroup, run: TaskRun) -> None:
    member(group, "ada")
    member(group, "robot", has_password=False)
    assert progress(run)["people"] == "to_do"
    assert words(run, "people") == "ada alone can sign in. robot has no password."
    member(group, "ben", has_password=None)
    assert progress(run)["people"] == "unknown"
    member(group, "cleo")
    assert progress(run)["people"] == "done"


def test_mfa_of_each(group: IamGroup, run: TaskRun) -> None:
    member(group, "ada")
    ben = member(group, "ben", mfa_count=0)
    assert words(run, "enrol") == "ben has no MFA device yet."
    ben.mfa_count = None
    ben.save()
    assert progress(run)["enrol"] == "unknown"
    ben.mfa_count = 1
    ben.save()
    assert progress(run)["enrol"] == "done"


def test_signing_in_by_the_report(group: IamGroup, run: TaskRun) -> None:
    users = [member(group, name) for name in ("ada", "ben")]
    assert progress(run)["signed_in"] == "unknown"
    for user, used in zip(users, (days_ago(1), None), strict=True):
        about = {"aws_id": user.aws_id, "name": user.name, "name_key": user.name, "first_seen": days_ago(1)}
        ReportedUser.objects.create(
            aws_account=group.aws_account, user=user, generated_at=days_ago(0), password_last_used_at=used, **about
        )
    assert words(run, "signed_in").startswith("ada has.")
    ReportedUser.objects.update(password_last_used_at=days_ago(0))
    assert progress(run)["signed_in"] == "done"


# ---- Identity Center -------------------------------------------------------------------------------------------
@pytest.fixture
def directory(aws_account: AwsAccount) -> DirectoryRows:
    return DirectoryRows(aws_account)


@pytest.fixture
def by_center(directory: DirectoryRows, aws_account: AwsAccount, erins: Client) -> TaskRun:
    read(aws_account)
    erins.post(address("begin_first_administrators"), {"way": "center"})
    return TaskRun.objects.latest("pk")


def test_identity_center_is_offered_where_there_is_one(directory: DirectoryRows, erins: Client) -> None:
    page = get(erins, "begin_first_administrators")
    [chosen] = [tag for tag in re.findall(r'<input[^>]*name="way"[^>]*>', page) if " checked" in tag]
    assert 'value="center"' in chosen


def test_a_set_is_made_and_assigned(by_center: TaskRun, directory: DirectoryRows, erins: Client) -> None:
    assert progress(by_center) == {"instance": "done", "set": "to_do", "assigned": "later", "center_mfa": "unknown"}
    send(erins, by_center, step="set", name="Admin")
    assert kinds() == ["sso.set.create", "sso.set.managed.attach"]
    Change.objects.all().update(state=Change.State.CANCELLED)
    made = administrator_set(directory, "Admin")
    PermissionSet.objects.filter(pk=made.pk).update(
        arn=f"{INSTANCE_ARN.replace('instance', 'permissionSet')}/ps-{0:016}"
    )
    group = directory.group("admins", directory.person("dana.okafor"), directory.person("erik.holm"))
    DirectoryGroup.objects.update(aws_id=GROUP_ID)
    DirectoryMembership.objects.update(group_id=GROUP_ID)
    group.refresh_from_db()
    assert progress(by_center)["assigned"] == "to_do"
    send(erins, by_center, step="assigned", set="Admin", group="admins")
    assert kinds()[0] == "sso.assignment.create"
    directory.assign(administrator_set(directory, "Ops"), directory.held_by, group)
    assert progress(by_center)["assigned"] == "done"
    assert AccountAssignment.objects.count() == 1


def test_mfa_of_identity_center_is_never_ticked_off(by_center: TaskRun) -> None:
    assert words(by_center, "center_mfa") == "AWS has no call that tells of it: confirm it by hand."


def test_an_instance_of_another_aws_account_is_changed_there(
    aws_account: AwsAccount, other_account: AwsAccount, erins: Client
) -> None:
    read(aws_account)
    erins.post(address("begin_first_administrators"), {"way": "center"})
    run = TaskRun.objects.latest("pk")
    assert progress(run)["instance"] == "unknown"
    assert "Stage the change" not in text_of(get(erins, "task_run", pk=str(run.pk)))


# ---- How it begins ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize("group", ["", "two words", "a/b"])
def test_a_group_needs_a_name(aws_account: AwsAccount, erins: Client, group: str) -> None:
    response = erins.post(address("begin_first_administrators"), {"way": "group", "group": group})
    assert response.status_code == 422
    assert not TaskRun.objects.exists()


def test_viewers_don_t_begin_it(aws_account: AwsAccount, bob: Operator, client_of: ClientOf) -> None:
    assert client_of(bob).get(address("begin_first_administrators")).status_code == 403
