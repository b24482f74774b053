"""A person joins as an IAM user: made with groups and a password, asked for MFA, signed in, enrolled."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import AwsAccount, Operator
from emulator.process import Emulator
from guides.models import StagedChange, TaskRun
from identities.models import IamGroup, IamUser, ReportedUser
from policies.organizations.sources import MEMBERSHIP
from sync.models import Change, Facet
from tests.services.changing import carry_out
from tests.services.credentials import enable
from tests.services.forms import with_fields
from tests.services.organization_rows import complete
from tests.services.pages import address, get, text_of
from tests.services.pulling import pulled_in_order
from tests.services.statements import allowing
from tests.services.world import World

pytestmark = pytest.mark.django_db
ClientOf = Callable[[Operator], Client]
SOURCES = ("iam.details", "iam.keys", "iam.login", "iam.mfa")


@pytest.fixture
def analysts(world: World) -> IamGroup:
    """May do everything in S3. The organization's policies are known: there are none."""
    complete(world.aws_account, MEMBERSHIP)
    group = world.group("analysts")
    world.iam.put_group_policy(GroupName="analysts", PolicyName="reads", PolicyDocument=allowing("s3:*"))
    return world.again(group)


@pytest.fixture
def erins(client_of: ClientOf, erin: Operator) -> Client:
    return client_of(erin)


def begun(client: Client, name: str = "maria.lopez") -> TaskRun:
    response = client.post(address("begin_person_joins"), {"user": name})
    assert response.status_code == 302, text_of(response.content.decode())
    return TaskRun.objects.latest("pk")


def page_of(client: Client, run: TaskRun) -> str:
    return get(client, "task_run", pk=str(run.pk))


def press(client: Client, run: TaskRun, **fields: Any) -> Any:
    return client.post(address("task_run", pk=str(run.pk)), with_fields(page_of(client, run), **fields))


def applied(run: TaskRun, actor: Operator) -> Change:
    return carry_out(StagedChange.objects.filter(run=run).latest("pk").change, actor)


def kinds(change: Change) -> list[str]:
    return [step.kind.removeprefix("iam.") for step in change.steps.order_by("position")]


def refusal(client: Client, name: str) -> str:
    response = client.post(address("begin_person_joins"), {"user": name})
    assert response.status_code == 422
    return text_of(response.content.decode())


def test_one_change_lets_them_in(
    world: World, analysts: IamGroup, aws_account: AwsAccount, erins: Client, erin: Operator
) -> None:
    run = begun(erins)
    assert press(erins, run, groups="analysts").status_code == 302
    change = applied(run, erin)
    assert (change.state, change.title) == ("applied", "Let maria.lopez in as an IAM user")
    assert kinds(change) == ["user.create", "policy.create", "user.attach", "group.add_user", "login.create"]
    assert not world.iam.get_login_profile(UserName="maria.lopez")["LoginProfile"].get("PasswordResetRequired")
    page = text_of(page_of(erins, run))
    assert "maria.lopez has a password, and is in analysts." in page
    assert "Without MFA they can do no more than set it up" in page
    assert "2 of 4 steps done" in page


def test_the_first_sign_in_and_mfa_are_ticked_by_the_mirror(
    world: World, analysts: IamGroup, aws_account: AwsAccount, erins: Client, erin: Operator
) -> None:
    run = begun(erins)
    press(erins, run, groups="analysts")
    applied(run, erin)
    user = IamUser.objects.get(name="maria.lopez")
    reported = {"aws_account": aws_account, "aws_id": user.aws_id, "name": user.name, "name_key": user.name_key}
    ReportedUser.objects.create(**reported, user=user, generated_at=timezone.now(), first_seen=timezone.now())
    assert "up to four hours late" in text_of(page_of(erins, run))
    ReportedUser.objects.update(password_last_used_at=timezone.now() - timedelta(hours=1))
    device = world.iam.create_virtual_mfa_device(VirtualMFADeviceName="maria")["VirtualMFADevice"]
    enable(world.iam, "maria.lopez", device["SerialNumber"], device["Base32StringSeed"])
    pulled_in_order(aws_account, SOURCES)
    page = text_of(page_of(erins, run))
    assert "They signed in on" in page
    assert "They have MFA" in page
    assert "4 of 4 steps done" in page


