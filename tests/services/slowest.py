"""Says at the end of a run which files and which tests took longest: a pytest plugin of `make test`."""

from __future__ import annotations

from collections import Counter

from _pytest.reports import TestReport
from _pytest.terminal import TerminalReporter

_FILES, _TESTS = 5, 5


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
