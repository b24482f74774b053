"""A person leaves: cut off, written down, deleted after a set time; who is refused; and what others do meanwhile."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError
from django.test import Client
from django.utils import timezone

from accounts import audit
from accounts.models import AuditEntry, Operator
from emulator.process import Emulator
from guides.models import LeaverReport, StagedChange, TaskRun
from guides.people import whom
from identities.models import IamUser
from sync import changes
from sync.models import Change
from tests.services.changing import carry_out, worked
from tests.services.forms import fields_of, with_fields
from tests.services.leaked_key import Night, leaked_key
from tests.services.pages import address, get, text_of

pytestmark = pytest.mark.django_db
ClientOf = Callable[[Operator], Client]


@pytest.fixture
def night(emulator: Emulator, aws_account: Any) -> Night:
    """ci-builder has a key, a password and a policy; root-keeper is the only administrator."""
    return leaked_key(emulator, aws_account)


@pytest.fixture
def erins(client_of: ClientOf, erin: Operator) -> Client:
    return client_of(erin)


def begun(client: Client, name: str = "ci-builder") -> TaskRun:
    response = client.post(address("begin_person_leaves"), {"user": name})
    assert response.status_code == 302, text_of(response.content.decode())
    return TaskRun.objects.latest("pk")


def page_of(client: Client, run: TaskRun) -> str:
    return get(client, "task_run", pk=str(run.pk))


def press(client: Client, run: TaskRun, **fields: Any) -> Any:
    """The form of the page as it stands, with these fields in place of some."""
    return client.post(address("task_run", pk=str(run.pk)), with_fields(page_of(client, run), **fields))


def cut(client: Client, run: TaskRun, actor: Operator, **fields: Any) -> Change:
    response = press(client, run, **fields)
    assert response.status_code == 302, text_of(response.content.decode())
    return carry_out(StagedChange.objects.filter(run=run).latest("pk").change, actor)


def refusal(client: Client, **posted: str) -> str:
    response = client.post(address("begin_person_leaves"), posted)
    assert response.status_code == 422
    assert not TaskRun.objects.exists()
    return text_of(response.content.decode())


# ---- From the first day to the last ----------------------------------------------------------------------------------
def test_cut_off_then_deleted_on_its_day(night: Night, erins: Client, erin: Operator) -> None:
    run = begun(erins)
    page = page_of(erins, run)
    assert "They still have 1 active access key and 1 console password." in text_of(page)
    assert {"deny", "login", f"key:{night.key['AccessKeyId']}"} == set(fields_of(page)["pieces"])
    change = cut(erins, run, erin)
    assert change.state == Change.State.APPLIED
    assert (change.title, change.independent) == ("Cut off ci-builder", True)
    night.emulator.enforce_iam()
    with pytest.raises(ClientError):
        night.by_key("iam").list_users()
    night.emulator.enforce_iam(False)
    after = text_of(page_of(erins, run))
    assert "Their credentials are off, and everything is denied to them" in after
    assert "2 of 3 steps done" in after
    on = (timezone.localtime() + timedelta(days=14)).strftime("%Y-%m-%dT%H:%M")
    press(erins, run, on=on)
    deletion = StagedChange.objects.get(run=run, step="delete").change
    changes.apply(change=deletion, actor=erin)
    deletion.refresh_from_db()
    assert deletion.state == Change.State.SCHEDULED
    assert "On its way" in text_of(page_of(erins, run))
    Change.objects.filter(pk=deletion.pk).update(not_before=timezone.now())
    changes.sweep_due()
    assert worked(deletion).state == Change.State.APPLIED
    assert not IamUser.objects.live().filter(name="ci-builder").exists()
    last = text_of(page_of(erins, run))
    assert "3 of 3 steps done" in last
    assert "Nothing is left to do" in last


def test_the_cut_is_reversed_but_for_the_password(night: Night, erins: Client, erin: Operator) -> None:
    run = begun(erins)
    change = cut(erins, run, erin)
    carry_out(changes.propose_reverse(change=change, actor=erin), erin)
    page = text_of(page_of(erins, run))
    assert "They still have 1 active access key." in page
    assert night.iam.list_access_keys(UserName="ci-builder")["AccessKeyMetadata"][0]["Status"] == "Active"


def test_containing_them_ticks_it_off_too(night: Night, erins: Client) -> None:
    run = begun(erins)
    pieces = ["deny", "login", f"key:{night.key['AccessKeyId']}"]
    begin = address("user_contain_begin", aws_id=night.user.aws_id)
    erins.post(begin, {"pieces": pieces, "typed": "ci-builder"})
    worked(Change.objects.latest("pk"))
    page = text_of(page_of(erins, run))
    assert "everything is denied to them" in page
    assert "Write it down now" in page
    erins.post(address("task_run", pk=str(run.pk)), {"step": "report"})
    assert LeaverReport.objects.filter(run=run).count() == 1


def test_sessions_begun_before_a_late_approval_are_said(
    night: Night, erins: Client, erin: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The moment before which sessions of roles are denied is that at which the cut was staged."""
    run = begun(erins)
    pieces = ["deny", "login", f"key:{night.key['AccessKeyId']}", f"role:{night.role.aws_id}"]
    with monkeypatch.context() as two_hours_ago:
        staged_at = timezone.now() - timedelta(hours=2)
        two_hours_ago.setattr(whom, "timezone", SimpleNamespace(now=lambda: staged_at))
        cut(erins, run, erin, pieces=pieces)
    page = page_of(erins, run)
    assert "not to sessions of deploy that began after the cut was staged" in text_of(page)
    where = address("role_contain", aws_id=night.role.aws_id)
    assert where in page
    erins.post(address("role_contain_begin", aws_id=night.role.aws_id), {"pieces": ["sessions"], "typed": "deploy"})
    worked(Change.objects.latest("pk"))
    assert "everything is denied to them: sessions, too" in text_of(page_of(erins, run))


