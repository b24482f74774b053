"""Lint's findings as pages show them: the worst first, with the lines to mark."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from iamconsole.web.diff import laid_out
from iamconsole.web.words import counted
from policies.engine.lint import LintFinding, Severity, lint
from policies.engine.lint.access_analyzer import CODES, PAGE
from policies.engine.lint.sizes import CODES as SIZE_CODES
from policies.engine.structure import DocumentType
from policies.fixes import key_of

_ORDER = list(Severity)
_INK = {
    Severity.ERROR: "ink-danger",
    Severity.SECURITY_WARNING: "ink-danger",
    Severity.WARNING: "ink-warn",
    Severity.SUGGESTION: "",
}
_ICONS = {
    Severity.ERROR: "circle-alert",
    Severity.SECURITY_WARNING: "shield-alert",
    Severity.WARNING: "triangle-alert",
    Severity.SUGGESTION: "lightbulb",
}
_MARKS = {Severity.ERROR: "danger", Severity.SECURITY_WARNING: "danger", Severity.WARNING: "warn"}


@dataclass(frozen=True)
class FindingView:
    """A finding with how it looks; `word` says how bad it is."""

    finding: LintFinding
    word: str
    icon: str
    ink: str

    @property
    def fix_key(self) -> str:
        """What the button of its fix sends; "" where it has none."""
        return key_of(self.finding) if self.finding.fix else ""

    @property
    def documentation(self) -> str:
        """The page of AWS that has the check; "" for one of our own."""
        return PAGE if self.finding.code in CODES else ""


@dataclass(frozen=True)
class Findings:
    """`marks` are for `json_code`: the worst of each line. `data` is for the editor's script."""

    shown: Sequence[FindingView]
    counts: Sequence[str]
    is_bad: bool
    marks: Mapping[int, str]
    data: Sequence[Mapping[str, Any]]

    @property
    def fixable(self) -> int:
        return sum(bool(each.fix_key) for each in self.shown)


@dataclass(frozen=True)
class LintedDocument:
    """A document as pages show it: laid out, and what is found in that text."""

    text: str
    findings: Findings


@lru_cache(maxsize=128)
def judged(text: str, kind: DocumentType | None = DocumentType.IDENTITY, account: str = "") -> LintedDocument:
    """Of a text that AWS holds: it took it, so that its size is no matter; nor is it that of the text laid out.

    Without a `kind` nothing is looked for: only AWS can correct what it wrote for itself.
    """
    text = laid_out(text)
    found = lint(text, kind, account) if kind else ()
    return LintedDocument(text, _by_severity(each for each in found if each.code not in SIZE_CODES))


@dataclass(frozen=True)
class _FindingsRequest:
    """No matter for what is found: all are equal."""

    ask: Callable[[], bool] = field(default=lambda: True, compare=False)


def findings_of(
    text: str,
    kind: DocumentType = DocumentType.IDENTITY,
    account: str = "",
    most: int | None = None,
    is_wanted: Callable[[], bool] = lambda: True,
) -> Findings:
    """Raises Unwanted."""
    return _findings_of(text, kind, account, most, _FindingsRequest(is_wanted))


@lru_cache(maxsize=128)
def _findings_of(text: str, kind: DocumentType, account: str, most: int | None, wanted: _FindingsRequest) -> Findings:
    return _by_severity(lint(text, kind, account, most, wanted.ask))


def _by_severity(found: Iterable[LintFinding]) -> Findings:
    return as_shown(sorted(found, key=lambda finding: (_ORDER.index(finding.severity), finding.start)))


def as_shown(found: Sequence[LintFinding]) -> Findings:
    times: Counter[Severity] = Counter()
    for finding in found:
        times[finding.severity] += finding.stands_for
    marks: dict[int, str] = {}
    for finding in found:
        if finding.severity in _MARKS:
            marks.setdefault(finding.line, _MARKS[finding.severity])
    return Findings(
        [FindingView(each, _word(each.severity), _ICONS[each.severity], _INK[each.severity]) for each in found],
        [counted(times[severity], _word(severity)) for severity in _ORDER if times[severity]],
        times[Severity.ERROR] + times[Severity.SECURITY_WARNING] > 0,
        marks,
        [
            {
                "line": each.line,
                "column": each.column,
                "message": each.message,
                "severity": each.severity,
                **({"fix": each.fix.title, "key": key_of(each)} if each.fix else {}),
            }
            for each in found
        ],
    )


_JSON_TEXT = re.compile(r'"(?:[^"\\]|\\.)*"')
_LONGEST_WORD = 4_096


def but_for_word_at(findings: Findings, text: str, caret: int) -> Findings:
    """Without those about the very text in quotes in which the caret is: it may not be written to its end yet.

    `caret`: how many characters stand before it.
    """
    left = [each.finding for each in findings.shown if not _is_word_at(each.finding, text, caret)]
    return findings if len(left) == len(findings.shown) else as_shown(left)


def _is_word_at(finding: LintFinding, text: str, caret: int) -> bool:
    is_around = finding.start < caret < finding.end <= finding.start + _LONGEST_WORD
    return is_around and _JSON_TEXT.fullmatch(text, finding.start, finding.end) is not None


def _word(severity: Severity) -> str:
    return severity.value.replace("_", " ")
