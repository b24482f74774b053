"""What a check of lint is, what it finds, and how that is mended; and the register of all checks."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Any, Generic, TypeVar

from policies.engine.json_text import JsonReading, Path
from policies.engine.lint.subject import LintStatement, LintSubject
from policies.engine.structure import DocumentType


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


# ---- Mechanical fixes: each is the smallest change of the raw text -------------------------------------------
_COMMA_AFTER = re.compile(r"\s*,\s*")
_COMMA_BEFORE = re.compile(r",\s*\Z")
_BRACE = re.compile(r"\{\s*")


def replaced(path: Path, value: Any, *, at_name: bool = False) -> MakeFix:
    """The value at `path`, or its name, by another one."""

    def make_fix(reading: JsonReading) -> Fix:
        start, end = reading.span_of(path, at_name=at_name)
        written = json.dumps(value, ensure_ascii=False)
        return Fix(f"Write {written}", start, end, written)

    return make_fix


def removed(path: Path) -> MakeFix:
    """One of several items of a list, with its comma."""

    def make_fix(reading: JsonReading) -> Fix:
        start, end = reading.span_of(path)
        if after := _COMMA_AFTER.match(reading.text, end):
            end = after.end()
        elif before := _COMMA_BEFORE.search(reading.text[:start]):
            start = before.start()
        return Fix("Remove it", start, end, "")

    return make_fix


def put_first(name: str, value: str) -> MakeFix:
    """A new member of the document itself, before all others; laid out as they are."""

    def make_fix(reading: JsonReading) -> Fix:
        brace = _BRACE.match(reading.text, reading.offset_of(()))
        at = brace.end() if brace else 0
        space = brace.group()[1:] if brace else ""
        comma = "" if reading.text[at : at + 1] == "}" else f",{space or ' '}"
        return Fix(f"Add {name}", at, at, f"{json.dumps(name)}: {json.dumps(value)}{comma}")

    return make_fix


OfDocument = Callable[[LintSubject], Iterator[FindingMark]]
OfStatement = Callable[[LintStatement], Iterator[FindingMark]]

EVERY = frozenset(DocumentType)
WITH_PRINCIPALS = frozenset({DocumentType.TRUST, DocumentType.RESOURCE, DocumentType.RCP})
GRANTING = frozenset({DocumentType.IDENTITY, DocumentType.RESOURCE, DocumentType.TRUST})
OF_IDENTITIES = frozenset({DocumentType.IDENTITY, DocumentType.BOUNDARY})


@dataclass(frozen=True)
class LintCheck:
    """`sentence` is for docs/findings.md. Without `run` it is done as the document is read: the grammar.

    `words` (in lower case): a document without any of them needn't be looked at.
    """

    code: str
    severity: Severity
    sentence: str
    kinds: frozenset[DocumentType]
    run: OfDocument | None
    words: tuple[str, ...] = ()


CHECKS: dict[str, LintCheck] = {}


def register(
    code: str,
    severity: Severity,
    sentence: str,
    kinds: Collection[DocumentType] = EVERY,
    run: OfDocument | None = None,
    words: tuple[str, ...] = (),
) -> None:
    if code in CHECKS:
        raise ValueError(f"There is a check {code} already.")
    CHECKS[code] = LintCheck(code, severity, sentence, frozenset(kinds), run, words)


Look = TypeVar("Look", bound=Callable[..., Iterator[FindingMark]])


class _CheckRegistration(Generic[Look]):
    """A decorator that registers what it stands above. `whole` makes of that what looks at a document."""

    def __init__(self, whole: Callable[[Look], OfDocument]) -> None:
        self._whole = whole

    def __call__(
        self,
        code: str,
        severity: Severity,
        sentence: str,
        kinds: Collection[DocumentType] = EVERY,
        words: tuple[str, ...] = (),
    ) -> Callable[[Look], Look]:
        def registered(check: Look) -> Look:
            register(code, severity, sentence, kinds, self._whole(check), words)
            return check

        return registered


def _each(those_of: Callable[[LintSubject], Sequence[LintStatement]], check: OfStatement) -> OfDocument:
    def run(subject: LintSubject) -> Iterator[FindingMark]:
        for statement in those_of(subject):
            yield from check(statement)

    return run


document_check = _CheckRegistration[OfDocument](lambda check: check)
statement_check = _CheckRegistration[OfStatement](partial(_each, lambda subject: subject.statements))
condition_check = _CheckRegistration[OfStatement](partial(_each, lambda subject: subject.with_conditions))

Marks = dict[str, list[FindingMark]]  # by code


def register_all(
    checks: Sequence[tuple[str, Severity, str]],
    look: Callable[[LintSubject], Marks],
    kinds: Collection[DocumentType] = EVERY,
) -> None:
    """Several checks that look at the same thing: (code, severity, sentence) of each, and what looks for all."""
    for code, severity, sentence in checks:
        register(code, severity, sentence, kinds, partial(_of_code, code, look))


def _of_code(code: str, look: Callable[[LintSubject], Marks], subject: LintSubject) -> Iterator[FindingMark]:
    yield from subject.once(look).get(code, ())
