"""COPY of rows that are all new: what it writes is what Django reads, and it leaves alone what is there."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection

from accounts.models import AwsAccount
from cognito.models import CognitoUser, UserPool
from sync.mirror import AccountRegion, bulk
from sync.mirror.bulk import insert_new, prepared_lines
from sync.mirror.rows import KEY, columns, write
from tests.sync.test_mirror_bulk import AT, HARD

pytestmark = [pytest.mark.django_db, pytest.mark.stack]


@pytest.fixture
def common(aws_account: AwsAccount) -> dict[str, Any]:
    place = AccountRegion(aws_account, "eu-west-1")
    [pool] = write(UserPool, [columns(place, AT, aws_id="eu-west-1_A", name="customers")]).values()
    about = {"aws_account_id": aws_account.pk, "region": "eu-west-1", "pool_id": pool, "name": "", "name_key": ""}
    return about | {"first_seen": AT, "read_at": AT, "content_hash": "a"}


def rows() -> list[dict[str, Any]]:
    """Texts of every kind, and NULL in one of them."""
    hard = [*HARD, r"\N", r"\.", "a\\tb", "\\"]
    return [
        {
            "aws_id": str(number),
            "words": text,
            "attributes": {"name": text, text: None},
            "enabled": number % 2 == 0,
            "created_at": None if number == 3 else datetime(2026, 3, 1, 9, 30, 0, 123456, tzinfo=UTC),
        }
        for number, text in enumerate(hard)
    ]


def test_it_writes_what_an_upsert_writes(common: dict[str, Any]) -> None:
    found = prepared_lines(CognitoUser, rows())
    if connection.vendor != "postgresql":
        assert found is None
        return
    assert found is not None
    assert insert_new(CognitoUser, found, common)
    copied = list(CognitoUser.objects.order_by("aws_id").values())
    CognitoUser.objects.all().delete()
    bulk.upsert(CognitoUser, [common | row for row in rows()], key=KEY)
    upserted = list(CognitoUser.objects.order_by("aws_id").values())
    assert [row | {"id": 0} for row in copied] == [row | {"id": 0} for row in upserted]


def test_where_one_is_there_nothing_is_written(common: dict[str, Any]) -> None:
    wanted = rows()
    found = prepared_lines(CognitoUser, wanted)
    bulk.upsert(CognitoUser, [common | wanted[5] | {"words": "as it was"}], key=KEY)
    if found is not None:
        assert not insert_new(CognitoUser, found, common)
    assert list(CognitoUser.objects.values_list("aws_id", "words")) == [("5", "as it was")]
