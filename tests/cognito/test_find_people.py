"""People of a pool found in the mirror: by words, attributes, status and days, and by what they are called."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import AwsAccount, Operator
from cognito.models import CognitoUser, UserPool
from cognito.people.caring import erase_attribute
from cognito.people.table import THERE, Asked, rows_of
from cognito.selectors import UNFINISHED, After, Wanted, exactly, matching, page_of, people_of, with_attribute
from identities.bulk.csv_text import Line
from tests.cognito.pulled_people import make, names, pull_people

pytestmark = pytest.mark.django_db


# ---- Finding people --------------------------------------------------------------------------------------------
@pytest.fixture
def people(idp: Any, pool_id: str, aws_account: AwsAccount) -> Any:
    make(idp, pool_id, "anna", custom_plan="family")
    make(idp, pool_id, "bela", custom_plan="business")
    make(idp, pool_id, "chiara", custom_plan="family", email="Chiara@example.com")
    idp.admin_set_user_password(UserPoolId=pool_id, Username="bela", Password="Correct-Horse-7", Permanent=True)
    idp.admin_disable_user(UserPoolId=pool_id, Username="bela")
    pull_people(aws_account)
    return people_of(UserPool.objects.get())


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Wanted(), ["anna", "bela", "chiara"]),
        (Wanted(words="EXAMPLE.org"), ["anna", "bela"]),
        (Wanted(words="hiar"), ["chiara"]),
        (Wanted(words="be"), ["bela"]),
        (Wanted(words="100%"), []),
        (Wanted(attributes={"custom:plan": "family"}), ["anna", "chiara"]),
        (Wanted(attributes={"custom:plan": "fam"}), []),
        (Wanted(attributes={"email": "anna@example.org"}), ["anna"]),
        (Wanted(attributes={"custom:pl__an": "family"}), []),
        (Wanted(attributes={"username": "anna"}), ["anna"]),
        (Wanted(statuses=UNFINISHED), ["anna", "chiara"]),
        (Wanted(enabled=False), ["bela"]),
        (Wanted(words="example", attributes={"custom:plan": "family"}, enabled=True), ["anna", "chiara"]),
    ],
)
def test_finding_people(people: Any, wanted: Wanted, found: list[str]) -> None:
    assert names(matching(people, wanted)) == found


def test_by_dates(people: Any) -> None:
    later = timezone.now() + timedelta(days=1)
    assert names(matching(people, Wanted(created_from=later))) == []
    assert len(names(matching(people, Wanted(created_before=later, changed_before=later)))) == 3


def test_exactly(people: Any) -> None:
    pool, anna = UserPool.objects.get(), people.get(name="anna")
    for words in (anna.aws_id, "ANNA", "anna@example.org", " anna@EXAMPLE.org "):
        assert names(exactly(pool, words)) == ["anna"], words
    assert names(exactly(pool, "anna@example")) == []


def test_page_by_page(people: Any) -> None:
    first = page_of(people, size=2)
    assert names(first) == ["anna", "bela", "chiara"]
    assert names(page_of(people, After.row(first[1]), size=2)) == ["chiara"]


# ---- Pools where people sign in with an address, and the username is the `sub` ------------------------------------
@pytest.fixture
def by_address(idp: Any, aws_account: AwsAccount) -> UserPool:
    made = idp.create_user_pool(PoolName="shop", UsernameAttributes=["email"])["UserPool"]
    for name, called in (("zoe", "Anna Zoe"), ("carla", ""), ("Bela", "")):
        told = {"email": f"{name}@example.org"} | ({"name": called} if called else {})
        idp.admin_create_user(
            UserPoolId=made["Id"],
            Username=told["email"],
            MessageAction="SUPPRESS",
            UserAttributes=[{"Name": key, "Value": value} for key, value in told.items()],
        )
    pull_people(aws_account)
    assert all(person.name == person.aws_id for person in CognitoUser.objects.all())
    found: UserPool = UserPool.objects.get(aws_id=made["Id"])
    return found


def addresses(people: Any) -> list[str]:
    return [person.attributes["email"] for person in people]


def test_they_are_listed_by_what_they_are_called(by_address: UserPool) -> None:
    people = people_of(by_address)
    assert addresses(people) == ["zoe@example.org", "Bela@example.org", "carla@example.org"]
    assert addresses(matching(people, Wanted(words="be"))) == ["Bela@example.org"]


def test_what_they_are_called_is_no_username(by_address: UserPool) -> None:
    zoe = CognitoUser.objects.get(attributes__email="zoe@example.org")
    assert not exactly(by_address, "anna zoe").exists()
    assert list(exactly(by_address, "ZOE@example.org")) == list(exactly(by_address, zoe.aws_id)) == [zoe]
    of = people_of(by_address)
    assert list(with_attribute(of, "username", zoe.aws_id)) == [zoe]
    assert not with_attribute(of, "username", "anna zoe").exists()
    [row] = rows_of(Asked(by_address, THERE), [Line(2, {"name": "anna zoe", "do": "disable"})])
    assert "nobody called" in row.problem


def test_an_attribute_that_goes_goes_from_the_order_too(by_address: UserPool, alice: Operator) -> None:
    erase_attribute(by_address, "name", actor=alice)
    erase_attribute(by_address, "email", actor=alice)
    assert all(person.name_key == person.aws_id for person in people_of(by_address))
