"""An invitation whose answer was lost: ours is adopted, and nobody is invited twice; somebody else's is a conflict."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import AwsAccount, Operator
from cognito.people.operations.making import new_person
from emulator.process import Emulator
from sync import changes, operations
from sync.aws.client import reader
from sync.models import Change, Step
from sync.operations import PreviousAttempt, StepResult, StepSpec
from tests.cognito.customers import Customers, customers
from tests.services.changing import carry_out, propose, worked

pytestmark = pytest.mark.django_db
EVE = "eve@acme.example"


@pytest.fixture
def found(emulator: Emulator, aws_account: AwsAccount, settings: Any) -> Customers:
    settings.VERIFY_DEADLINE_S = 0.3
    return customers(emulator, aws_account)


def invitation(found: Customers, **attributes: str) -> StepSpec:
    return new_person(found.pool, EVE, {"custom:plan": "basic", **attributes}, channel="EMAIL")


def invited_elsewhere(found: Customers, plan: str = "basic") -> None:
    attributes = {"email": EVE, "custom:plan": plan}
    found.idp.admin_create_user(
        UserPoolId=found.pool.aws_id,
        Username=EVE,
        UserAttributes=[{"Name": name, "Value": value} for name, value in attributes.items()],
    )


def made(found: Customers) -> tuple[str, datetime]:
    """Her `sub`, and when she was made."""
    [user] = found.idp.list_users(UserPoolId=found.pool.aws_id, Filter=f'email = "{EVE}"')["Users"]
    sub: str = next(each["Value"] for each in user["Attributes"] if each["Name"] == "sub")
    date: datetime = user["UserCreateDate"]
    return sub, date


def ours(found: Customers, tried: PreviousAttempt, **attributes: str) -> StepResult | None:
    operation = operations.registry["cognito.user.create"]
    client: Any = reader(found.pool.aws_account, region=found.pool.region)
    said = operation.parse(invitation(found, **attributes).params)
    return operation.done(client, said, {"there": "x"}, [tried])


@pytest.mark.parametrize(("began", "adopted"), [(-2.0, True), (0.0, True), (0.999, True), (1.0, False)])
def test_who_was_made_since_our_first_try_is_ours(began: float, adopted: bool, found: Customers) -> None:
    """`began`: seconds after the second in which she was made. AWS tells no more, and may show her late."""
    invited_elsewhere(found)
    sub, at = made(found)
    done = ours(found, PreviousAttempt(at.replace(microsecond=0) + timedelta(seconds=began), {"there": ""}))
    assert done == (StepResult({"id": sub}) if adopted else None)


def test_who_was_there_before_our_first_try_is_not_ours(found: Customers) -> None:
    invited_elsewhere(found)
    sub, at = made(found)
    assert ours(found, PreviousAttempt(at - timedelta(seconds=5), {"there": sub})) is None


@pytest.mark.parametrize(
    ("attributes", "adopted"),
    [({"email_verified": "true"}, True), ({"custom:plan": "family"}, False), ({"given_name": "Eve"}, False)],
)
def test_ours_is_as_we_said_but_for_what_aws_verified(
    attributes: dict[str, str], adopted: bool, found: Customers
) -> None:
    invited_elsewhere(found)
    done = ours(found, PreviousAttempt(timezone.now() - timedelta(seconds=5), {"there": ""}), **attributes)
    assert bool(done) is adopted


def test_nobody_of_that_name_is_not_ours(found: Customers) -> None:
    assert ours(found, PreviousAttempt(timezone.now(), {"there": ""})) is None


def test_an_answer_that_was_lost_is_adopted_and_she_is_invited_once(found: Customers, erin: Operator) -> None:
    found.emulator.rules([{"action": "AdminCreateUser", "when": "after", "truncate": True, "times": 1}])
    change = carry_out(propose(found.pool.aws_account, erin, [invitation(found)]), erin)
    step = change.steps.get()
    assert (change.state, step.state) == (Change.State.APPLIED, Step.State.ALREADY_DONE)
    assert step.result["id"] == made(found)[0]
    assert [message["to"] for message in found.emulator.messages()] == [EVE]


def test_who_was_made_later_by_somebody_else_in_another_way_is_a_conflict(found: Customers, erin: Operator) -> None:
    """None of our tries came to anything; then a colleague invited her with another plan."""
    found.emulator.rules([{"action": "AdminCreateUser", "error": {"code": "InternalErrorException", "status": 500}}])
    change = carry_out(propose(found.pool.aws_account, erin, [invitation(found)]), erin)
    assert change.state == Change.State.UNKNOWN
    found.emulator.rules([])
    invited_elsewhere(found, plan="family")
    changes.retry(change=change, actor=erin)
    assert worked(change).state == Change.State.CONFLICTED
    step = change.steps.get()
    assert (step.state, step.result) == (Step.State.CONFLICTED, {})
    assert made(found)[0] in change.error["sentence"]
    assert len(found.emulator.messages()) == 1
