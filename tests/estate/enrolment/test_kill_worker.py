"""A worker that is killed while it connects AWS accounts is followed by one that goes on."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from accounts.models import AuditEntry, AwsAccount, Operator
from accounts.roles import Role
from emulator.process import Emulator
from estate.enrolment import services, work
from estate.enrolment.organizations import read_organizations
from estate.enrolment.services import EnrolmentPlan
from estate.models import EnrolledAccount
from tests.conftest import make_aws_account, make_operator, wait_until
from tests.estate.enrolment.conftest import deploy
from tests.policies.test_organizations_pull import pull_organization
from tests.services.organizations import MadeOrganization
from tests.services.workers import Worker

pytestmark = pytest.mark.django_db(transaction=True)
State = EnrolledAccount.State


def test_another_worker_goes_on_and_connects_each_once(emulator: Emulator, worker: Callable[..., Worker]) -> None:
    made = MadeOrganization(emulator)
    numbers = [made.account(name) for name in ("Payments", "Data")]
    pull_organization(make_aws_account())
    zoe: Operator = make_operator("zoe", Role.OWNER, None)
    [organization] = read_organizations()
    enrolment = services.make(actor=zoe, organization=organization, account_ids=numbers, plan=EnrolmentPlan())
    for number in numbers:
        deploy(emulator, enrolment, number)
    enrolment.accounts.update(state=State.WORKS)
    emulator.rules([{"action": "AssumeRole", "times": 2}, {"action": "AssumeRole", "hold": True, "times": 1}])
    emulator.forget_calls()
    first = worker("pulls", CLAIM_TIMEOUT_S="0.5")
    services.ask_connection(actor=zoe, enrolment=enrolment, environment="staging")
    emulator.wait_for_calls("AssumeRole", state="held")
    first.kill()
    emulator.release()
    worker("pulls", CLAIM_TIMEOUT_S="0.5")

    def is_done() -> bool:
        work.wake(enrolment.pk, 1)  # as the tick does
        return not enrolment.accounts.exclude(state=State.CONNECTED).exists()

    wait_until(is_done)
    assert AwsAccount.objects.filter(enrolled_in=organization.id).count() == 2
    assert AuditEntry.objects.filter(verb="aws_account.connected").count() == 2
