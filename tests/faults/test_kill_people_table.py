"""SIGKILL in the middle of a table of people, some of whom are invited or get a code: nobody twice, nobody left out.

`PEOPLE=500` in the environment takes so many rows; the suite makes do with a few.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import AwsAccount, Operator
from cognito.models import CognitoMembership, CognitoUser
from emulator.process import Emulator
from sync import changes
from sync.changes.failpoints import FailPoint
from sync.models import Attempt, Change, Step
from tests.cognito.customers import Customers, customers
from tests.faults import children
from tests.services.pages import address
from tests.services.pulling import pulled

pytestmark = pytest.mark.django_db(transaction=True)
SignIn = Callable[..., Client]
ROWS = int(os.environ.get("PEOPLE", "6"))
MIDDLE = ROWS // 2
DONE, ADOPTED, UNKNOWN, PENDING = Step.State.DONE, Step.State.ALREADY_DONE, Step.State.UNKNOWN, Step.State.PENDING
NOBODY_KNOWS = "Nobody can see from outside whether it was done"


def points(expected: dict[FailPoint, int]) -> Any:
    """Each point with what is expected there; two of them in a run that isn't `make faults`."""
    chosen = expected if os.environ.get("FAULTS") == "all" else (FailPoint.TO_BE_SENT, FailPoint.ANSWERED)
    return pytest.mark.parametrize("at", [pytest.param((point, expected[point]), id=point) for point in chosen])


@pytest.fixture
def found(emulator: Emulator, aws_account: AwsAccount, settings: Any) -> Customers:
    settings.VERIFY_DEADLINE_S, settings.CLAIM_TIMEOUT_S = 0.3, 0
    settings.WORKER_SLICE_S = 600  # so that the first worker comes to the point however many rows there are
    ses = {"EmailSendingAccount": "DEVELOPER", "SourceArn": "arn:aws:ses:eu-west-1:123456789012:identity/acme.example"}
    return customers(emulator, aws_account, EmailConfiguration=ses)  # Cognito itself sends 50 a day


def staged(found: Customers, client: Client, text: str, what: str) -> Change:
    said = {"what": what, "channel": "EMAIL", "text": text, "stage": "1", "reason": "A new shop"}
    response = client.post(address("cognito_people_csv", aws_id=found.pool.aws_id), said)
    assert response.status_code == 302, response.context["form"].errors
    found.emulator.forget_calls()
    return Change.objects.get()


def go_on(change: Change) -> None:
    """The next worker, after the first one is taken for dead; one that runs out of time is followed by another."""
    changes.sweep_due()
    change.refresh_from_db()
    while change.state in Change.MOVING:
        changes.work(change.pk)
        change.refresh_from_db()


def mails(found: Customers) -> Counter[str]:
    return Counter(message["to"] for message in found.emulator.messages())


def states(change: Change, kind: str) -> list[str]:
    return list(change.steps.filter(kind=kind).order_by("position").values_list("state", flat=True))


@points(
    {
        FailPoint.ATTEMPT_SAVED: 0,
        FailPoint.TO_BE_SENT: 0,
        FailPoint.ANSWERED: 1,
        FailPoint.BEFORE_COMMIT: 1,
        FailPoint.COMMITTED: 0,
    }
)
def test_each_is_invited_once_and_put_into_her_group(
    at: tuple[FailPoint, int], found: Customers, erin: Operator, client_of: SignIn
) -> None:
    """Each row has two steps: so the point is passed twice for each."""
    failpoint, sent_already = at
    addresses = [f"new-{number:03}@acme.example" for number in range(ROWS)]
    text = "name,groups\n" + "".join(f"{each},vip\n" for each in addresses)
    change = staged(found, client_of(erin), text, "new")
    changes.apply(change=change, actor=erin)
    assert children.killed(change.pk, f"{failpoint}:{2 * MIDDLE - 1}")
    sent = mails(found)
    assert MIDDLE - 1 <= len(sent) < ROWS
    go_on(change)
    assert change.state == Change.State.APPLIED, change.error
    assert mails(found) == Counter(addresses)
    created = states(change, "cognito.user.create")
    assert Counter(created) == Counter([DONE] * (ROWS - sent_already) + [ADOPTED] * sent_already)
    assert set(states(change, "cognito.user.group.add")) <= {DONE, ADOPTED}
    people = CognitoUser.objects.live().filter(attributes__email__in=addresses)
    assert people.count() == ROWS
    assert CognitoMembership.objects.filter(group__name="vip", user__in=people, gone_at=None).count() == ROWS
    by_step = {step.result["id"]: step.params["line"] for step in change.steps.filter(kind="cognito.user.create")}
    assert {by_step[person.aws_id] - 2: person.attributes["email"] for person in people} == dict(enumerate(addresses))


@points(
    {
        FailPoint.ATTEMPT_SAVED: 0,
        FailPoint.TO_BE_SENT: 1,
        FailPoint.ANSWERED: 1,
        FailPoint.BEFORE_COMMIT: 1,
        FailPoint.COMMITTED: 0,
    }
)
def test_each_gets_one_code_and_of_whom_nobody_knows_somebody_is_asked(
    at: tuple[FailPoint, int], found: Customers, erin: Operator, client_of: SignIn
) -> None:
    """A code can't be seen from outside: sent again, the one that they have just typed would be void."""
    failpoint, asks = at
    addresses = [f"old-{number:03}@acme.example" for number in range(ROWS)]
    attributes = [{"email": each, "email_verified": "true"} for each in addresses]
    found.emulator.bring_in(
        found.pool.aws_id, [{"attributes": each, "password": "Correct-Horse-7"} for each in attributes]
    )
    pulled(found.pool.aws_account, source="cognito.people", region=found.pool.region)
    text = "name,do\n" + "".join(f"{each},reset-password\n" for each in addresses)
    change = staged(found, client_of(erin), text, "there")
    changes.apply(change=change, actor=erin)
    assert children.killed(change.pk, f"{failpoint}:{MIDDLE}")
    go_on(change)
    if asks:
        position = MIDDLE
        assert change.state == Change.State.UNKNOWN
        assert NOBODY_KNOWS in change.error["sentence"]
        assert states(change, "cognito.user.reset_password") == (
            [DONE] * (position - 1) + [UNKNOWN] + [PENDING] * (ROWS - position)
        )
        was_sent = addresses[position - 1] in mails(found)
        assert was_sent is (failpoint is not FailPoint.TO_BE_SENT)
        if was_sent:  # an operator looked, and leaves her out
            change.steps.filter(position=position).update(state=DONE)
        changes.retry(change=change, actor=erin)
        go_on(change)
    assert change.state == Change.State.APPLIED, change.error
    assert mails(found) == Counter(addresses)
    assert set(states(change, "cognito.user.reset_password")) == {DONE}
    assert not Attempt.objects.filter(step__change=change, outcome="").exists()
