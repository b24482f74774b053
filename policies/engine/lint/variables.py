"""Policy variables: IAM User Guide, "IAM policy elements: Variables and tags"."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial

from policies.engine.conditions import OPERATORS
from policies.engine.lint.checks import FindingMark, Severity, document_check, put_first, replaced, statement_check
from policies.engine.lint.subject import LintStatement, LintSubject
from policies.engine.statements import StatementText
from policies.engine.variables import VERSION_WITH_VARIABLES

_VARIABLE = re.compile(r"\$\{([^{}]*)\}")
_UNCLOSED = re.compile(r"\$\{[^}]*(\$\{|\Z)")
_CHARACTERS = ("*", "?", "$")
_QUOTED = re.compile(r"\s*'[^']*'\s*")
_WITHOUT_VARIABLES = {name.lower() for name, operator in OPERATORS.items() if not operator.variables} | {"null"}


def _texts(statement: LintStatement) -> Iterator[StatementText]:
    """Where variables may stand."""
    yield from statement.resources
    yield from statement.not_resources
    for test in statement.tests:
        yield from test.values


def _inside(statement: LintStatement) -> Iterator[tuple[StatementText, str]]:
    """What stands between the braces, but for the three that mean a character."""
    for text in _texts(statement) if statement.subject.document.with_variables else ():
        for found in _VARIABLE.finditer(text.value) if "${" in text.value else ():
            if found[1] not in _CHARACTERS:
                yield text, found[1]


@statement_check("MISSING_BRACE_IN_VARIABLE", Severity.ERROR, "A variable without its closing brace.", words=("${",))
def unclosed(statement: LintStatement) -> Iterator[FindingMark]:
    for text in _texts(statement) if statement.subject.document.with_variables else ():
        if "${" in text.value and _UNCLOSED.search(text.value):
            yield FindingMark("A variable is written ${name}: a closing brace is missing.", text.path)


def _empty(inside: str) -> bool:
    return not inside.strip()


def _spaced(inside: str) -> bool:
    name = inside.partition(",")[0]
    return bool(name.strip()) and " " in name


def _unquoted(inside: str) -> bool:
    _, comma, default = inside.partition(",")
    return bool(comma) and not _QUOTED.fullmatch(default)


def _wrong(is_wrong: Callable[[str], bool], message: str, statement: LintStatement) -> Iterator[FindingMark]:
    for text, inside in _inside(statement):
        if is_wrong(inside):
            yield FindingMark(message, text.path)


for _code, _is_wrong, _sentence, _message in (
    ("EMPTY_VARIABLE", _empty, "${}.", "There is no variable between the braces."),
    (
        "UNSUPPORTED_SPACE_IN_VARIABLE",
        _spaced,
        "A space in the name of a variable.",
        "The name of a variable has no spaces.",
    ),
    (
        "MISSING_QUOTE_IN_VARIABLE",
        _unquoted,
        "A default without its quotes.",
        "A default stands between single quotes: ${name, 'default'}.",
    ),
):
    statement_check(_code, Severity.ERROR, _sentence, words=("${",))(partial(_wrong, _is_wrong, _message))


@statement_check(
    "VARIABLE_UNSUPPORTED_IN_ELEMENT",
    Severity.ERROR,
    "A variable elsewhere than in resources and conditions.",
    words=("${",),
)
def misplaced(statement: LintStatement) -> Iterator[FindingMark]:
    principals = [StatementText(each.value, each.path) for each in (*statement.principals, *statement.not_principals)]
    for text in (*statement.actions, *statement.not_actions, *principals):
        if "${" in text.value:
            yield FindingMark("Variables stand in Resource and Condition only.", text.path)


@statement_check(
    "INVALID_VARIABLE_FOR_OPERATOR", Severity.ERROR, "A variable under an operator that takes none.", words=("${",)
)
def under_other_operators(statement: LintStatement) -> Iterator[FindingMark]:
    for test in statement.tests:
        for text in test.values if test.base in _WITHOUT_VARIABLES else ():
            if "${" in text.value:
                yield FindingMark("Variables go with String…, Arn… and Bool only.", text.path)


@document_check(
    "VARIABLE_UNSUPPORTED_IN_VERSION", Severity.ERROR, "A variable in a document as of 2008: plain text.", words=("${",)
)
def in_old_version(subject: LintSubject) -> Iterator[FindingMark]:
    version = subject.document.written.get("Version")
    if subject.document.with_variables or (version is not None and version != "2008-10-17"):
        return
    new = VERSION_WITH_VARIABLES
    make_fix = put_first("Version", new) if version is None else replaced(("Version",), new)
    for statement in subject.statements:
        for text in _texts(statement):
            if any(found[1] not in _CHARACTERS for found in _VARIABLE.finditer(text.value)):
                yield FindingMark(
                    f"Without Version {new} this is plain text, not a variable.", text.path, make_fix=make_fix
                )
