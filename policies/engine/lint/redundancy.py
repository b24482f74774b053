"""Redundant elements, and statements without effect beside another.

One pattern covers another when it matches it letter by letter, wildcards and all; that is never wrong, and seldom too
little.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from policies.engine.document import compact
from policies.engine.lint.checks import FindingMark, Severity, document_check, removed, statement_check
from policies.engine.lint.subject import LintStatement, LintSubject, service_of
from policies.engine.matching import Glob, ResourceGlob, tokens
from policies.engine.statements import StatementText

_WILDCARD = re.compile(r"[*?]")
_LONGEST = 2048
_PAIR = 25  # of the work that a document may cost, for two statements laid side by side
_MANY = "\x00" * 64  # stands for what a star may mean


@lru_cache(maxsize=16384)
def _glob(pattern: str, is_arn: bool) -> Glob | ResourceGlob:
    return ResourceGlob(tokens(pattern)) if is_arn else Glob(tokens(pattern))


@lru_cache(maxsize=16384)
def _ends(pattern: str) -> tuple[str, str]:
    """What stands before the first wildcard, and after the last."""
    parts = _WILDCARD.split(pattern)
    return parts[0], parts[-1]


def _covers(wide: str, narrow: str, *, is_arn: bool) -> bool:
    """A ? doesn't match the star of another pattern."""
    if "*" not in wide and "?" not in wide:
        return wide == narrow
    head, tail = _ends(wide)
    if not narrow.startswith(head) or not narrow.endswith(tail) or max(len(wide), len(narrow)) > _LONGEST:
        return False
    glob = _glob(wide, is_arn)
    if "*" not in narrow:
        return glob.matches(narrow)
    return glob.matches(narrow.replace("*", "")) and glob.matches(narrow.replace("*", _MANY))


def _redundant(
    subject: LintSubject, texts: Sequence[StatementText], *, is_arn: bool
) -> Iterator[tuple[StatementText, StatementText]]:
    """Those that another one of the list covers, with that one. Of equal ones, the first is kept."""
    if len(texts) < 2:
        return
    found = [(text, text.value if is_arn else text.value.lower()) for text in texts]
    group = _service_of_arn if is_arn else service_of
    wide: dict[str, list[tuple[StatementText, str]]] = defaultdict(list)
    for text, pattern in found:
        if "*" in pattern or "?" in pattern:
            wide[group(pattern)].append((text, pattern))
    first: dict[str, StatementText] = {}
    for text, pattern in found:
        if first.setdefault(pattern, text) is not text:
            yield text, first[pattern]
            continue
        service = group(pattern)
        candidates = wide[service] + wide[""] if service else wide[""]
        for other, covering in candidates:
            if covering == pattern:
                continue
            if not subject.may_spend(4):
                break
            if _covers(covering, pattern, is_arn=is_arn):
                yield text, other
                break


def _service_of_arn(pattern: str) -> str:
    parts = pattern.split(":", 3)
    return parts[2] if len(parts) == 4 and "*" not in parts[2] and "?" not in parts[2] else ""


@statement_check("REDUNDANT_ACTION", Severity.SUGGESTION, "An action that another one of the same list covers.")
def redundant_actions(statement: LintStatement) -> Iterator[FindingMark]:
    for texts in (statement.actions, statement.not_actions):
        for text, other in _redundant(statement.subject, texts, is_arn=False):
            yield FindingMark(f"{other.value} covers {text.value}.", text.path, make_fix=removed(text.path))


@statement_check("REDUNDANT_RESOURCE", Severity.SUGGESTION, "A resource that another one of the same list covers.")
def redundant_resources(statement: LintStatement) -> Iterator[FindingMark]:
    for texts in (statement.resources, statement.not_resources):
        for text, other in _redundant(statement.subject, texts, is_arn=True):
            yield FindingMark(f"{other.value} covers this.", text.path, make_fix=removed(text.path))


# ---- Statements ------------------------------------------------------------------------------------------------
def _repeated(subject: LintSubject) -> dict[int, LintStatement]:
    """By its place, each statement that says what an earlier one says, with that one."""
    alike: dict[object, list[LintStatement]] = defaultdict(list)
    for statement in subject.statements:
        alike[statement.allows, frozenset(statement.action_patterns), len(statement.tests)].append(statement)
    found: dict[int, LintStatement] = {}
    for statements in alike.values():
        first: dict[str, LintStatement] = {}
        for statement in statements if len(statements) > 1 else ():
            same = first.setdefault(statement.meaning, statement)
            if same is not statement:
                found[statement.index] = same
    return found


