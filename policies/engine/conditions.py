"""Evaluates conditions: whether the context of a request meets those of a statement.

IAM User Guide, "IAM JSON policy elements: Condition operators" and "Conditions with multiple context keys or values".
A condition block is a list of tests that must all hold. A test compares the values of one context key.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from enum import Enum
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any

from policies.engine import variables
from policies.engine.matching import ArnGlob, Glob, Token, Wildcard
from policies.engine.statements import Condition, Quantifier, Statement
from policies.engine.truth import MAYBE, NO, UNKNOWN, YES, Truth, UnknownType, opposite
from policies.engine.variables import Lookup, Part

Context = Mapping[str, tuple[str, ...]]  # values by the name of the key in lower case
Values = tuple[str, ...] | UnknownType | None  # of a key in a request; None: it isn't there
ValuesOf = Callable[[str], Values]

Matcher = Callable[[str], bool]  # whether a value of the context is the one that the policy has


# ---- Values --------------------------------------------------------------------------------------------------
def _exactly(pattern: Sequence[Token]) -> Matcher:
    wanted = _text(pattern)
    return lambda value: value == wanted


def _exactly_folded(pattern: Sequence[Token]) -> Matcher:
    wanted = _text(pattern).casefold()
    return lambda value: value.casefold() == wanted


def _like(pattern: Sequence[Token]) -> Matcher:
    return Glob(pattern).matches


def _arn_like(pattern: Sequence[Token]) -> Matcher:
    return ArnGlob(pattern).matches


def _text(pattern: Sequence[Token]) -> str:
    return "".join(token if isinstance(token, str) else token.value for token in pattern)


def _bool(pattern: Sequence[Token]) -> Matcher:
    wanted = _text(pattern).lower()
    return lambda value: wanted in ("true", "false") and value.lower() == wanted


def _ordered(read: Callable[[str], Any], compare: Callable[[Any, Any], bool]) -> Callable[[Sequence[Token]], Matcher]:
    """What can't be read on either side compares with nothing."""

    def matcher(pattern: Sequence[Token]) -> Matcher:
        wanted = read(_text(pattern))

        def matches(value: str) -> bool:
            given = read(value)
            return wanted is not None and given is not None and compare(given, wanted)

        return matches

    return matcher


_NUMBER = re.compile(r"[+-]?(\d{1,300}(\.\d{0,300})?|\.\d{1,300})([eE][+-]?\d{1,3})?", re.ASCII)


def number(text: str) -> Decimal | None:
    try:
        return Decimal(text.strip()) if _NUMBER.fullmatch(text.strip()) else None
    except InvalidOperation:
        return None


# W3C, "Date and Time Formats", from the year alone to fractions of a second. A time should have its offset.
_DATE = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d:\d\d)(:\d\d(?:\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)?)?)?)?", re.ASCII
)


