"""Documents as texts that people may have written: with all sorts of white space, escapes and forms of numbers."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

from tests.engine.strategies import few, one_of, someone

_SPACES = st.sampled_from(["", "", " ", "\n", "\n  ", "\n      ", "\t", "\r\n  ", " \n\n "])
_names = st.text(st.sampled_from('abé*?"\\/ $\u2028{}'), max_size=4)
_values = st.one_of(_names, st.booleans(), st.integers(-5, 5), st.sampled_from([1.5, 1e3]))


def _one_or_many(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return strategy | st.lists(strategy, max_size=3)


_actions = one_of("s3:GetObject", "s3:putobject", "s3:*", "sqs:Send*", "ec2:DescribeInstances", "nosuch:Thing")
_operators = one_of(
    "StringEquals", "StringLike", "Bool", "NumericLessThan", "Null", "ForAnyValue:StringLike", "Nothing"
)
_keys = one_of("aws:SourceIp", "aws:PrincipalTag/a", "s3:prefix", "AWS:sourceip")
_conditions = st.dictionaries(_operators, st.dictionaries(_keys, _one_or_many(_values), max_size=2), max_size=3)
_principals = st.just("*") | st.dictionaries(one_of("AWS", "Service", "Federated"), few(someone) | someone, max_size=2)


@st.composite
def _statements(draw: st.DrawFn) -> dict[str, Any]:
    members: dict[str, st.SearchStrategy[Any]] = {
        "Sid": one_of("One", "Two2", "Three", ""),
        "Effect": one_of("Allow", "Deny"),
        draw(one_of("Action", "Action", "Action", "NotAction")): _one_or_many(_actions),
        draw(one_of("Resource", "Resource", "NotResource")): _one_or_many(_names),
        "Principal": _principals,
        "Condition": _conditions,
        "Something": _values,
    }
    names = draw(st.lists(st.sampled_from(sorted(members)), unique=True, max_size=7))
    return {name: draw(members[name]) for name in names}


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    several = st.lists(_statements(), max_size=4)
    members = {"Version": "2012-10-17", "Id": "é", "Statement": draw(several | _statements())}
    names = draw(st.permutations(sorted(members)))
    return {name: members[name] for name in names}


@st.composite
def texts_of(draw: st.DrawFn, value: Any) -> str:
    """A way to write it: each choice at random, but for a third of the texts, which are as programs write them."""
    if draw(st.integers(0, 2)) == 0:
        indent = draw(st.sampled_from([None, 2, 4]))
        return json.dumps(value, indent=indent, ensure_ascii=draw(st.booleans()))
    return _written(draw, value)


def _written(draw: st.DrawFn, value: Any) -> str:
    if isinstance(value, dict):
        members = [f"{_text(draw, name)}{_space(draw)}:{_written(draw, each)}" for name, each in value.items()]
        return _space(draw) + "{" + _between(draw, members) + "}" + _space(draw)
    if isinstance(value, list):
        return _space(draw) + "[" + _between(draw, [_written(draw, each) for each in value]) + "]" + _space(draw)
    if isinstance(value, str):
        return _space(draw) + _text(draw, value) + _space(draw)
    if isinstance(value, bool):
        return _space(draw) + json.dumps(value)
    return _space(draw) + draw(
        st.sampled_from([repr(value), f"{value:.1e}" if value == float(f"{value:.1e}") else "0"])
    )


def _between(draw: st.DrawFn, parts: list[str]) -> str:
    return _space(draw) + ",".join(f"{_space(draw)}{part}{_space(draw)}" for part in parts) + _space(draw)


def _space(draw: st.DrawFn) -> str:
    return draw(_SPACES)


def _text(draw: st.DrawFn, text: str) -> str:
    if text and draw(st.integers(0, 5)) == 0:
        return '"' + "".join(f"\\u{ord(each):04X}" for each in text) + '"'
    return json.dumps(text, ensure_ascii=draw(st.booleans()))
