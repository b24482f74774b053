"""Counts are remembered for a minute, each for its own query; nothing is counted that was fetched anyway."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import caches

from accounts.models import AwsAccount
from iamconsole.web.counts import REMEMBERED_S, first_of, forget, lately, lately_each
from iamconsole.web.keyset import Order, paged
from identities.models import IamUser
from tests.services.rows import make_user

BY_NAME = Order("name", "name_key")


@pytest.fixture(autouse=True)
def remembered(db: None, settings: Any) -> Iterator[None]:
    settings.CACHES = {**settings.CACHES, "counts": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    yield
    caches["counts"].clear()


def test_a_count_is_remembered_for_a_minute(aws_account: AwsAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    make_user(aws_account, "anna")
    assert lately(IamUser.objects.all()) == 1
    make_user(aws_account, "bert")
    assert lately(IamUser.objects.all().order_by("name")) == 1  # the order doesn't matter
    later = time.time() + REMEMBERED_S + 1
    monkeypatch.setattr(time, "time", lambda: later)
    assert lately(IamUser.objects.all()) == 2


def test_each_query_has_its_own(aws_account: AwsAccount) -> None:
    make_user(aws_account, "anna")
    assert lately(IamUser.objects.filter(name="anna")) == 1
    assert lately(IamUser.objects.filter(name="bert")) == 0
    assert lately(IamUser.objects.filter(pk__in=[])) == 0


def test_there_are_more_is_all_that_is_counted_where_that_is_enough(aws_account: AwsAccount) -> None:
    for name in ("anna", "bert", "carl", "dora"):
        make_user(aws_account, name)
    by_name = IamUser.objects.order_by("name")
    assert (lately(by_name, most=2), lately(by_name, most=4), lately(by_name)) == (3, 4, 4)


def test_several_are_counted_in_one_query(aws_account: AwsAccount, django_assert_num_queries: Any) -> None:
    make_user(aws_account, "anna")
    users, none = IamUser.objects.all(), IamUser.objects.none()
    with django_assert_num_queries(1):
        assert lately_each([users, none, users.filter(name="bert"), users]) == [1, 0, 0, 1]
    with django_assert_num_queries(0):
        assert lately_each([users, none]) == [1, 0]


def test_what_is_forgotten_is_counted_anew(aws_account: AwsAccount) -> None:
    assert lately(IamUser.objects.all()) == 0
    make_user(aws_account, "anna")
    forget(IamUser.objects.all())
    assert lately(IamUser.objects.all()) == 1


def test_what_fits_on_the_page_is_not_counted(aws_account: AwsAccount, django_assert_num_queries: Any) -> None:
    for name in ("anna", "bert"):
        make_user(aws_account, name)
    with django_assert_num_queries(1):
        assert paged(IamUser.objects.all(), BY_NAME, 2).total == 2
    with django_assert_num_queries(1):
        assert (first_of(IamUser.objects.all(), 2).total, first_of(IamUser.objects.none(), 2).total) == (2, 0)


def test_an_old_count_never_contradicts_the_page(aws_account: AwsAccount) -> None:
    for number in range(3):
        make_user(aws_account, f"user-{number}")
    first = paged(IamUser.objects.all(), BY_NAME, 2, count=lately)
    assert first.total == 3
    for number in range(3, 9):
        make_user(aws_account, f"user-{number}")
    second = paged(IamUser.objects.all(), BY_NAME, 2, after=first.next, count=lately)
    assert (second.first, second.last, second.total) == (3, 4, 5)  # there is one more at least
    few = first_of(IamUser.objects.all().order_by("pk"), 4)
    assert (len(few.rows), few.left_out) == (4, 1)