@document_check("REDUNDANT_STATEMENT", Severity.SUGGESTION, "A statement that says what another one says.")
def redundant_statements(subject: LintSubject) -> Iterator[FindingMark]:
    repeated = subject.once(_repeated)
    for statement in subject.statements:
        if same := repeated.get(statement.index):
            yield FindingMark(
                f"The statement {same.name} says the same.", statement.path, make_fix=removed(statement.path)
            )


def _is_covered(narrow: LintStatement, wide: LintStatement) -> bool:
    """Whether `wide` applies wherever `narrow` does. Where it can't be told simply: no."""
    if "" not in wide.services and not narrow.services <= wide.services:
        return False
    subject = narrow.subject
    if not _all_covered(subject, narrow.action_patterns, wide.action_patterns, is_arn=False):
        return False
    if wide.written.get("Condition") and wide.written["Condition"] != narrow.written.get("Condition"):
        return False
    if wide.written.get("Principal") not in ("*", narrow.written.get("Principal")):
        return False
    if not narrow.resources and not wide.resources:
        return not subject.kind.names_resources
    return _all_covered(subject, narrow.resource_patterns, wide.resource_patterns, is_arn=True)


def _all_covered(subject: LintSubject, narrow: Sequence[str], wide: Sequence[str], *, is_arn: bool) -> bool:
    if not narrow or not wide:
        return False
    if "*" in wide:
        return True
    if not subject.may_spend(len(wide)):
        return False
    others = set(narrow).difference(wide)
    open_ones = [pattern for pattern in wide if "*" in pattern or "?" in pattern] if others else []
    return all(any(_covers(pattern, each, is_arn=is_arn) for pattern in open_ones) for each in others)


class _WideStatements:
    """Statements that may cover others, by how their resource patterns begin: few begin as another pattern does.

    Those without resources by their principals.
    """

    def __init__(self, statements: Iterable[LintStatement]) -> None:
        self._by_head: dict[str, list[LintStatement]] = defaultdict(list)
        self._by_principal: dict[str, list[LintStatement]] = defaultdict(list)
        for statement in statements:
            if not statement.resources:
                self._by_principal[_principal(statement)].append(statement)
            for head in {_ends(pattern)[0] for pattern in statement.resource_patterns}:
                self._by_head[head].append(statement)
        self._lengths = sorted({len(head) for head in self._by_head})

    def that_may_cover(self, narrow: LintStatement) -> list[LintStatement]:
        """In the order of the document."""
        if not narrow.resources:
            listed = {each.index: each for who in (_principal(narrow), '"*"') for each in self._by_principal[who]}
            return [listed[index] for index in sorted(listed)]
        pattern = narrow.resource_patterns[0]
        heads = (pattern[:length] for length in self._lengths if length <= len(pattern))
        found = {each.index: each for head in heads for each in self._by_head.get(head, ())}
        return [found[index] for index in sorted(found)]


def _principal(statement: LintStatement) -> str:
    return compact(statement.written.get("Principal"))


def _shadowed(subject: LintSubject, *, by_deny: bool) -> Iterator[tuple[LintStatement, LintStatement]]:
    """Of statements that say the same, the first only: the others are told as such."""
    repeated = subject.once(_repeated)
    statements = [each for each in subject.statements if not each.is_negated and each.index not in repeated]
    wide = _WideStatements(each for each in statements if (each.denies if by_deny else each.allows))
    for narrow in statements:
        for other in wide.that_may_cover(narrow) if narrow.allows else ():
            if not subject.may_spend(_PAIR):
                return
            if other is not narrow and _is_covered(narrow, other):
                yield narrow, other
                break


@document_check("SHADOWED_STATEMENT", Severity.SUGGESTION, "A statement that allows what another one allows anyway.")
def shadowed_statements(subject: LintSubject) -> Iterator[FindingMark]:
    for narrow, wide in _shadowed(subject, by_deny=False):
        message = f"The statement {wide.name} allows all that this one does."
        yield FindingMark(message, narrow.path, make_fix=removed(narrow.path))


@document_check("STATEMENT_WITHOUT_EFFECT", Severity.WARNING, "A statement that allows what another one always denies.")
def denied_statements(subject: LintSubject) -> Iterator[FindingMark]:
    for narrow, wide in _shadowed(subject, by_deny=True):
        yield FindingMark(f"The statement {wide.name} denies all that this one allows.", narrow.path)
