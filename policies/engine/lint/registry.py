"""The register of checks: one small function each, with its code, how bad it is, and for which documents."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from policies.engine.lint.findings import Mark, Severity
from policies.engine.lint.subject import Statement, Subject
from policies.engine.structure import DocumentType

OfDocument = Callable[[Subject], Iterator[Mark]]
OfStatement = Callable[[Statement], Iterator[Mark]]

EVERY = frozenset(DocumentType)
WITH_PRINCIPALS = frozenset({DocumentType.TRUST, DocumentType.RESOURCE, DocumentType.RCP})
GRANTING = frozenset({DocumentType.IDENTITY, DocumentType.RESOURCE, DocumentType.TRUST})
OF_IDENTITIES = frozenset({DocumentType.IDENTITY, DocumentType.BOUNDARY})


@dataclass(frozen=True)
class Check:
    """`sentence` is for docs/findings.md. Without `run` it is done as the document is read: the grammar.

    `words` (in lower case): a document without any of them needn't be looked at.
    """

    code: str
    severity: Severity
    sentence: str
    kinds: frozenset[DocumentType]
    run: OfDocument | None
    words: tuple[str, ...] = ()


CHECKS: dict[str, Check] = {}


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
    CHECKS[code] = Check(code, severity, sentence, frozenset(kinds), run, words)


def document_check(
    code: str,
    severity: Severity,
    sentence: str,
    kinds: Collection[DocumentType] = EVERY,
    words: tuple[str, ...] = (),
) -> Callable[[OfDocument], OfDocument]:
    """Looks at the document as a whole."""

    def registered(check: OfDocument) -> OfDocument:
        register(code, severity, sentence, kinds, check, words)
        return check

    return registered


def statement_check(
    code: str,
    severity: Severity,
    sentence: str,
    kinds: Collection[DocumentType] = EVERY,
    words: tuple[str, ...] = (),
) -> Callable[[OfStatement], OfStatement]:
    """Looks at one statement at a time."""

    def registered(check: OfStatement) -> OfStatement:
        register(code, severity, sentence, kinds, each_statement(check), words)
        return check

    return registered


def condition_check(
    code: str,
    severity: Severity,
    sentence: str,
    kinds: Collection[DocumentType] = EVERY,
    words: tuple[str, ...] = (),
) -> Callable[[OfStatement], OfStatement]:
    """Looks at one statement that has conditions at a time; most have none."""

    def registered(check: OfStatement) -> OfStatement:
        register(code, severity, sentence, kinds, each_with_conditions(check), words)
        return check

    return registered


def each_with_conditions(check: OfStatement) -> OfDocument:
    def run(subject: Subject) -> Iterator[Mark]:
        for statement in subject.with_conditions:
            yield from check(statement)

    return run


Marks = dict[str, list[Mark]]  # by code


def register_all(
    checks: Sequence[tuple[str, Severity, str]],
    look: Callable[[Subject], Marks],
    kinds: Collection[DocumentType] = EVERY,
) -> None:
    """Several checks that look at the same thing: (code, severity, sentence) of each, and what looks for all."""
    for code, severity, sentence in checks:
        register(code, severity, sentence, kinds, partial(_of_code, code, look))


def _of_code(code: str, look: Callable[[Subject], Marks], subject: Subject) -> Iterator[Mark]:
    yield from subject.once(look).get(code, ())


def each_statement(check: OfStatement) -> OfDocument:
    def run(subject: Subject) -> Iterator[Mark]:
        for statement in subject.statements:
            yield from check(statement)

    return run
