"""Grants are asked for once on the way to a page; a view that writes asks anew, should one be taken away meanwhile."""

from __future__ import annotations

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import resolve, reverse

from accounts.middleware import DeclaredAccess, MfaRequired
from accounts.models import AwsAccount, Operator


def times_asked(queries: CaptureQueriesContext) -> int:
    return sum('FROM "accounts_grant"' in query["sql"] for query in queries)


@pytest.mark.parametrize(
    ("name", "method", "status", "times"),
    [
        ("pull_now", "post", 403, 1),
        ("pull_now", "get", 403, 1),
        ("users", "post", 405, 2),  # once on the way to the view, which might have written
        ("overview", "get", 200, 1),
    ],
)
def test_what_a_page_asks_again_and_again_is_asked_once(
    bobs: Client, aws_account: AwsAccount, name: str, method: str, status: int, times: int
) -> None:
    address = reverse(name, kwargs={"account_id": aws_account.account_id})
    with CaptureQueriesContext(connection) as queries:
        assert getattr(bobs, method)(address).status_code == status
    assert times_asked(queries) == times


@pytest.mark.parametrize(("method", "is_remembered"), [("get", True), ("head", True), ("post", False), ("put", False)])
def test_a_view_that_writes_asks_anew(
    erin: Operator, aws_account: AwsAccount, method: str, is_remembered: bool
) -> None:
    request = getattr(RequestFactory(), method)(reverse("users", kwargs={"account_id": aws_account.account_id}))
    request.user = erin
    found = resolve(request.path)
    for middleware in (MfaRequired, DeclaredAccess):
        assert (
            middleware(lambda request: HttpResponse()).process_view(request, found.func, found.args, found.kwargs)
            is None
        )
    assert (erin.remembered_grants is not None) == is_remembered
