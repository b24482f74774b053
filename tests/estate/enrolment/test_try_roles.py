"""What a trial of an enrolment's roles says of each AWS account."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import AwsAccount, Operator
from emulator.process import Emulator
from estate.enrolment import services, work
from estate.enrolment.organizations import Progress, ReadOrganization
from estate.enrolment.roles import role_arn
from estate.models import AccountEnrolment, EnrolledAccount
from sync.models import Run
from tests.estate.enrolment.conftest import Members, connected, deploy, progress, row_of, states, tried
from tests.services.organizations import MadeOrganization, inside

pytestmark = pytest.mark.django_db
State = EnrolledAccount.State
Enrol = Callable[..., AccountEnrolment]


def test_each_account_is_told_apart(
    emulator: Emulator, members: Members, organization: ReadOrganization, enrol: Enrol, olga: Operator
) -> None:
    enrolment = enrol()
    assert states(enrolment) == dict.fromkeys(members.numbers, State.CHOSEN)
    deploy(emulator, enrolment, members.numbers["Payments"])
    members.made.client.close_account(AccountId=members.numbers["Data"])
    assert tried(enrolment, olga) == {"Payments": State.WORKS, "Data": State.REFUSED, "Sandbox": State.MISSING}
    assert "suspended" in row_of(enrolment, members.numbers["Data"]).why
    assert role_arn(enrolment, "read", members.numbers["Sandbox"]) in row_of(enrolment, members.numbers["Sandbox"]).why
    found = progress(organization)
    assert (found["Payments"], found["Sandbox"]) == (Progress.FOUND, Progress.CHOSEN)
    services.ask_trial(actor=olga, enrolment=enrolment)
    assert set(enrolment.accounts.values_list("state", "why")) == {(State.WAITING, "")}
    assert not Run.objects.filter(aws_account__account_id__in=members.numbers.values()).exists()


def test_one_that_moved_to_another_organization_in_between_is_refused(
    emulator: Emulator, members: Members, enrol: Enrol, olga: Operator
) -> None:
    """Its role works, and answers for it; but ListAccounts doesn't name it any more."""
    enrolment, number = enrol("Payments"), members.numbers["Payments"]
    deploy(emulator, enrolment, number)
    members.made.client.remove_account_from_organization(AccountId=number)
    MadeOrganization(emulator, "111122223333").invite(number)
    emulator.forget_calls()
    assert tried(enrolment, olga) == {"Payments": State.REFUSED}
    assert "AWS no longer names it" in row_of(enrolment, number).why
    assert emulator.calls("AssumeRole") == []


def test_one_that_moves_after_the_trial_is_not_connected(
    emulator: Emulator, members: Members, enrol: Enrol, olga: Operator
) -> None:
    enrolment, number = enrol("Payments"), members.numbers["Payments"]
    deploy(emulator, enrolment, number)
    assert tried(enrolment, olga) == {"Payments": State.WORKS}
    members.made.client.remove_account_from_organization(AccountId=number)
    assert connected(enrolment, olga) == set()
    assert states(enrolment) == {"Payments": State.REFUSED}


def test_a_role_that_answers_for_another_account_is_refused(
    emulator: Emulator, members: Members, enrol: Enrol, olga: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    enrolment = enrol("Payments", "Data")
    deploy(emulator, enrolment, members.numbers["Data"])
    other = role_arn(enrolment, "read", members.numbers["Data"])
    monkeypatch.setattr("estate.enrolment.trial.role_arn", lambda *asked: other)
    assert tried(enrolment, olga)["Payments"] == State.REFUSED
    assert "belong to another AWS account" in row_of(enrolment, members.numbers["Payments"]).why


@pytest.mark.parametrize("wrong", [{"ExternalId": "x" * 20}, {"OrganizationId": "o-another"}])
def test_a_trust_policy_that_is_not_ours_does_not_work(
    emulator: Emulator, members: Members, enrol: Enrol, olga: Operator, wrong: dict[str, str]
) -> None:
    enrolment = enrol("Payments")
    assert enrolment.asks_organization
    deploy(emulator, enrolment, members.numbers["Payments"], **wrong)
    assert tried(enrolment, olga) == {"Payments": State.MISSING}


def test_a_console_outside_of_the_organization_asks_for_none(
    emulator: Emulator, aws_account: AwsAccount, organization: ReadOrganization, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert services._is_in(organization, aws_account.account_id)
    assert not services._is_in(organization, "999999999999")


def test_the_role_to_write_may_lack_alone(emulator: Emulator, members: Members, enrol: Enrol, olga: Operator) -> None:
    enrolment, number = enrol("Payments", writes=True), members.numbers["Payments"]
    deploy(emulator, enrolment, number)
    iam = emulator.client("iam", **inside(emulator, number))
    name = f"iam-console-write-{enrolment.key}"
    for policy in iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]:
        iam.detach_role_policy(RoleName=name, PolicyArn=policy["PolicyArn"])
    iam.delete_role(RoleName=name)
    assert tried(enrolment, olga) == {"Payments": State.WORKS}
    assert name in row_of(enrolment, number).why_no_writes
    connected(enrolment, olga, turn_writes_on=True)
    aws_account = AwsAccount.objects.get(account_id=number)
    assert (aws_account.write_role_arn, aws_account.writes_enabled) == ("", False)


def test_throttled_sts_is_asked_again_and_holds_up_only_what_it_must(
    emulator: Emulator, members: Members, enrol: Enrol, olga: Operator
) -> None:
    enrolment = enrol()
    for number in members.numbers.values():
        deploy(emulator, enrolment, number)
    emulator.rules([{"action": "AssumeRole", "times": 2, "error": {"code": "Throttling", "status": 400}}])
    tried(enrolment, olga)
    [row, *others] = enrolment.accounts.order_by("pk")
    assert (row.state, row.failures, row.claim) == (State.WAITING, 1, "")
    assert "tried again by itself" in row.why
    assert row.not_before is not None
    assert row.not_before > timezone.now() + timedelta(seconds=2)
    assert all(each.not_before < row.not_before for each in others if each.not_before)
    EnrolledAccount.objects.update(not_before=None)
    work.wake_waiting()
    work.work(enrolment.pk)
    assert states(enrolment) == dict.fromkeys(members.numbers, State.WORKS)
    assert not EnrolledAccount.objects.exclude(why="", failures=0).exists()


def test_what_is_throttled_for_ever_is_given_up_and_says_so(
    emulator: Emulator, members: Members, enrol: Enrol, olga: Operator
) -> None:
    enrolment = enrol("Payments")
    emulator.rules([{"action": "AssumeRole", "error": {"code": "Throttling", "status": 400}}])
    services.ask_trial(actor=olga, enrolment=enrolment)
    for _ in range(work._MOST_FAILURES):
        EnrolledAccount.objects.update(not_before=None)
        work.work(enrolment.pk)
    row = row_of(enrolment, members.numbers["Payments"])
    assert (row.state, row.claim) == (State.CHOSEN, "")
    assert "It wasn’t tried." in row.why


def test_without_permission_to_list_accounts_nobody_is_tried(
    emulator: Emulator, members: Members, enrol: Enrol, olga: Operator
) -> None:
    enrolment = enrol("Payments", "Data")
    emulator.rules([{"action": "ListAccounts", "error": {"code": "AccessDeniedException", "status": 400}}])
    assert tried(enrolment, olga) == {"Payments": State.CHOSEN, "Data": State.CHOSEN}
    assert "organizations:ListAccounts" in row_of(enrolment, members.numbers["Data"]).why
    assert emulator.calls("AssumeRole") == []
