"""Statements for many rows at once: what they write is what Django reads, on SQLite and on PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import DataError, connection

from accounts.models import AwsAccount
from identities.models import IamUser
from policies.models import Document
from sync.mirror import AccountRegion, bulk
from sync.mirror.rows import columns, write
from sync.models import Facet, Ownership

pytestmark = [pytest.mark.django_db, pytest.mark.stack]

AT = datetime(2026, 3, 1, 9, 30, 0, 123456, tzinfo=UTC)
HARD = ["", "O'Hara", '"', "\\", "%s", "{}", "{NULL}", "NULL", "a,b", "ä 漢 🙂", "\t\r\n", "\x7f", " x "]


def facet(object_id: str, **others: Any) -> dict[str, Any]:
    return {"region": "", "kind": "iam.user", "object_id": object_id, "source": "details", "read_at": AT} | others


def document(text: str, **others: Any) -> dict[str, Any]:
    return {"text_hash": text, "canonical_hash": "", "text": text, "size": len(text), "problem": ""} | others


def test_texts_arrive_as_they_are() -> None:
    bulk.insert(Document, [document(text, text_hash=str(n)) for n, text in enumerate(HARD)])
    assert list(Document.objects.order_by("pk").values_list("text", flat=True)) == HARD


def test_each_type_of_column(aws_account: AwsAccount) -> None:
    extra = {"a": [1, None, True, {"b": "ä'\""}]}
    rows = [
        facet("1", aws_account_id=aws_account.pk, extra=extra, loose_ends=True, gone_at=None, written_at=AT),
        facet("2", aws_account_id=aws_account.pk, extra={}, loose_ends=False, gone_at=AT, written_at=None),
    ]
    pks = bulk.upsert(
        Facet, rows, key=["aws_account_id", "region", "kind", "object_id", "source"], returning="object_id"
    )
    first, second = Facet.objects.order_by("object_id")
    assert pks == {"1": first.pk, "2": second.pk}
    assert (first.extra, first.loose_ends, first.gone_at, first.written_at, first.read_at) == (
        extra,
        True,
        None,
        AT,
        AT,
    )
    assert (second.extra, second.loose_ends, second.gone_at, second.written_at) == ({}, False, AT, None)
    assert (first.run_id, first.coverage, first.coverage_why) == (
        None,
        Facet.Coverage.READ,
        "",
    )  # as the fields' defaults have it


def test_what_rows_do_not_name_stays(aws_account: AwsAccount) -> None:
    place = AccountRegion(aws_account)
    [pk] = write(IamUser, [columns(place, AT, aws_id="AIDA1", name="Jane")]).values()
    IamUser.objects.update(ownership=Ownership.IGNORED, path="/a/", gone_at=AT)
    again = columns(place, AT + timedelta(days=1), aws_id="AIDA1", name="Joan")
    assert write(IamUser, [again]) == {"AIDA1": pk}
    jane = IamUser.objects.get()
    assert (jane.name, jane.name_key, jane.gone_at) == ("Joan", "joan", None)
    assert (jane.first_seen, jane.ownership, jane.path) == (AT, Ownership.IGNORED, "/a/")


def test_a_row_that_is_there_is_not_inserted() -> None:
    bulk.insert(Document, [document("one", problem="first")])
    made = bulk.insert_missing(
        Document, [document("one", problem="second"), document("two")], key=["text_hash"], returning="text_hash"
    )
    assert made == {"two": Document.objects.get(text_hash="two").pk}
    assert Document.objects.get(text_hash="one").problem == "first"


def test_more_rows_than_a_statement_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "_MOST_PARAMETERS", 18)
    rows = [document(f"{n}") for n in range(10)]
    pks = bulk.insert_missing(Document, rows, key=["text_hash"], returning="text_hash")
    assert pks == dict(Document.objects.values_list("text_hash", "pk"))
    assert len(pks) == 10


def test_no_rows_are_no_statement(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        bulk.insert(Document, [])
        bulk.update(Document, [])
        assert bulk.upsert(Document, [], key=["text_hash"], returning="text_hash") == {}


def test_rows_are_found_with_values_as_django_gives_them(aws_account: AwsAccount) -> None:
    of = {"aws_account_id": aws_account.pk, "written_at": AT}
    bulk.insert(Facet, [facet(text, extra={"n": text}, **of) for text in HARD])
    names = ["object_id", "written_at", "extra", "loose_ends", "gone_at"]
    here = {"aws_account_id": aws_account.pk, "gone_at": None}
    found = bulk.select(Facet, names, "object_id", [*HARD, "another"], here)
    assert found == list(Facet.objects.order_by("object_id").values(*names))
    assert len(found) == len(HARD)
    assert not bulk.select(Facet, names, "object_id", HARD, {"aws_account_id": aws_account.pk + 1})


def test_each_row_is_given_its_own_value() -> None:
    pks = bulk.insert_missing(Document, [document(n) for n in "abc"], key=["text_hash"], returning="text_hash")
    bulk.update(Document, [{"id": pks["a"], "size": 10}, {"id": pks["c"], "size": 30}])
    assert dict(Document.objects.values_list("text_hash", "size")) == {"a": 10, "b": 1, "c": 30}


def test_each_row_is_given_values_of_its_own_in_several_columns(aws_account: AwsAccount) -> None:
    bulk.insert(Facet, [facet(text, aws_account_id=aws_account.pk) for text in HARD])
    rows = list(Facet.objects.order_by("pk").values("id", "object_id"))
    given = [
        {"id": row["id"], "extra": {"n": row["object_id"]}, "coverage_why": row["object_id"], "written_at": AT}
        for row in rows
    ]
    bulk.update(Facet, given)
    assert list(Facet.objects.order_by("pk").values(*given[0])) == given


@pytest.mark.servers
def test_what_is_too_long_is_not_cut(aws_account: AwsAccount) -> None:
    """SQLite knows no lengths."""
    assert connection.vendor == "postgresql"
    with pytest.raises(DataError, match="too long"):
        bulk.insert(Facet, [facet("1", aws_account_id=aws_account.pk, coverage_why="x" * 401)])
