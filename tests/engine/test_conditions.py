"""Conditions, rule by rule as the IAM User Guide has them ("Condition operators", "Multivalued context keys")."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.engine.conditions import OPERATORS, compile_conditions
from policies.engine.statements import document_of

Values = dict[str, Any]


def holds(condition: Any, context: Values | None = None, *, version: str = "2012-10-17") -> bool:
    said = {
        key.lower(): tuple(value) if isinstance(value, list) else (value,) for key, value in (context or {}).items()
    }

    def lookup(key: str) -> str | None:
        values = said.get(key)
        return values[0] if values else None

    document = document_of({"Version": version, "Statement": {"Condition": condition}})
    tests = compile_conditions(document.statements[0], with_variables=document.with_variables)
    return all(test.holds(said.get(test.key), lookup) for test in tests)


POSITIVE = [name for name, operator in OPERATORS.items() if not operator.negated]
NEGATED = [name for name, operator in OPERATORS.items() if operator.negated]


@pytest.mark.parametrize("operator", POSITIVE)
def test_a_missing_key_fails_a_positive_operator(operator: str) -> None:
    assert not holds({operator: {"aws:x": "1"}})


@pytest.mark.parametrize("operator", NEGATED)
def test_a_missing_key_passes_a_negated_operator(operator: str) -> None:
    assert holds({operator: {"aws:x": "1"}})


@pytest.mark.parametrize("operator", [*POSITIVE, *NEGATED])
def test_if_exists_lets_a_missing_key_pass(operator: str) -> None:
    assert holds({f"{operator}IfExists": {"aws:x": "1"}})


def test_if_exists_looks_at_a_key_that_is_there() -> None:
    assert not holds({"StringEqualsIfExists": {"aws:x": "a"}}, {"aws:x": "b"})


@pytest.mark.parametrize(
    ("wanted", "context", "expected"),
    [
        ("true", {}, True),
        ("true", {"aws:x": "1"}, False),
        ("false", {}, False),
        ("false", {"aws:x": "1"}, True),
        ("false", {"aws:x": []}, False),
        (True, {}, True),
    ],
)
def test_null_asks_whether_the_key_is_there(wanted: Any, context: Values, expected: bool) -> None:
    assert holds({"Null": {"aws:x": wanted}}, context) is expected


def test_null_does_not_go_with_if_exists() -> None:
    assert not holds({"NullIfExists": {"aws:x": "true"}})


@pytest.mark.parametrize("context", [{}, {"aws:TagKeys": []}])
def test_for_all_values_is_true_of_nothing(context: Values) -> None:
    assert holds({"ForAllValues:StringEquals": {"aws:TagKeys": ["a"]}}, context)


@pytest.mark.parametrize("operator", ["StringEquals", "StringNotEquals", "StringLike", "StringNotLike"])
@pytest.mark.parametrize("context", [{}, {"aws:TagKeys": []}])
def test_for_any_value_is_false_of_nothing(operator: str, context: Values) -> None:
    assert not holds({f"ForAnyValue:{operator}": {"aws:TagKeys": ["a"]}}, context)


@pytest.mark.parametrize(
    ("operator", "values", "expected"),
    [
        ("ForAllValues:StringEquals", ["a", "b"], True),
        ("ForAllValues:StringEquals", ["a", "c"], False),
        ("ForAnyValue:StringEquals", ["a", "c"], True),
        ("ForAnyValue:StringEquals", ["c"], False),
        ("ForAnyValue:StringNotEquals", ["a", "c"], True),
        ("ForAnyValue:StringNotEquals", ["a", "b"], False),
        ("ForAllValues:StringNotEquals", ["c", "d"], True),
        ("ForAllValues:StringNotEquals", ["a", "d"], False),
    ],
)
def test_set_operators_look_at_each_value(operator: str, values: list[str], expected: bool) -> None:
    assert holds({operator: {"aws:TagKeys": ["a", "b"]}}, {"aws:TagKeys": values}) is expected


def test_keys_and_blocks_must_all_hold() -> None:
    both = {"StringEquals": {"aws:a": "1", "aws:b": "2"}, "Bool": {"aws:c": "true"}}
    said = {"aws:a": "1", "aws:b": "2", "aws:c": "true"}
    assert holds(both, said)
    assert not any(holds(both, said | {key: "x"}) for key in said)


def test_one_of_several_values_is_enough() -> None:
    assert holds({"StringEquals": {"aws:a": ["1", "2"]}}, {"aws:a": "2"})


def test_none_of_several_values_may_be_there_under_a_negated_operator() -> None:
    assert holds({"StringNotEquals": {"aws:a": ["1", "2"]}}, {"aws:a": "3"})
    assert not holds({"StringNotEquals": {"aws:a": ["1", "2"]}}, {"aws:a": "2"})


def test_the_names_of_keys_have_no_case_and_values_do() -> None:
    assert holds({"StringEquals": {"AWS:PrincipalTag/Team": "Red"}}, {"aws:principaltag/TEAM": "Red"})
    assert not holds({"StringEquals": {"aws:PrincipalTag/Team": "Red"}}, {"aws:PrincipalTag/Team": "red"})


@pytest.mark.parametrize("operator", ["ArnEquals", "ArnLike"])
@pytest.mark.parametrize(
    ("pattern", "arn", "expected"),
    [
        ("arn:aws:iam::*:role/x", "arn:aws:iam::123456789012:role/x", True),
        ("arn:aws:sns:*:topic", "arn:aws:sns:eu-west-1:123456789012:topic", False),
        ("arn:aws:sns:*:*:topic", "arn:aws:sns:eu-west-1:123456789012:topic", True),
        ("arn:aws:sns:*:*:t*", "arn:aws:sns:eu-west-1:123456789012:topic:sub", True),
    ],
)
def test_arns_are_compared_part_by_part(operator: str, pattern: str, arn: str, expected: bool) -> None:
    assert holds({operator: {"aws:SourceArn": pattern}}, {"aws:SourceArn": arn}) is expected


def test_string_like_crosses_colons_and_string_equals_takes_stars_literally() -> None:
    arn = "arn:aws:sns:eu-west-1:123456789012:topic"
    assert holds({"StringLike": {"aws:SourceArn": "arn:aws:sns:*:topic"}}, {"aws:SourceArn": arn})
    assert not holds({"StringEquals": {"aws:x": "a*"}}, {"aws:x": "ab"})
    assert holds({"StringEquals": {"aws:x": "a*"}}, {"aws:x": "a*"})
    assert holds({"StringEqualsIgnoreCase": {"aws:x": "AbC"}}, {"aws:x": "aBc"})


@pytest.mark.parametrize(
    ("operator", "wanted", "given", "expected"),
    [
        ("DateEquals", "2026-01-01T12:00:00+02:00", "2026-01-01T10:00:00Z", True),
        ("DateLessThan", "2026-01-01T00:00:00Z", "1767225599", True),
        ("DateLessThan", "2026-01-01T00:00:00Z", "1767225600", False),
        ("DateGreaterThanEquals", "1767225600", "2026-01-01T00:00:00Z", True),
        ("DateEquals", "never", "never", False),
        ("DateLessThan", "2026", "2025-12-31T23:59:59Z", True),
        ("DateLessThan", "2026-02", "2026-01-31T23:59:59.999Z", True),
        ("DateLessThan", "2026-02", "2026-02-01", False),
        ("DateEquals", "2026-02", "2026-02-01T00:00Z", True),
        ("DateEquals", "2026-01-31", "2026-01-31T00:00:00Z", True),
        ("DateEquals", "2026-01-31T01:00+01:00", "1769817600", True),
        ("DateNotEquals", "2026-13", "2026-12", True),
        ("DateEquals", "2026-W01-1", "2025-12-29T00:00:00Z", False),
        ("DateEquals", "20260101", "2026-01-01", False),
        ("NumericEquals", "10", "10.0", True),
        ("NumericLessThanEquals", "10", "1e1", True),
        ("NumericGreaterThan", "9", "10", True),
        ("NumericEquals", "ten", "ten", False),
        ("Bool", "true", "True", True),
        ("Bool", "false", "true", False),
        ("Bool", True, "true", True),
        ("BinaryEquals", "QmluYXJ5", "QmluYXJ5", True),
        ("BinaryEquals", "QmluYXJ5", "QmluYXJ6", False),
        ("IpAddress", "203.0.113.0/24", "203.0.113.9", True),
        ("IpAddress", "203.0.113.0/24", "203.0.114.9", False),
        ("IpAddress", "2001:DB8::/32", "2001:0db8:0:0::1", True),
        ("IpAddress", "0.0.0.0/0", "2001:db8::1", False),
        ("NotIpAddress", "0.0.0.0/0", "2001:db8::1", True),
        ("IpAddress", "203.0.113.7", "203.0.113.7", True),
        ("IpAddress", "nowhere", "203.0.113.7", False),
    ],
)
def test_values_are_compared_by_what_they_mean(operator: str, wanted: Any, given: str, expected: bool) -> None:
    assert holds({operator: {"aws:x": wanted}}, {"aws:x": given}) is expected


@pytest.mark.parametrize("condition", [{"StringMatches": {"aws:x": "a"}}, {"StringEquals": "a"}, "a", ["a"], 5])
def test_what_aws_does_not_have_never_holds(condition: Any) -> None:
    assert not holds(condition, {"aws:x": "a"})


# ---- Variables -----------------------------------------------------------------------------------------------
SAID = {"aws:username": "dana", "aws:x": "dana"}


@pytest.mark.parametrize(
    ("value", "context", "expected"),
    [
        ("${aws:username}", SAID, True),
        ("${AWS:UserName}", SAID, True),
        ("${aws:username}", {"aws:x": "dana"}, False),
        ("${aws:username, 'dana'}", {"aws:x": "dana"}, True),
        ("${aws:username, 'other'}", SAID, True),
        ("d${*}", {"aws:x": "d*"}, True),
        ("d${*}", SAID, False),
        ("${$}{x}", {"aws:x": "${x}"}, True),
        ("d${?}", {"aws:x": "d?"}, True),
    ],
)
def test_variables(value: str, context: Values, expected: bool) -> None:
    assert holds({"StringLike": {"aws:x": value}}, context) is expected


def test_what_a_variable_brings_is_no_wildcard() -> None:
    assert not holds({"StringLike": {"aws:x": "${aws:username}"}}, {"aws:username": "*", "aws:x": "anything"})


def test_older_documents_have_no_variables() -> None:
    assert not holds({"StringEquals": {"aws:x": "${aws:username}"}}, SAID, version="2008-10-17")
    literal = {"aws:x": "${aws:username}"}
    assert holds({"StringEquals": {"aws:x": "${aws:username}"}}, literal, version="2008-10-17")


@pytest.mark.parametrize("operator", ["NumericEquals", "DateEquals", "IpAddress", "BinaryEquals"])
def test_only_texts_take_variables(operator: str) -> None:
    assert not holds({operator: {"aws:x": "${aws:y}"}}, {"aws:x": "10", "aws:y": "10"})


# ---- Garbage -------------------------------------------------------------------------------------------------
JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
BLOCKS = st.dictionaries(st.sampled_from([*OPERATORS, "Null", "ForAllValues:StringLike", "x"]), JSON, max_size=3)


@given(condition=BLOCKS | JSON, value=st.text(max_size=12))
def test_any_condition_and_any_value_have_an_answer(condition: Any, value: str) -> None:
    holds(condition, {"aws:x": value, "": value})
