"""Two workers make the rows of what stacks own at once: on PostgreSQL, where transactions run side by side."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from django.db import connection, transaction

from accounts.models import AwsAccount
from infrastructure.models import OwnedResource
from infrastructure.owned.stacks import refresh
from tests.conftest import wait_until
from tests.identities.test_written_at_once import is_waiting
from tests.infrastructure.test_stacks import stack_row

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.servers]


def test_what_a_stack_owns_is_there_once(aws_account: AwsAccount) -> None:
    stack_row(aws_account, ("Deploy", "AWS::IAM::Role", "deploy"), ("Ci", "AWS::IAM::User", "ci"))
    made = Event()

    def first() -> None:
        try:
            with transaction.atomic():
                refresh(aws_account)
                made.set()
                wait_until(is_waiting)
        finally:
            made.set()
            connection.close()

    with ThreadPoolExecutor(1) as thread:
        other = thread.submit(first)
        assert made.wait(10)
        refresh(aws_account)
        other.result()
    assert sorted(OwnedResource.objects.values_list("name", flat=True)) == ["ci", "deploy"]
