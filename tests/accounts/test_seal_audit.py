"""The sealed chain: whatever is done to it shows, and the database refuses most of it beforehand."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts import audit
from accounts.audit import chain
from accounts.models import AppendOnly, AuditEntry, AuditHead, Operator
from accounts.triggers import SQL
from iamconsole.logs import JsonFormatter

pytestmark = [pytest.mark.django_db, pytest.mark.stack]

audit.register({"test.done": "did {what} to {object}"})


@pytest.fixture
def entries(alice: Operator) -> list[AuditEntry]:
    return [
        audit.record("test.done", actor=alice, obj=("thing", n, f"thing {n}"), data={"what": f"deed {n}"})
        for n in range(5)
    ]


@pytest.fixture
def sealed(entries: list[AuditEntry]) -> list[AuditEntry]:
    audit.seal()
    return list(AuditEntry.objects.order_by("pk"))


@pytest.fixture
def tamper() -> Callable[..., None]:
    """SQL by somebody who owns the database: the triggers are gone first."""

    def run(*statements: str) -> None:
        with connection.cursor() as cursor:
            for statement in (*SQL[connection.vendor][1], *statements):
                cursor.execute(statement)

    return run


def kinds(*heads: tuple[int, str]) -> list[tuple[str, int]]:
    return [(problem.kind, problem.number) for problem in audit.verify(heads)]


def test_an_untouched_trail_has_no_problems(sealed: list[AuditEntry]) -> None:
    assert [entry.number for entry in sealed] == [1, 2, 3, 4, 5]
    assert kinds() == []


def test_sealing_again_goes_on_where_it_stopped(sealed: list[AuditEntry], alice: Operator) -> None:
    audit.record("test.done", actor=alice, data={"what": "more"})
    assert audit.seal() == 1
    assert AuditHead.objects.get().number == 6
    assert kinds() == []


def test_more_entries_than_a_batch_are_all_sealed(entries: list[AuditEntry], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chain, "BATCH", 2)
    assert audit.seal() == 5
    assert kinds() == []


def test_an_older_entry_that_commits_late_gets_the_next_number(sealed: list[AuditEntry], alice: Operator) -> None:
    AuditEntry.objects.create(pk=sealed[0].pk - 1, verb="test.done", actor=alice, actor_name=alice.email)
    audit.seal()
    assert AuditEntry.objects.get(pk=sealed[0].pk - 1).number == 6
    assert kinds() == []


@pytest.mark.parametrize(
    "change",
    ["reason = 'another'", "actor_name = 'mallory'", "at = '2020-01-01 00:00:00'", "object_name = 'x'", "data = '{}'"],
)
def test_a_rewritten_entry_shows(sealed: list[AuditEntry], tamper: Callable[..., None], change: str) -> None:
    tamper(f"UPDATE accounts_auditentry SET {change} WHERE number = 3")
    assert kinds() == [("altered", 3)]


def test_a_missing_entry_shows(sealed: list[AuditEntry], tamper: Callable[..., None]) -> None:
    tamper("DELETE FROM accounts_auditentry WHERE number = 3")
    assert kinds() == [("missing", 3)]


def test_reordered_entries_show(sealed: list[AuditEntry], tamper: Callable[..., None]) -> None:
    tamper(
        "UPDATE accounts_auditentry SET number = 99 WHERE number = 2",
        "UPDATE accounts_auditentry SET number = 2 WHERE number = 3",
        "UPDATE accounts_auditentry SET number = 3 WHERE number = 99",
    )
    assert ("altered", 2) in kinds()


def test_entries_that_changed_their_ids_show(sealed: list[AuditEntry], tamper: Callable[..., None]) -> None:
    second, third = sealed[1].pk, sealed[2].pk
    tamper(
        f"UPDATE accounts_auditentry SET id = {third + 1000} WHERE id = {second}",
        f"UPDATE accounts_auditentry SET id = {second} WHERE id = {third}",
        f"UPDATE accounts_auditentry SET id = {third} WHERE id = {third + 1000}",
    )
    assert kinds()[0] == ("altered", 2)


def test_a_closed_gap_shows(sealed: list[AuditEntry], tamper: Callable[..., None]) -> None:
    """Deleting an entry and renumbering the rest leaves no gap, but seals that don't fit."""
    tamper(
        "DELETE FROM accounts_auditentry WHERE number = 3",
        "UPDATE accounts_auditentry SET number = 3 WHERE number = 4",
        "UPDATE accounts_auditentry SET number = 4 WHERE number = 5",
    )
    assert ("altered", 3) in kinds()


