"""Conditions in words: every operator has some, and what has none stays as it is written."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.engine.condition_words import condition_words
from policies.engine.conditions import OPERATORS


@pytest.mark.parametrize(
    ("block", "words"),
    [
        ({"Bool": {"aws:MultiFactorAuthPresent": "true"}}, "with MFA"),
        ({"Bool": {"aws:MultiFactorAuthPresent": True}}, "with MFA"),
        ({"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}, "without MFA"),
        ({"Bool": {"aws:MultiFactorAuthPresent": "false"}}, "if aws:MultiFactorAuthPresent is false"),
        (
            {"BoolIfExists": {"aws:MultiFactorAuthPresent": "true"}},
            "if aws:MultiFactorAuthPresent is true or is missing",
        ),
        ({"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}, "if aws:SourceIp is in 10.0.0.0/8"),
        (
            {"NotIpAddress": {"aws:SourceIp": ["10.0.0.0/8", "192.0.2.1"]}},
            "if aws:SourceIp is not in 10.0.0.0/8 nor 192.0.2.1 or is missing",
        ),
        (
            {"StringEquals": {"aws:PrincipalTag/team": ["red", "blue"]}, "Null": {"aws:TokenIssueTime": "false"}},
            "if aws:PrincipalTag/team is red or blue and aws:TokenIssueTime is there",
        ),
        ({"Null": {"aws:SourceVpce": "true"}}, "if aws:SourceVpce is missing"),
        ({"NumericLessThan": {"aws:MultiFactorAuthAge": 900}}, "if aws:MultiFactorAuthAge is less than 900"),
        ({"DateGreaterThan": {"aws:CurrentTime": "2026-01-01"}}, "if aws:CurrentTime is after 2026-01-01"),
        (
            {"ForAllValues:StringEquals": {"aws:TagKeys": ["a", "b"]}},
            "if each value of aws:TagKeys, if any, is a or b",
        ),
        ({"ForAnyValue:StringLike": {"aws:TagKeys": "a*"}}, "if some value of aws:TagKeys matches a*"),
        ({"StringEquals": {"s3:prefix": ""}}, "if s3:prefix is empty"),
    ],
)
def test_says_it(block: Any, words: str) -> None:
    assert condition_words(block) == words


@pytest.mark.parametrize("operator", OPERATORS)
@pytest.mark.parametrize("addition", ["", "IfExists"])
def test_every_operator_has_words(operator: str, addition: str) -> None:
    said = condition_words({f"{operator}{addition}": {"aws:Key": "1"}})
    assert said.startswith(("if aws:Key is", "if aws:Key matches", "if aws:Key doesn’t match"))
    assert said.endswith("or is missing") is ("Not" in operator or bool(addition))


@pytest.mark.parametrize(
    "block",
    [{}, [], "x", {"Equals": {"a:b": "c"}}, {"Bool": "true"}, {"Null": {"a:b": "perhaps"}}, {"Bool": {"a:b": []}}],
)
def test_what_makes_no_sense_stays_json(block: Any) -> None:
    assert condition_words(block) == f"if {json.dumps(block)}"


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*OPERATORS, "Null", "a:b"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(_JSON)
def test_takes_anything(block: Any) -> None:
    assert condition_words(block)
