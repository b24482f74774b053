"""Enrolling AWS accounts of an organization: what a trial says of each, and what is connected by whom."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import AuditEntry, AwsAccount, Grant, GrantGain, GrantRule, Operator
from accounts.roles import Role
from accounts.services import grant_rules
from emulator.process import Emulator
from estate.enrolment import services, work
from estate.enrolment.organizations import Progress, ReadOrganization, accounts_of
from estate.enrolment.roles import role_arn
from estate.enrolment.trial import TrialOutcome, try_account
from estate.models import AccountEnrolment, EnrolledAccount
from policies.organizations import resting
from sync.connect import reconnect
from sync.models import Run
from tests.conftest import ACCOUNT_ID, make_operator
from tests.estate.enrolment.conftest import Members, deploy, row_of
from tests.services.organizations import MadeOrganization, inside

pytestmark = pytest.mark.django_db
State = EnrolledAccount.State
Enrol = Callable[..., AccountEnrolment]


def tried(enrolment: AccountEnrolment, actor: Operator) -> dict[str, str]:
    """States by name, after a worker was there."""
    services.ask_trial(actor=actor, enrolment=enrolment)
    work.work(enrolment.pk)
    return states(enrolment)


def states(enrolment: AccountEnrolment) -> dict[str, str]:
    return dict(enrolment.accounts.values_list("name", "state"))


def connected(enrolment: AccountEnrolment, actor: Operator, **how: Any) -> set[str]:
    """The names of what is connected after a worker was there."""
    services.ask_connection(actor=actor, enrolment=enrolment, environment="staging", **how)
    work.work(enrolment.pk)
    return set(AwsAccount.objects.exclude(account_id=ACCOUNT_ID).values_list("name", flat=True))


def progress(organization: ReadOrganization) -> dict[str, str]:
    return dict(accounts_of(organization).values_list("name", "progress"))


# ---- Trying ----------------------------------------------------------------------------------------------------------
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


# ---- Connecting ------------------------------------------------------------------------------------------------------
def test_what_works_is_connected_read_only_and_pulled(
    emulator: Emulator, members: Members, organization: ReadOrganization, enrol: Enrol, olga: Operator
) -> None:
    enrolment = enrol("Payments", "Data", writes=True)
    deploy(emulator, enrolment, members.numbers["Payments"])
    tried(enrolment, olga)
    assert connected(enrolment, olga) == {"Payments"}
    aws_account = AwsAccount.objects.get(name="Payments")
    assert (aws_account.environment, aws_account.writes_enabled) == ("staging", False)
    assert aws_account.write_role_arn == role_arn(enrolment, "write", aws_account.account_id)
    assert (aws_account.enrolled_in, aws_account.external_id) == (organization.id, enrolment.external_id)
    assert Run.objects.filter(aws_account=aws_account, source="iam.details").exists()
    assert AuditEntry.objects.get(verb="aws_account.connected").actor == olga
    assert progress(organization)["Payments"] == Progress.CONNECTED
    assert not Grant.objects.filter(aws_account=aws_account).exists()


def test_writes_are_on_where_they_were_chosen_and_confirmed(
    emulator: Emulator, members: Members, enrol: Enrol, olga: Operator
) -> None:
    enrolment = enrol("Payments", writes=True)
    deploy(emulator, enrolment, members.numbers["Payments"])
    tried(enrolment, olga)
    connected(enrolment, olga, turn_writes_on=True)
    assert AwsAccount.objects.get(name="Payments").writes_enabled
    with pytest.raises(ValidationError, match="no role to write"):
        services.ask_connection(actor=olga, enrolment=enrol("Data"), environment="staging", turn_writes_on=True)


def test_twice_or_by_two_owners_each_is_connected_once(
    emulator: Emulator, members: Members, enrol: Enrol, olga: Operator
) -> None:
    enrolment, other = enrol("Payments"), make_operator("ruth", Role.OWNER, None)
    deploy(emulator, enrolment, members.numbers["Payments"])
    tried(enrolment, olga)
    asked = [
        services.ask_connection(actor=actor, enrolment=enrolment, environment="staging") for actor in (olga, other)
    ]
    assert asked == [1, 0]
    work.work(enrolment.pk)
    work.work(enrolment.pk)
    assert AuditEntry.objects.filter(verb="aws_account.connected").count() == 1
    assert AuditEntry.objects.filter(verb="enrolment.connecting").count() == 1


def test_what_a_dead_worker_left_is_gone_on_with_and_nothing_is_doubled(
    emulator: Emulator, members: Members, enrol: Enrol, olga: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It died after an AWS account was connected, before its row said so."""
    enrolment = enrol("Payments", "Data")
    for name in ("Payments", "Data"):
        deploy(emulator, enrolment, members.numbers[name])
    tried(enrolment, olga)
    services.ask_connection(actor=olga, enrolment=enrolment, environment="staging")

    class Killed(BaseException):
        pass

    def killed(*args: Any, **kwargs: Any) -> None:
        raise Killed

    with monkeypatch.context() as patched, pytest.raises(Killed):
        patched.setattr(work, "_end", killed)
        work.work(enrolment.pk)
    assert AwsAccount.objects.filter(enrolled_in=enrolment.organization_id).count() == 1
    work.work(enrolment.pk)
    assert sorted(states(enrolment).values()) == [State.CONNECTED, State.CONNECTING]
    EnrolledAccount.objects.filter(state=State.CONNECTING).update(heartbeat_at=timezone.now() - timedelta(hours=1))
    work.wake_waiting()
    work.work(enrolment.pk)
    assert set(states(enrolment).values()) == {State.CONNECTED}
    assert AuditEntry.objects.filter(verb="aws_account.connected").count() == 2
    assert Run.objects.filter(source="iam.details", aws_account__enrolled_in=enrolment.organization_id).count() == 2


