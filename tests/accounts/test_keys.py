"""A database and keys that don't belong together are noticed, and nothing is spoilt."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from accounts import audit, keys
from accounts.models import AuditEntry, KeyCheck, Operator
from tests.security.test_starting import BEGUN, begin

OTHER = "the key of another installation and long enough"
pytestmark = pytest.mark.django_db


@pytest.fixture
def begun(alice: Operator) -> None:
    """A console that ran, and has sealed entries."""
    audit.register({"test.keys": "did {what}"})
    audit.record("test.keys", actor=alice, data={"what": "it"})
    assert audit.seal() == 1
    assert keys.at_start() == []


def test_the_database_doesnt_tell_the_keys(begun: None, settings: Any) -> None:
    kept = str(list(KeyCheck.objects.values()))
    assert not any(key in kept for key in (settings.AUDIT_KEY, settings.SECRET_KEY, *settings.SEAL_KEYS))
    assert sorted(KeyCheck.objects.values_list("name", flat=True)) == ["AUDIT_KEY", "SEAL_KEYS", "SECRET_KEY"]


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("AUDIT_KEY", OTHER, ["sealed under another AUDIT_KEY"]),
        ("SEAL_KEYS", [OTHER], ["sealed under any of SEAL_KEYS"]),
        ("SECRET_KEY", OTHER, []),
    ],
)
def test_keys_of_another_database_forbid_to_start(
    begun: None, settings: Any, name: str, value: Any, said: list[str]
) -> None:
    setattr(settings, name, value)
    found = keys.at_start()
    assert len(found) == len(said)
    assert all(words in sentence for words, sentence in zip(said, found, strict=True))
    assert [problem.name for problem in keys.problems()] == [name]  # and still so the next time


def test_nothing_is_sealed_under_a_wrong_key(begun: None, settings: Any, alice: Operator) -> None:
    right, settings.AUDIT_KEY = settings.AUDIT_KEY, OTHER
    audit.record("test.keys", actor=alice, data={"what": "more"})
    with pytest.raises(audit.WrongKey):
        audit.seal()
    settings.AUDIT_KEY = right
    assert audit.seal() == 1
    assert audit.verify() == []


def test_a_trail_from_before_the_check_values_is_asked_itself(begun: None, settings: Any) -> None:
    KeyCheck.objects.all().delete()
    settings.AUDIT_KEY = OTHER
    assert [problem.name for problem in keys.problems()] == ["AUDIT_KEY"]


def test_keys_that_are_turned_over_as_documented_are_taken_on(begun: None, settings: Any) -> None:
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], OTHER
    settings.SEAL_KEYS = ["a new key, long enough to be one", *settings.SEAL_KEYS]
    assert keys.at_start() == []
    settings.SECRET_KEY_FALLBACKS, settings.SEAL_KEYS = [], settings.SEAL_KEYS[:1]
    assert keys.problems() == []


@pytest.mark.parametrize("name", keys.NAMES)
def test_a_lost_key_can_be_given_up(begun: None, settings: Any, name: str) -> None:
    setattr(settings, name, [OTHER] if name == "SEAL_KEYS" else OTHER)
    call_command("accept_key", name)
    assert keys.at_start() == []
    assert AuditEntry.objects.get(verb="key.accepted").object_id == name
    assert audit.seal() == 1


@pytest.mark.parametrize("process", BEGUN)
def test_nothing_starts_with_the_keys_of_another_database(tmp_path: Path, process: str, migrated_to: Any) -> None:
    migrated_to(tmp_path / "console.sqlite3")
    assert begin(process, tmp_path).returncode == 0
    done = begin(process, tmp_path, SEAL_KEYS=OTHER)
    assert done.returncode != 0
    assert "sealed under any of SEAL_KEYS" in done.stderr


@pytest.fixture
def migrated_to() -> Callable[[Path], None]:
    from tests.services.migrated import copy_sqlite

    return copy_sqlite
