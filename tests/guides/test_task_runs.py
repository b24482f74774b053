"""Runs of guided tasks: begun, left, taken up again by others, ticked off by the mirror, closed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEntry, AwsAccount, Operator
from guides.models import StagedChange, TaskRun
from identities.models import IamGroup, IamUser
from sync.models import Change
from tests.services.pages import BY_HTMX, address, get, text_of
from tests.services.rows import join, make_group, make_user

pytestmark = pytest.mark.django_db
ClientOf = Callable[[Operator], Client]
BEGINS = "begin_person_moves"


@pytest.fixture
def erins(client_of: ClientOf, erin: Operator) -> Client:
    return client_of(erin)


@pytest.fixture
def user(aws_account: AwsAccount) -> IamUser:
    return make_user(aws_account, "dana")


@pytest.fixture
def groups(aws_account: AwsAccount, user: IamUser) -> tuple[IamGroup, IamGroup]:
    """One that the user is in, and another one."""
    left, joined = make_group(aws_account, "finance"), make_group(aws_account, "platform")
    join(user, left)
    return left, joined


def begun(client: Client, user: str = "dana") -> TaskRun:
    client.post(address(BEGINS), {"user": user})
    return TaskRun.objects.latest("pk")


def send(client: Client, run: TaskRun, **posted: str) -> Any:
    return client.post(address("task_run", pk=str(run.pk)), posted)


def stage(client: Client, run: TaskRun, **posted: str) -> Change:
    send(client, run, step="memberships", **posted)
    return StagedChange.objects.latest("pk").change


def page_of(client: Client, run: TaskRun) -> str:
    return text_of(get(client, "task_run", pk=str(run.pk)))


def test_a_run_has_its_answers_and_its_owner(erins: Client, erin: Operator, user: IamUser) -> None:
    run = begun(erins)
    assert (run.task, run.about, run.owner) == ("person_moves", f"iam.user:{user.aws_id}", erin)
    assert "dana" in page_of(erins, run)
    assert AuditEntry.objects.filter(verb="task.begun", object_id=str(run.pk)).count() == 1


def test_a_second_one_about_the_same_is_the_first(erins: Client, user: IamUser) -> None:
    first = begun(erins)
    response = erins.post(address(BEGINS), {"user": "dana"}, follow=True)
    assert "is open already" in text_of(response.content.decode())
    assert TaskRun.objects.get() == first


def test_a_wrong_answer_gets_its_sentence_and_is_kept(erins: Client, aws_account: AwsAccount) -> None:
    response = erins.post(address(BEGINS), {"user": "nobody-here"})
    assert response.status_code == 422
    page = response.content.decode()
    assert "has no user “nobody-here”" in text_of(page)
    assert 'value="nobody-here"' in page
    assert not TaskRun.objects.exists()


def test_the_change_of_a_step_belongs_to_its_run(erins: Client, groups: tuple[IamGroup, IamGroup]) -> None:
    run = begun(erins)
    change = stage(erins, run, leaves=groups[0].aws_id, joins="platform")
    assert [step.kind for step in change.steps.all()] == ["iam.group.remove_user", "iam.group.add_user"]
    page = page_of(erins, run)
    assert "On its way" in page
    assert f"Change {change.pk}" in page


def test_the_page_of_the_change_leads_back(
    erins: Client, bob: Operator, client_of: ClientOf, groups: tuple[IamGroup, IamGroup]
) -> None:
    run = begun(erins)
    change = stage(erins, run, joins="platform")
    where = address("change_task", pk=str(change.pk))
    assert where in get(erins, "change", pk=str(change.pk))
    assert "dana moves" in text_of(erins.get(where, headers=BY_HTMX).content.decode())
    assert erins.get(where).headers["Location"] == address("task_run", pk=str(run.pk))
    bobs = client_of(bob)
    assert where not in get(bobs, "change", pk=str(change.pk))
    assert bobs.get(where).status_code == 403


def test_a_step_on_its_way_is_not_staged_twice(erins: Client, groups: tuple[IamGroup, IamGroup]) -> None:
    run = begun(erins)
    stage(erins, run, joins="platform")
    response = send(erins, run, step="memberships", joins="platform")
    assert response.status_code == 302
    assert Change.objects.count() == 1


def test_the_mirror_ticks_it_off_whoever_did_it(
    erins: Client, user: IamUser, groups: tuple[IamGroup, IamGroup]
) -> None:
    run = begun(erins)
    change = stage(erins, run, joins="platform")
    assert "0 of 1 step done" in page_of(erins, run)
    change.state = Change.State.CANCELLED
    change.save()
    membership = join(user, groups[1])  # in AWS's own console
    assert "1 of 1 step done" in page_of(erins, run)
    membership.gone_at = timezone.now()
    membership.save()
    page = page_of(erins, run)
    assert "0 of 1 step done" in page  # no tick is stored
    assert "Stage the move" in page


def test_a_refused_change_is_said_and_nothing_typed_is_lost(
    erins: Client, user: IamUser, groups: tuple[IamGroup, IamGroup]
) -> None:
    run = begun(erins)
    response = send(erins, run, step="memberships", joins="finance", reason="New team")
    assert response.status_code == 422
    page = response.content.decode()
    assert "dana is already in the group finance." in text_of(page)
    assert "New team" in page
    assert not StagedChange.objects.exists()


def test_others_go_on_with_it_and_take_it_over(
    erins: Client, alice: Operator, client_of: ClientOf, groups: tuple[IamGroup, IamGroup]
) -> None:
    run = begun(erins)
    alices = client_of(alice)
    assert "dana" in text_of(get(alices, "tasks"))
    stage(alices, run, joins="platform")
    send(alices, run, do="take-over")
    run.refresh_from_db()
    assert run.owner == alice
    assert AuditEntry.objects.filter(verb="task.taken_over", actor=alice).count() == 1


def test_who_may_not_propose_sees_no_run(erins: Client, bob: Operator, client_of: ClientOf, user: IamUser) -> None:
    run = begun(erins)
    bobs = client_of(bob)
    assert "dana" not in text_of(get(bobs, "tasks"))
    assert bobs.get(address("task_run", pk=str(run.pk))).status_code == 403
    assert bobs.post(address(BEGINS), {"user": "dana"}).status_code == 403


def test_a_closed_one_is_opened_again_unless_another_one_is_open(erins: Client, user: IamUser) -> None:
    run = begun(erins)
    send(erins, run, do="close")
    assert "dana" not in text_of(get(erins, "tasks"))
    send(erins, run, do="open")
    assert "dana" in text_of(get(erins, "tasks"))
    send(erins, run, do="close")
    second = begun(erins)
    assert send(erins, run, do="open").url == address("task_run", pk=str(second.pk))
    run.refresh_from_db()
    assert run.closed_at is not None


def test_nothing_is_staged_from_a_closed_one(erins: Client, groups: tuple[IamGroup, IamGroup]) -> None:
    run = begun(erins)
    send(erins, run, do="close")
    send(erins, run, step="memberships", joins="platform")
    assert not Change.objects.exists()


def test_a_user_made_again_under_the_name_is_another_one(erins: Client, user: IamUser, aws_account: AwsAccount) -> None:
    run = begun(erins)
    user.gone_at = timezone.now() - timedelta(minutes=1)
    user.save()
    make_user(aws_account, "dana", aws_id="AIDAANOTHERDANA")
    assert "gone from AWS" in page_of(erins, run)
    assert begun(erins) != run
