"""Each list over all AWS accounts, with rows of each of them: who gets which, in every order, by how many queries."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoDbBlocker

from accounts.models import Operator
from accounts.roles import Role
from estate.lists import LISTS
from tests.cognito.rows import make_pool
from tests.conftest import make_aws_account, make_operator
from tests.estate.conftest import Estate, drift_of, find, make_estate
from tests.estate.test_page_lists import ALL, body
from tests.services.database import rows_of_many_tests
from tests.services.rows import join, make_group, make_policy, make_user
from tests.sync.planned import proposed

Filled = tuple[Estate, Operator]


@pytest.fixture(scope="module")
def filled(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Filled]:
    """With the owner of all of them."""
    with rows_of_many_tests(django_db_blocker):
        estate, olga = make_estate(make_aws_account()), make_operator("olga", Role.OWNER, None)
        fill(estate, olga)
        yield estate, olga


def fill(estate: Estate, actor: Operator) -> None:
    """A row of each list in each AWS account, whose name says which."""
    for number, aws_account in enumerate(estate.accounts):
        join(make_user(aws_account, f"member-{number}"), make_group(aws_account, f"group-{number}"))
        make_policy(aws_account, f"policy-{number}")
        make_pool(aws_account, f"pool{number}")
        find(aws_account, f"found-{number}")
        drift_of(aws_account, f"drifted-{number}")
        proposed(aws_account, actor, title=f"changed-{number}", name=f"edited-{number}")


def rows(client: Client, url: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(body(client, url))))


@pytest.mark.parametrize("url", ALL)
def test_each_row_says_its_aws_account_and_charlie_gets_the_rows_of_one(
    filled: Filled, db: None, client_of: Callable[[Operator], Client], url: str
) -> None:
    estate, olga = filled
    all_of_them = rows(client_of(olga), f"{url}?format=csv")
    assert {row["account_id"] for row in all_of_them} == {each.account_id for each in estate.accounts}
    charlies = client_of(estate.charlie)
    mine = rows(charlies, f"{url}?format=csv")
    assert mine
    assert {row["account_id"] for row in mine} == {estate.seen.account_id}
    page = body(charlies, url)
    assert estate.seen.account_id in page
    for other in (each for each in estate.accounts if each != estate.seen):
        for said in (page, body(charlies, f"{url}?account={other.account_id}")):
            assert other.name + "<" not in said
            assert f"/aws/{other.account_id}/" not in said


@pytest.mark.parametrize("url", ALL)
def test_every_order_and_filter_answers(
    filled: Filled, db: None, client_of: Callable[[Operator], Client], url: str
) -> None:
    olgas = client_of(filled[1])
    [its] = [each for each in LISTS if f"/all/{each.path}/" == url]
    for column in its.table.columns:
        if column.sort:
            for sort in (column.name, f"-{column.name}"):
                first = body(olgas, f"{url}?sort={sort}")
                assert "can’t be sorted" not in first
    for choice in its.table.filters:
        for value in [value for value, _ in choice.options(olgas.get(url).context["listing"].scope)][:2]:
            body(olgas, f"{url}?{choice.name}={value}")
        body(olgas, f"{url}?{choice.name}=nonsense")
    for query in ("q=a", "q=member", "account=1", "label=x", "label=99999999999999999999", "after=x"):
        body(olgas, f"{url}?{query}")


def test_the_queries_do_not_grow_with_the_aws_accounts(
    filled: Filled, db: None, client_of: Callable[[Operator], Client]
) -> None:
    estate, olga = filled
    client = client_of(olga)

    def queries(url: str) -> int:
        with CaptureQueriesContext(connection) as found:
            body(client, url)
        return len(found)

    few = {url: queries(url) for url in ALL}
    more = tuple(make_aws_account(f"9{number:011}", f"More {number}") for number in range(8))
    fill(Estate(more, estate.charlie), olga)
    assert {url: (few[url], many) for url in ALL if (many := queries(url)) > few[url]} == {}
    assert {url: number for url, number in few.items() if number > 13} == {}
