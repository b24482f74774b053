"""The register of checks: one small function each, with its code, how bad it is, and for which documents."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Generic, TypeVar

from policies.engine.lint.findings import FindingMark, Severity
from policies.engine.lint.subject import LintStatement, LintSubject
from policies.engine.structure import DocumentType

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