def test_cut_off_entries_show_by_the_note_of_the_head(sealed: list[AuditEntry], tamper: Callable[..., None]) -> None:
    tamper("DELETE FROM accounts_auditentry WHERE number > 3")
    assert kinds() == [("cut_off", 4)]


def test_cut_off_entries_show_by_the_log_when_the_note_was_changed_too(
    sealed: list[AuditEntry], tamper: Callable[..., None]
) -> None:
    head = (5, sealed[4].seal)
    tamper(
        "DELETE FROM accounts_auditentry WHERE number > 3",
        f"UPDATE accounts_audithead SET number = 3, seal = '{sealed[2].seal}'",
    )
    assert kinds() == []
    assert kinds(head) == [("cut_off", 4)]


def test_what_is_written_after_a_cut_doesnt_hide_it(
    sealed: list[AuditEntry], tamper: Callable[..., None], alice: Operator
) -> None:
    tamper("DELETE FROM accounts_auditentry WHERE number > 3")
    audit.record("test.done", actor=alice)
    audit.seal()
    assert kinds() == [("missing", 4)]


def test_a_trail_made_anew_under_another_key_shows(
    sealed: list[AuditEntry], tamper: Callable[..., None], settings: Any
) -> None:
    head, key = (5, sealed[4].seal), settings.AUDIT_KEY
    tamper("UPDATE accounts_auditentry SET number = NULL, seal = ''", "DELETE FROM accounts_audithead")
    settings.AUDIT_KEY = "the key of somebody else"
    audit.seal()
    settings.AUDIT_KEY = key
    assert ("altered", 1) in kinds()
    assert ("replaced", 5) in kinds(head)


def test_an_entry_of_another_history_shows(
    sealed: list[AuditEntry], tamper: Callable[..., None], alice: Operator
) -> None:
    """A restored backup goes on differently; an entry of the old course, sealed under the very key, is put into it."""
    tamper(
        "UPDATE accounts_auditentry SET number = number + 100 WHERE number > 2",
        f"UPDATE accounts_audithead SET number = 2, seal = '{sealed[1].seal}'",
    )
    audit.record("test.done", actor=alice, data={"what": "something else"})
    audit.record("test.done", actor=alice, data={"what": "and more"})
    audit.seal()
    assert AuditEntry.objects.get(number=4).data == {"what": "and more"}
    tamper(
        "DELETE FROM accounts_auditentry WHERE number IN (3, 104, 105)",
        "UPDATE accounts_auditentry SET number = 3 WHERE number = 103",
    )
    assert kinds() == [("altered", 4)]


