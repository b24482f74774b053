"""Condition operators in words, by the type of the key; and whether a value suits one.

IAM User Guide, "IAM JSON policy elements: Condition operators" and "Set operators for multivalued context keys".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from policies.engine import catalogue
from policies.engine.catalogue import KeyType
from policies.engine.conditions import (
    NULL,
    OPERATORS_BY_LOWER_NAME,
    ComparedType,
    ConditionOperator,
    instant,
    is_base64,
    is_network,
    number,
)
from policies.engine.statements import Condition, Quantifier, split_operator

_WORDS: Mapping[str, str] = {
    "StringEquals": "is",
    "StringNotEquals": "is not",
    "StringEqualsIgnoreCase": "is, in any case",
    "StringNotEqualsIgnoreCase": "is not, in any case",
    "StringLike": "matches",
    "StringNotLike": "doesn’t match",
    "ArnLike": "matches the ARN",
    "ArnNotLike": "doesn’t match the ARN",
    "ArnEquals": "is the ARN",
    "ArnNotEquals": "is not the ARN",
    "NumericEquals": "is the number",
    "NumericNotEquals": "is not the number",
    "NumericLessThan": "is less than",
    "NumericLessThanEquals": "is at most",
    "NumericGreaterThan": "is more than",
    "NumericGreaterThanEquals": "is at least",
    "DateEquals": "is the time",
    "DateNotEquals": "is not the time",
    "DateLessThan": "is before",
    "DateLessThanEquals": "is at the latest",
    "DateGreaterThan": "is after",
    "DateGreaterThanEquals": "is at the earliest",
    "IpAddress": "is in the range",
    "NotIpAddress": "is not in the range",
    "Bool": "is",
    "BinaryEquals": "is, as Base64",
}
_BY_LOWER: Mapping[str, str] = {name.lower(): words for name, words in _WORDS.items()}
_OF_TYPE: Mapping[KeyType, tuple[str, ...]] = {
    KeyType.STRING: ("String", "Arn"),
    KeyType.ARN: ("Arn", "String"),
    KeyType.BOOL: ("Bool",),
    KeyType.NUMERIC: ("Numeric",),
    KeyType.DATE: ("Date",),
    KeyType.IP: ("IpAddress", "NotIpAddress"),
    KeyType.BINARY: ("Binary",),
}
_NUMBERS_FOR_TIMES = ("aws:epochtime", "kms:validto")  # in seconds since 1970; as lint has it
PRESENT, MISSING = "Null false", "Null true"  # how the two ways of Null are called in forms
_NULLS: Mapping[str, str] = {PRESENT: "is there", MISSING: "is missing"}
_QUANTIFIED: Mapping[Quantifier, tuple[str, str]] = {
    Quantifier.ANY: ("ForAnyValue:", "Some value"),
    Quantifier.ALL: ("ForAllValues:", "Each value, if any"),
}
_BEFORE: Mapping[Quantifier, str] = {Quantifier.ANY: "some value ", Quantifier.ALL: "each value, if any, "}
IF_EXISTS, _IF_THERE = "IfExists", "If the key is there"


@dataclass(frozen=True)
class OperatorChoice:
    """`value` is how forms call it, `name` what AWS does; `group` is "" or what stands before the words."""

    value: str
    name: str
    words: str
    group: str = ""

    @property
    def said(self) -> str:
        """In words, with what its additions say."""
        quantifier, _, if_exists = split_operator(self.value)
        return f"{_BEFORE.get(quantifier, '')}{self.words}{', if the key is there' if if_exists else ''}"

    @property
    def is_null(self) -> bool:
        return self.value in _NULLS

    @property
    def fixed_value(self) -> str:
        """What the one value is, where none is chosen: of Null."""
        return self.value.partition(" ")[2] if self.is_null else ""


def choice_of(condition: Condition) -> OperatorChoice:
    """Of a condition that has fields; the operator as the document has it."""
    if condition.base == NULL:
        value = f"Null {condition.words[0].lower()}"
        return OperatorChoice(value, condition.operator, _NULLS[value])
    quantifier = _QUANTIFIED.get(condition.quantifier, ("", ""))[1]
    there = _IF_THERE if condition.if_exists else ""
    group = quantifier or there
    return OperatorChoice(condition.operator, condition.operator, _BY_LOWER[condition.base], group)


def choice_named(value: str) -> OperatorChoice | None:
    """By how forms call it; None for what is none."""
    if value in _NULLS:
        return OperatorChoice(value, "Null", _NULLS[value])
    base = split_operator(value)[1]
    return OperatorChoice(value, value, _BY_LOWER[base]) if base in _BY_LOWER else None


def choices_for(key: str) -> tuple[OperatorChoice, ...]:
    """The operators that suit a condition key, those that suit it best first; all for a key that isn't known."""
    found = catalogue.condition_key(key)
    multivalued = found is not None and found.multivalued
    return _choices(found.type if found else None, multivalued, key.lower() in _NUMBERS_FOR_TIMES)


