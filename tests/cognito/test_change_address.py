"""A new value of what somebody signs in by: more than low risk, told to who may see people, and what comes of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import AuditEntry, AwsAccount, Operator, Risk
from cognito.models import CognitoUser, UserPool
from cognito.people.operations.attributes import as_params
from cognito.people.operations.base import on_person
from sync import operations
from sync.models import Change, ChangeLine, Step
from sync.operation_mixins import risk_at_stake
from sync.plan_draft import Draft
from tests.cognito.rows import KEPT, make_person, make_pool
from tests.services.changing import propose
from tests.services.pages import get, text_of

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., Client]
SCHEMA = [{"Name": name} for name in (*KEPT, "preferred_username")]
NEW = "ada.new@home.example"


def pool_with(aws_account: AwsAccount, **more: Any) -> UserPool:
    return make_pool(aws_account, settings={"SchemaAttributes": SCHEMA}, **more)


def changed(person: CognitoUser, actor: Operator, name: str, value: str, waiting: tuple[str, ...] = ()) -> Change:
    kept = [each for each in KEPT if each not in waiting]
    params = as_params(person.aws_id, {name: value}, kept, waiting)
    return propose(person.aws_account, actor, [on_person(person, "cognito.user.attributes.set", **params)])


def risk(change: Change) -> Risk:
    [step] = change.steps.all()
    operation = operations.registry[step.kind]
    return risk_at_stake(operation, Draft(change.aws_account), operation.parse(step.params))


@pytest.mark.parametrize(
    ("more", "name", "value", "waiting", "words"),
    [
        ({"username_attributes": ["email"]}, "email", NEW, (), "from then on by the new value, and no longer"),
        ({"username_attributes": ["email"]}, "email", NEW, ("email",), "once they have typed the code"),
        ({"alias_attributes": ["email"]}, "email", NEW, (), "by the new one once it is verified"),
        ({"username_attributes": ["phone_number"]}, "phone_number", "+4930123456", (), "AWS tells the old address"),
        ({"alias_attributes": ["preferred_username"]}, "preferred_username", "ada", (), "They sign in by preferred"),
    ],
)
def test_what_signs_in_is_of_high_risk_and_says_what_comes_of_it(
    aws_account: AwsAccount, hal: Operator, more: Any, name: str, value: str, waiting: tuple[str, ...], words: str
) -> None:
    change = changed(make_person(pool_with(aws_account, **more)), hal, name, value, waiting)
    assert risk(change) is Risk.HIGH
    [said] = [each["message"] for each in change.findings if each["code"] == "SIGN_IN_ADDRESS"]
    assert words in said


@pytest.mark.parametrize(
    ("more", "name"), [({}, "email"), ({"username_attributes": ["email"]}, "name"), ({"alias_attributes": []}, "email")]
)
def test_what_signs_nobody_in_is_of_low_risk(aws_account: AwsAccount, hal: Operator, more: Any, name: str) -> None:
    change = changed(make_person(pool_with(aws_account, **more)), hal, name, NEW)
    assert risk(change) is Risk.LOW
    assert not [each for each in change.findings if each["code"] == "SIGN_IN_ADDRESS"]


def test_the_plan_tells_the_value_to_who_may_see_people(
    aws_account: AwsAccount, hal: Operator, bob: Operator, client_of: ClientOf
) -> None:
    change = changed(make_person(pool_with(aws_account, username_attributes=["email"])), hal, "email", NEW)
    assert NEW in text_of(get(client_of(hal), "change", pk=change.pk))
    assert AuditEntry.objects.filter(verb="change.people_read").exists()
    assert NEW not in get(client_of(bob), "change", pk=change.pk)  # who sees no people


def test_it_is_in_nothing_that_is_stored(aws_account: AwsAccount, hal: Operator) -> None:
    changed(make_person(pool_with(aws_account, username_attributes=["email"])), hal, "email", NEW)
    stored = [list(each.objects.values()) for each in (Change, Step, ChangeLine, AuditEntry)]
    assert "home.example" not in json.dumps(stored, default=str)