def test_sessions_are_cut_by_an_approval_at_once(night: Night, erins: Client, erin: Operator) -> None:
    run = begun(erins)
    pieces = ["deny", "login", f"key:{night.key['AccessKeyId']}", f"role:{night.role.aws_id}"]
    cut(erins, run, erin, pieces=pieces)
    assert "everything is denied to them: sessions, too" in text_of(page_of(erins, run))


# ---- What they had ---------------------------------------------------------------------------------------------------
def test_the_report_says_what_they_had_before_the_cut(night: Night, erins: Client, erin: Operator) -> None:
    run = begun(erins)
    cut(erins, run, erin)
    report = LeaverReport.objects.get()
    page = text_of(get(erins, "task_report", pk=str(report.pk)))
    assert "Sealed." in page
    assert f"Access key {night.key['AccessKeyId']} active" in page
    assert "Console password active" in page
    assert "sts:AssumeRole" in page  # the inline policy, as it was
    assert "IAMConsoleContain" not in page
    audit.seal()
    assert not list(audit.verify())


def test_the_report_of_before_the_first_cut_stays_in_reach(night: Night, erins: Client, erin: Operator) -> None:
    run = begun(erins)
    cut(erins, run, erin, pieces=["login"])
    cut(erins, run, erin)
    first, second = LeaverReport.objects.order_by("pk")
    page = page_of(erins, run)
    links = [address("task_report", pk=str(each.pk)) for each in (first, second)]
    assert -1 < page.find(links[0]) < page.find(links[1])


def test_a_report_that_was_altered_says_so(night: Night, erins: Client, erin: Operator) -> None:
    run = begun(erins)
    cut(erins, run, erin)
    report = LeaverReport.objects.get()
    report.content["who"] = "somebody-else"
    report.save()
    assert "This report was altered" in text_of(get(erins, "task_report", pk=str(report.pk)))
    audit.seal()
    assert list(audit.verify())


def test_who_may_only_read_reads_no_report(
    night: Night, erins: Client, erin: Operator, bob: Operator, anton: Operator, client_of: ClientOf
) -> None:
    run = begun(erins)
    cut(erins, run, erin)
    where = address("task_report", pk=str(LeaverReport.objects.get().pk))
    assert client_of(bob).get(where).status_code == 403
    assert client_of(anton).get(where).status_code == 200


# ---- Who isn't seen off ----------------------------------------------------------------------------------------------
def test_the_last_administrator_stays(night: Night, erins: Client) -> None:
    assert "is the last administrator of this AWS account" in refusal(erins, user="root-keeper")


def test_who_has_become_the_last_administrator_meanwhile_stays(night: Night, erins: Client, erin: Operator) -> None:
    everything = json.dumps(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    )
    night.iam.put_user_policy(UserName="ci-builder", PolicyName="all", PolicyDocument=everything)
    night.pull()
    run = begun(erins)
    night.iam.delete_user_policy(UserName="root-keeper", PolicyName="all")
    night.pull()
    response = press(erins, run)
    assert response.status_code == 422
    assert "is the last administrator" in text_of(response.content.decode())
    assert not StagedChange.objects.exists()


def test_nobody_sees_off_themselves(night: Night, erins: Client, erin: Operator) -> None:
    night.iam.create_user(UserName=erin.email.partition("@")[0])
    night.pull()
    assert "By the name this is you." in refusal(erins, user=erin.email.partition("@")[0])


def test_nobody_is_named(night: Night, erins: Client) -> None:
    assert "Say whom." in refusal(erins)


