"""Conditions in words, for people: `if aws:SourceIp is in 10.0.0.0/8 and aws:PrincipalTag/team is red`.

IAM User Guide, "IAM JSON policy elements: Condition operators" and "Conditions with multiple context keys or values":
several values of a key are alternatives, several keys must all be so. Words say no more and no less than the block;
what they can't say stays JSON.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from policies.engine.conditions import NULL, OPERATORS_BY_LOWER_NAME
from policies.engine.statements import Condition, Quantifier, document_of

# Both say it exactly: only "BoolIfExists" also matches requests without the key, which have no MFA either.
_MFA = "aws:multifactorauthpresent"
_OF_MFA: Mapping[tuple[str, bool, str], str] = {
    ("bool", False, "true"): "signed in with MFA",
    ("bool", True, "false"): "signed in without MFA",
}

# AWS global condition context keys, and a few of services, by what a request is whose key has such a value. For
# operators that say "is", "matches" or "is in", and for those that say the opposite.
_REQUESTS: Mapping[str, str] = {
    "aws:calledviafirst": "made through {}",
    "aws:calledvialast": "made through {}",
    "aws:principalaccount": "by principals of AWS account {}",
    "aws:principalarn": "by {}",
    "aws:principalorgid": "by principals of the organization {}",
    "aws:requestedregion": "in {}",
    "aws:resourceaccount": "on resources of AWS account {}",
    "aws:resourceorgid": "on resources of the organization {}",
    "aws:sourceaccount": "for AWS account {}",
    "aws:sourcearn": "for {}",
    "aws:sourceip": "from {}",
    "aws:sourcevpc": "through the VPC {}",
    "aws:sourcevpce": "through the VPC endpoint {}",
    "aws:username": "by the user {}",
    "iam:associatedresourcearn": "for {}",
    "iam:passedtoservice": "passing it to {}",
    "iam:permissionsboundary": "with the permissions boundary {}",
    "iam:policyarn": "with the policy {}",
    "kms:viaservice": "through {}",
    "sts:externalid": "with the external ID {}",
}
_TAGS: Mapping[str, str] = {
    "aws:principaltag/": "by principals tagged {}={{}}",
    "aws:requesttag/": "setting the tag {}={{}}",
    "aws:resourcetag/": "on resources tagged {}={{}}",
    "iam:resourcetag/": "on resources tagged {}={{}}",
}
_FLAGS: Mapping[tuple[str, str], str] = {
    ("aws:securetransport", "true"): "over TLS",
    ("aws:securetransport", "false"): "without TLS",
    ("aws:viaawsservice", "true"): "made by an AWS service for the caller",
    ("aws:viaawsservice", "false"): "made by the caller directly",
}
_ADDRESS = "aws:sourceip"
_LIKE = frozenset({"stringlike", "arnlike", "arnequals", "ipaddress"})
_NOT_LIKE = {"stringnotlike": "stringlike", "arnnotlike": "arnlike", "arnnotequals": "arnlike"}
_NEGATED: Mapping[str, str] = {**_NOT_LIKE, "stringnotequals": "stringequals", "notipaddress": "ipaddress"}

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
    """Of a Condition element: "only in eu-west-1", "if …", or "if " and the JSON where it has something that makes no
    sense.
    """
    return _said(block, "only", "unless")


def exception_words(block: Any) -> str:
    """Of one under which something is left out: "unless signed in without MFA", "only in eu-west-1"."""
    return _said(block, "unless", "only")


def _said(block: Any, when: str, unless: str) -> str:
    """`when` begins what is so where the condition is met, and `unless` what is so where it isn't."""
    conditional = "if" if when == "only" else when
    document = document_of({"Statement": {"Condition": block}})
    conditions = document.statements[0].conditions if document.statements else ()
    written = [_in_words(each) for each in conditions]
    if not written or document.statements[0].holds_never or None in written:
        return f"{conditional} {json.dumps(block)}"
    requests = [_request(each) for each in conditions]
    if len(conditions) == 1 and (request := requests[0]):
        return f"{unless if request.negated else when} {request.words}{request.or_missing}"
    both = [each.positive if each and each.positive else words for each, words in zip(requests, written, strict=True)]
    return f"{conditional} {' and '.join(filter(None, both))}"


@dataclass(frozen=True)
class _Request:
    """What a condition asks of a request, as "in eu-west-1": that it is so, or (`negated`) that it isn't.

    `or_missing`: or the key is missing. What is negated is also met where it is.
    """

    words: str
    negated: bool = False
    or_missing: str = ""

    @property
    def positive(self) -> str:
        """To stand beside other conditions; "" where it can't."""
        return "" if self.negated or self.or_missing else self.words


def _request(condition: Condition) -> _Request | None:
    """None where only the key and its values say it."""
    if condition.quantifier is not Quantifier.NONE or not condition.words:
        return None
    if mfa := _mfa(condition):
        return _Request(mfa)
    or_missing = f", or if {condition.key} is missing" if condition.if_exists else ""
    if condition.base == "bool":
        flag = _FLAGS.get((condition.name, condition.words[0].lower())) if len(condition.words) == 1 else None
        return _Request(flag, or_missing=or_missing) if flag else None
    base = _NEGATED.get(condition.base, condition.base)
    template = _template(condition)
    if not template or not (base in _LIKE or base == "stringequals") or "" in condition.words:
        return None
    if (base == "ipaddress") is not (condition.name == _ADDRESS):
        return None  # as text it would be compared letter by letter
    if base == "stringequals" and any(sign in word for word in condition.words for sign in "*?"):
        return None  # to the letter, and would be read as a pattern
    words = template.format(_listed(condition.words, "or"))
    negated = condition.base in _NEGATED
    return _Request(words, negated, "" if negated else or_missing)


def _template(condition: Condition) -> str:
    for prefix, template in _TAGS.items():
        if condition.name.startswith(prefix) and not set("{}") & set(condition.key):
            return template.format(condition.key[len(prefix) :])
    return _REQUESTS.get(condition.name, "")


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