def instant(text: str) -> datetime | None:
    """A date in one of W3C's forms of ISO 8601, without an offset in UTC, or seconds since 1970.

    Four digits are a year. IAM User Guide, "IAM JSON policy elements: Condition operators", "Date condition operators".
    """
    text = text.strip()
    try:
        if written := _DATE.fullmatch(text):
            year, month, day, minutes, seconds, offset = written.groups()
            date = f"{year}-{month or '01'}-{day or '01'}"
            return datetime.fromisoformat(f"{date}T{minutes or '00:00'}{seconds or ''}{offset or 'Z'}")
        since = number(text)
        return None if since is None else datetime.fromtimestamp(float(since), UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _in_network(pattern: Sequence[Token]) -> Matcher:
    network = _network(_text(pattern))
    if network is None:
        return lambda value: False

    def matches(value: str) -> bool:
        address = _address(value)
        return address is not None and address.version == network.version and address in network

    return matches


@lru_cache(maxsize=1024)
def _network(text: str) -> IPv4Network | IPv6Network | None:
    try:
        return ip_network(text.strip(), strict=False)
    except ValueError:
        return None


def is_network(text: str) -> bool:
    """Whether it is an address, or a range of them."""
    return _network(text) is not None


@lru_cache(maxsize=1024)
def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(text.strip())
    except ValueError:
        return None


def _same_bytes(pattern: Sequence[Token]) -> Matcher:
    wanted = _bytes(_text(pattern))
    return lambda value: wanted is not None and _bytes(value) == wanted


def _bytes(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


def is_base64(text: str) -> bool:
    return _bytes(text) is not None


# ---- Operators -----------------------------------------------------------------------------------------------
class ComparedType(Enum):
    """What an operator takes the values for."""

    TEXTS = "texts"
    TEXTS_WITHOUT_CASE = "texts without case"
    PATTERNS = "patterns"
    ARNS = "ARNs"
    RESOURCES = "resources"  # of a Resource element, which is no condition
    TRUTH = "truth values"
    NUMBERS = "numbers"
    INSTANTS = "instants"
    ADDRESSES = "addresses"
    BYTES = "bytes"


@dataclass(frozen=True)
class ConditionOperator:
    """`negated`: true when no value of the policy matches, and for a key that isn't there."""

    compares: ComparedType
    matcher: Callable[[Sequence[Token]], Matcher]
    negated: bool = False
    variables: bool = True
    wildcards: bool = False


def _pair(
    name: str, negated_name: str, compares: ComparedType, matcher: Callable[[Sequence[Token]], Matcher], **how: bool
) -> dict[str, ConditionOperator]:
    return {
        name: ConditionOperator(compares, matcher, **how),
        negated_name: ConditionOperator(compares, matcher, negated=True, **how),
    }


def _comparisons(prefix: str, compares: ComparedType, read: Callable[[str], Any]) -> dict[str, ConditionOperator]:
    ways: dict[str, Callable[[Any, Any], bool]] = {
        "LessThan": lambda given, wanted: given < wanted,
        "LessThanEquals": lambda given, wanted: given <= wanted,
        "GreaterThan": lambda given, wanted: given > wanted,
        "GreaterThanEquals": lambda given, wanted: given >= wanted,
    }
    same = _ordered(read, lambda given, wanted: given == wanted)
    found = _pair(f"{prefix}Equals", f"{prefix}NotEquals", compares, same, variables=False)
    return found | {
        f"{prefix}{way}": ConditionOperator(compares, _ordered(read, compare), variables=False)
        for way, compare in ways.items()
    }


OPERATORS: Mapping[str, ConditionOperator] = {
    **_pair("StringEquals", "StringNotEquals", ComparedType.TEXTS, _exactly),
    **_pair("StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", ComparedType.TEXTS_WITHOUT_CASE, _exactly_folded),
    **_pair("StringLike", "StringNotLike", ComparedType.PATTERNS, _like, wildcards=True),
    **_pair("ArnLike", "ArnNotLike", ComparedType.ARNS, _arn_like, wildcards=True),
    **_pair("ArnEquals", "ArnNotEquals", ComparedType.ARNS, _arn_like, wildcards=True),
    **_comparisons("Numeric", ComparedType.NUMBERS, number),
    **_comparisons("Date", ComparedType.INSTANTS, instant),
    **_pair("IpAddress", "NotIpAddress", ComparedType.ADDRESSES, _in_network, variables=False),
    "Bool": ConditionOperator(ComparedType.TRUTH, _bool),
    "BinaryEquals": ConditionOperator(ComparedType.BYTES, _same_bytes, variables=False),
}
OPERATORS_BY_LOWER_NAME: Mapping[str, ConditionOperator] = {
    name.lower(): operator for name, operator in OPERATORS.items()
}
NULL = "null"


# ---- Tests ---------------------------------------------------------------------------------------------------
class ConditionTest:
    """One context key of a condition block. `unheard`: what holds of it whatever the key's value is."""

    __slots__ = (
        "_dynamic",
        "_fixed",
        "_if_exists",
        "_negated",
        "_quantifier",
        "key",
        "keys",
        "operator",
        "patterns",
        "unheard",
    )

    def __init__(
        self,
        key: str,
        operator: ConditionOperator,
        patterns: Sequence[Sequence[Part]],
        quantifier: Quantifier,
        if_exists: bool,
    ) -> None:
        self.key = key
        self.operator = operator
        self.patterns = patterns
        self._negated = operator.negated
        self._quantifier = quantifier
        self._if_exists = if_exists
        fixed = [variables.resolved(pattern, lambda name: None) for pattern in patterns if variables.is_fixed(pattern)]
        self._fixed = [operator.matcher(pattern) for pattern in fixed if pattern is not None]
        self._dynamic = [pattern for pattern in patterns if not variables.is_fixed(pattern)]
        self.keys = frozenset({key}.union(*map(variables.keys, self._dynamic)))
        everything = operator.wildcards and any(pattern == [Wildcard.ANY] for pattern in fixed)
        self.unheard = self._whatever(matches_all=everything, matches_none=not patterns)

    @property
    def constants(self) -> list[str]:
        """Its values without wildcards and variables."""
        fixed = (pattern for pattern in self.patterns if all(isinstance(part, str) for part in pattern))
        return ["".join(map(str, pattern)) for pattern in fixed]

    @property
    def is_about_several(self) -> bool:
        return self._quantifier is not Quantifier.NONE

    def holds(self, values: Values, lookup: Lookup) -> Truth:
        if values is UNKNOWN:
            return self.unheard
        if not values:
            return YES if self._without_values(is_there=values is not None) else NO
        outcomes = map(self._plain, values) if not self._dynamic else self._outcomes(values, lookup)
        if self._quantifier is Quantifier.ALL:
            return min(outcomes)
        if self._quantifier is Quantifier.ANY or not self._negated:
            return max(outcomes)
        return min(outcomes)

    def _plain(self, value: str) -> Truth:
        for matches in self._fixed:
            if matches(value):
                return NO if self._negated else YES
        return YES if self._negated else NO

    def _outcomes(self, values: tuple[str, ...], lookup: Lookup) -> list[Truth]:
        """With variables; those whose value isn't known may make a value match that else doesn't."""
        matchers, possible = list(self._fixed), []
        for pattern in self._dynamic:
            known = variables.resolved(pattern, lookup)
            if known is None:
                continue
            if variables.is_open(pattern, lookup):
                possible.append(_possibly(known))
            else:
                matchers.append(self.operator.matcher(known))
        outcomes = [
            YES
            if any(matches(value) for matches in matchers)
            else MAYBE
            if any(matches(value) for matches in possible)
            else NO
            for value in values
        ]
        return [opposite(outcome) for outcome in outcomes] if self._negated else outcomes

    def _without_values(self, *, is_there: bool) -> bool:
        if self._quantifier is Quantifier.ALL:
            return True
        if self._quantifier is Quantifier.ANY:
            return self._if_exists and not is_there
        return self._if_exists or self._negated

    def _whatever(self, *, matches_all: bool, matches_none: bool) -> Truth:
        """What is true of every value, and of none."""
        possible = {self._without_values(is_there=False)}
        if not matches_none:
            possible.add(not self._negated)
        if not matches_all:
            possible.add(self._negated)
        if len(possible) > 1:
            return MAYBE
        return YES if possible == {True} else NO


def _possibly(pattern: Sequence[Token]) -> Matcher:
    """For a pattern with gaps: what doesn't match so matches in no other way."""
    folded = Glob([token.casefold() if isinstance(token, str) else token for token in pattern])
    return lambda value: folded.matches(value.casefold())


class NullTest:
    """`"true"`: the key isn't there; `"false"`: it is, with a value."""

    __slots__ = ("_wanted", "key", "keys")

    def __init__(self, key: str, wanted: Sequence[str]) -> None:
        self.key = key
        self.keys = frozenset({key})
        self._wanted = {value.lower() for value in wanted}

    def holds(self, values: Values, lookup: Lookup) -> Truth:
        if values is UNKNOWN:
            return (NO, MAYBE, YES)[len(self._wanted & {"true", "false"})]
        return YES if ("false" if values else "true") in self._wanted else NO


class UnknownOperatorTest:
    """An operator that AWS doesn't have."""

    __slots__ = ("key", "keys")

    def __init__(self, key: str) -> None:
        self.key = key
        self.keys: frozenset[str] = frozenset()

    def holds(self, values: Values, lookup: Lookup) -> Truth:
        return NO


AnyTest = ConditionTest | NullTest | UnknownOperatorTest


def compile_conditions(statement: Statement, *, with_variables: bool) -> tuple[AnyTest, ...]:
    """What makes no sense never holds."""
    found = tuple(_test(condition, with_variables) for condition in statement.conditions)
    return (*found, UnknownOperatorTest("")) if statement.holds_never else found


def _test(condition: Condition, with_variables: bool) -> AnyTest:
    if condition.base == NULL and not condition.if_exists:
        return NullTest(condition.name, condition.words)
    operator = OPERATORS_BY_LOWER_NAME.get(condition.base)
    if operator is None:
        return UnknownOperatorTest(condition.name)
    use = with_variables and operator.variables
    patterns = [variables.parts(value, variables=use, wildcards=operator.wildcards) for value in condition.words]
    return ConditionTest(condition.name, operator, patterns, condition.quantifier, condition.if_exists)
