"""What is wrong with a document's form: what reading it finds (see structure.py), invisible characters, empty lists."""

from __future__ import annotations

import re
from collections.abc import Iterator

from characters import UNSEEN, unseen_in
from policies.engine.document import DUPLICATE_NAME, UNSUPPORTED_CHARACTER, DocumentProblem, ParsedDocument
from policies.engine.json_text import Path
from policies.engine.lint.checks import (
    EVERY,
    OF_IDENTITIES,
    WITH_PRINCIPALS,
    FindingMark,
    MakeFix,
    Marks,
    Severity,
    document_check,
    register,
    register_all,
    replaced,
)
from policies.engine.lint.subject import LintCondition, LintStatement, LintSubject
from policies.engine.statements import Quantifier
from policies.engine.structure import VERSIONS, DocumentType

_OF_IAM = frozenset(kind for kind in DocumentType if kind.is_kept_by_iam)
_WITH_RESOURCES = frozenset(kind for kind in DocumentType if kind.names_resources)

for _code, _sentence, _kinds in (
    ("JSON_SYNTAX_ERROR", "The text is no JSON.", EVERY),
    (UNSUPPORTED_CHARACTER, "IAM takes Latin-1 without most control characters, and nothing else.", EVERY),
    (DUPLICATE_NAME, "A name is given twice in an object: only the last one would count.", EVERY),
    ("DATA_TYPE_MISMATCH", "An element has a value of a JSON type that it can't have.", EVERY),
    ("INVALID_VERSION", "Version is neither 2012-10-17 nor 2008-10-17.", EVERY),
    ("MISSING_STATEMENT", "The document has no Statement.", EVERY),
    ("INVALID_POLICY_ELEMENT", "An element that policies don't have.", EVERY),
    ("MISSING_EFFECT", "A statement without Effect.", EVERY),
    ("INVALID_EFFECT", "Effect is neither Allow nor Deny.", EVERY),
    ("MISSING_ACTION", "A statement without Action and NotAction.", EVERY),
    ("MISSING_RESOURCE", "A statement without Resource and NotResource.", _WITH_RESOURCES),
    ("MISSING_PRINCIPAL", "A statement without Principal and NotPrincipal.", WITH_PRINCIPALS),
    ("UNSUPPORTED_ELEMENT_COMBINATION", "A statement with an element and its Not… form.", EVERY),
    ("UNSUPPORTED_PRINCIPAL", "Principal or NotPrincipal in a policy of an identity.", OF_IDENTITIES),
    ("SCP_SYNTAX_ERROR_PRINCIPAL", "Principal or NotPrincipal in an SCP.", {DocumentType.SCP}),
    ("ROLE_TRUST_POLICY_SYNTAX_ERROR_RESOURCE", "Resource or NotResource in a trust policy.", {DocumentType.TRUST}),
    ("INVALID_PRINCIPAL_FORMAT", 'Principal is neither "*" nor an object.', WITH_PRINCIPALS),
    ("INVALID_PRINCIPAL_KEY", "A kind of principal that AWS doesn't have.", WITH_PRINCIPALS),
    ("UNSUPPORTED_SID", "A Sid with other characters than letters and digits.", _OF_IAM),
    ("UNIQUE_SIDS_REQUIRED", "Two statements with the same Sid.", _OF_IAM),
):
    register(_code, Severity.ERROR, _sentence, _kinds)

register("UNIQUE_SIDS_RECOMMENDED", Severity.WARNING, "Two statements with the same Sid.", EVERY - _OF_IAM)


def fix_of(parsed: ParsedDocument, problem: DocumentProblem) -> MakeFix | None:
    """Where it is clear what was meant."""
    if problem.code == "INVALID_VERSION":
        return replaced(problem.place, VERSIONS[0])
    if problem.code == "INVALID_EFFECT":
        start, end = parsed.places.span_of(problem.place)
        meant = parsed.text[start:end].strip('"').capitalize()
        return replaced(problem.place, meant) if meant in ("Allow", "Deny") else None
    return None


# ---- Invisible characters in a document ----------------------------------------------------------------------
_ESCAPE = "\\u"


@document_check(
    "INVISIBLE_CHARACTER",
    Severity.ERROR,
    "A character that prints as nothing or as a blank, or turns the text around it.",
)
def unseen_characters(subject: LintSubject) -> Iterator[FindingMark]:
    if not UNSEEN.search(subject.text) and _ESCAPE not in subject.text:
        return
    for text, path, at_name in _texts(subject.document.written, ()):
        if numbers := unseen_in(text):
            message = f"Here is {', '.join(numbers)}, which nobody sees: what is meant differs from what is read."
            yield FindingMark(message, path, at_name, replaced(path, UNSEEN.sub("", text), at_name=at_name))


def _texts(value: object, path: Path) -> Iterator[tuple[str, Path, bool]]:
    """All names and values, with whether it is a name."""
    left: list[tuple[object, Path]] = [(value, path)]
    while left:
        value, path = left.pop()
        if isinstance(value, str):
            yield value, path, False
        elif isinstance(value, dict):
            yield from ((name, (*path, name), True) for name in value)
            left += [(each, (*path, name)) for name, each in value.items()]
        elif isinstance(value, list):
            left += [(each, (*path, index)) for index, each in enumerate(value)]


# ---- Empty lists and objects: what they mean is seldom what is meant -----------------------------------------
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
