"""Nothing personal is kept of a change: not where AWS's own words have it, nor where AWS asks for a username."""

from __future__ import annotations

import json
import logging

import pytest

from accounts.models import AuditEntry, AwsAccount, Operator
from cognito.models import CognitoUser, UserPool
from cognito.people.actions import asked
from cognito.people.operations.base import on_person
from cognito.people.operations.making import new_person
from emulator.process import REGION, Emulator
from sync import operations
from sync.aws import errors
from sync.models import Attempt, Change, Step
from tests.cognito.customers import SOURCES, customers
from tests.services.changing import carry_out, propose
from tests.services.pulling import pulled

pytestmark = pytest.mark.django_db
REFUSED = {"code": "UserLambdaValidationException", "message": "PreSignUp failed with error Gold-77 isn't for Eve."}
USERNAME = "Okta_jane@acme.example"


def pool_of_usernames(emulator: Emulator, aws_account: AwsAccount) -> UserPool:
    """With a group, and somebody who signs in by a provider: AWS knows her by her username only, an address."""
    idp = emulator.client("cognito-idp")
    pool_id = idp.create_user_pool(PoolName="staff")["UserPool"]["Id"]
    idp.create_group(UserPoolId=pool_id, GroupName="vip")
    emulator.bring_in(pool_id, [{"username": USERNAME, "attributes": {}, "status": "EXTERNAL_PROVIDER"}])
    for source in SOURCES:
        pulled(aws_account, source=source, region=REGION)
    return UserPool.objects.get(aws_id=pool_id)


def kept(change: Change) -> str:
    """All that the database has of it, and the audit trail."""
    rows = [
        *Change.objects.filter(pk=change.pk).values(),
        *Step.objects.filter(change=change).values(),
        *Attempt.objects.filter(step__change=change).values(),
        *AuditEntry.objects.values(),
        *change.lines.values(),
    ]
    return json.dumps(rows, default=str)


def test_what_a_trigger_says_of_somebody_is_not_kept(
    emulator: Emulator, aws_account: AwsAccount, erin: Operator, caplog: pytest.LogCaptureFixture
) -> None:
    found = customers(emulator, aws_account)
    step = new_person(found.pool, "eve@acme.example", {"custom:plan": "gold-77"}, channel="EMAIL", said="")
    emulator.rules([{"action": "AdminCreateUser", "error": REFUSED}])
    with caplog.at_level(logging.DEBUG, "iamconsole"):
        change = carry_out(propose(aws_account, erin, [step]), erin)
    assert change.state == Change.State.FAILED
    assert "PreSignUp failed with error <hidden> isn't for Eve." in change.error["sentence"]
    assert "gold-77" not in (kept(change) + caplog.text).casefold()


def test_what_aws_says_of_whom_it_was_asked_for_is_not_kept(
    emulator: Emulator, aws_account: AwsAccount, erin: Operator
) -> None:
    pool = pool_of_usernames(emulator, aws_account)
    step = new_person(pool, "eve-7", {"email": "eve@acme.example"}, channel="EMAIL", said="")
    change = propose(aws_account, erin, [step])
    described = {"code": "InvalidParameterException", "message": 'Error while parsing filter: username = "eve-7".'}
    emulator.rules([{"action": "ListUsers", "error": described}])
    change = carry_out(change, erin)
    assert change.state != Change.State.APPLIED
    assert "Error while parsing filter" in kept(change)
    assert "eve-7" not in kept(change)


def test_short_and_common_texts_are_left_in_aws_words() -> None:
    error = errors.AwsError("Is it true that a is b, and Ada isn't?", code="X")
    error.hide(["a", "true", "", "ada"])
    assert str(error) == "X Is it true that a is b, and <hidden> isn't?"
    assert error.args == (error.message,)


# ---- People of outside providers -----------------------------------------------------------------------------
@pytest.fixture
def jane(emulator: Emulator, aws_account: AwsAccount) -> CognitoUser:
    return CognitoUser.objects.get(pool=pool_of_usernames(emulator, aws_account))


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("cognito.user.disable", {}),
        ("cognito.user.group.add", {"group": "vip"}),
        ("cognito.user.sign_out", {}),
        ("cognito.user.attributes.delete", {"names": ["nickname"]}),
    ],
)
def test_a_username_of_a_provider_is_sent_and_not_kept(
    kind: str,
    more: dict[str, object],
    jane: CognitoUser,
    emulator: Emulator,
    aws_account: AwsAccount,
    erin: Operator,
    caplog: pytest.LogCaptureFixture,
) -> None:
    spec = on_person(jane, kind, "No message is sent.", **more)
    operation = operations.registry[kind]
    emulator.forget_calls()
    with caplog.at_level(logging.DEBUG, "iamconsole"):
        change = carry_out(propose(aws_account, erin, [spec]), erin)
    assert change.state == Change.State.APPLIED, change.error
    [call] = operation.calls(operation.parse(spec.params))
    [sent] = emulator.calls(call.operation)
    assert sent["params"]["Username"] == USERNAME
    assert "jane" not in f"{kept(change)} {caplog.text} {call.command_line()} {spec}"


def test_sessions_of_somebody_of_a_provider_are_asked_for_by_the_username(
    jane: CognitoUser, emulator: Emulator
) -> None:
    emulator.forget_calls()
    asked.open_sessions(jane)
    [sent] = emulator.calls("AdminListUserSessions")
    assert sent["params"]["Username"] == USERNAME
