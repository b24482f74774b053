"""Differences between any two documents, held against what the evaluator decides of requests."""

from __future__ import annotations

from copy import deepcopy
from itertools import product
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policies.engine import catalogue
from policies.engine.callers import caller_of
from policies.engine.canonical import canonical
from policies.engine.compiled import Actions, Compiled
from policies.engine.diff.report import is_empty, policy_diff
from policies.engine.evaluate import Decision, Layers, Policy, Request, evaluate

ME = "123456789012"
DANA, ROLE = f"arn:aws:iam::{ME}:user/dana", f"arn:aws:iam::{ME}:role/app/reader"
ACTIONS = ["s3:GetObject", "s3:PutObject", "sqs:SendMessage", "ec2:DescribeInstances"]
USUAL = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def few(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    return st.lists(strategy, min_size=1, max_size=2)


def one_of(*names: str) -> st.SearchStrategy[str]:
    return st.sampled_from(names)


action_patterns = one_of(*ACTIONS, "*", "s3:*", "s3:Get*", "s*", "ec2:Desc?ibe*")
patterns = st.text("ab*?", max_size=3)
resources = st.one_of(
    one_of("*", "arn:aws:*:a", "arn:aws:s3:::${aws:username}", "arn:aws:s3:::a${aws:username}*"),
    patterns.map("arn:aws:s3:::{}".format),
)
equals = one_of("StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringEqualsIfExists")
several = one_of("ForAllValues:StringLike", "ForAnyValue:StringLike", "ForAnyValue:StringNotLike")
numeric = one_of("NumericLessThan", "NumericLessThanEquals", "NumericNotEquals")
tests = st.one_of(
    st.tuples(equals, one_of("aws:x", "aws:username"), few(one_of("a", "b", "ab", "A", "${aws:username}"))),
    st.tuples(one_of("StringLike", "StringNotLike"), st.just("aws:x"), few(patterns)),
    st.tuples(several, st.just("aws:TagKeys"), few(patterns)),
    st.tuples(numeric, st.just("aws:n"), one_of("1", "2.0", "2")),
    st.tuples(st.just("Null"), st.just("aws:x"), one_of("true", "false")),
)
conditions = st.lists(tests, max_size=2).map(lambda found: {operator: {key: value} for operator, key, value in found})
someone = one_of(DANA, ROLE, ME, "*", f"arn:aws:sts::{ME}:assumed-role/reader/one", "arn:aws:iam::210987654321:root")


@st.composite
def statements(draw: st.DrawFn, *, with_principals: bool = False) -> dict[str, Any]:
    found: dict[str, Any] = {"Effect": draw(one_of("Allow", "Allow", "Deny")), "Condition": draw(conditions)}
    found[draw(one_of("Action", "Action", "NotAction"))] = draw(few(action_patterns))
    found[draw(one_of("Resource", "Resource", "NotResource"))] = draw(few(resources))
    if with_principals:
        found[draw(one_of("Principal", "Principal", "NotPrincipal"))] = {"AWS": draw(few(someone))}
    return found


def document(listed: list[dict[str, Any]]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": listed}


@st.composite
def pairs(draw: st.DrawFn, *, with_principals: bool = False) -> tuple[dict[str, Any], dict[str, Any]]:
    """Two documents that have most in common, since two of any kind hardly have."""
    one = statements(with_principals=with_principals)
    common = draw(st.lists(one, max_size=2))
    return document([*common, *draw(st.lists(one, max_size=1))]), document([*common, *draw(st.lists(one, max_size=1))])


values = st.none() | st.sampled_from(["", "a", "b", "ab", "A", "abb"]).map(lambda text: (text,))
requests = st.fixed_dictionaries({
    "action": st.sampled_from(ACTIONS),
    "resource": st.just("*") | st.text("abc", max_size=4).map("arn:aws:s3:::{}".format),
    "context": st.fixed_dictionaries({
        "aws:x": values, "aws:username": values,
        "aws:tagkeys": st.none() | st.lists(st.sampled_from(["a", "b", "ab", "c"]), max_size=2).map(tuple),
        "aws:n": st.none() | st.sampled_from(["0", "1", "1.5", "2", "3", "?"]).map(lambda text: (text,)),
    }).map(lambda found: {key: value for key, value in found.items() if value is not None}),
})  # fmt: skip
callers = st.sampled_from([
    DANA, f"{DANA}2", ROLE, f"arn:aws:sts::{ME}:assumed-role/reader/one", f"arn:aws:sts::{ME}:assumed-role/reader/two",
    "arn:aws:iam::210987654321:user/dana", "lambda.amazonaws.com", "*",
])  # fmt: skip


def agrees(difference: dict[str, Any], action: str, was: bool, now: bool) -> bool:
    """Whether it tells of a request that was let through and no longer is, or the reverse."""
    if was == now:
        return True
    change = "gained" if now else "lost"
    undecided = [item["actions"] for item in difference["undecided"] if item["may_be"] == change]
    return action in difference[f"{change}_actions"] or any(action.lower() in Actions(each) for each in undecided)


@USUAL
@given(pair=pairs(), asked=st.lists(requests, min_size=10, max_size=10))
def test_no_request_is_decided_otherwise_without_a_difference(pair: Any, asked: list[Any]) -> None:
    difference = policy_diff(*pair)
    layers = [Layers(identity=(Policy("", Compiled(each)),)) for each in pair]
    for each in asked:
        request = Request(caller_of(ROLE), each["action"], each["resource"], ME, each["context"])
        was, now = (evaluate(request, layer).decision is Decision.ALLOWED for layer in layers)
        assert agrees(difference, each["action"], was, now)


@USUAL
@given(pair=pairs(with_principals=True), asked=st.lists(st.tuples(callers, requests), min_size=10, max_size=10))
def test_nor_is_one_of_any_caller(pair: Any, asked: list[Any]) -> None:
    """From within the AWS account, and from another, where the AWS account as principal is enough."""
    difference = policy_diff(*pair)
    everything = Policy("", Compiled(document([{"Effect": "Allow", "Action": "*", "Resource": "*"}])))
    for caller, each in asked:
        for account, identity in ((ME, ()), ("999999999999", (everything,))):
            request = Request(caller_of(caller), each["action"], each["resource"], account, each["context"])
            was, now = (
                evaluate(request, Layers(identity=identity, resource=Policy("", Compiled(found)))).decision
                is Decision.ALLOWED
                for found in pair
            )
            assert agrees(difference, each["action"], was, now)


LISTED = ["*", *(f"arn:aws:s3:::{''.join(each)}" for size in range(4) for each in product("abc", repeat=size))]


plain = st.fixed_dictionaries({
    "Effect": one_of("Allow", "Deny"),
    "Action": one_of("s3:GetObject", "s3:*"),
    "Resource": one_of("*", "a*", "b*", "*a", "a", "?", "??", "b?*").map("arn:aws:s3:::{}".format),
})  # fmt: skip


@settings(USUAL, max_examples=40)
@given(pair=st.tuples(*[st.lists(plain, max_size=3).map(document)] * 2))
def test_there_is_a_request_for_each_difference(pair: Any) -> None:
    """Where all that patterns tell apart can be listed, differences are exactly what the evaluator says."""
    difference = policy_diff(*pair)
    assert not difference["undecided"]
    layers = [Layers(identity=(Policy("", Compiled(each)),)) for each in pair]
    for action in ("s3:GetObject", "s3:PutObject"):
        decided = [
            tuple(
                evaluate(Request(caller_of(ROLE), action, resource, ME, {}), layer).decision is Decision.ALLOWED
                for layer in layers
            )
            for resource in LISTED
        ]
        assert (action in difference["gained_actions"]) is ((False, True) in decided)
        assert (action in difference["lost_actions"]) is ((True, False) in decided)


@USUAL
@given(whole=st.lists(statements(), max_size=4).map(document))
def test_a_document_differs_not_from_itself_in_other_words(whole: dict[str, Any]) -> None:
    assert is_empty(policy_diff(whole, deepcopy(whole)))
    assert is_empty(policy_diff(whole, canonical(whole)))
    split = [
        {**each, "Sid": f"S{number}"} | ({"Action": action} if action else {})
        for number, each in enumerate(reversed(whole["Statement"]))
        for action in each.get("Action", [None])
    ]
    assert is_empty(policy_diff(whole, document(split)))


@pytest.mark.parametrize("patterns", [["s3:*", "iam:*User*"], ["sqs:?e*", "*:List*"], ["*"], []])
def test_a_pattern_is_the_actions_that_it_matches(patterns: list[str]) -> None:
    wanted = Actions(patterns)
    matched = [name for name in catalogue.all_actions() if name.lower() in wanted]
    as_patterns, as_names = (
        document([{"Effect": "Allow", "Action": each, "Resource": "*"}]) for each in (patterns, matched)
    )
    assert is_empty(policy_diff(as_patterns, as_names))
    assert policy_diff(document([]), as_patterns)["gained_actions"] == sorted(matched, key=str.lower)
