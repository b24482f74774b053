"""Empty lists and objects: what they mean is seldom what is meant. Access Analyzer's suggestions for each."""

from __future__ import annotations

import re
from collections.abc import Iterator

from policies.engine.lint.findings import FindingMark, Severity
from policies.engine.lint.registry import WITH_PRINCIPALS, Marks, register_all
from policies.engine.lint.subject import LintCondition, LintStatement, LintSubject
from policies.engine.statements import Quantifier

_EVERYWHERE = (
    ("EMPTY_ARRAY_ACTION", Severity.SUGGESTION, "An empty list of actions."),
    ("EMPTY_ARRAY_RESOURCE", Severity.SUGGESTION, "An empty list of resources."),
    ("EMPTY_SID_VALUE", Severity.SUGGESTION, "An empty Sid."),
    ("EMPTY_OBJECT_CONDITION", Severity.SUGGESTION, "Condition, or an operator in it, without any key."),
    ("EMPTY_ARRAY_CONDITION", Severity.SUGGESTION, "A condition key without values."),
    ("EMPTY_ARRAY_CONDITION_FORALLVALUES", Severity.SUGGESTION, "A condition key without values, under ForAllValues."),
    ("EMPTY_ARRAY_CONDITION_FORANYVALUE", Severity.SUGGESTION, "A condition key without values, under ForAnyValue."),
    ("EMPTY_ARRAY_CONDITION_IFEXISTS", Severity.SUGGESTION, "A condition key without values, under …IfExists."),
)
_OF_PRINCIPALS = (
    ("EMPTY_ARRAY_PRINCIPAL", Severity.SUGGESTION, "An empty list of principals."),
    ("EMPTY_OBJECT_PRINCIPAL", Severity.SUGGESTION, "Principal without any."),
)
_EMPTY = re.compile(r"\[\s*\]|\{\s*\}|\"\"")
_ONLY_MISSING = 'This is true only where the key isn\'t there: write "Null": {"key": "true"}.'


def _look(subject: LintSubject) -> Marks:
    found: Marks = {}
    for statement in subject.statements if _EMPTY.search(subject.text) else ():
        for code, mark in (*_elements(statement), *_principals(statement), *_conditions(statement)):
            found.setdefault(code, []).append(mark)
    return found


register_all(_EVERYWHERE, _look)
register_all(_OF_PRINCIPALS, _look, WITH_PRINCIPALS)


def _elements(statement: LintStatement) -> Iterator[tuple[str, FindingMark]]:
    for name in ("Action", "Resource"):
        for element in (name, f"Not{name}"):
            if statement.written.get(element) == []:
                message = f"The list of {name.lower()}s is empty: the statement means nothing."
                yield f"EMPTY_ARRAY_{name.upper()}", FindingMark(message, statement.at(element))
    if statement.written.get("Sid") == "":
        yield "EMPTY_SID_VALUE", FindingMark("Name the statement, or leave Sid out.", statement.at("Sid"))


def _principals(statement: LintStatement) -> Iterator[tuple[str, FindingMark]]:
    for name in ("Principal", "NotPrincipal"):
        element = statement.written.get(name)
        if element == {}:
            yield "EMPTY_OBJECT_PRINCIPAL", FindingMark("Nobody is meant: name who is.", statement.at(name))
        for kind, values in element.items() if isinstance(element, dict) else ():
            if values == []:
                message = "The list of principals is empty: nobody is meant."
                yield "EMPTY_ARRAY_PRINCIPAL", FindingMark(message, statement.at(name, kind))


def _conditions(statement: LintStatement) -> Iterator[tuple[str, FindingMark]]:
    always = "An empty condition is always true. Remove it."
    condition = statement.written.get("Condition")
    if condition == {}:
        yield "EMPTY_OBJECT_CONDITION", FindingMark(always, statement.at("Condition"))
    for operator, block in condition.items() if isinstance(condition, dict) else ():
        if block == {}:
            yield "EMPTY_OBJECT_CONDITION", FindingMark(always, statement.at("Condition", operator))
    for test in statement.tests:
        if test.written == []:
            yield _without_values(test)


def _without_values(test: LintCondition) -> tuple[str, FindingMark]:
    if test.quantifier is Quantifier.ALL:
        return "EMPTY_ARRAY_CONDITION_FORALLVALUES", FindingMark(_ONLY_MISSING, test.path)
    if test.quantifier is Quantifier.ANY:
        return "EMPTY_ARRAY_CONDITION_FORANYVALUE", FindingMark("This is never true. Give values.", test.path)
    if test.if_exists:
        return "EMPTY_ARRAY_CONDITION_IFEXISTS", FindingMark(_ONLY_MISSING, test.path)
    return "EMPTY_ARRAY_CONDITION", FindingMark("There is no value that could match. Give values.", test.path)
