"""Which AWS accounts of an enrolment are connected, how, and by whom."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import CommandError
from django.utils import timezone

from accounts.models import AuditEntry, AwsAccount, Grant, GrantGain, GrantRule, Operator
from accounts.roles import Role
from accounts.services import grant_rules
from emulator.process import Emulator
from estate.enrolment import services, work
from estate.enrolment.organizations import Progress, ReadOrganization
from estate.enrolment.roles import role_arn
from estate.enrolment.trial import TrialOutcome, try_account
from estate.models import AccountEnrolment, EnrolledAccount
from policies.organizations import resting
from sync.models import Run
from tests.conftest import ACCOUNT_ID, make_operator
from tests.estate.enrolment.conftest import Members, by_script, connected, deploy, progress, row_of, states, tried

pytestmark = pytest.mark.django_db
State = EnrolledAccount.State
Enrol = Callable[..., AccountEnrolment]


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
