"""Lint findings: a sentence, a severity, the place in the raw text, and a fix."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from policies.engine.json_text import JsonReading, Path


class Severity(StrEnum):
    """IAM Access Analyzer's finding types; its GENERAL_WARNING is our warning."""

    ERROR = "error"
    SECURITY_WARNING = "security_warning"
    WARNING = "warning"
    SUGGESTION = "suggestion"


@dataclass(frozen=True)
class Fix:
    """The text from `start` to `end` (characters from 0) becomes `replacement`."""

    title: str
    start: int
    end: int
    replacement: str

    def applied_to(self, text: str) -> str:
        return text[: self.start] + self.replacement + text[self.end :]


MakeFix = Callable[[JsonReading], Fix]


@dataclass(frozen=True)
class FindingMark:
    """What a check yields. `at_name`: the place is the name of the element, not its value.

    `severity`: where it isn't that of the check.
    """

    message: str
    path: Path
    at_name: bool = False
    make_fix: MakeFix | None = None
    severity: Severity | None = None


@dataclass(frozen=True)
class LintFinding:
    """`path` as people write it, `Statement[0].Action[2]`; `line` and `column` from 1, `start` and `end` from 0.

    `stands_for`: how many of a kind it tells, where they are too many to be listed.
    """

    code: str
    severity: Severity
    message: str
    path: str
    line: int
    column: int
    start: int
    end: int
    fix: Fix | None = None
    stands_for: int = 1


def has_errors(findings: Sequence[LintFinding]) -> bool:
    return any(finding.severity is Severity.ERROR for finding in findings)
