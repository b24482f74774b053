"""Conditions in words: every operator has some, and what has none stays as it is written."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.engine.condition_words import condition_words, exception_words
from policies.engine.conditions import OPERATORS
from tests.engine.test_conditions import holds


@pytest.mark.parametrize(
    ("block", "words"),
    [
        ({"Bool": {"aws:MultiFactorAuthPresent": "true"}}, "only signed in with MFA"),
        ({"Bool": {"aws:MultiFactorAuthPresent": True}}, "only signed in with MFA"),
        ({"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}, "only signed in without MFA"),
        ({"Bool": {"aws:MultiFactorAuthPresent": "false"}}, "if aws:MultiFactorAuthPresent is false"),
        (
            {"BoolIfExists": {"aws:MultiFactorAuthPresent": "true"}},
            "if aws:MultiFactorAuthPresent is true or is missing",
        ),
        ({"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}, "only from 10.0.0.0/8"),
        (
            {"NotIpAddress": {"aws:SourceIp": ["10.0.0.0/8", "192.0.2.1"]}},
            "unless from 10.0.0.0/8 or 192.0.2.1",
        ),
        (
            {"StringEquals": {"aws:PrincipalTag/team": ["red", "blue"]}, "Null": {"aws:TokenIssueTime": "false"}},
            "if by principals tagged team=red or blue and aws:TokenIssueTime is there",
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
        ({"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}, "only in eu-west-1"),
        ({"StringNotEquals": {"aws:RequestedRegion": ["eu-west-1", "eu-west-2"]}}, "unless in eu-west-1 or eu-west-2"),
        (
            {"StringEqualsIfExists": {"aws:RequestedRegion": "eu-west-1"}},
            "only in eu-west-1, or if aws:RequestedRegion is missing",
        ),
        ({"Bool": {"aws:SecureTransport": "false"}}, "only without TLS"),
        ({"StringLike": {"aws:ResourceTag/team": "r*"}}, "only on resources tagged team=r*"),
        ({"StringEquals": {"aws:SourceVpce": "vpce-*"}}, "if aws:SourceVpce is vpce-*"),
        ({"StringEquals": {"aws:SourceIp": "10.0.0.1"}}, "if aws:SourceIp is 10.0.0.1"),
        ({"IpAddress": {"aws:RequestedRegion": "10.0.0.0/8"}}, "if aws:RequestedRegion is in 10.0.0.0/8"),
        ({"StringEquals": {"sts:ExternalId": "{0}"}}, "only with the external ID {0}"),
        ({"StringEquals": {"aws:ResourceTag/{x}": "a"}}, "if aws:ResourceTag/{x} is a"),
    ],
)
def test_says_it(block: Any, words: str) -> None:
    assert condition_words(block) == words


@pytest.mark.parametrize(
    ("block", "words"),
    [
        ({"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}, "unless signed in without MFA"),
        ({"StringNotEquals": {"aws:RequestedRegion": "eu-west-1"}}, "only in eu-west-1"),
        ({"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}, "unless from 10.0.0.0/8"),
        ({"Null": {"aws:SourceVpce": "true"}}, "unless aws:SourceVpce is missing"),
        (
            {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}, "Bool": {"aws:SecureTransport": "true"}},
            "unless in eu-west-1 and over TLS",
        ),
    ],
)
def test_says_what_is_left_out(block: Any, words: str) -> None:
    assert exception_words(block) == words


_OPERATORS = [f"{operator}{addition}" for operator in OPERATORS for addition in ("", "IfExists")]
_VALUES: dict[str, list[str]] = {
    "aws:SourceIp": ["10.0.0.0/8", "10.0.0.1", "192.0.2.1", "10.*"],
    "aws:RequestedRegion": ["eu-west-1", "eu-*", "EU-WEST-1"],
    "aws:MultiFactorAuthPresent": ["true", "false"],
    "aws:SecureTransport": ["true", "false", "TRUE"],
    "aws:ResourceTag/team": ["red", "r*", "blue"],
    "aws:PrincipalArn": ["arn:aws:iam::123456789012:role/a", "arn:aws:iam::123456789012:role/*"],
}


@given(st.data())
def test_alike_in_words_are_alike(data: st.DataObject) -> None:
    """Two conditions on a key of which the same is said hold for the same requests; an exception is the opposite."""
    key = data.draw(st.sampled_from(sorted(_VALUES)))
    values = st.lists(st.sampled_from(_VALUES[key]), min_size=1, max_size=2, unique=True)
    one, other = ({data.draw(st.sampled_from(_OPERATORS)): {key: data.draw(values)}} for _ in range(2))
    contexts: list[dict[str, str]] = [{}, *({key: value} for value in _VALUES[key])]
    held, other_held = ([holds(block, context) for context in contexts] for block in (one, other))
    if condition_words(one) == condition_words(other):
        assert held == other_held
    if condition_words(one) == exception_words(other):
        assert held == [not each for each in other_held]


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
