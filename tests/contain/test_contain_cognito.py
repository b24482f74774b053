"""Somebody of a user pool, and an identity of an identity pool."""

from __future__ import annotations

from collections.abc import Callable
from html import unescape

import pytest
from django.test import Client

from accounts.models import AwsAccount, Operator
from cognito.models import CognitoUser
from contain.models import Containment
from emulator.process import Emulator
from sync.models import Change
from tests.cognito.customers import Customers, customers
from tests.cognito.rows import make_identity_pool, make_pool
from tests.services.changing import worked
from tests.services.pages import address, get, text_of
from tests.services.world import World

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., Client]
IDENTITY = "eu-west-1:1f2e3d4c-0000-4000-8000-000000000000"


@pytest.fixture
def found(emulator: Emulator, aws_account: AwsAccount) -> Customers:
    return customers(emulator, aws_account)


def test_somebody_of_a_pool_is_disabled_and_signed_out(found: Customers, erin: Operator, client_of: ClientOf) -> None:
    person = CognitoUser.objects.filter(enabled=True).order_by("pk")[0]
    client = client_of(erin)
    page = get(client, "cognito_user_contain", aws_id=person.aws_id)
    assert "go on until they expire" in text_of(page)
    typed = page.partition("<h1")[2].partition("</h1>")[0].rpartition("Contain ")[2]
    url = address("cognito_user_contain_begin", aws_id=person.aws_id)
    assert client.post(url, {"pieces": ["disable", "sign-out"], "typed": typed}).status_code == 302
    made = Containment.objects.get()
    assert worked(made.change).state == Change.State.APPLIED
    assert made.name == "" and made.object_id == person.aws_id
    person.refresh_from_db()
    assert not person.enabled


def test_one_identity_is_denied_by_its_id(
    world: World, aws_account: AwsAccount, erin: Operator, client_of: ClientOf
) -> None:
    role = world.role("shop-visitors")
    pool = make_identity_pool(make_pool(aws_account), roles={"authenticated": role.arn})
    client = client_of(erin)
    assert "Which identity" in get(client, "identity_pool_contain", aws_id=pool.aws_id)
    query = f"?identity={IDENTITY}"
    page = text_of(get(client, "identity_pool_contain", query, aws_id=pool.aws_id))
    assert "Deny the identity everything in the role shop-visitors" in page
    url = f"{address('identity_pool_contain_begin', aws_id=pool.aws_id)}{query}"
    assert client.post(url, {"pieces": [f"role:{role.aws_id}"], "typed": IDENTITY}).status_code == 302
    assert worked(Change.objects.get()).state == Change.State.APPLIED
    name = world.iam.list_role_policies(RoleName=role.name)["PolicyNames"][0]
    document = world.iam.get_role_policy(RoleName=role.name, PolicyName=name)["PolicyDocument"]
    condition = document["Statement"][0]["Condition"]
    assert condition == {"StringEquals": {"cognito-identity.amazonaws.com:sub": IDENTITY}}
    anew = get(client, "containment", pk=str(Containment.objects.get().pk)).partition(">Contain anew")[0]
    where = unescape(anew.rpartition('href="')[2].rstrip('"'))
    again = text_of(client.get(where).content.decode())
    assert f"Contain {IDENTITY}" in again and "Contained before" in again
    another = get(client, "identity_pool_contain", query.replace("1f2e", "2f2e"), aws_id=pool.aws_id)
    assert "Contained before" not in text_of(another)


def test_an_identity_has_to_be_named(
    world: World, aws_account: AwsAccount, erin: Operator, client_of: ClientOf
) -> None:
    role = world.role("shop-visitors")
    pool = make_identity_pool(make_pool(aws_account), roles={"authenticated": role.arn})
    for said in ("", "?identity=*", "?identity=eu-west-1:nobody"):
        url = f"{address('identity_pool_contain_begin', aws_id=pool.aws_id)}{said}"
        refused = client_of(erin).post(url, {"pieces": [f"role:{role.aws_id}"], "typed": pool.name})
        assert refused.status_code == 200 and not Change.objects.exists()
