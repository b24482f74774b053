"""A query that was compiled once answers as its QuerySet does, whatever has been written since."""

from __future__ import annotations

from threading import Thread

import pytest
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Exists, OuterRef
from django.utils import timezone

from accounts.models import AwsAccount, Grant, Operator
from iamconsole.web.compiled import compiled
from identities.models import IamUser
from tests.services.rows import make_user


def test_answers_as_values_list_does(aws_account: AwsAccount) -> None:
    granted = Exists(Grant.objects.filter(aws_account=OuterRef("aws_account")))
    rows = IamUser.objects.order_by("pk").values_list(
        "name", "first_seen", "gone_at", granted, "aws_account__writes_enabled"
    )
    query = compiled(rows)
    assert query.rows() == []
    make_user(aws_account, "anna")
    make_user(aws_account, "bert", gone_at=timezone.now())
    assert [tuple(row) for row in query.rows()] == list(rows.all())
    assert [type(value) for value in query.rows()[1]] == [type(value) for value in rows.all()[1]]


def test_what_no_query_looks_for_is_no_query(db: None) -> None:
    with pytest.raises(EmptyResultSet):
        compiled(IamUser.objects.none().values_list("name"))


@pytest.mark.django_db(transaction=True)
def test_each_thread_asks_by_its_own_connection() -> None:
    Operator.objects.create_user("anna@example.org", "correct horse battery", name="Anna")
    query = compiled(Operator.objects.values_list("name", "date_joined"))
    found = []

    def ask() -> None:
        found.extend(query.rows())
        connection.close()

    thread = Thread(target=ask)
    thread.start()
    thread.join()
    assert found == query.rows() == [list(row) for row in Operator.objects.values_list("name", "date_joined")]