def test_who_no_longer_owns_all_connects_nothing(
    emulator: Emulator, members: Members, enrol: Enrol, olga: Operator
) -> None:
    enrolment = enrol("Payments")
    deploy(emulator, enrolment, members.numbers["Payments"])
    tried(enrolment, olga)
    services.ask_connection(actor=olga, enrolment=enrolment, environment="staging")
    Grant.objects.filter(operator=olga).delete()
    work.work(enrolment.pk)
    assert not AwsAccount.objects.filter(name="Payments").exists()
    assert "doesn’t own all AWS accounts any more" in row_of(enrolment, members.numbers["Payments"]).why


def test_one_from_a_file_keeps_its_mirror(emulator: Emulator, members: Members, enrol: Enrol, olga: Operator) -> None:
    number = members.numbers["Payments"]
    imported = AwsAccount.objects.create(account_id=number, name="Paid", connection="snapshot", approvals_required=2)
    enrolment = enrol("Payments")
    deploy(emulator, enrolment, number)
    tried(enrolment, olga)
    connected(enrolment, olga)
    imported.refresh_from_db()
    assert (imported.connection, imported.name, imported.approvals_required) == ("assume_role", "Paid", 2)


def test_a_hostile_name_is_a_name(emulator: Emulator, members: Members, enrol: Enrol, olga: Operator) -> None:
    enrolment = enrol()
    names = ["dana@example.org", "<b>Data</b>, Inc.", f"=1+1{'x' * 46}"]
    for name, number in zip(names, members.numbers.values(), strict=True):
        enrolment.accounts.filter(account_id=number).update(name=name)
        deploy(emulator, enrolment, number)
    tried(enrolment, olga)
    assert connected(enrolment, olga) == set(names)


def test_grants_by_unit_wait_for_an_owner_of_all(
    emulator: Emulator,
    members: Members,
    organization: ReadOrganization,
    enrol: Enrol,
    olga: Operator,
    charlie: Operator,
) -> None:
    rule = GrantRule(
        organization_id=organization.id, unit_id=members.unit, unit_name="Workloads", operator=charlie, role=Role.VIEWER
    )
    grant_rules.give(actor=olga, rule=rule)
    enrolment = enrol("Payments")
    deploy(emulator, enrolment, members.numbers["Payments"])
    tried(enrolment, olga)
    connected(enrolment, olga)
    assert GrantGain.objects.get().aws_account.name == "Payments"
    assert not Grant.objects.filter(operator=charlie).exists()


# ---- Who may, and when -----------------------------------------------------------------------------------------------
def test_only_owners_of_all(enrol: Enrol, organization: ReadOrganization, alice: Operator, erin: Operator) -> None:
    enrolment = enrol("Payments")
    for actor in (alice, erin):
        with pytest.raises(PermissionDenied):
            services.make(actor=actor, organization=organization, account_ids=["1"], plan=services.EnrolmentPlan())
        with pytest.raises(PermissionDenied):
            services.ask_trial(actor=actor, enrolment=enrolment)
        with pytest.raises(PermissionDenied):
            services.ask_connection(actor=actor, enrolment=enrolment, environment="staging")
        with pytest.raises(PermissionDenied):
            services.end(actor=actor, enrolment=enrolment)
        with pytest.raises(PermissionDenied):
            services.leave_out(actor=actor, organization_id=organization.id, account_ids=["1"])


