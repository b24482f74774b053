"""The values of conditions: can they ever match?

IAM User Guide, "IAM JSON policy elements: Condition operators", "AWS global condition context keys".
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial

from aws_constraints.arn import Arn
from policies.engine import catalogue
from policies.engine.conditions import instant, number
from policies.engine.lint.actions import shown
from policies.engine.lint.arns import NO_REGION, is_open
from policies.engine.lint.checks import FindingMark, Severity, condition_check, replaced
from policies.engine.lint.operators import family_of, operator_name, rewritten
from policies.engine.lint.subject import LintCondition, LintStatement
from policies.engine.statements import StatementText

_LONGEST = 4096  # no value that is compared is longer


def values_of_family(statement: LintStatement, family: str) -> Iterator[tuple[LintCondition, StatementText]]:
    for test in statement.tests:
        if family_of(test) == family:
            yield from ((test, text) for text in test.values if len(text.value) <= _LONGEST)


# ---- Types -----------------------------------------------------------------------------------------------------
@condition_check("INVALID_CONDITION_DATA_TYPE", Severity.ERROR, "Values of several JSON types for one condition key.")
def mixed_types(statement: LintStatement) -> Iterator[FindingMark]:
    for test in statement.tests:
        if len({_json_type(value) for value, _ in test.raw_values}) > 1:
            yield FindingMark(
                f"The values of {test.key} are of several JSON types: write them all as texts.", test.path
            )


def _json_type(value: object) -> str:
    return "number" if isinstance(value, int | float) and not isinstance(value, bool) else type(value).__name__


@condition_check(
    "INVALID_CONDITION_MULTIPLE_BOOLEAN", Severity.ERROR, "Bool with more than one value.", words=("bool",)
)
def several_booleans(statement: LintStatement) -> Iterator[FindingMark]:
    for test in statement.tests:
        if test.base == "bool" and len(test.raw_values) > 1:
            yield FindingMark(f"{test.key} can be true or false: give one value.", test.path)


@condition_check(
    "TYPE_MISMATCH_BOOLEAN",
    Severity.WARNING,
    "Bool or Null with a value that is neither true nor false.",
    words=("bool", "null"),
)
def bad_booleans(statement: LintStatement) -> Iterator[FindingMark]:
    for test, text in (*values_of_family(statement, "bool"), *values_of_family(statement, "null")):
        if text.value.lower() not in ("true", "false") and "${" not in text.value:
            yield FindingMark(f"{operator_name(test)} takes true or false.", text.path)


@condition_check(
    "TYPE_MISMATCH_NUMBER", Severity.WARNING, "Numeric… with a value that is no number.", words=("numeric",)
)
def bad_numbers(statement: LintStatement) -> Iterator[FindingMark]:
    for test, text in values_of_family(statement, "numeric"):
        if number(text.value) is None and "${" not in text.value:
            yield FindingMark(f"{operator_name(test)} takes numbers.", text.path)


@condition_check("TYPE_MISMATCH_DATE", Severity.WARNING, "Date… with a value that is no date.", words=("date",))
def bad_dates(statement: LintStatement) -> Iterator[FindingMark]:
    for test, text in values_of_family(statement, "date"):
        if _instant(text.value) is None and "${" not in text.value:
            yield FindingMark(f"{operator_name(test)} takes dates such as 2026-01-31T00:00:00Z.", text.path)


@condition_check("INVALID_DATE_VALUE", Severity.WARNING, "A date in seconds since 1970.", words=("date",))
def dates_in_seconds(statement: LintStatement) -> Iterator[FindingMark]:
    for _, text in values_of_family(statement, "date"):
        if (
            number(text.value) is not None
            and (found := _instant(text.value))
            and not re.fullmatch(r"\d{4}", text.value)
        ):
            written = found.isoformat().replace("+00:00", "Z")
            yield FindingMark(
                f"Write the date as people do: {written}.", text.path, make_fix=replaced(text.path, written)
            )


def _instant(text: str) -> datetime | None:
    return instant(text) if len(text) <= 64 else None


@condition_check(
    "TYPE_MISMATCH_STRING", Severity.WARNING, "BinaryEquals with a value that isn't base64.", words=("binaryequals",)
)
def bad_binaries(statement: LintStatement) -> Iterator[FindingMark]:
    for _, text in values_of_family(statement, "binary"):
        try:
            base64.b64decode(text.value, validate=True)
        except (binascii.Error, ValueError):
            yield FindingMark("BinaryEquals takes base64.", text.path)


# ---- Wildcards -------------------------------------------------------------------------------------------------
_WITHOUT_WILDCARDS = {"stringequals": "StringLike", "stringnotequals": "StringNotLike"}
_WILDCARD = re.compile(r"(?<!\$\{)[*?]")  # ${*} is the character itself


@condition_check(
    "WILDCARD_WITHOUT_LIKE_OPERATOR", Severity.WARNING, "* or ? under an operator that takes it literally."
)
def literal_wildcards(statement: LintStatement) -> Iterator[FindingMark]:
    for test in statement.tests:
        better = _WITHOUT_WILDCARDS.get(test.base)
        alone = len(statement.written["Condition"][test.operator]) == 1
        for text in test.values if better else ():
            if _WILDCARD.search(text.value):
                name = rewritten(test, better or "")
                make_fix = replaced(test.operator_path, name, at_name=True) if alone else None
                yield FindingMark(
                    f"Here * and ? are plain characters. If they aren't meant so, use {better}.",
                    text.path,
                    make_fix=make_fix,
                )


@condition_check(
    "WILDCARD_USAGE_TOO_PERMISSIVE",
    Severity.ERROR,
    "A wildcard in a key that names AWS accounts, organizations or VPCs, or before the colon of aws:userid.",
    words=("like",),
)
def wildcards_in_sensitive_keys(statement: LintStatement) -> Iterator[FindingMark]:
    for test, text in _of_sensitive_keys(statement):
        if _WILDCARD.search(text.value) and not _is_after_colon(test, text.value, _WILDCARD):
            yield FindingMark(f"A wildcard in {test.key} may match strangers: write the values out.", text.path)


_VARIABLE = re.compile(r"\$\{[^*?$}]")


@condition_check(
    "VARIABLE_USAGE_TOO_PERMISSIVE",
    Severity.ERROR,
    "A variable in a key that names AWS accounts, organizations or VPCs, or before the colon of aws:userid.",
    words=("${",),
)
def variables_in_sensitive_keys(statement: LintStatement) -> Iterator[FindingMark]:
    for test, text in _of_sensitive_keys(statement):
        if _VARIABLE.search(text.value) and not _is_after_colon(test, text.value, _VARIABLE):
            yield FindingMark(f"A variable in {test.key} may stand for anything: write the values out.", text.path)


def _of_sensitive_keys(statement: LintStatement) -> Iterator[tuple[LintCondition, StatementText]]:
    """Where a value lets somebody in."""
    for test in statement.tests:
        is_sensitive = test.name in catalogue.SENSITIVE_KEYS or test.name == "aws:userid"
        if is_sensitive and statement.allows and test.base in ("stringlike", "arnlike"):
            yield from ((test, text) for text in test.values)


def _is_after_colon(test: LintCondition, value: str, pattern: re.Pattern[str]) -> bool:
    """`AIDA…:*` and `*:name` are what aws:userid is made for."""
    before, colon, _ = value.partition(":")
    return test.name == "aws:userid" and bool(colon) and (before == "*" or not pattern.search(before))


def _matches_all(test: LintCondition) -> bool:
    return any(text.value and set(text.value) == {"*"} for text in test.values)


def _of_star(base: str, if_exists: bool, message: str, statement: LintStatement) -> Iterator[FindingMark]:
    for test in statement.tests:
        if test.base == base and test.if_exists is if_exists and not test.quantifier.value and _matches_all(test):
            yield FindingMark(message.format(key=test.key), test.path)


for _code, _base, _if_exists, _sentence, _message in (
    (
        "EQUIVALENT_TO_NULL_FALSE",
        "stringlike",
        False,
        "StringLike *: that the key is there.",
        'Every value matches: write "Null": {{"{key}": "false"}} if it must be there.',
    ),
    (
        "EQUIVALENT_TO_NULL_TRUE",
        "stringnotlike",
        False,
        "StringNotLike *: that the key isn't there.",
        'No value matches: write "Null": {{"{key}": "true"}} if it mustn\'t be there.',
    ),
    (
        "REDUNDANT_KEY_DUE_TO_WILDCARD_IN_CONDITION",
        "stringlike",
        True,
        "StringLikeIfExists *: always true.",
        "This is always true. Remove {key}.",
    ),
):
    condition_check(_code, Severity.SUGGESTION, _sentence)(partial(_of_star, _base, _if_exists, _message))


@condition_check(
    "REDUNDANT_STATEMENT_DUE_TO_WILDCARD_IN_CONDITION",
    Severity.SUGGESTION,
    "ForAnyValue:StringNotLike *: never true.",
    words=("foranyvalue",),
)
def never_true(statement: LintStatement) -> Iterator[FindingMark]:
    for test in statement.tests:
        if test.base == "stringnotlike" and test.quantifier.value.startswith("forany") and _matches_all(test):
            yield FindingMark("No value is unlike *: the statement never applies.", test.path)


# ---- What certain keys hold ------------------------------------------------------------------------------------
HOLD_REGIONS = (
    "aws:requestedregion",
    "account:targetregion",
    "batch:awslogsregion",
    "cloudformation:targetregion",
    "dsql:witnessregion",
    "ec2:region",
    "ec2:vpceserviceregion",
    "ec2:vpcesupportedregion",
    "identitystore:primaryregion",
    "kms:primaryregion",
    "kms:replicaregion",
    "s3:destinationregion",
    "secretsmanager:addreplicaregions",
    "secretsmanager:secretprimaryregion",
    "ses:replicaregion",
    "sso:primaryregion",
)
_NO_PLACE = "aws-global"  # as some services without Regions have it


@condition_check(
    "INVALID_REGION",
    Severity.ERROR,
    "aws:RequestedRegion, or another key that holds a Region, with what is none, or matches none.",
    words=HOLD_REGIONS,
)
def bad_regions(statement: LintStatement) -> Iterator[FindingMark]:
    for test in statement.tests_of(*HOLD_REGIONS):
        has_wildcards = test.base in ("stringlike", "stringnotlike")
        for text in test.values if test.base.startswith("string") else ():
            pattern = text.value.lower() if "ignorecase" in test.base else text.value
            if "${" in pattern or pattern == _NO_PLACE or (not has_wildcards and is_open(pattern)):
                continue  # wildcards under StringEquals have a finding of their own
            if not catalogue.may_be_region(pattern):
                yield FindingMark(NO_REGION.format(shown(text.value)), text.path)


def _shaped(key: str, pattern: str, message: str, statement: LintStatement) -> Iterator[FindingMark]:
    for test in statement.tests_of(key):
        for text in _closed(test):
            if not re.fullmatch(pattern, text.value):
                yield FindingMark(message, text.path)


def _closed(test: LintCondition) -> Sequence[StatementText]:
    return [text for text in test.values if test.base.startswith(("string", "arn")) and not is_open(text.value)]


for _code, _key, _pattern, _sentence, _message in (
    (
        "INVALID_VPC_FORMAT",
        "aws:sourcevpc",
        r"vpc-([0-9a-z]{8}|[0-9a-z]{17})",
        "aws:SourceVpc with what is no VPC.",
        "A VPC is vpc- with 8 or 17 letters and digits.",
    ),
    (
        "INVALID_VPCE_FORMAT",
        "aws:sourcevpce",
        r"vpce-([0-9a-z]{8}|[0-9a-z]{17})",
        "aws:SourceVpce with what is no endpoint.",
        "An endpoint is vpce- with 8 or 17 letters and digits.",
    ),
):
    condition_check(_code, Severity.ERROR, _sentence, words=(_key,))(partial(_shaped, _key, _pattern, _message))


@condition_check(
    "INVALID_KMS_KEY_VALUE",
    Severity.ERROR,
    "What is no ARN of a KMS key, for a condition key that holds one.",
    words=("kms",),
)
def values_that_are_no_kms_keys(statement: LintStatement) -> Iterator[FindingMark]:
    """For the keys that have KMS in their name and are of the type ARN, but KMS's own, which are about grants."""
    for test in statement.tests:
        is_arn = test.known is not None and test.known.type is catalogue.KeyType.ARN
        if "kms" not in test.name or test.name.startswith("kms:") or not is_arn:
            continue
        for text in _closed(test):
            if not Arn.match(text.value, "kms", "key"):
                yield FindingMark("This key holds the ARN of a KMS key: arn:aws:kms:region:account:key/id.", text.path)


@condition_check(
    "REDUNDANT_CONDITION_VALUE_NUM",
    Severity.SUGGESTION,
    "Several values where only the least or greatest counts.",
    words=("numeric",),
)
def numbers_that_count_for_nothing(statement: LintStatement) -> Iterator[FindingMark]:
    for test, _ in {test.path: (test, text) for test, text in values_of_family(statement, "numeric")}.values():
        if ("lessthan" in test.base or "greaterthan" in test.base) and len(test.values) > 1:
            which = "greatest" if "lessthan" in test.base else "least"
            yield FindingMark(f"Only the {which} of these values counts.", test.path)