# ---- Behind the console's back ---------------------------------------------------------------------------------------
def test_who_is_deleted_midway_is_gone(night: Night, erins: Client, erin: Operator) -> None:
    run = begun(erins)
    page = page_of(erins, run)
    key = night.key["AccessKeyId"]
    night.iam.delete_login_profile(UserName="ci-builder")
    night.iam.delete_access_key(UserName="ci-builder", AccessKeyId=key)
    night.iam.delete_user_policy(UserName="ci-builder", PolicyName="deploys")
    night.iam.delete_user(UserName="ci-builder")
    night.pull()
    response = erins.post(address("task_run", pk=str(run.pk)), with_fields(page), follow=True)
    assert "This step has changed since the page was made" in text_of(response.content.decode())
    after = text_of(page_of(erins, run))
    assert "They are gone from AWS." in after
    assert "2 of 3 steps done" in after
    erins.post(address("task_run", pk=str(run.pk)), {"step": "report"})
    assert not LeaverReport.objects.exists()


def test_what_goes_meanwhile_doesnt_keep_the_rest_from_being_cut(night: Night, erins: Client, erin: Operator) -> None:
    run = begun(erins)
    press(erins, run)
    night.iam.delete_login_profile(UserName="ci-builder")
    change = carry_out(StagedChange.objects.get().change, erin)
    assert change.state == Change.State.APPLIED
    assert night.iam.list_access_keys(UserName="ci-builder")["AccessKeyMetadata"][0]["Status"] == "Inactive"


def test_a_key_made_meanwhile_shows_and_is_cut(night: Night, erins: Client, erin: Operator) -> None:
    run = begun(erins)
    cut(erins, run, erin)
    night.iam.create_access_key(UserName="ci-builder")
    night.pull()
    page = text_of(page_of(erins, run))
    assert "They still have 1 active access key." in page
    assert "Stage the cut" in page


def test_a_key_made_before_the_deletion_stops_it(night: Night, erins: Client, erin: Operator) -> None:
    run = begun(erins)
    cut(erins, run, erin)
    press(erins, run)
    deletion = StagedChange.objects.get(step="delete").change
    changes.apply(change=deletion, actor=erin)
    night.iam.create_access_key(UserName="ci-builder")
    Change.objects.filter(pk=deletion.pk).update(not_before=timezone.now())
    changes.sweep_due()
    assert worked(deletion).state == Change.State.CONFLICTED
    assert night.iam.get_user(UserName="ci-builder")


def test_who_stays_after_all_isnt_deleted(night: Night, erins: Client, erin: Operator) -> None:
    run = begun(erins)
    change = cut(erins, run, erin)
    press(erins, run)
    deletion = StagedChange.objects.get(step="delete").change
    changes.apply(change=deletion, actor=erin)
    carry_out(changes.propose_reverse(change=change, actor=erin), erin)
    assert "cancel its change if they stay" in text_of(page_of(erins, run))
    Change.objects.filter(pk=deletion.pk).update(not_before=timezone.now())
    changes.sweep_due()
    assert worked(deletion).state == Change.State.CONFLICTED
    assert night.iam.list_access_keys(UserName="ci-builder")["AccessKeyMetadata"][0]["Status"] == "Active"


@pytest.mark.parametrize(("days", "words"), [(-1, "This is in the past."), (800, "Within a year")])
def test_the_day_is_neither_past_nor_far_away(
    night: Night, erins: Client, erin: Operator, days: int, words: str
) -> None:
    run = begun(erins)
    cut(erins, run, erin)
    on = (timezone.localtime() + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M")
    response = press(erins, run, on=on, reason="Her last day")
    page = response.content.decode()
    assert words in text_of(page)
    assert "Her last day" in page
    assert not StagedChange.objects.filter(step="delete").exists()


def test_nothing_is_deleted_before_they_are_cut_off(night: Night, erins: Client) -> None:
    run = begun(erins)
    on = (timezone.localtime() + timedelta(days=5)).strftime("%Y-%m-%dT%H:%M")
    erins.post(address("task_run", pk=str(run.pk)), {"step": "delete", "on": on})
    assert not Change.objects.exists()
    assert "First: Cut off at once." in text_of(page_of(erins, run))


def test_unchosen_pieces_are_left_alone_and_said(night: Night, erins: Client, erin: Operator) -> None:
    run = begun(erins)
    cut(erins, run, erin, pieces=["login"])
    page = text_of(page_of(erins, run))
    assert "They still have 1 active access key." in page
    assert [entry.verb for entry in AuditEntry.objects.filter(verb__startswith="task.").order_by("pk")] == [
        "task.begun",
        "task.staged",
        "task.reported",
    ]
