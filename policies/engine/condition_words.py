"""Conditions in words, for people: `if aws:SourceIp is in 10.0.0.0/8 and aws:PrincipalTag/team is red`.

IAM User Guide, "IAM JSON policy elements: Condition operators" and "Conditions with multiple context keys or values":
several values of a key are alternatives, several keys must all be so. Words say no more and no less than the block;
what they can't say stays JSON.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from policies.engine.conditions import NULL, OPERATORS_BY_LOWER_NAME
from policies.engine.statements import Condition, Quantifier, document_of

# Both say it exactly: only "BoolIfExists" also matches requests without the key, which have no MFA either.
_MFA = "aws:multifactorauthpresent"
_OF_MFA: Mapping[tuple[str, bool, str], str] = {
    ("bool", False, "true"): "with MFA",
    ("bool", True, "false"): "without MFA",
}

# Between a key and its values, and the same for an operator that is true where none of them matches.
_IS: Mapping[str, str] = {
    "stringequals": "is",
    "stringequalsignorecase": "is, ignoring case,",
    "stringlike": "matches",
    "arnlike": "matches",
    "arnequals": "matches",  # AWS treats it as ArnLike
    "bool": "is",
    "binaryequals": "is, as Base64,",
    "numericequals": "is",
    "numericlessthan": "is less than",
    "numericlessthanequals": "is at most",
    "numericgreaterthan": "is more than",
    "numericgreaterthanequals": "is at least",
    "dateequals": "is",
    "datelessthan": "is before",
    "datelessthanequals": "is at the latest",
    "dategreaterthan": "is after",
    "dategreaterthanequals": "is at the earliest",
    "ipaddress": "is in",
}
_IS_NOT: Mapping[str, str] = {
    "stringnotequals": "is not",
    "stringnotequalsignorecase": "is not, ignoring case,",
    "stringnotlike": "doesn’t match",
    "arnnotlike": "doesn’t match",
    "arnnotequals": "doesn’t match",
    "numericnotequals": "is not",
    "datenotequals": "is not",
    "notipaddress": "is not in",
}


def condition_words(block: Any) -> str:
    """Of a Condition element: "if …", "with MFA", or "if " and the JSON where it has something that makes no sense."""
    document = document_of({"Statement": {"Condition": block}})
    conditions = document.statements[0].conditions if document.statements else ()
    written = [_in_words(each) for each in conditions]
    if not written or document.statements[0].holds_never or None in written:
        return f"if {json.dumps(block)}"
    if len(conditions) == 1 and (mfa := _mfa(conditions[0])):
        return mfa
    return f"if {' and '.join(filter(None, written))}"


def _mfa(condition: Condition) -> str:
    if condition.name != _MFA or condition.quantifier is not Quantifier.NONE or len(condition.words) != 1:
        return ""
    return _OF_MFA.get((condition.base, condition.if_exists, condition.words[0].lower()), "")


def _in_words(condition: Condition) -> str | None:
    key, words = condition.key, condition.words
    if condition.base == NULL:
        return _presence(key, words) if not condition.if_exists and condition.quantifier is Quantifier.NONE else None
    negated = condition.base in _IS_NOT
    verb = _IS_NOT.get(condition.base) or _IS.get(condition.base)
    if verb is None or condition.base not in OPERATORS_BY_LOWER_NAME or not words:
        return None
    listed = _listed(words, "nor" if negated else "or")
    if condition.quantifier is Quantifier.ALL:
        return f"each value of {key}, if any, {verb} {listed}"
    if condition.quantifier is Quantifier.ANY:
        return f"some value of {key} {verb} {listed}{' or it is missing' if condition.if_exists else ''}"
    missing = " or is missing" if condition.if_exists or negated else ""
    return f"{key} {verb} {listed}{missing}"


def _presence(key: str, words: Sequence[str]) -> str | None:
    wanted = " ".join(words).lower()
    return f"{key} is missing" if wanted == "true" else f"{key} is there" if wanted == "false" else None


def _listed(words: Sequence[str], conjunction: str) -> str:
    shown = [word or "empty" for word in words]
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} {conjunction} {shown[-1]}"
