"""Changes of people whose pool, group or Region goes away after the plan, and of a pool that was never read."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import AwsAccount, Operator
from cognito import setting_values
from cognito.models import CognitoUser
from cognito.people import erasure
from cognito.people.operations.base import on_person
from cognito.people.operations.making import new_person
from sync import changes
from sync.models import Change, Step
from sync.operations import StepSpec
from tests.cognito.customers import DEVICE, Customers, shown
from tests.cognito.rows import make_person, make_pool
from tests.services.changing import carry_out, propose, worked
from tests.services.pages import address

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]


def disabled(person: CognitoUser) -> StepSpec:
    return on_person(person, "cognito.user.disable")


def invited(person: CognitoUser) -> StepSpec:
    return new_person(person.pool, "eve@acme.example", {"custom:plan": "basic"}, channel="EMAIL", said="")


def joined(person: CognitoUser) -> StepSpec:
    return on_person(person, "cognito.user.group.add", group="vip")


@pytest.mark.parametrize(
    ("made", "state", "words"),
    [
        (disabled, Change.State.CONFLICTED, "found nobody of that sub"),
        (joined, Change.State.CONFLICTED, "found nobody of that sub, or no such group"),
        (invited, Change.State.CONFLICTED, "User pool us-east-1_"),
    ],
)
def test_the_pool_is_gone(
    made: Callable[[CognitoUser], StepSpec], state: str, words: str, found: Customers, erin: Operator
) -> None:
    ada = found.person("ada")
    change = propose(ada.aws_account, erin, [made(ada)])
    found.idp.delete_user_pool(UserPoolId=found.pool.aws_id)
    change = carry_out(change, erin)
    assert change.state == state, change.error
    assert words in change.error["sentence"]


def test_the_group_is_gone(found: Customers, erin: Operator) -> None:
    ada = found.person("ada")
    change = propose(ada.aws_account, erin, [joined(ada)])
    found.idp.delete_group(UserPoolId=found.pool.aws_id, GroupName="vip")
    change = carry_out(change, erin)
    assert change.state == Change.State.CONFLICTED
    assert "no such group" in change.error["sentence"]


@pytest.mark.parametrize("code", ["RegionDisabledException", "UnrecognizedClientException", "AccessDeniedException"])
def test_the_region_is_disabled(code: str, found: Customers, erin: Operator) -> None:
    """And goes on where it stopped once the Region is back."""
    people = [found.person(name) for name in ("ada", "ben")]
    change = propose(people[0].aws_account, erin, [disabled(person) for person in people])
    found.emulator.rules([{"action": "*", "service": "cognito-idp", "error": {"code": code, "status": 403}}])
    change = carry_out(change, erin)
    assert change.state == Change.State.FAILED, change.error
    found.emulator.rules([])
    changes.retry(change=change, actor=erin)
    assert worked(change).state == Change.State.APPLIED
    assert [described["Enabled"] for email, described in sorted(shown(found).items())[:2]] == [False, False]


def test_one_of_many_is_denied_and_one_is_gone(found: Customers, erin: Operator) -> None:
    people = [found.person(name) for name in ("ada", "ben", "cleo", "dora")]
    change = propose(people[0].aws_account, erin, [disabled(person) for person in people])
    found.idp.admin_delete_user(UserPoolId=found.pool.aws_id, Username=people[1].aws_id)
    change = carry_out(change, erin)
    assert change.state == Change.State.CONFLICTED
    assert list(change.steps.values_list("state", flat=True)) == [
        Step.State.DONE,
        Step.State.CONFLICTED,
        Step.State.PENDING,
        Step.State.PENDING,
    ]
    rest = changes.replan(change=change, actor=erin)
    assert [step.params["sub"] for step in rest.steps.all()] == [person.aws_id for person in people[2:]]
    found.emulator.rules([{"action": "AdminDisableUser", "error": {"code": "TooManyRequestsException"}, "times": 2}])
    assert carry_out(rest, erin).state == Change.State.APPLIED


def test_a_pool_of_which_no_settings_were_read(aws_account: AwsAccount, erin: Operator, client_of: SignIn) -> None:
    pool = make_pool(aws_account, settings={})
    jane, client = make_person(pool), client_of(erin)
    for page in (
        address("cognito_pool_people", aws_id=pool.aws_id),
        address("cognito_invite", aws_id=pool.aws_id),
        address("cognito_people_csv", aws_id=pool.aws_id),
        address("cognito_user", aws_id=jane.aws_id),
        address("cognito_pool_export", aws_id=pool.aws_id),
        address("cognito_pool_restore", aws_id=pool.aws_id),
        *(
            address("cognito_user_action", aws_id=jane.aws_id, action=action)
            for action in (
                "reset-password",
                "set-password",
                "attributes",
                "drop-attribute",
                "join",
                "factors",
                "delete",
            )
        ),
    ):
        assert client.get(page).status_code == 200, page
    assert propose(aws_account, erin, [disabled(jane)]).steps.count() == 1


def test_the_device_is_forgotten_already(found: Customers, erin: Operator) -> None:
    ada = found.person("ada")
    change = propose(ada.aws_account, erin, [on_person(ada, "cognito.user.device.forget", device_key=DEVICE)])
    found.idp.admin_forget_device(UserPoolId=found.pool.aws_id, Username=ada.aws_id, DeviceKey=DEVICE)
    found.emulator.forget_calls()
    change = carry_out(change, erin)
    assert change.state != Change.State.FAILED, change.error
    assert found.emulator.calls("AdminForgetDevice") == []


def test_who_is_erased_is_in_no_group(found: Customers) -> None:
    dora = found.person("dora")
    assert dora.memberships.exists()
    erasure.erase(CognitoUser.objects.filter(pk=dora.pk))
    assert not dora.memberships.exists()


def test_who_is_erased_goes_from_the_invitation(found: Customers, erin: Operator) -> None:
    """It was made before there was a sub to go by."""
    spec = new_person(found.pool, "eve@acme.example", {"custom:plan": "basic"}, channel="EMAIL", said="")
    step = carry_out(propose(found.pool.aws_account, erin, [spec]), erin).steps.get()
    erasure.erase(CognitoUser.objects.filter(pk=found.person("eve").pk))
    step.refresh_from_db()
    assert (step.params["username"], step.params["attributes"]) == ("", {"custom:plan": ""})


def test_what_is_taken_away_is_not_there() -> None:
    before = {"a": {"b": 1, "c": 2}, "d": 3}
    assert setting_values.merged(before, {"a.b": None, "d": None, "e.f": 4}) == {"a": {"c": 2}, "e": {"f": 4}}
    assert before == {"a": {"b": 1, "c": 2}, "d": 3}
