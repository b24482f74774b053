"""What the external id of an enrolment is good for, and AWS accounts that are left out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import CommandError

from accounts.models import AuditEntry, AwsAccount, Operator
from emulator.process import Emulator
from estate.enrolment import services
from estate.enrolment.organizations import Progress, ReadOrganization
from estate.models import AccountEnrolment, EnrolledAccount
from sync.connect import reconnect
from tests.estate.enrolment.conftest import Members, by_script, connected, deploy, progress, tried

pytestmark = pytest.mark.django_db
State = EnrolledAccount.State
Enrol = Callable[..., AccountEnrolment]


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
