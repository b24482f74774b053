"""AUDIT_KEY is replaced without a break in the trail, and the former key isn't needed any more."""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.conf import settings as conf
from django.core.management import CommandError, call_command
from django.db import connection

from accounts import audit, keys
from accounts.audit import check, ring
from accounts.audit.changing_key import KeyStays, change_key
from accounts.audit.check import look_through
from accounts.audit.hand_overs import HandOver, hand_overs
from accounts.models import AuditCheck, AuditEntry, KeyCheck, Operator
from accounts.services import audit_checks
from tests.accounts.test_seal_audit import kinds, tamper  # noqa: F401  a fixture

pytestmark = [pytest.mark.django_db, pytest.mark.stack]

NEW, THIRD = "the second key of the audit trail, long enough", "the third key of the audit trail, long enough"
OLD = conf.AUDIT_KEY


@pytest.fixture
def write(alice: Operator) -> Callable[[int], None]:
    audit.register({"test.done": "did {what} to {object}"})

    def run(entries: int) -> None:
        for number in range(entries):
            audit.record("test.done", actor=alice, data={"what": str(number)})
        assert audit.seal() == entries

    return run


@pytest.fixture
def changed(write: Callable[[int], None], settings: Any) -> None:
    """Entries 1 to 5 under the first key, 6 the change, 7 to 9 under the second, which alone is given."""
    write(5)
    keys.at_start()
    give(settings, NEW, OLD)
    assert keys.at_start() == []
    change_key(reason="Once a year.")
    write(3)
    give(settings, NEW)
    assert keys.at_start() == []


def give(settings: Any, key: str, *fallbacks: str) -> None:
    settings.AUDIT_KEY, settings.AUDIT_KEY_FALLBACKS = key, list(fallbacks)


def test_until_it_is_changed_the_trail_goes_on_under_the_former_key(
    write: Callable[[int], None], settings: Any
) -> None:
    write(2)
    keys.at_start()
    give(settings, NEW, OLD)
    assert (keys.at_start(), keys.problems()) == ([], [])
    write(2)
    assert kinds() == []
    give(settings, OLD)
    assert kinds() == []


def test_the_trail_is_whole_under_both_keys(changed: None, settings: Any) -> None:
    entry = AuditEntry.objects.get(verb="audit.key_changed")
    assert (entry.number, entry.reason) == (6, "Once a year.")
    assert (entry.data["from"], entry.data["to"]) == (ring.name_of(OLD), ring.name_of(NEW))
    give(settings, NEW, OLD)
    assert look_through() == ([], [])


def test_the_new_key_alone_attests_what_was_before(changed: None) -> None:
    problems, [note] = look_through()
    assert problems == []
    assert "Entries 1 to 6 were sealed under a key that isn't given" in note
    assert "after they had been verified" in note


@pytest.mark.parametrize("given", [(NEW,), (NEW, OLD)], ids=["without the former key", "with it"])
@pytest.mark.parametrize("number", [3, 6, 8])
def test_what_was_rewritten_shows(
    changed: None,
    tamper: Callable[..., None],  # noqa: F811
    settings: Any,
    given: tuple[str, ...],
    number: int,
) -> None:
    tamper(f"UPDATE accounts_auditentry SET actor_name = 'mallory' WHERE number = {number}")
    give(settings, *given)
    found = kinds()
    assert found
    assert ("altered", {3: 6 if len(given) == 1 else 3}.get(number, number)) in found


def test_who_has_the_former_key_cant_rewrite_what_it_sealed(
    changed: None,
    tamper: Callable[..., None],  # noqa: F811
    settings: Any,
) -> None:
    """The key leaked, and was changed. Now entry 2 and all seals after it are made anew, under the former key."""
    tamper("UPDATE accounts_auditentry SET actor_name = 'mallory' WHERE number = 2")
    seals_made_anew(tamper, upto=6)
    for given in ((NEW,), (NEW, OLD)):
        give(settings, *given)
        assert ("altered", 6) in kinds()


