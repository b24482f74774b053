"""Differences between any two documents, held against what the evaluator decides of requests."""

from __future__ import annotations

from copy import deepcopy
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.engine import catalogue
from policies.engine.callers import caller_of
from policies.engine.compiled import ActionPatterns, CompiledDocument
from policies.engine.diff.report import is_empty, policy_diff
from policies.engine.document import canonical
from policies.engine.evaluate import Decision, LayerPolicy, Layers, Request, evaluate
from tests.engine.strategies import ME, ROLE, callers, one_of, pairs, requests, statements
from tests.services.statements import document

USUAL = settings(max_examples=20)


def agrees(difference: dict[str, Any], action: str, was: bool, now: bool) -> bool:
    """Whether it tells of a request that was let through and no longer is, or the reverse."""
    if was == now:
        return True
    change = "gained" if now else "lost"
    undecided = [item["actions"] for item in difference["undecided"] if item["may_be"] == change]
    return action in difference[f"{change}_actions"] or any(
        action.lower() in ActionPatterns(each) for each in undecided
    )


@USUAL
@given(pair=pairs(), asked=st.lists(requests, min_size=10, max_size=10))
def test_no_request_is_decided_otherwise_without_a_difference(pair: Any, asked: list[Any]) -> None:
    difference = policy_diff(*pair)
    layers = [Layers(identity=(LayerPolicy("", CompiledDocument(each)),)) for each in pair]
    for each in asked:
        request = Request(caller_of(ROLE), each["action"], each["resource"], ME, each["context"])
        was, now = (evaluate(request, layer).decision is Decision.ALLOWED for layer in layers)
        assert agrees(difference, each["action"], was, now)


@USUAL
@given(pair=pairs(with_principals=True), asked=st.lists(st.tuples(callers, requests), min_size=10, max_size=10))
def test_nor_is_one_of_any_caller(pair: Any, asked: list[Any]) -> None:
    """From within the AWS account, and from another, where the AWS account as principal is enough."""
    difference = policy_diff(*pair)
    everything = LayerPolicy("", CompiledDocument(document(*[{"Effect": "Allow", "Action": "*", "Resource": "*"}])))
    for caller, each in asked:
        for account, identity in ((ME, ()), ("999999999999", (everything,))):
            request = Request(caller_of(caller), each["action"], each["resource"], account, each["context"])
            was, now = (
                evaluate(request, Layers(identity=identity, resource=LayerPolicy("", CompiledDocument(found)))).decision
                is Decision.ALLOWED
                for found in pair
            )
            assert agrees(difference, each["action"], was, now)


LISTED = ["*", *(f"arn:aws:s3:::{''.join(each)}" for size in range(4) for each in product("abc", repeat=size))]


plain = st.fixed_dictionaries(
    {
        "Effect": one_of("Allow", "Deny"),
        "Action": one_of("s3:GetObject", "s3:*"),
        "Resource": one_of("*", "a*", "b*", "*a", "a", "?", "??", "b?*").map("arn:aws:s3:::{}".format),
    }
)


@settings(USUAL, max_examples=40)
@given(pair=st.tuples(*[st.lists(plain, max_size=3).map(lambda listed: document(*listed))] * 2))
def test_there_is_a_request_for_each_difference(pair: Any) -> None:
    """Where all that patterns tell apart can be listed, differences are exactly what the evaluator says."""
    difference = policy_diff(*pair)
    assert not difference["undecided"]
    layers = [Layers(identity=(LayerPolicy("", CompiledDocument(each)),)) for each in pair]
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
@given(whole=st.lists(statements(), max_size=4).map(lambda listed: document(*listed)))
def test_a_document_differs_not_from_itself_in_other_words(whole: dict[str, Any]) -> None:
    assert is_empty(policy_diff(whole, deepcopy(whole)))
    assert is_empty(policy_diff(whole, canonical(whole)))
    split = [
        {**each, "Sid": f"S{number}"} | ({"Action": action} if action else {})
        for number, each in enumerate(reversed(whole["Statement"]))
        for action in each.get("Action", [None])
    ]
    assert is_empty(policy_diff(whole, document(*split)))


@pytest.mark.parametrize("patterns", [["s3:*", "iam:*User*"], ["sqs:?e*", "*:List*"], ["*"], []])
def test_a_pattern_is_the_actions_that_it_matches(patterns: list[str]) -> None:
    wanted = ActionPatterns(patterns)
    matched = [name for name in catalogue.all_actions() if name.lower() in wanted]
    as_patterns, as_names = (
        document(*[{"Effect": "Allow", "Action": each, "Resource": "*"}]) for each in (patterns, matched)
    )
    assert is_empty(policy_diff(as_patterns, as_names))
    assert policy_diff(document(*[]), as_patterns)["gained_actions"] == sorted(matched, key=str.lower)
