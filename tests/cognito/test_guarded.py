"""What can give AWS access or an account away isn't for helpdesk, whatever way it is proposed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import AwsAccount, Operator, Risk
from cognito.models import CognitoUser, PoolPeopleSettings, UserPool
from cognito.people.operations.attributes import as_params
from cognito.people.operations.base import on_person
from cognito.people.operations.making import new_person
from sync import operations
from sync.changes import PlanError
from sync.models import Change
from sync.operation_mixins import risk_at_stake
from sync.operations import StepSpec
from sync.plan_draft import Draft
from tests.cognito.rows import KEPT, make_identity_pool, make_person, make_pool, make_pool_group, provider_of
from tests.services.changing import propose
from tests.services.pages import address

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]
SCHEMA = [{"Name": name} for name in (*KEPT, "phone_number_verified", "custom:team")]


@pytest.fixture
def pool(aws_account: AwsAccount) -> UserPool:
    made = make_pool(aws_account, settings={"SchemaAttributes": SCHEMA})
    make_pool_group(made)
    return made


@pytest.fixture
def jane(pool: UserPool) -> CognitoUser:
    return make_person(pool, attributes={"custom:plan": "basic"})


def looked_at(pool: UserPool, claim: str) -> None:
    """By a rule of an identity pool."""
    rules = {"Rules": [{"Claim": claim, "MatchType": "Equals", "Value": "x", "RoleARN": "arn:aws:iam::1:role/r"}]}
    mapping = {"Type": "Rules", "RulesConfiguration": rules}
    make_identity_pool(pool, role_mappings={f"{provider_of(pool)}:client7": mapping})


def kept_and_looked_at(pool: UserPool, claim: str) -> None:
    """By a rule that is known not to fit anybody: what isn't kept of people may fit."""
    PoolPeopleSettings.objects.update(attributes=[*KEPT, claim])
    looked_at(pool, claim)


def tagged(pool: UserPool, claim: str, *, defaults: bool = False) -> None:
    tags = {"UseDefaults": defaults, "PrincipalTags": {"tag": claim}}
    make_identity_pool(pool, principal_tags={provider_of(pool): tags})


def attribute(person: CognitoUser, name: str) -> StepSpec:
    return on_person(person, "cognito.user.attributes.set", **as_params(person.aws_id, {name: "true"}, KEPT))


def without(person: CognitoUser, name: str) -> StepSpec:
    return on_person(person, "cognito.user.attributes.delete", names=[name], compared=[])


def invited(person: CognitoUser, name: str) -> StepSpec:
    return new_person(person.pool, "eve", {"email": "eve@example.org", name: "true"}, channel="EMAIL", said="")


def member(person: CognitoUser, name: str) -> StepSpec:
    return on_person(person, "cognito.user.group.add", group="vip")


def is_refused(step: StepSpec, hal: Operator, aws_account: AwsAccount) -> bool:
    operation = operations.registry[step.kind]
    is_high = risk_at_stake(operation, Draft(aws_account), operation.parse(step.params)) is Risk.HIGH
    try:
        propose(aws_account, hal, [step])
    except PlanError as refusal:
        assert "needs a grant that" in str(refusal)
        assert is_high
        return True
    assert not is_high
    return False


@pytest.mark.parametrize("made", [attribute, invited, without])
@pytest.mark.parametrize(
    ("arrange", "name", "refused"),
    [
        (lambda pool: None, "email_verified", True),
        (lambda pool: None, "phone_number_verified", True),
        (lambda pool: None, "custom:plan", False),
        (lambda pool: looked_at(pool, "custom:plan"), "custom:plan", True),
        (lambda pool: kept_and_looked_at(pool, "custom:team"), "custom:plan", False),
        (lambda pool: tagged(pool, "custom:plan"), "custom:plan", True),
        (lambda pool: tagged(pool, "custom:plan", defaults=True), "custom:plan", False),
        (lambda pool: looked_at(make_pool(pool.aws_account, "others"), "custom:plan"), "custom:plan", False),
    ],
)
def test_attributes_that_matter(
    made: Callable[[CognitoUser, str], StepSpec],
    arrange: Callable[[UserPool], object],
    name: str,
    refused: bool,
    jane: CognitoUser,
    hal: Operator,
) -> None:
    arrange(jane.pool)
    assert is_refused(made(jane, name), hal, jane.aws_account) is refused


@pytest.mark.parametrize(("claim", "refused"), [("cognito:groups", True), ("custom:plan", False)])
def test_groups_that_rules_look_at(claim: str, refused: bool, jane: CognitoUser, hal: Operator) -> None:
    looked_at(jane.pool, claim)
    assert is_refused(member(jane, ""), hal, jane.aws_account) is refused


@pytest.mark.parametrize(
    ("what", "text"),
    [
        ("there", "name,groups\njane,vip\n"),
        ("there", "name,custom:plan\njane,gold\n"),
        ("there", "name,email_verified\njane,false\n"),
        ("new", "name,email,groups\neve,eve@example.org,vip\n"),
        ("new", "name,email,custom:plan\neve,eve@example.org,gold\n"),
    ],
)
def test_no_table_gets_around_it(what: str, text: str, jane: CognitoUser, hal: Operator, client_of: SignIn) -> None:
    for claim in ("cognito:groups", "custom:plan"):
        make_identity_pool(
            jane.pool, name=claim, principal_tags={provider_of(jane.pool): {"PrincipalTags": {"tag": claim}}}
        )
    said: dict[str, Any] = {"what": what, "channel": "EMAIL", "text": text, "stage": "1"}
    page = client_of(hal).post(address("cognito_people_csv", aws_id=jane.pool.aws_id), said)
    assert ["isn’t for helpdesk" in row.problem for row in page.context["form"].bad] == [True]
    assert not Change.objects.exists()


def test_helpdesk_of_one_pool_reaches_nobody_of_another(jane: CognitoUser, hal: Operator, client_of: SignIn) -> None:
    """By whatever is typed into the address of a page of its own pool."""
    other = make_pool(jane.aws_account, "others", pool_id="us-east-1_Others")
    john = make_person(other, "john", attributes={"custom:plan": "basic"})
    make_pool_group(other, "gold")
    hal.grants.update(pool_id=jane.pool.aws_id)
    client, own = client_of(hal), {"aws_id": jane.pool.aws_id}
    assert client.get(address("cognito_user", aws_id=john.aws_id)).status_code == 404
    assert client.post(address("cognito_user_action", aws_id=john.aws_id, action="disable")).status_code == 404
    for pick in (f"pick={john.aws_id}", f"pick={jane.aws_id}&pick={john.aws_id}", "all=1"):
        url = f"{address('cognito_people_stage_action', **own, action='disable')}?{pick}"
        client.post(url, {"title": "", "reason": "x"})
        assert not Change.objects.filter(steps__params__sub=john.aws_id).exists()
    text = f"name,do\n{john.aws_id},disable\njohn,disable\n"
    page = client.post(address("cognito_people_csv", **own), {"what": "there", "channel": "EMAIL", "text": text})
    assert {row.problem.split(" “")[0] for row in page.context["form"].bad} == {"The mirror has nobody called"}
    joined = client.post(address("cognito_user_action", aws_id=jane.aws_id, action="join"), {"group": "gold"})
    assert joined.status_code == 422
