"""Runs the longest files first, and says at the end which took longest: a pytest plugin of `make test`.

A file goes to one process, so a long one that begins last has the others wait for it.
"""

from __future__ import annotations

from collections import Counter

import pytest
from _pytest.reports import TestReport
from _pytest.terminal import TerminalReporter

# By the table at the end of a run: half a minute and more. All others follow in pytest-django's order.
LONGEST = (
    "tests/project/test_url_roles.py",
    "tests/project/test_first_minute.py",
    "tests/unused/test_clean_up.py",
    "tests/faults/test_operations.py",
    "tests/browser/test_iam_pages.py",
    "tests/findings/test_acme_faults.py",
    "tests/project/test_make_run.py",
    "tests/browser/test_change_pages.py",
    "tests/project/test_compose.py",
    "tests/browser/test_walk_people_table.py",
    "tests/browser/test_walk_changes.py",
    "tests/project/test_query_plans.py",
    "tests/upgrade/test_upgrade.py",
    "tests/sync/test_span_waves.py",
    "tests/faults/test_restore.py",
)
_FILES, _TESTS = 20, 10


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    places = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.nodeid.partition("::")[0], len(places)))


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    files: Counter[str] = Counter()
    tests: Counter[str] = Counter()
    for report in (report for reports in terminalreporter.stats.values() for report in reports):
        if isinstance(report, TestReport):  # of the setup, the call or the teardown of a test
            files[report.nodeid.partition("::")[0]] += round(report.duration * 1000)
            tests[report.nodeid] += round(report.duration * 1000)
    terminalreporter.section("slowest files and tests")
    for name, milliseconds in [*files.most_common(_FILES), *tests.most_common(_TESTS)]:
        terminalreporter.write_line(f"{milliseconds / 1000:7.1f} s  {name}")