def test_nor_let_the_trail_go_on_under_a_key_of_theirs(
    changed: None,
    tamper: Callable[..., None],  # noqa: F811
    settings: Any,
    write: Callable[[int], None],
) -> None:
    tamper("DELETE FROM accounts_auditentry WHERE number > 5", "DELETE FROM accounts_audithead")
    last = AuditEntry.objects.get(number=5)
    tamper(f"INSERT INTO accounts_audithead (id, number, seal) VALUES (1, 5, '{last.seal}')")
    KeyCheck.objects.filter(name="AUDIT_KEY").update(value=ring.name_of(OLD))
    conf.AUDIT_HEAD_FILE.unlink(missing_ok=True)
    give(settings, THIRD, OLD)
    change_key(reason="By somebody else.")
    write(2)
    give(settings, NEW)
    assert "sealed under another AUDIT_KEY" in keys.problems()[0].sentence
    assert ("unverified", 1) in kinds()


def test_the_key_can_be_changed_again_and_again(changed: None, settings: Any, write: Callable[[int], None]) -> None:
    give(settings, THIRD, NEW)
    change_key(reason="Again.")
    write(2)
    for given in ((THIRD,), (THIRD, NEW), (THIRD, NEW, OLD), (THIRD, OLD)):
        give(settings, *given)
        assert kinds() == [], given
    give(settings, NEW, OLD)
    assert kinds() == [("unverified", 11)]


def test_a_check_by_workers_goes_across_keys_in_slices(
    changed: None, alice: Operator, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_checks, "LOOK_UP", 1)
    settings.WORKER_SLICE_S = 0
    check = AuditCheck.objects.create(asked_by=alice, previous="0" * 64)
    while check.is_running:
        audit_checks.work(check.pk)
        check.refresh_from_db()
    assert (check.found, check.problems) == (0, [])
    assert "Entries 1 to 6" in (check.notes or [""])[0]


# ---- what it refuses ---------------------------------------------------------------------------------------------


def test_a_key_that_is_changed_for_the_first_time_meanwhile_alters_nothing(
    changed: None, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    give(settings, NEW, OLD)
    known, overs = [ring.name_of(OLD)], [list[HandOver]()]
    monkeypatch.setattr(ring, "known", known.pop)  # asked once, before the hand-overs
    monkeypatch.setattr(check, "hand_overs", lambda: overs.pop() if overs else hand_overs())
    assert check.AuditWalk().go() == []


def test_nothing_to_change_is_said(write: Callable[[int], None]) -> None:
    write(1)
    keys.at_start()
    with pytest.raises(KeyStays, match="already"):
        change_key(reason="x")


def test_without_the_former_key_it_isnt_changed(write: Callable[[int], None], settings: Any) -> None:
    write(1)
    keys.at_start()
    give(settings, NEW)
    with pytest.raises(CommandError, match="isn't the key of this database"):
        call_command("change_audit_key", "--reason", "x")


def test_an_altered_trail_isnt_attested_unless_one_says_so(
    write: Callable[[int], None],
    settings: Any,
    tamper: Callable[..., None],  # noqa: F811
) -> None:
    write(3)
    keys.at_start()
    tamper("UPDATE accounts_auditentry SET actor_name = 'mallory' WHERE number = 2")
    give(settings, NEW, OLD)
    said = StringIO()
    with pytest.raises(CommandError, match="--although-altered"):
        call_command("change_audit_key", "--reason", "x", stderr=said)
    assert "Entry 2 isn't what was sealed" in said.getvalue()
    call_command("change_audit_key", "--reason", "x", "--although-altered", stdout=said)
    assert "goes on under key" in said.getvalue()
    assert kinds() == [("altered", 2)]


def test_a_lost_key_is_given_up_and_the_trail_goes_on(write: Callable[[int], None], settings: Any) -> None:
    write(4)
    keys.at_start()
    give(settings, NEW)
    assert [found.name for found in keys.problems()] == ["AUDIT_KEY"]
    call_command("accept_key", "AUDIT_KEY")
    audit.seal()
    write(2)
    problems, [note] = look_through()
    assert problems == []
    assert "whether somebody had changed them before can't be told" in note
    give(settings, NEW, OLD)
    assert look_through() == ([], [])


def seals_made_anew(tamper: Callable[..., None], *, upto: int) -> None:  # noqa: F811
    from accounts.audit.chain import GENESIS, seal_of

    before = GENESIS
    for entry in AuditEntry.objects.filter(number__lte=upto).order_by("number"):
        before = seal_of(entry, entry.number or 0, before, OLD)
        with connection.cursor() as cursor:
            cursor.execute("UPDATE accounts_auditentry SET seal = %s WHERE id = %s", [before, entry.pk])