def test_without_the_tick_they_choose_a_new_password_and_mfa_can_be_asked_for_later(
    world: World, analysts: IamGroup, erins: Client, erin: Operator
) -> None:
    run = begun(erins)
    press(erins, run, groups="analysts", asks_mfa=None)
    change = applied(run, erin)
    assert kinds(change) == ["user.create", "group.add_user", "login.create"]
    assert world.iam.get_login_profile(UserName="maria.lopez")["LoginProfile"]["PasswordResetRequired"]
    assert "Their policies allow more without MFA than to set it up" in text_of(page_of(erins, run))
    press(erins, run)
    assert kinds(applied(run, erin)) == ["policy.create", "user.attach"]
    assert "Without MFA they can do no more than set it up" in text_of(page_of(erins, run))


def test_the_policy_that_is_there_is_attached(world: World, analysts: IamGroup, erins: Client, erin: Operator) -> None:
    first, second = begun(erins), begun(erins, "lena.fischer")
    press(erins, first)
    applied(first, erin)
    press(erins, second)
    assert kinds(applied(second, erin)) == ["user.create", "user.attach", "login.create"]


def test_another_policy_of_that_name_is_said(world: World, erins: Client) -> None:
    world.policy("require-mfa")
    run = begun(erins)
    response = press(erins, run, reason="First day")
    page = response.content.decode()
    assert response.status_code == 422
    assert "says something else than AWS’s example" in text_of(page)
    assert "First day" in page


def test_who_is_there_already_is_said(world: World, erins: Client) -> None:
    world.user("maria.lopez")
    page = refusal(erins, "Maria.Lopez")
    assert "There is a user Maria.Lopez already" in page
    assert not TaskRun.objects.exists()


@pytest.mark.parametrize("name", ["maria lopez", "maria/lopez", "ma\u00efa", "x" * 65])
def test_what_is_no_name_is_refused(aws_account: AwsAccount, erins: Client, name: str) -> None:
    refusal(erins, name)
    assert not TaskRun.objects.exists()


def test_who_was_made_meanwhile_gets_what_is_missing(
    world: World, analysts: IamGroup, aws_account: AwsAccount, erins: Client, erin: Operator
) -> None:
    run = begun(erins)
    world.iam.create_user(UserName="maria.lopez")
    pulled_in_order(aws_account, SOURCES)
    assert "maria.lopez is there, and lacks a console password." in text_of(page_of(erins, run))
    press(erins, run, groups="analysts", asks_mfa=None)
    assert kinds(applied(run, erin)) == ["group.add_user", "login.create"]


def test_a_group_that_was_taken_away_meanwhile_is_missing(
    world: World, analysts: IamGroup, aws_account: AwsAccount, erins: Client, erin: Operator
) -> None:
    run = begun(erins)
    press(erins, run, groups="analysts")
    applied(run, erin)
    world.iam.remove_user_from_group(GroupName="analysts", UserName="maria.lopez")
    Facet.objects.update(written_at=timezone.now() - timedelta(minutes=2))  # what a pull finds is newer
    pulled_in_order(aws_account, SOURCES)
    assert "lacks the group analysts" in text_of(page_of(erins, run))


def test_the_password_is_shown_once_and_nowhere_else(
    world: World, emulator: Emulator, erins: Client, erin: Operator
) -> None:
    run = begun(erins)
    press(erins, run)
    change = StagedChange.objects.get().change
    assert all(
        "password" not in step.params or step.params["password"].startswith("sealed:") for step in change.steps.all()
    )
    assert "password" not in str(TaskRun.objects.get().answers).lower()
