"""People of Identity Center join, move and leave; nobody is told names who may not see them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEntry, AwsAccount, Operator
from directory.models import DirectoryGroup, DirectoryUser
from emulator.process import Emulator
from guides.models import LeaverReport, StagedChange, TaskRun
from sync import changes
from sync.models import Change
from tests.directory.arranged import Arranged, arranged_and_pulled
from tests.services.changing import carry_out, worked
from tests.services.forms import with_fields
from tests.services.organizations import ACCOUNT_ID
from tests.services.pages import address, get, text_of

pytestmark = pytest.mark.django_db
ClientOf = Callable[[Operator], Client]


@pytest.fixture
def center(emulator: Emulator, aws_account: AwsAccount) -> Arranged:
    return arranged_and_pulled(emulator, aws_account)


@pytest.fixture
def erins(client_of: ClientOf, erin: Operator) -> Client:
    return client_of(erin)


def begun(client: Client, task: str, person: str) -> TaskRun:
    response = client.post(address(f"begin_person_{task}"), {"person": person})
    assert response.status_code == 302, text_of(response.content.decode())
    return TaskRun.objects.latest("pk")


def page_of(client: Client, run: TaskRun) -> str:
    return get(client, "task_run", pk=str(run.pk))


def press(client: Client, run: TaskRun, **fields: Any) -> Any:
    return client.post(address("task_run", pk=str(run.pk)), with_fields(page_of(client, run), **fields))


def staged(client: Client, run: TaskRun, **fields: Any) -> Change:
    response = press(client, run, **fields)
    assert response.status_code == 302, text_of(response.content.decode())
    return StagedChange.objects.filter(run=run).latest("pk").change


def applied(change: Change, actor: Operator) -> Change:
    """With its gates, which wait until AWS has done it."""
    carry_out(change, actor)
    for _ in range(8):
        if change.state == Change.State.SCHEDULED:
            changes.look_again(change=change, actor=actor)
            worked(change)
    assert change.state == Change.State.APPLIED, change.error
    return change


def kinds(change: Change) -> list[str]:
    return [step.kind for step in change.steps.order_by("position")]


def assigned(center: Arranged, permission_set: str) -> set[str]:
    """The ids of those to whom it is assigned here."""
    about = {"InstanceArn": center.made.arn, "AccountId": ACCOUNT_ID, "PermissionSetArn": permission_set}
    return {row["PrincipalId"] for row in center.made.sso.list_account_assignments(**about)["AccountAssignments"]}


def members(center: Arranged, group: str) -> set[str]:
    found = center.made.store.list_group_memberships(IdentityStoreId=center.made.store_id, GroupId=group)
    return {row["MemberId"]["UserId"] for row in found["GroupMemberships"]}


# ---- Joins -------------------------------------------------------------------------------------------------------
def test_joins_a_group_and_gets_a_permission_set(center: Arranged, erins: Client, erin: Operator) -> None:
    run = begun(erins, "joins", "priya.nair")
    change = applied(staged(erins, run, joins="platform", set="Read_Only", account=ACCOUNT_ID), erin)
    assert kinds(change) == ["identitystore.member.add", "sso.assignment.create", "sso.assignment.await"]
    assert center.priya in members(center, center.platform)
    assert center.priya in assigned(center, center.read_only)
    page = text_of(page_of(erins, run))
    assert "They are in platform." in page
    assert "1 of 3 steps done" in page
    assert "AWS doesn’t tell this console who signed in" in page


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "Nothing is chosen"),
        ({"set": "Admin"}, "A permission set goes with an AWS account."),
        ({"account": ACCOUNT_ID}, "A permission set goes with an AWS account."),
        ({"joins": "nowhere"}, "has no group “nowhere”"),
    ],
)
def test_what_is_half_said_is_refused(center: Arranged, erins: Client, fields: dict[str, str], words: str) -> None:
    run = begun(erins, "joins", "priya.nair")
    response = press(erins, run, reason="First day", **fields)
    assert response.status_code == 422
    assert words in text_of(response.content.decode())
    assert "First day" in response.content.decode()


# ---- Moves -------------------------------------------------------------------------------------------------------
def test_moves_from_a_permission_set_to_a_group(center: Arranged, erins: Client, erin: Operator) -> None:
    run = begun(erins, "moves", "priya.nair")
    loses = f"{center.admin.rpartition('/')[2]}/{ACCOUNT_ID}"
    change = applied(staged(erins, run, loses=[loses], joins="platform"), erin)
    assert kinds(change) == ["sso.assignment.delete", "sso.assignment.await", "identitystore.member.add"]
    assert center.priya not in assigned(center, center.admin)
    assert center.priya in members(center, center.platform)
    assert "1 of 2 steps done" in text_of(page_of(erins, run))


# ---- Leaves ------------------------------------------------------------------------------------------------------
def test_leaves_and_is_deleted_on_the_day(center: Arranged, erins: Client, erin: Operator) -> None:
    run = begun(erins, "leaves", "priya.nair")
    change = applied(staged(erins, run), erin)
    assert center.priya not in assigned(center, center.admin)
    assert "priya" not in f"{change.title} {change.does}".lower()
    page = text_of(page_of(erins, run))
    assert "They are in no group and have no assignment." in page
    on = (timezone.localtime() + timedelta(days=7)).strftime("%Y-%m-%dT%H:%M")
    deletion = staged(erins, run, on=on)
    changes.apply(change=deletion, actor=erin)
    Change.objects.filter(pk=deletion.pk).update(not_before=timezone.now())
    changes.sweep_due()
    assert worked(deletion).state == Change.State.APPLIED
    assert not DirectoryUser.objects.live().filter(aws_id=center.priya).exists()
    last = text_of(page_of(erins, run))
    assert "3 of 3 steps done" in last
    assert "Priya" not in last  # nobody is called so any more


def test_the_report_has_no_name(center: Arranged, erins: Client, erin: Operator) -> None:
    run = begun(erins, "leaves", "priya.nair")
    staged(erins, run)
    report = LeaverReport.objects.get()
    assert "priya" not in str(report.content).lower()
    assert "Admin" in str(report.content)
    page = text_of(get(erins, "task_report", pk=str(report.pk)))
    assert "Ways into AWS accounts" in page
    entries = AuditEntry.objects.filter(verb__startswith="task.")
    assert not any("priya" in f"{entry.data} {entry.object_name}".lower() for entry in entries)


def test_who_comes_from_a_directory_is_deleted_there(center: Arranged, erins: Client, erin: Operator) -> None:
    DirectoryUser.objects.filter(aws_id=center.priya).update(issuer="Okta")
    DirectoryGroup.objects.update(issuer="Okta")
    run = begun(erins, "leaves", "priya.nair")
    applied(staged(erins, run), erin)
    page = text_of(page_of(erins, run))
    assert "They come from Okta: delete them there." in page
    assert "Stage the deletion" not in page


def test_nobody_sees_off_themselves(center: Arranged, erins: Client, erin: Operator) -> None:
    DirectoryUser.objects.filter(aws_id=center.priya).update(email=erin.email.upper())
    response = erins.post(address("begin_person_leaves"), {"person": "priya.nair"})
    assert response.status_code == 422
    assert "By the name this is you." in text_of(response.content.decode())


def test_a_user_and_a_person_at_once_are_two_tasks(center: Arranged, erins: Client) -> None:
    response = erins.post(address("begin_person_joins"), {"person": "priya.nair", "user": "priya"})
    assert response.status_code == 422
    assert "Say one of the two" in text_of(response.content.decode())


def test_who_is_no_longer_there_is_said(center: Arranged, erins: Client) -> None:
    run = begun(erins, "moves", "priya.nair")
    DirectoryUser.objects.filter(aws_id=center.priya).update(gone_at=timezone.now())
    page = text_of(page_of(erins, run))
    assert "They are gone from AWS" in page
    assert "Priya" not in page


def test_that_somebody_is_told_a_name_is_logged_once_a_while(
    center: Arranged, erins: Client, alice: Operator, client_of: ClientOf
) -> None:
    begun(erins, "moves", "priya.nair")
    alices, looks = client_of(alice), AuditEntry.objects.filter(verb="directory.person_read", actor=alice)
    for _ in range(2):
        assert "Priya Nair moves" in text_of(get(alices, "tasks"))
    assert [entry.object_id for entry in looks] == [center.priya]
