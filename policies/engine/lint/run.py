"""Runs all checks over a document."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from itertools import islice

from policies.engine.document import UNSUPPORTED_CHARACTER, DocumentProblem, ParsedDocument, parse
from policies.engine.json_text import written
from policies.engine.lint import (
    actions,
    arns,
    condition_addresses,
    condition_keys,
    condition_values,
    control_policies,
    federation,
    grammar,
    operators,
    principals,
    redundancy,
    sizes,
    variables,
    width,
)
from policies.engine.lint.checks import CHECKS, FindingMark, LintCheck, LintFinding, OfDocument, Severity, register
from policies.engine.lint.subject import LintSubject
from policies.engine.structure import DocumentType

MODULES = (
    grammar,
    sizes,
    actions,
    arns,
    condition_keys,
    condition_values,
    condition_addresses,
    operators,
    variables,
    principals,
    federation,
    control_policies,
    width,
    redundancy,
)

# IAM takes 131,072 characters, white space included; what AWS itself writes may be laid out more widely.
LONGEST = 400_000
MOST_OF_A_KIND = 50


IN_PART = "LOOKED_AT_IN_PART"
register(
    IN_PART,
    Severity.WARNING,
    "A document that is too large, or has too much to compare, to be looked at whole. How much that is doesn't depend "
    "on the time.",
)


class FindingsUnwanted(Exception):
    """Nobody waits for the findings any more."""


def lint(
    text: str,
    kind: DocumentType = DocumentType.IDENTITY,
    account: str = "",
    most: int | None = None,
    is_wanted: Callable[[], bool] = lambda: True,
) -> tuple[LintFinding, ...]:
    """Takes any text. In the order of the text.

    `account` is the AWS account to which the document belongs; `most`: the characters that it takes of such a document,
    None for what AWS documents. `is_wanted` is asked between two checks. Raises Unwanted.
    """
    parsed = parse(text, kind)
    found = [_of_problem(parsed, problem) for problem in parsed.problems]
    if parsed.document is not None:
        found += _of_checks(parsed, LintSubject(parsed.text, parsed.document, kind, account, most), is_wanted)
    return tuple(sorted(found, key=lambda finding: (finding.start, finding.code)))


def _of_checks(parsed: ParsedDocument, subject: LintSubject, is_wanted: Callable[[], bool]) -> Iterator[LintFinding]:
    is_too_long = len(parsed.text) > LONGEST
    for check, run in _checks_of(subject.kind):
        if check.words and not subject.mentions(check.words):
            continue
        if is_too_long and run not in sizes.OF_ANY_LENGTH:
            continue
        if not is_wanted():
            raise FindingsUnwanted
        yield from _of_check(parsed, check, run(subject))
    if is_too_long or subject.is_looked_at_in_part:
        message = "The document is too large to be looked at whole: there may be more. Part it, and look again."
        yield _of_mark(parsed, CHECKS[IN_PART], FindingMark(message, ()))


def _of_check(parsed: ParsedDocument, check: LintCheck, marks: Iterator[FindingMark]) -> Iterator[LintFinding]:
    """Of very many marks the first ones, and how many more there are, at the place of the next."""
    for mark in islice(marks, MOST_OF_A_KIND):
        yield _of_mark(parsed, check, mark)
    if following := next(marks, None):
        more = 1 + sum(1 for _ in marks)
        mark = replace(following, message=f"{more:,} more such findings ({check.code}) aren't listed.", make_fix=None)
        yield replace(_of_mark(parsed, check, mark), stands_for=more)


@cache
def _checks_of(kind: DocumentType) -> list[tuple[LintCheck, OfDocument]]:
    return [(check, check.run) for check in CHECKS.values() if check.run and kind in check.kinds]


def _of_mark(parsed: ParsedDocument, check: LintCheck, mark: FindingMark) -> LintFinding:
    start, end = parsed.places.span_of(mark.path, at_name=mark.at_name)
    position = parsed.places.position(start)
    fix = mark.make_fix(parsed.places) if mark.make_fix else None
    return LintFinding(
        check.code,
        mark.severity or check.severity,
        mark.message,
        written(mark.path),
        position.line,
        position.column,
        start,
        end,
        fix,
    )


def _of_problem(parsed: ParsedDocument, problem: DocumentProblem) -> LintFinding:
    """Of text that is no JSON, the end of what is wrong isn't known."""
    has_span = parsed.document is not None and problem.code != UNSUPPORTED_CHARACTER
    end = parsed.places.end_of(problem.start) if has_span else min(problem.start + 1, len(parsed.text))
    make_fix = grammar.fix_of(parsed, problem) if has_span else None
    return LintFinding(
        problem.code,
        CHECKS[problem.code].severity,
        problem.message,
        problem.path,
        problem.line,
        problem.column,
        problem.start,
        end,
        make_fix(parsed.places) if make_fix else None,
    )
