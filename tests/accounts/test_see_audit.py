"""The pages of the audit trail: who sees which entries, filters, export."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts import audit
from accounts.models import AuditEntry, AwsAccount, Operator

audit.register({"test.seen": "did {what}", "sample.seen": "saw {what}"})


@pytest.fixture
def here(alice: Operator, aws_account: AwsAccount) -> AuditEntry:
    return audit.record(
        "test.seen",
        actor=alice,
        aws_account=aws_account,
        obj=("cat", "C1", "Tom"),
        data={"what": "=here"},
        reason="why not",
    )


@pytest.fixture
def elsewhere(alice: Operator, other_account: AwsAccount) -> AuditEntry:
    return audit.record("test.seen", actor=alice, aws_account=other_account, data={"what": "elsewhere"})


@pytest.fixture
def nowhere(bob: Operator) -> AuditEntry:
    return audit.record("sample.seen", actor=bob, data={"what": "nowhere"})


def seen(client: Client, query: str = "") -> set[str]:
    text = client.get(f"/audit/{query}").content.decode()
    return {word for word in ("=here", "elsewhere", "nowhere") if f"did {word}" in text or f"saw {word}" in text}


@pytest.fixture
def bobs(client_of: Callable[..., Client], bob: Operator) -> Client:
    return client_of(bob)


@pytest.fixture
def olgas(client_of: Callable[..., Client], olga: Operator) -> Client:
    return client_of(olga)


def test_bob_sees_the_entries_of_his_aws_account(
    bobs: Client, here: AuditEntry, elsewhere: AuditEntry, nowhere: AuditEntry
) -> None:
    assert seen(bobs) == {"=here"}


def test_an_owner_of_all_sees_everything(
    olgas: Client, here: AuditEntry, elsewhere: AuditEntry, nowhere: AuditEntry
) -> None:
    assert seen(olgas) == {"=here", "elsewhere", "nowhere"}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?aws_account=123456789012", {"=here"}),
        ("?verb=test.", {"=here", "elsewhere"}),
        ("?verb=sample.seen", {"nowhere"}),
        ("?operator=BOB@example.org", {"nowhere"}),
        ("?object=C1", {"=here"}),
        ("?object=tom", {"=here"}),
        ("?since=2000-01-01", {"=here", "elsewhere", "nowhere"}),
        ("?before=2000-01-01", set()),
        ("?q=why", {"=here"}),
    ],
)
def test_filters(
    olgas: Client, here: AuditEntry, elsewhere: AuditEntry, nowhere: AuditEntry, query: str, expected: set[str]
) -> None:
    assert seen(olgas, query) == expected


def test_an_aws_account_that_one_doesnt_see_is_no_filter(bobs: Client, elsewhere: AuditEntry) -> None:
    assert seen(bobs, "?aws_account=999900009999") == set()


def test_export_says_what_is_shown_and_no_formula(olgas: Client, here: AuditEntry, elsewhere: AuditEntry) -> None:
    response = olgas.get("/audit/?aws_account=123456789012&format=csv")
    lines = b"".join(response.streaming_content).decode().splitlines()  # type: ignore[attr-defined]
    assert lines[0] == "number,at,actor,did,verb,object_kind,object_id,object_name,aws_account,reason,address,seal"
    assert len(lines) == 2
    assert "did =here,test.seen,cat,C1,Tom,123456789012,why not" in lines[1]


def test_many_entries_cost_no_more_queries_than_one(
    olgas: Client, here: AuditEntry, alice: Operator, aws_account: AwsAccount
) -> None:
    with CaptureQueriesContext(connection) as one:
        olgas.get("/audit/")
    for _ in range(20):
        audit.record("test.seen", actor=alice, aws_account=aws_account, data={"what": "more"})
    with CaptureQueriesContext(connection) as many:
        olgas.get("/audit/")
    assert len(many) <= len(one)


def test_the_page_says_up_to_where_it_is_sealed(olgas: Client, here: AuditEntry) -> None:
    assert b"Nothing is sealed yet" in olgas.get("/audit/").content
    audit.seal()
    assert b"Sealed up to entry 1" in olgas.get("/audit/").content


def test_an_entry_has_a_page(bobs: Client, here: AuditEntry) -> None:
    html = bobs.get(here.get_absolute_url()).content.decode()
    assert "Alice did =here" in html
    assert "why not" in html


def test_an_entry_of_another_aws_account_has_none(bobs: Client, elsewhere: AuditEntry) -> None:
    assert bobs.get(elsewhere.get_absolute_url()).status_code == 404


def test_changes_are_shown_before_and_after(olgas: Client, alice: Operator) -> None:
    entry = audit.record("test.seen", actor=alice, data={"changes": {"region": ["eu-west-1", "us-east-1"]}})
    html = olgas.get(entry.get_absolute_url()).content.decode()
    assert "eu-west-1" in html
    assert "us-east-1" in html
