"""Keyset pages: every row once, in order, both ways, whatever is equal or missing; a foreign cursor is ignored."""

from __future__ import annotations

from datetime import timedelta

import pytest

from accounts.models import AwsAccount
from iamconsole.web.keyset import KeysetPage, Order, paged
from identities.models import IamUser
from tests.services.rows import CREATED, make_user

SIZE = 4


@pytest.fixture
def users(aws_account: AwsAccount) -> list[IamUser]:
    """Fourteen: their dates are equal in threes, and every fourth has none."""
    dates = [None if n % 4 == 0 else CREATED + timedelta(days=n // 3, microseconds=123) for n in range(14)]
    return [make_user(aws_account, f"user-{n:02}", created_at=date) for n, date in enumerate(dates)]


def page(order: Order, after: str = "", before: str = "") -> KeysetPage:
    return paged(IamUser.objects.all(), order, SIZE, after, before)


ORDERS = [
    Order("name", "name_key"),
    Order("-name", "name_key", descending=True),
    Order("created", "created_at"),
    Order("-created", "created_at", descending=True),
]
ids = [order.name for order in ORDERS]


@pytest.mark.stack
@pytest.mark.parametrize("order", ORDERS, ids=ids)
def test_walks_over_every_row_once(users: list[IamUser], order: Order) -> None:
    walked: list[IamUser] = []
    first, current = 1, page(order)
    while True:
        walked += current.rows
        assert (current.first, current.last, current.total) == (first, first + len(current.rows) - 1, len(users))
        if not current.next:
            break
        first += len(current.rows)
        current = page(order, after=current.next)
    assert walked == list(order.forward(IamUser.objects.all()))


@pytest.mark.stack
@pytest.mark.parametrize("order", ORDERS, ids=ids)
def test_walks_back_the_same_way(users: list[IamUser], order: Order) -> None:
    pages = [page(order)]
    while pages[-1].next:
        pages.append(page(order, after=pages[-1].next))
    current = pages.pop()
    while current.previous:
        current = page(order, before=current.previous)
        assert current.rows == pages.pop().rows
    assert not pages


@pytest.mark.parametrize("order", ORDERS[2:], ids=ids[2:])
def test_rows_without_a_key_come_last(users: list[IamUser], order: Order) -> None:
    found = [user.created_at for user in order.forward(IamUser.objects.all())]
    assert found[-4:] == [None] * 4
    assert None not in found[:-4]


def test_a_row_made_meanwhile_neither_repeats_nor_skips(users: list[IamUser], aws_account: AwsAccount) -> None:
    first = page(ORDERS[0])
    make_user(aws_account, "aaa")
    second = page(ORDERS[0], after=first.next)
    assert [user.name for user in second.rows] == ["user-04", "user-05", "user-06", "user-07"]
    assert second.first == 5  # where the first page ended: to count anew would cost more, the further one goes


@pytest.mark.parametrize("cursor", ["garbage", "a:b:c", "é", "W10:xxxx", "'; DROP TABLE--", "x" * 5000])
def test_garbage_is_the_first_page(users: list[IamUser], cursor: str) -> None:
    assert page(ORDERS[0], after=cursor).rows == page(ORDERS[0]).rows
    assert page(ORDERS[0], before=cursor).rows == page(ORDERS[0]).rows


def test_a_cursor_that_was_tampered_with_is_the_first_page(users: list[IamUser]) -> None:
    cursor = page(ORDERS[0]).next
    assert page(ORDERS[0], after=cursor[:-1] + ("A" if cursor[-1] != "A" else "B")).first == 1


def test_a_cursor_of_another_order_is_the_first_page(users: list[IamUser]) -> None:
    assert page(ORDERS[1], after=page(ORDERS[0]).next).first == 1


def test_before_the_second_row_is_a_full_first_page(users: list[IamUser]) -> None:
    second = paged(IamUser.objects.all(), ORDERS[0], 1, after=paged(IamUser.objects.all(), ORDERS[0], 1).next)
    assert len(page(ORDERS[0], before=second.previous).rows) == SIZE


def test_nothing_to_show(db: None) -> None:
    assert page(ORDERS[0]) == KeysetPage(rows=[], first=0, total=0, previous="", next="")


def test_a_page_that_is_gone_is_the_first_one(users: list[IamUser]) -> None:
    cursor = page(ORDERS[0]).next
    IamUser.objects.filter(name__gt="user-03").delete()
    assert page(ORDERS[0], after=cursor).first == 1
