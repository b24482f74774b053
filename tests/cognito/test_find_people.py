"""People of a pool found in the mirror: by words, attributes, status and days, and by what they are called."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.http import QueryDict
from django.utils import timezone

from accounts.models import AwsAccount, Operator
from cognito.models import CognitoUser, UserPool
from cognito.people import selectors
from cognito.people.retention import erase_attribute
from cognito.people.selectors import (
    UNFINISHED,
    PeopleCursor,
    PeopleQuery,
    exactly,
    matching,
    page_of,
    people_of,
    with_attribute,
)
from cognito.people.table import THERE, PeopleTableOptions, rows_of
from cognito.tables import listed_people, people_table
from iamconsole.web import keyset, listings
from iamconsole.web.keyset import KeysetPage
from identities.bulk.csv_text import CsvLine
from tests.cognito.pulled_people import make, names, pull_people
from tests.cognito.rows import make_person, make_pool

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
        (PeopleQuery(), ["anna", "bela", "chiara"]),
        (PeopleQuery(words="EXAMPLE.org"), ["anna", "bela"]),
        (PeopleQuery(words="hiar"), ["chiara"]),
        (PeopleQuery(words="be"), ["bela"]),
        (PeopleQuery(words="100%"), []),
        (PeopleQuery(attributes={"custom:plan": "family"}), ["anna", "chiara"]),
        (PeopleQuery(attributes={"custom:plan": "fam"}), []),
        (PeopleQuery(attributes={"email": "anna@example.org"}), ["anna"]),
        (PeopleQuery(attributes={"custom:pl__an": "family"}), []),
        (PeopleQuery(attributes={"username": "anna"}), ["anna"]),
        (PeopleQuery(statuses=UNFINISHED), ["anna", "chiara"]),
        (PeopleQuery(enabled=False), ["bela"]),
        (PeopleQuery(words="example", attributes={"custom:plan": "family"}, enabled=True), ["anna", "chiara"]),
    ],
)
def test_finding_people(people: Any, wanted: PeopleQuery, found: list[str]) -> None:
    assert names(matching(people, wanted)) == found


def test_by_dates(people: Any) -> None:
    later = timezone.now() + timedelta(days=1)
    assert names(matching(people, PeopleQuery(created_from=later))) == []
    assert len(names(matching(people, PeopleQuery(created_before=later, changed_before=later)))) == 3


def test_exactly(people: Any) -> None:
    pool, anna = UserPool.objects.get(), people.get(name="anna")
    for words in (anna.aws_id, "ANNA", "anna@example.org", " anna@EXAMPLE.org "):
        assert names(exactly(pool, words)) == ["anna"], words
    assert names(exactly(pool, "anna@example")) == []


def test_page_by_page(people: Any) -> None:
    first = page_of(people, size=2)
    assert names(first) == ["anna", "bela", "chiara"]
    assert names(page_of(people, PeopleCursor.row(first[1]), size=2)) == ["chiara"]


# ---- Pools where people sign in with an address, and the username is the `sub` ------------------------------------
@pytest.fixture
def by_address(idp: Any, aws_account: AwsAccount) -> UserPool:
    made = idp.create_user_pool(PoolName="shop", UsernameAttributes=["email"])["UserPool"]
    for name, called in (("zoe", "Anna Zoe"), ("carla", ""), ("Bela", "")):
        described = {"email": f"{name}@example.org"} | ({"name": called} if called else {})
        idp.admin_create_user(
            UserPoolId=made["Id"],
            Username=described["email"],
            MessageAction="SUPPRESS",
            UserAttributes=[{"Name": key, "Value": value} for key, value in described.items()],
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
    assert addresses(matching(people, PeopleQuery(words="be"))) == ["Bela@example.org"]


def test_what_they_are_called_is_no_username(by_address: UserPool) -> None:
    zoe = CognitoUser.objects.get(attributes__email="zoe@example.org")
    assert not exactly(by_address, "anna zoe").exists()
    assert list(exactly(by_address, "ZOE@example.org")) == list(exactly(by_address, zoe.aws_id)) == [zoe]
    of = people_of(by_address)
    assert list(with_attribute(of, "username", zoe.aws_id)) == [zoe]
    assert not with_attribute(of, "username", "anna zoe").exists()
    [row] = rows_of(PeopleTableOptions(by_address, THERE), [CsvLine(2, {"name": "anna zoe", "do": "disable"})])
    assert "nobody called" in row.problem


def test_an_attribute_that_goes_goes_from_the_order_too(by_address: UserPool, alice: Operator) -> None:
    erase_attribute(by_address, "name", actor=alice)
    erase_attribute(by_address, "email", actor=alice)
    assert all(person.name_key == person.aws_id for person in people_of(by_address))


@pytest.mark.parametrize("asked", ["q=shop", "q=shop&sort=-name", "created_after=2025-02-01", "custom:plan=shop"])
def test_what_many_have_is_paged_through_there_and_back(
    aws_account: AwsAccount, monkeypatch: pytest.MonkeyPatch, asked: str
) -> None:
    """Met in windows along the names, past gaps that are wider than one."""
    monkeypatch.setattr(keyset, "WINDOW", 4)
    monkeypatch.setattr(selectors, "_MANY", -1)
    monkeypatch.setattr(listings, "SIZES", (3,))
    pool = make_pool(aws_account)
    for number in range(40):
        plan, month = ("shop", 2) if number % 20 < 9 else ("none", 1)
        at = datetime(2025, month, 15, tzinfo=UTC)
        make_person(pool, f"user{number:02}", attributes={"custom:plan": plan}, created_at=at)
    people = people_table(pool, ["email", "custom:plan"], exports=False)

    def page(**cursor: str) -> KeysetPage:
        asking = QueryDict(f"{asked}&rows=3&{urlencode(cursor)}")
        return listings.TableListing(people, listed_people(pool), pool, asking).page

    there = [page()]
    while there[-1].next:
        there.append(page(after=there[-1].next))
    wanted = sorted((f"user{number:02}" for number in range(40) if number % 20 < 9), reverse="-name" in asked)
    assert [row.name for each in there for row in each.rows] == wanted
    back = [there[-1]]
    while back[-1].previous:
        back.append(page(before=back[-1].previous))
    assert [row.name for each in reversed(back) for row in each.rows] == wanted


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL's planner knows how many there are")
def test_of_what_many_have_nobody_is_read_who_hasnt_it(
    aws_account: AwsAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Past the last of them, going along the names was to read the rest of the pool."""
    monkeypatch.setattr(selectors, "_MANY", -1)
    people = people_of(make_pool(aws_account))
    for found in (selectors.with_words(people, "shop"), with_attribute(people, "custom:plan", "shop")):
        assert "MATCH" in str(found.query) and " LIKE " not in str(found.query)
    days = selectors.on_days(people, "created_at__gte", timezone.now())
    assert "+(" in str(days.query) or '+"cognito_cognitouser"."id"' in str(days.query)
