"""A trail that was cut off, head and all, and then went on: the log of heads tells, and the sealer refuses."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts import audit
from accounts.models import AuditEntry, AuditHead, Operator
from tests.accounts.test_seal_audit import kinds, tamper  # noqa: F401  a fixture

pytestmark = pytest.mark.django_db
Seal = Callable[[int], str]


@pytest.fixture
def seal(
    alice: Operator,
    caplog: pytest.LogCaptureFixture,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> Seal:
    """Writes so many entries and seals them, as a worker does; returns the log from the first line on."""
    caplog.set_level(logging.INFO, "iamconsole.audit")

    def run(entries: int) -> str:
        for number in range(entries):
            audit.record("test.done", actor=alice, data={"what": str(number)})
        with django_capture_on_commit_callbacks(execute=True):
            audit.seal()
        return caplog.text

    return run


@pytest.fixture
def cut(tamper: Callable[..., None]) -> Callable[[int], None]:  # noqa: F811
    """Takes away what was sealed after an entry, and sets the note of the head back: nothing in the database tells."""

    def run(number: int) -> None:
        head = AuditEntry.objects.get(number=number).seal
        tamper(
            f"DELETE FROM accounts_auditentry WHERE number > {number}",
            f"UPDATE accounts_audithead SET number = {number}, seal = '{head}'",
        )

    return run


def unfenced() -> None:
    Path(settings.AUDIT_HEAD_FILE).unlink()


@pytest.mark.parametrize(("more", "kind"), [(1, "rewound"), (2, "rewound"), (4, "replaced")])
def test_a_trail_that_went_on_after_a_cut_shows_by_the_whole_log(
    seal: Seal, cut: Callable[[int], None], tmp_path: Path, capsys: pytest.CaptureFixture[str], more: int, kind: str
) -> None:
    seal(5)
    cut(3)
    unfenced()
    log = seal(more)
    newest = AuditHead.objects.get()
    assert kinds((newest.number, newest.seal)) == []  # the newest head alone can't tell
    file = tmp_path / "console.log"
    file.write_text(f"somebody else’s line\n{log}")
    with pytest.raises(SystemExit):
        call_command("verify_audit", "--expect-log", str(file))
    said = capsys.readouterr().out
    assert {"rewound": "was set back there, and went on", "replaced": "carries another seal"}[kind] in said


def test_a_whole_log_that_fits_has_no_problems(seal: Seal, tmp_path: Path) -> None:
    seal(2)
    file = tmp_path / "console.log"
    file.write_text(seal(3))
    call_command("verify_audit", "--expect-log", str(file))


def test_a_log_without_heads_proves_nothing(seal: Seal, tmp_path: Path) -> None:
    (tmp_path / "empty.log").write_text("nothing\n")
    with pytest.raises(CommandError, match="no head"):
        call_command("verify_audit", "--expect-log", str(tmp_path / "empty.log"))


def test_the_sealer_does_not_go_on_behind_the_last_head(seal: Seal, cut: Callable[[int], None]) -> None:
    seal(5)
    cut(3)
    log = seal(1)
    assert "Nothing is sealed. The audit trail ends at entry 3, but it was sealed up to entry 5 before." in log
    assert AuditHead.objects.get().number == 3
    assert audit.set_back()


@pytest.mark.parametrize("harm", ["replaced", "damaged note"])
def test_nor_over_another_history(seal: Seal, cut: Callable[[int], None], harm: str) -> None:
    seal(5)
    noted = Path(settings.AUDIT_HEAD_FILE).read_text()
    cut(3)
    unfenced()
    seal(4)
    Path(settings.AUDIT_HEAD_FILE).write_text(noted if harm == "replaced" else "5:")
    seal(1)
    assert AuditHead.objects.get().number == 7
    assert ("isn’t the one that was sealed" if harm == "replaced" else "has been damaged") in audit.set_back()


def test_who_put_a_backup_back_says_so_and_it_goes_on(seal: Seal, cut: Callable[[int], None]) -> None:
    seal(5)
    cut(3)
    seal(1)
    call_command("continue_audit", "--reason", "The disk broke.")
    entry = AuditEntry.objects.get(verb="audit.went_on")
    assert (entry.reason, entry.number, entry.data["now"][:2]) == ("The disk broke.", 5, "3:")
    assert entry.data["known"].startswith("5:")
    assert audit.set_back() == ""
    assert kinds() == []
    with pytest.raises(CommandError, match="nothing to settle"):
        call_command("continue_audit", "--reason", "again")


def test_a_head_that_cannot_be_noted_is_told_and_sealing_goes_on(
    seal: Seal, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setattr(settings, "AUDIT_HEAD_FILE", tmp_path / "file" / "audit-head")
    seal(1)
    assert AuditHead.objects.filter(number=1).exists()
