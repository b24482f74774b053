"""What links of the sidebar count is compiled once for all that it depends on: each operator still gets their own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.test import RequestFactory
from django.utils import timezone

from accounts.models import AwsAccount, Grant, Operator
from accounts.roles import Role
from iamconsole.web import shell
from iamconsole.web.counts import count_query
from iamconsole.web.navigation import CountedRows, merged_groups
from iamconsole.web.shell import Shell
from sync.models import Ownership, OwnershipRule
from tests.conftest import make_operator


@pytest.fixture(autouse=True)
def nothing_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shell, "_compiled", {})


def of_links() -> Iterator[CountedRows]:
    for item in (item for group in merged_groups() for item in group.items):
        if item.rows:
            yield item.rows
        if item.asks:
            yield item.asks.rows


def request_of(operator: Operator | AnonymousUser, aws_account: AwsAccount) -> HttpRequest:
    request = RequestFactory().get("/")
    request.user = operator
    request.aws_account = aws_account  # type: ignore[attr-defined]
    return request


def assert_own_queries(operator: Operator, aws_account: AwsAccount) -> None:
    """As compiled for this operator now, whoever asked before, and on a later day too."""
    aws_account.refresh_from_db()
    operator = Operator.objects.get(pk=operator.pk)
    page = Shell(request_of(operator, aws_account))
    depend_on = page._rows_depend_on()
    for rows in of_links():
        assert page._count_query(rows, depend_on) == count_query(rows(request_of(operator, aws_account), aws_account))


def test_links_count_something(db: None) -> None:
    assert len(list(of_links())) >= 8


def test_each_operator_has_their_own(
    aws_account: AwsAccount,
    other_account: AwsAccount,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cast = [make_operator(f"{role.value}{number}", role, aws_account) for role in Role for number in (1, 2)]
    cast += [make_operator("nobody", None, None), make_operator("all", Role.OWNER, None)]
    now = timezone.now()
    for _ in range(2):
        for operator in cast:
            assert_own_queries(operator, aws_account)
            assert_own_queries(operator, other_account)
        monkeypatch.setattr(timezone, "now", lambda: now + timedelta(days=40))


def test_a_grant_that_is_given_taken_or_narrowed_counts_at_once(aws_account: AwsAccount) -> None:
    operator = make_operator("hal", Role.HELPDESK, aws_account)
    assert_own_queries(operator, aws_account)
    Grant.objects.filter(operator=operator).update(pool_id="eu-west-1_Ab12Cd34E")
    assert_own_queries(operator, aws_account)
    Grant.objects.filter(operator=operator).update(pool_id="eu-west-1_Other0000")
    assert_own_queries(operator, aws_account)
    Grant.objects.create(operator=operator, aws_account=aws_account, role=Role.APPROVER)
    assert_own_queries(operator, aws_account)
    Grant.objects.filter(operator=operator).delete()
    assert_own_queries(operator, aws_account)


def test_so_does_what_is_said_of_the_aws_account(aws_account: AwsAccount) -> None:
    operator = make_operator("anton", Role.APPROVER, aws_account)
    assert_own_queries(operator, aws_account)
    OwnershipRule.objects.create(
        aws_account=aws_account, position=1, matches="name", pattern="x", ownership=Ownership.IGNORED
    )
    assert_own_queries(operator, aws_account)
    AwsAccount.objects.filter(pk=aws_account.pk).update(connection=AwsAccount.Connection.SNAPSHOT)
    assert_own_queries(operator, aws_account)


def test_no_more_than_a_few_thousand_are_kept(aws_account: AwsAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shell, "_MOST_COMPILED", 3)
    assert_own_queries(make_operator("alice", Role.OWNER, aws_account), aws_account)
    assert 0 < len(shell._compiled) <= 3
