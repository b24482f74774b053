"""`make test` begins with the files that take longest: tests/services/slowest.py."""

from __future__ import annotations

from pathlib import Path

from tests.services.slowest import LONGEST, pytest_collection_modifyitems

ROOT = Path(__file__).resolve().parents[2]


def test_the_longest_are_files_of_this_suite() -> None:
    assert [name for name in LONGEST if not (ROOT / name).is_file()] == []


def test_the_longest_come_first_and_no_test_is_lost() -> None:
    names = [
        "tests/sync/test_b.py::test_it",
        *(f"{name}::test_it" for name in reversed(LONGEST)),
        "tests/sync/test_a.py::test_it",
    ]
    items = [_Named(name) for name in names]
    pytest_collection_modifyitems(items)  # type: ignore[arg-type]
    assert [found.nodeid for found in items] == [*(f"{name}::test_it" for name in LONGEST), names[0], names[-1]]


class _Named:
    def __init__(self, nodeid: str) -> None:
        self.nodeid = nodeid
