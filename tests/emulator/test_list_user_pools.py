"""Lists of Cognito user pools come in pages of at most 60, whose tokens are good for that list and for an hour."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from emulator.dated import DatedClient
from emulator.process import Emulator
from tests.emulator.conftest import Refused

COUNT = 5


@pytest.fixture
def pool(emulator: Emulator, cognito: Any) -> str:
    """The id of a pool with five of everything that can be listed."""
    for n in range(1, COUNT):
        cognito.create_user_pool(PoolName=f"pool {n}")
    pool_id = str(cognito.create_user_pool(PoolName="pool 0")["UserPool"]["Id"])
    for n in range(COUNT):
        cognito.create_user_pool_client(UserPoolId=pool_id, ClientName=f"c{n}")
        cognito.create_group(UserPoolId=pool_id, GroupName=f"g{n}")
        cognito.create_resource_server(UserPoolId=pool_id, Identifier=f"r{n}", Name="server")
        cognito.create_identity_provider(
            UserPoolId=pool_id, ProviderName=f"idp{n}", ProviderType="OIDC", ProviderDetails={"client_id": "x"}
        )
    people = [{"username": f"u{n}", "groups": ["g0"] if n else [f"g{m}" for m in range(COUNT)]} for n in range(COUNT)]
    emulator.bring_in(pool_id, people)
    return pool_id


LISTINGS: list[tuple[str, str, str, str, dict[str, str]]] = [
    ("list_user_pool_clients", "UserPoolClients", "MaxResults", "NextToken", {}),
    ("list_identity_providers", "Providers", "MaxResults", "NextToken", {}),
    ("list_resource_servers", "ResourceServers", "MaxResults", "NextToken", {}),
    ("list_groups", "Groups", "Limit", "NextToken", {}),
    ("list_users", "Users", "Limit", "PaginationToken", {}),
    ("list_users_in_group", "Users", "Limit", "NextToken", {"GroupName": "g0"}),
    ("admin_list_groups_for_user", "Groups", "Limit", "NextToken", {"Username": "u0"}),
]


@pytest.mark.parametrize(("call", "key", "size", "token", "params"), LISTINGS)
def test_pages_hold_everything_once(
    cognito: Any, pool: str, call: str, key: str, size: str, token: str, params: dict[str, str]
) -> None:
    pages: list[list[Any]] = []
    more: dict[str, str] = {}
    while True:
        answer = getattr(cognito, call)(UserPoolId=pool, **{size: 2}, **params, **more)
        pages.append(answer[key])
        if token not in answer:
            break
        more = {token: answer[token]}

    assert [len(page) for page in pages] == [2, 2, 1]
    assert len({str(item) for page in pages for item in page}) == COUNT


def test_pools_are_listed_by_region(emulator: Emulator, cognito: Any, pool: str) -> None:
    first = cognito.list_user_pools(MaxResults=3)
    second = cognito.list_user_pools(MaxResults=3, NextToken=first["NextToken"])

    assert len(first["UserPools"]) + len(second["UserPools"]) == COUNT
    assert "NextToken" not in second
    assert emulator.client("cognito-idp", region_name="eu-west-1").list_user_pools(MaxResults=1)["UserPools"] == []


def test_more_than_60_is_refused(cognito: Any, pool: str, refused: Refused) -> None:
    message = refused("InvalidParameterException", cognito.list_users, UserPoolId=pool, Limit=61)

    assert message == (
        "1 validation error detected: Value '61' at 'limit' failed to satisfy constraint: "
        "Member must have value less than or equal to 60"
    )


def test_a_page_holds_60_unless_asked_otherwise(emulator: Emulator, cognito: Any, pool: str) -> None:
    emulator.bring_in(pool, [{"username": f"more{n}"} for n in range(60)])

    answer = cognito.list_users(UserPoolId=pool)

    assert (len(answer["Users"]), "PaginationToken" in answer) == (60, True)


def test_a_write_between_two_pages_drops_nobody(emulator: Emulator, cognito: Any, pool: str) -> None:
    first = cognito.list_users(UserPoolId=pool, Limit=3)
    emulator.bring_in(pool, [{"username": "a-new-one"}])

    second = cognito.list_users(UserPoolId=pool, Limit=3, PaginationToken=first["PaginationToken"])

    assert [user["Username"] for user in second["Users"]] == ["u3", "u4"]


def test_a_token_is_for_the_list_that_gave_it(cognito: Any, pool: str, refused: Refused) -> None:
    token = cognito.list_users(UserPoolId=pool, Limit=2)["PaginationToken"]

    refused(
        "InvalidParameterException",
        cognito.list_users,
        UserPoolId=pool,
        Limit=2,
        PaginationToken=token,
        Filter='username ^= "u"',
    )
    refused("InvalidParameterException", cognito.list_users, UserPoolId=pool, PaginationToken="nowhere")


def test_a_token_expires_after_an_hour(emulator: Emulator, cognito: Any, pool: str, refused: Refused) -> None:
    token = cognito.list_users(UserPoolId=pool, Limit=2)["PaginationToken"]
    later = DatedClient(emulator.own_client("cognito-idp")).at((datetime.now(UTC) + timedelta(minutes=61)).isoformat())

    message = refused("InvalidParameterException", later.list_users, UserPoolId=pool, Limit=2, PaginationToken=token)

    assert "expired" in message


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ('username = "ada"', {"ada"}),
        ('email = "ada@acme.example"', {"ada"}),
        ('email = "ADA@acme.example"', set()),
        ('email ^= "a"', {"ada", "al"}),
        ('family_name="O\\"Hara"', {"al"}),
        ('cognito:user_status = "RESET_REQUIRED"', {"al"}),
        ('status = "Disabled"', {"bea"}),
        ('phone_number ^= "+44"', {"bea"}),
        ('given_name = "nobody"', set()),
    ],
)
def test_people_are_filtered(emulator: Emulator, cognito: Any, wanted: str, found: set[str]) -> None:
    pool_id = cognito.create_user_pool(PoolName="people")["UserPool"]["Id"]
    emulator.bring_in(
        pool_id,
        [
            {"username": "ada", "attributes": {"email": "ada@acme.example"}},
            {
                "username": "al",
                "attributes": {"email": "al@acme.example", "family_name": 'O"Hara'},
                "status": "RESET_REQUIRED",
            },
            {"username": "bea", "attributes": {"phone_number": "+441234"}, "enabled": False},
        ],
    )

    answer = cognito.list_users(UserPoolId=pool_id, Filter=wanted)

    assert {user["Username"] for user in answer["Users"]} == found


def test_somebody_is_found_by_sub(emulator: Emulator, cognito: Any, pool: str) -> None:
    sub = cognito.list_users(UserPoolId=pool, Limit=1)["Users"][0]["Attributes"][0]["Value"]

    assert len(cognito.list_users(UserPoolId=pool, Filter=f'sub = "{sub}"')["Users"]) == 1


@pytest.mark.parametrize("wanted", ['custom:customer_no = "1"', 'email > "a"', "email = a", 'nickname = "a"'])
def test_other_filters_are_refused(cognito: Any, pool: str, refused: Refused, wanted: str) -> None:
    refused("InvalidParameterException", cognito.list_users, UserPoolId=pool, Filter=wanted)


def test_a_list_of_people_may_tell_some_attributes_only(emulator: Emulator, cognito: Any, pool: str) -> None:
    emulator.bring_in(pool, [{"username": "ada", "attributes": {"email": "ada@acme.example", "name": "Ada"}}])

    user = cognito.list_users(UserPoolId=pool, Filter='username = "ada"', AttributesToGet=["name"])["Users"][0]

    assert user["Attributes"] == [{"Name": "name", "Value": "Ada"}]