def test_the_head_goes_to_the_log(
    entries: list[AuditEntry],
    caplog: pytest.LogCaptureFixture,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    caplog.set_level(logging.INFO, "iamconsole.audit")
    with django_capture_on_commit_callbacks(execute=True):
        audit.seal()
    assert f"5:{AuditEntry.objects.get(number=5).seal}" in caplog.text


def test_entries_go_to_the_log_as_they_are_sealed(
    alice: Operator,
    caplog: pytest.LogCaptureFixture,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    logger = logging.getLogger("iamconsole.audit.entries")
    logger.addHandler(caplog.handler)
    caplog.set_level(logging.INFO, logger.name)
    audit.record("test.done", actor=alice, obj=("thing", 1, "Tom"), reason="why\nnot", data={"what": "it"})
    with django_capture_on_commit_callbacks(execute=True):
        audit.seal()
        audit.seal()
    logger.removeHandler(caplog.handler)
    (record,) = [record for record in caplog.records if record.name == logger.name]
    line = JsonFormatter().format(record)
    said = json.loads(line)
    assert "\n" not in line
    assert said["message"] == "alice@example.org did it to Tom"
    assert (said["audit"]["number"], said["audit"]["reason"]) == (1, "why\nnot")
    assert said["audit"]["seal"] == AuditEntry.objects.get().seal


@pytest.mark.django_db(transaction=True)
def test_sealers_that_meet_take_turns(alice: Operator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chain, "BATCH", 3)
    for n in range(30):
        audit.record("test.done", actor=alice, data={"what": str(n)})

    def work(_: int) -> int:
        try:
            return audit.seal()
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(work, range(4))) == 30
    assert AuditHead.objects.get().number == 30
    assert kinds() == []


# ---- what refuses to be written -------------------------------------------------------------------------------


def test_python_refuses(sealed: list[AuditEntry]) -> None:
    for act in (
        sealed[0].save,
        sealed[0].delete,
        AuditEntry.objects.all().delete,
        lambda: AuditEntry.objects.update(reason="another"),
        lambda: AuditEntry.objects.bulk_update(sealed, ["reason"]),
    ):
        with pytest.raises(AppendOnly):
            act()


@pytest.mark.parametrize("change", ["reason = 'another'", "seal = ''", "number = NULL"])
def test_the_database_refuses_to_update_a_sealed_entry(sealed: list[AuditEntry], change: str) -> None:
    with pytest.raises(DatabaseError, match="written once"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE accounts_auditentry SET {change} WHERE number = 3")


def test_the_database_refuses_to_rewrite_an_unsealed_entry(entries: list[AuditEntry]) -> None:
    with pytest.raises(DatabaseError, match="written once"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_auditentry SET verb = 'another'")


@pytest.mark.stack
def test_postgresql_refuses_to_delete(sealed: list[AuditEntry]) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite shows it in the chain: see accounts/triggers.py")
    with pytest.raises(DatabaseError, match="written once"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM accounts_auditentry")


# ---- the command ----------------------------------------------------------------------------------------------


def test_the_command_says_that_all_is_well(sealed: list[AuditEntry]) -> None:
    out = StringIO()
    call_command("verify_audit", "--json", "--expect", f"5:{sealed[4].seal}", stdout=out)
    said = {"sealed": 5, "waiting": 0, "head": f"5:{sealed[4].seal}", "notes": [], "problems": []}
    assert json.loads(out.getvalue()) == said


def test_the_command_fails_when_something_is_wrong(sealed: list[AuditEntry], tamper: Callable[..., None]) -> None:
    tamper("DELETE FROM accounts_auditentry WHERE number IN (2, 3)")
    out = StringIO()
    with pytest.raises(SystemExit) as end:
        call_command("verify_audit", stdout=out)
    assert end.value.code == 1
    assert "Entries 2 to 3 are missing." in out.getvalue()


@pytest.mark.parametrize(
    ("harm", "sentence"),
    [
        ("UPDATE {t} SET reason = 'another' WHERE number = 3", "Entry 3 isn't what was sealed"),
        ("DELETE FROM {t} WHERE number = 3", "Entry 3 is missing."),
        (
            "UPDATE {t} SET number = CASE number WHEN 2 THEN 13 ELSE 12 END WHERE number IN (2, 3); "
            "UPDATE {t} SET number = number - 10 WHERE number > 10",
            "Entry 2 isn't what was sealed",
        ),
        ("DELETE FROM {t} WHERE number > 3; DELETE FROM accounts_audithead", "The trail ends before entry 4"),
    ],
    ids=["rewritten", "missing", "reordered", "cut off"],
)
def test_the_command_finds(
    sealed: list[AuditEntry], tamper: Callable[..., None], harm: str, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    head = f"5:{sealed[4].seal}"
    tamper(*harm.format(t="accounts_auditentry").split("; "))
    with pytest.raises(SystemExit):
        call_command("verify_audit", "--expect", head)
    assert sentence in capsys.readouterr().out


def test_the_command_refuses_a_head_that_is_none(db: None) -> None:
    with pytest.raises(CommandError, match="NUMBER:SEAL"):
        call_command("verify_audit", "--expect", "12")
