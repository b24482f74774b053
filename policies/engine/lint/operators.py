"""Condition operators: do they exist, do they suit the key?

IAM User Guide, "IAM JSON policy elements: Condition operators" and "Set operators for multivalued context keys".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from policies.engine.catalogue import KeyType
from policies.engine.conditions import OPERATORS
from policies.engine.lint.checks import FindingMark, MakeFix, Severity, condition_check, replaced
from policies.engine.lint.subject import LintCondition, LintStatement
from policies.engine.statements import Quantifier

_BY_LOWER = {name.lower(): name for name in OPERATORS}
_NULL = "null"
_FAMILIES = ("numeric", "string", "date", "arn", "bool", "binary", "ipaddress", "null")

_STRING, _ARN = frozenset({"string"}), frozenset({"arn", "string"})
# What AWS types as a string may well hold an ARN.
SUITABLE: Mapping[KeyType, frozenset[str]] = {
    KeyType.STRING: _ARN,
    KeyType.ARN: _ARN,
    KeyType.BOOL: frozenset({"bool"}),
    KeyType.NUMERIC: frozenset({"numeric"}),
    KeyType.DATE: frozenset({"date"}),
    KeyType.IP: frozenset({"ipaddress"}),
    KeyType.BINARY: frozenset({"binary"}),
}
# In seconds since 1970. IAM User Guide, "AWS global condition context keys"; AWS KMS Developer Guide, "AWS KMS
# condition keys" (kms:ValidTo under NumericLessThanEquals).
_DATES_AS_NUMBERS = ("aws:epochtime", "kms:validto")
_EXAMPLE = {
    KeyType.STRING: "StringEquals",
    KeyType.ARN: "ArnLike",
    KeyType.BOOL: "Bool",
    KeyType.NUMERIC: "NumericEquals",
    KeyType.DATE: "DateLessThan",
    KeyType.IP: "IpAddress",
    KeyType.BINARY: "BinaryEquals",
}


def family_of(test: LintCondition) -> str:
    """ "string" of StringNotLike; "" of what AWS doesn't have."""
    return family_named(test.base)


def family_named(operator: str) -> str:
    """ "string" of StringNotLike, without what may be added to an operator; "" of what AWS doesn't have."""
    base = operator.lower()
    if base != _NULL and base not in _BY_LOWER:
        return ""
    return next((family for family in _FAMILIES if family in base), "")


def rewritten(test: LintCondition, base: str, *, quantifier: bool = True) -> str:
    """The test's operator with another base, and perhaps without its quantifier."""
    head = test.operator[: len(test.quantifier.value)] if quantifier else ""
    return f"{head}{base}{'IfExists' if test.if_exists else ''}"


def operator_name(test: LintCondition) -> str:
    """As AWS writes it, without what is added to it."""
    return _BY_LOWER.get(test.base, test.base.title())


@condition_check("INVALID_CONDITION_OPERATOR", Severity.ERROR, "A condition operator that AWS doesn't have.")
def unknown_operators(statement: LintStatement) -> Iterator[FindingMark]:
    for path, test in {test.operator_path: test for test in statement.tests}.items():
        if not family_of(test):
            yield FindingMark(f"AWS has no condition operator {test.operator}.", path, at_name=True)


@condition_check("NULL_WITH_IF_EXISTS", Severity.ERROR, "Null with …IfExists.", words=("null",))
def null_if_exists(statement: LintStatement) -> Iterator[FindingMark]:
    for path, test in {test.operator_path: test for test in statement.tests}.items():
        if test.base == _NULL and test.if_exists:
            make_fix = replaced(path, test.operator[: -len("IfExists")], at_name=True)
            yield FindingMark("Null asks whether the key exists: IfExists can't be added to it.", path, True, make_fix)


@condition_check("NULL_WITH_QUALIFIER", Severity.SUGGESTION, "Null with ForAllValues or ForAnyValue.", words=("null",))
def quantified_null(statement: LintStatement) -> Iterator[FindingMark]:
    for path, test in {test.operator_path: test for test in statement.tests}.items():
        if test.base == _NULL and test.quantifier is not Quantifier.NONE:
            make_fix = replaced(path, rewritten(test, "Null", quantifier=False), at_name=True)
            yield FindingMark("ForAllValues:Null is always true, ForAnyValue:Null never.", path, True, make_fix)