@lru_cache(maxsize=64)
def _choices(kind: KeyType | None, multivalued: bool, with_numbers: bool) -> tuple[OperatorChoice, ...]:
    heads = _OF_TYPE[kind] if kind else ("",)
    names = [name for head in heads for name in _WORDS if name.startswith(head)]
    names += [name for name in _WORDS if name.startswith("Numeric")] if with_numbers else []
    nulls = [OperatorChoice(value, "Null", words) for value, words in _NULLS.items()]
    plain = [OperatorChoice(name, name, _WORDS[name]) for name in names]
    there = [OperatorChoice(name + IF_EXISTS, name + IF_EXISTS, _WORDS[name], _IF_THERE) for name in names]
    several = [
        OperatorChoice(prefix + name, prefix + name, _WORDS[name], group)
        for prefix, group in _QUANTIFIED.values()
        for name in names
    ]
    if kind is None:
        return (*plain, *nulls, *there, *several)
    return (*several, *nulls) if multivalued else (*plain, *nulls, *there)


# ---- Values ----------------------------------------------------------------------------------------------------
_WANTED: Mapping[ComparedType, str] = {
    ComparedType.TRUTH: "true or false",
    ComparedType.NUMBERS: "a number",
    ComparedType.INSTANTS: "a time such as 2026-01-31T00:00:00Z",
    ComparedType.ADDRESSES: "an IP address or a range such as 203.0.113.0/24",
    ComparedType.BYTES: "Base64",
    ComparedType.ARNS: "an ARN, or a pattern of ARNs that begins with arn: or *",
}


def wanted_by(operator: str) -> str:
    """What kind of value an operator of a form takes; "" for any text."""
    choice = choice_named(operator)
    if choice is None or choice.is_null:
        return ""
    return _WANTED.get(_operator(operator).compares, "")


def value_problem(operator: str, value: str) -> str:
    """Why a value can never match under an operator; "" where it may. Variables may stand for anything."""
    wanted = wanted_by(operator)
    if not wanted or ("${" in value and _operator(operator).variables) or _suits(_operator(operator).compares, value):
        return ""
    return f"{value} isn’t {wanted}."


def _operator(name: str) -> ConditionOperator:
    return OPERATORS_BY_LOWER_NAME[split_operator(name)[1]]


def _suits(compared: ComparedType, value: str) -> bool:
    if compared is ComparedType.TRUTH:
        return value.lower() in ("true", "false")
    if compared is ComparedType.NUMBERS:
        return number(value) is not None
    if compared is ComparedType.INSTANTS:
        return len(value) <= 64 and instant(value) is not None
    if compared is ComparedType.ADDRESSES:
        return is_network(value)
    if compared is ComparedType.BYTES:
        return is_base64(value)
    return compared is not ComparedType.ARNS or value.startswith(("arn:", "*"))