def test_after_its_end_nobody_is_connected_and_who_was_stays_so(
    emulator: Emulator, members: Members, enrol: Enrol, olga: Operator
) -> None:
    enrolment = enrol("Payments", "Data")
    for name in ("Payments", "Data"):
        deploy(emulator, enrolment, members.numbers[name])
    tried(enrolment, olga)
    row_of(enrolment, members.numbers["Data"])
    enrolment.accounts.filter(name="Data").update(state=State.CHOSEN)
    connected(enrolment, olga)
    services.end(actor=olga, enrolment=enrolment)
    enrolment.refresh_from_db()
    with pytest.raises(ValidationError, match="has ended"):
        services.ask_trial(actor=olga, enrolment=enrolment)
    with pytest.raises(ValidationError, match="has ended"):
        services.ask_connection(actor=olga, enrolment=enrolment, environment="staging")
    resting.follow_every_minute()
    assert AwsAccount.objects.get(name="Payments").resting == ""
    with pytest.raises(CommandError, match="The enrolment has ended"):
        by_script(enrolment, members.numbers["Data"])


def test_what_is_ended_while_a_worker_is_at_it_connects_nothing(
    emulator: Emulator, members: Members, enrol: Enrol, olga: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    enrolment = enrol("Payments")
    deploy(emulator, enrolment, members.numbers["Payments"])
    tried(enrolment, olga)

    def ended(*asked: Any) -> TrialOutcome:
        services.end(actor=olga, enrolment=enrolment)
        return try_account(*asked)

    monkeypatch.setattr(work, "try_account", ended)
    assert connected(enrolment, olga) == set()
    assert "The enrolment has ended" in row_of(enrolment, members.numbers["Payments"]).why


def test_what_is_connected_suspended_or_unknown_is_not_chosen(
    members: Members, organization: ReadOrganization, olga: Operator
) -> None:
    members.made.client.close_account(AccountId=members.numbers["Data"])
    again = members.pull()
    for number in (ACCOUNT_ID, members.numbers["Data"], "999999999999"):
        with pytest.raises(ValidationError, match=number):
            services.make(actor=olga, organization=again, account_ids=[number], plan=services.EnrolmentPlan())
    assert not AccountEnrolment.objects.exists()


# ---- The shared external id ------------------------------------------------------------------------------------------
def by_script(enrolment: AccountEnrolment, number: str, **changed: str) -> None:
    given = {"account": number, "name": "Script", "external_id": enrolment.external_id, **changed}
    given.setdefault("read_role", role_arn(enrolment, "read", number))
    call_command("connect_account", emulated=True, **given)


def test_scripts_connect_by_it_too_and_only_who_is_in_the_organization(
    emulator: Emulator, members: Members, organization: ReadOrganization, enrol: Enrol
) -> None:
    enrolment = enrol("Payments")
    deploy(emulator, enrolment, members.numbers["Payments"])
    by_script(enrolment, members.numbers["Payments"])
    assert AwsAccount.objects.get(name="Script").enrolled_in == organization.id
    deploy(emulator, enrolment, "888888888888")  # trusts the console by the same external id
    with pytest.raises(CommandError, match="AWS no longer names it in the organization"):
        by_script(enrolment, "888888888888")
    assert not AwsAccount.objects.filter(account_id="888888888888").exists()


def test_one_that_leaves_the_organization_rests_and_is_not_connected_anew_by_it(
    emulator: Emulator, members: Members, enrol: Enrol, olga: Operator
) -> None:
    enrolment, number = enrol("Payments", writes=True), members.numbers["Payments"]
    deploy(emulator, enrolment, number)
    tried(enrolment, olga)
    connected(enrolment, olga, turn_writes_on=True)
    members.made.client.remove_account_from_organization(AccountId=number)
    members.pull()
    members.pull()
    aws_account = AwsAccount.objects.get(account_id=number)
    assert (aws_account.resting, aws_account.writes_enabled) == (AwsAccount.Resting.LEFT, False)
    aws_account.default_region = "eu-west-1"
    with pytest.raises(Exception, match="no longer names it"):
        reconnect(aws_account=aws_account, before={"default_region": "us-east-1"}, actor=olga)


def test_an_external_id_of_an_enrolment_that_somebody_wrote_into_the_database_is_none(
    emulator: Emulator, members: Members, enrol: Enrol
) -> None:
    enrolment = enrol("Payments")
    AccountEnrolment.objects.update(external_id="made-up-by-somebody-else")
    enrolment.refresh_from_db()
    deploy(emulator, enrolment, members.numbers["Payments"])
    with pytest.raises(CommandError, match="didn’t make it"):
        by_script(enrolment, members.numbers["Payments"])


def test_leaving_out_and_listing_again(members: Members, organization: ReadOrganization, olga: Operator) -> None:
    number = members.numbers["Sandbox"]
    about: dict[str, Any] = {"actor": olga, "organization_id": organization.id, "account_ids": [number]}
    assert [services.leave_out(**about), services.leave_out(**about)] == [1, 0]
    assert progress(organization)["Sandbox"] == Progress.LEFT_OUT
    assert services.leave_out(**about, out=False) == 1
    assert progress(organization)["Sandbox"] == Progress.NEVER
    verbs = AuditEntry.objects.filter(verb__startswith="enrolment.").values_list("verb", flat=True)
    assert sorted(verbs) == ["enrolment.left_out", "enrolment.listed"]
