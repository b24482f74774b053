from __future__ import annotations

import os

import pytest
from _pytest.terminal import TerminalReporter

from tests.faults import matrix


@pytest.fixture
def cell(request: pytest.FixtureRequest, kind: str) -> matrix.Cell:
    return matrix.filling(request, kind)


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    """`make faults` ends with the matrix."""
    if os.environ.get("FAULTS") == "all":
        terminalreporter.section("operations and faults")
        reports = [report for outcome in ("passed", "failed") for report in terminalreporter.stats.get(outcome, [])]
        for line in matrix.printed(reports):
            terminalreporter.write_line(line)