@condition_check("TYPE_MISMATCH", Severity.WARNING, "An operator that doesn't suit the type of the condition key.")
def unsuitable_operators(statement: LintStatement) -> Iterator[FindingMark]:
    for test in statement.tests:
        family = family_of(test)
        if not family or test.base == _NULL or test.known is None or family in SUITABLE[test.known.type]:
            continue
        if family == "numeric" and test.name in _DATES_AS_NUMBERS:
            continue
        kind = test.known.type
        message = (
            f"{test.known.name} is of the type {kind}: {operator_name(test)} doesn't suit it, {_EXAMPLE[kind]} does."
        )
        yield FindingMark(message, test.path, at_name=True)


@condition_check(
    "STRING_LIKE_OPERATOR_WITH_ARN_CONDITION_KEYS",
    Severity.SECURITY_WARNING,
    "StringLike with a key that holds an ARN: its * crosses the parts of the ARN.",
    words=("like",),
)
def string_like_with_arns(statement: LintStatement) -> Iterator[FindingMark]:
    for test in statement.tests:
        if test.base not in ("stringlike", "stringnotlike") or not test.known or test.known.type is not KeyType.ARN:
            continue
        better = "ArnNotLike" if test.is_negated else "ArnLike"
        block = statement.written["Condition"][test.operator]
        make_fix = replaced(test.operator_path, rewritten(test, better), at_name=True) if len(block) == 1 else None
        message = f"{test.known.name} holds an ARN: compare it with {better}, part by part."
        yield FindingMark(message, test.path if make_fix is None else test.operator_path, True, make_fix)


# ---- Keys with one value and with several ----------------------------------------------------------------------
@condition_check("MISSING_QUALIFIER", Severity.ERROR, "A key with several values without ForAllValues or ForAnyValue.")
def unquantified_keys(statement: LintStatement) -> Iterator[FindingMark]:
    for test in statement.tests:
        if test.known and test.known.multivalued and test.quantifier is Quantifier.NONE and test.base != _NULL:
            message = f"{test.known.name} has several values: say ForAnyValue: or ForAllValues: before the operator."
            yield FindingMark(message, test.path, at_name=True)


@condition_check(
    "FORALLVALUES_WITH_SINGLE_VALUED_KEY",
    Severity.SECURITY_WARNING,
    "ForAllValues with a key that has one value: it is true when the key isn't there.",
    words=("forallvalues",),
)
def for_all_values_of_one(statement: LintStatement) -> Iterator[FindingMark]:
    for test in _quantified_single(statement, Quantifier.ALL):
        message = f"{test.key} has one value, and ForAllValues is true when it isn't there. Remove ForAllValues:."
        yield FindingMark(message, test.operator_path, True, _unquantified(test))


@condition_check(
    "FORANYVALUE_WITH_SINGLE_VALUED_KEY",
    Severity.WARNING,
    "ForAnyValue with a key that has one value: set operators are for keys with several.",
    words=("foranyvalue",),
)
def for_any_value_of_one(statement: LintStatement) -> Iterator[FindingMark]:
    for test in _quantified_single(statement, Quantifier.ANY):
        if not test.name.endswith(":aud"):  # has a finding of its own
            yield FindingMark(
                f"{test.key} has one value. Remove ForAnyValue:.", test.operator_path, True, _unquantified(test)
            )


@condition_check(
    "FORALLVALUES_WITHOUT_NULL_CHECK",
    Severity.WARNING,
    "Allow with ForAllValues, which is true when the key isn't there, and no Null that asks for it.",
    words=("forallvalues",),
)
def for_all_values_that_allows(statement: LintStatement) -> Iterator[FindingMark]:
    asked_for = {test.name for test in statement.tests if test.base == _NULL}
    for test in statement.tests if statement.allows else ():
        is_of_many = test.known is not None and test.known.multivalued
        if is_of_many and test.quantifier is Quantifier.ALL and test.base != _NULL and test.name not in asked_for:
            message = f'ForAllValues is true when {test.key} isn\'t there. Add "Null": {{"{test.key}": "false"}}.'
            yield FindingMark(message, test.operator_path, at_name=True)


def _quantified_single(statement: LintStatement, quantifier: Quantifier) -> Iterator[LintCondition]:
    for test in statement.tests:
        if test.quantifier is quantifier and test.base != _NULL and test.known and not test.known.multivalued:
            yield test


def _unquantified(test: LintCondition) -> MakeFix:
    return replaced(test.operator_path, rewritten(test, operator_name(test), quantifier=False), at_name=True)
