"""Nobody comes to what is of an AWS account that they have no grant for, nor learns that it is there.

Each address of the table (tests/project/addresses.csv), by each method that it takes, with the ids of the objects of
the other AWS account: under its own account id, and under that of the AWS account that one may see.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import pytest
from django.db import transaction
from django.test import Client
from pytest_django import DjangoDbBlocker

from accounts.models import AwsAccount, Grant, Operator
from accounts.roles import (
    ADMINISTER,
    APPLY,
    APPROVE,
    ASK_AWS,
    CARE,
    CONTAIN,
    MUTE,
    PROPOSE,
    REQUEST,
    SEE_IAM,
    SEE_PEOPLE,
    Role,
)
from tests.admin.cases import fill
from tests.conftest import make_aws_account, make_operator
from tests.project.address_ids import address_of
from tests.project.addresses import ADDRESSES, CAST, OURS, ROWS, Row
from tests.services.database import rows_of_many_tests
from tests.services.tokens import Program, post_nothing, token_of

OF_ACCOUNT = [row for row in ROWS if "account_id" in ADDRESSES[row.name]]
# Who comes in by a permission and by no other one that an address asks for together with it.
COMING = {
    REQUEST: "rita",
    SEE_IAM: "bob",
    SEE_PEOPLE: "hal",
    CARE: "hal",
    PROPOSE: "erin",
    APPLY: "erin",
    APPROVE: "anton",
    MUTE: "erin",
    ADMINISTER: "alice",
    ASK_AWS: "erin",
    CONTAIN: "erin",
}
# Those that name an object: in the path, or as what was picked.
_NAMING = {"aws_id", "pk", "object_id", "change_id", "pool_id"}
OF_OBJECT = [row for row in ROWS if _NAMING & set(ADDRESSES[row.name]) or "{" in row.query]
# Where helpdesk comes in; what a grant is about there is a user pool.
OF_PEOPLE = [row for row in OF_OBJECT if {SEE_PEOPLE, CARE}.intersection(getattr(OURS[row.name], "permissions", ()))]


@dataclass(frozen=True)
class World:
    """The AWS account of the cast, another one of which they know nothing, and clients of the cast.

    Among them holly, helpdesk of a user pool that isn't there any more.
    """

    own: AwsAccount
    other: AwsAccount
    clients: Mapping[str, Client]
    programs: Mapping[str, Program]

    def client_of(self, who: str, address: str) -> Client:
        return self.programs[who] if address.startswith("/api/") else self.clients[who]


@pytest.fixture(scope="module")
def cast(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, client_of: Callable[[Operator], Client]
) -> Iterator[World]:
    """One of everything in each AWS account."""
    with rows_of_many_tests(django_db_blocker):
        own = make_aws_account()
        other = AwsAccount.objects.create(
            account_id="999900009999", name="Zirconium", emulated=True, writes_enabled=True, connection=own.connection
        )
        operators = {who: make_operator(who, role, own) for who, role in CAST.items() if who in COMING.values()}
        make_operator("zoe", Role.VIEWER, other)
        operators["holly"] = make_operator("holly", Role.HELPDESK, own)
        Grant.objects.filter(operator=operators["holly"]).update(pool_id="eu-west-1_another")
        fill(own, operators["alice"])
        fill(other, make_operator("zeno", Role.OWNER, other))
        programs = {who: Program(token_of(operator)) for who, operator in operators.items()}
        yield World(own, other, {who: client_of(operator) for who, operator in operators.items()}, programs)


@pytest.fixture
def world(cast: World, db: None, short_refusals: None) -> World:
    return cast


def answers(world: World, row: Row, address: str) -> dict[str, int]:
    """Of one operator for each permission by which the address lets somebody in, and of the owner, who has them all.

    The others get a 403 whatever it names (tests/project/test_url_roles.py).
    """
    access = OURS[row.name]
    assert access is not None
    asking = dict.fromkeys([*(COMING[perm] for perm in access.permissions), "alice"])
    return {who: _answer(world.client_of(who, address), row.method, address) for who in asking}


def _answer(client: Client, method: str, address: str) -> int:
    """Whatever the request did is rolled back."""
    headers = {"HX-Request": "true"} if method == "HTMX" else {}
    with transaction.atomic():
        response = post_nothing(client, address) if method == "POST" else client.get(address, headers=headers)
        transaction.set_rollback(True)
    assert b"Zirconium" not in response.getvalue()
    return response.status_code


def ids(row: Row) -> str:
    return f"{row.method} {row.name} {row.query}".strip()


@pytest.mark.parametrize("row", OF_ACCOUNT, ids=ids)
def test_an_aws_account_of_others_is_not_there(world: World, row: Row) -> None:
    """For the owner of one's own, who may all there; strangers have a column in the table."""
    address = address_of(row.name, world.other, query=row.query)
    assert _answer(world.client_of("alice", address), row.method, address) == 404


@pytest.mark.parametrize("row", OF_OBJECT, ids=ids)
def test_an_object_of_others_is_not_there_either(world: World, row: Row) -> None:
    """Under the account id of one's own."""
    given = answers(world, row, address_of(row.name, world.own, ids_of=world.other, query=row.query))
    assert set(given.values()) <= {403, 404}, given


@pytest.mark.parametrize("row", OF_PEOPLE, ids=ids)
def test_neither_is_a_person_nor_a_pool_for_helpdesk_of_another_pool(world: World, row: Row) -> None:
    address = address_of(row.name, world.own, query=row.query)
    assert _answer(world.client_of("holly", address), row.method, address) in (403, 404)
