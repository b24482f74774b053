"""The pages of the audit trail: who sees which entries, filters, export."""

from __future__ import annotations

import csv
import io
import json
import tracemalloc
from copy import copy

import pytest
from django.core.management import CommandError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts import audit
from accounts.models import AuditEntry, AwsAccount, Operator
from tests.services.commands import output_of

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
    text = b"".join(response.streaming_content).decode()  # type: ignore[attr-defined]
    header, line = csv.reader(io.StringIO(text))
    names = "number at actor did verb object_kind object_id object_name aws_account reason address data seal"
    assert " ".join(header) == names
    assert line[3:10] == ["did =here", "test.seen", "cat", "C1", "Tom", "123456789012", "why not"]


def test_json_lines_hold_what_an_entry_says(olgas: Client, alice: Operator, elsewhere: AuditEntry) -> None:
    changes = {"region": ["eu-west-1", "us-east-1"]}
    audit.record("test.seen", actor=alice, data={"what": "=it", "changes": changes})
    response = olgas.get("/audit/?operator=alice@example.org&format=jsonl")
    first, second = b"".join(response.streaming_content).decode().splitlines()  # type: ignore[attr-defined]
    assert json.loads(first)["data"] == {"what": "=it", "changes": changes}
    assert (json.loads(second)["did"], json.loads(second)["aws_account"]) == ("did elsewhere", "999900009999")


def test_the_page_offers_the_formats_with_its_filters(olgas: Client) -> None:
    html = olgas.get("/audit/?verb=test.").content.decode()
    assert 'href="?verb=test.&amp;format=csv"' in html
    assert 'href="?verb=test.&amp;format=jsonl"' in html


def test_an_export_needs_no_more_memory_for_more_entries(olgas: Client, alice: Operator) -> None:
    """Two thousand entries of 10 kB are 20 MB, twice that in the objects of Python."""
    entry = AuditEntry(verb="test.seen", actor_name=alice.email, reason="x" * 10_000)
    AuditEntry.objects.bulk_create([copy(entry) for _ in range(2000)])
    tracemalloc.start()
    response = olgas.get("/audit/?format=csv")
    for _ in response.streaming_content:  # type: ignore[attr-defined]
        pass
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 15_000_000


# ---- the command ----------------------------------------------------------------------------------------------


def test_the_command_prints_the_oldest_first(here: AuditEntry, elsewhere: AuditEntry, nowhere: AuditEntry) -> None:
    said = [json.loads(line)["did"] for line in output_of("export_audit").splitlines()]
    assert said == ["did =here", "did elsewhere", "saw nowhere"]


def test_the_command_takes_the_filters_of_the_page(here: AuditEntry, elsewhere: AuditEntry) -> None:
    lines = output_of("export_audit", "--format", "csv", "--aws-account", "123456789012").splitlines()
    assert len(lines) == 2
    assert "'=" not in lines[1] and "did =here" in lines[1]


def test_the_command_goes_on_after_the_last_line_that_a_collector_has(
    here: AuditEntry, elsewhere: AuditEntry, nowhere: AuditEntry
) -> None:
    audit.seal()
    assert [json.loads(line)["number"] for line in output_of("export_audit", "--after-number", "2").splitlines()] == [3]


def test_the_command_refuses_a_filter_that_means_nothing(db: None) -> None:
    with pytest.raises(CommandError, match="has no value “yesterday”"):
        output_of("export_audit", "--since", "yesterday")


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
