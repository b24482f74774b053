"""How `make test` collects: tests/services/collecting.py, tests/services/run.py."""

from __future__ import annotations

import fcntl
from pathlib import Path
from threading import Event, Thread

import pytest

from tests.services.collecting import after_the_first
from tests.services.run import MARKED, ROOT, files_on_servers


def test_the_first_is_alone(tmp_path: Path) -> None:
    with (
        after_the_first(tmp_path / "lock"),
        (tmp_path / "lock").open() as another,
        pytest.raises(BlockingIOError),
    ):
        fcntl.flock(another, fcntl.LOCK_SH | fcntl.LOCK_NB)


def test_the_others_wait_for_it(tmp_path: Path) -> None:
    with after_the_first(tmp_path / "lock"):
        thread, arrived = _another(tmp_path / "lock")
        assert not arrived.wait(0.1)
    thread.join()
    assert arrived.is_set()


def test_the_others_go_together(tmp_path: Path) -> None:
    with (tmp_path / "lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_SH)
        _, arrived = _another(tmp_path / "lock")
        assert arrived.wait(60)


def _another(lock: Path) -> tuple[Thread, Event]:
    arrived = Event()

    def go() -> None:
        with after_the_first(lock):
            arrived.set()

    thread = Thread(target=go, daemon=True)
    thread.start()
    return thread, arrived


def test_files_of_which_a_test_runs_on_servers_are_found() -> None:
    """By their marks: as a decorator, in `pytestmark`, or under a name of the file's own."""
    found = files_on_servers()
    for name in ("faults/test_schedules.py", "faults/test_restore.py", "upgrade/test_upgrade.py"):
        assert str(ROOT / "tests" / name) in found
    assert str(ROOT / "tests" / "project" / "test_url_roles.py") not in found


def test_such_a_mark_is_in_the_file_of_its_test() -> None:
    """Where the search for it looks. One file is run by its name alone, and is none of the suite."""
    others = (path for path in (ROOT / "tests").rglob("*.py") if not path.name.startswith("test_"))
    assert [path.name for path in others if MARKED.search(path.read_text())] == ["fill_release.py"]
