"""What somebody gains and loses by all documents together, within the boundary."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.engine.callers import caller_of
from policies.engine.compiled import CompiledDocument
from policies.engine.diff.compare import PrincipalDocuments
from policies.engine.diff.report import held_denial_diff, held_diff, is_empty
from policies.engine.evaluate import Decision, LayerPolicy, Layers, Request, evaluate
from tests.services.statements import allow, deny, document

STEPS = 200_000


def held(*policies: dict[str, Any]) -> PrincipalDocuments:
    return PrincipalDocuments(policies)


def bounded(boundary: Any, *policies: dict[str, Any]) -> PrincipalDocuments:
    return PrincipalDocuments(policies, boundary, is_bounded=True)


def gained(old: PrincipalDocuments, new: PrincipalDocuments) -> list[str]:
    return list(held_diff(old, new, STEPS)["gained_actions"])


READ, PUT = document(allow("s3:GetObject")), document(allow("s3:PutObject", "arn:aws:s3:::reports/*"))


def test_another_policy_allows_it_already() -> None:
    assert is_empty(held_diff(held(document(allow("s3:*"))), held(document(allow("s3:*")), READ), STEPS))


def test_another_policy_denies_it() -> None:
    assert is_empty(held_diff(held(document(deny("s3:*"))), held(document(deny("s3:*")), READ), STEPS))


def test_a_boundary_cuts_off_what_it_does_not_allow() -> None:
    boundary = document(allow("s3:Get*"))
    assert gained(bounded(boundary), bounded(boundary, READ, PUT)) == ["s3:GetObject"]


def test_a_boundary_narrows_resources() -> None:
    boundary = document(allow("s3:*", "arn:aws:s3:::reports/*"))
    (item,) = held_diff(bounded(boundary), bounded(boundary, READ), STEPS)["gained"]
    assert item["resources"] == ["arn:aws:s3:::reports/*"]


@pytest.mark.parametrize(("put", "expected"), [("arn:aws:s3:::*-a/x", ["s3:PutObject"]), ("arn:aws:s3:::b-b/x", [])])
def test_patterns_of_both_must_match(put: str, expected: list[str]) -> None:
    boundary = document(allow("s3:*", "arn:aws:s3:::b-a/*"))
    assert gained(bounded(boundary), bounded(boundary, document(allow("s3:PutObject", put)))) == expected


def test_says_what_both_ask_for() -> None:
    mfa = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    boundary = document(allow("s3:*", "arn:aws:s3:::a-*"))
    asked = document(allow("s3:PutObject", "arn:aws:s3:::*-b", Condition=mfa))
    (item,) = held_diff(bounded(boundary), bounded(boundary, asked), STEPS)["gained"]
    assert (item["resources"], item["conditions"]) == (["arn:aws:s3:::*-b"], mfa)
    assert item["also"] == {"resources": ["arn:aws:s3:::a-*"]}


def test_taking_a_boundary_off_gives_the_rest() -> None:
    assert gained(
        bounded(document(allow("s3:Get*")), document(allow("s3:GetObject")), PUT),
        held(document(allow("s3:GetObject")), PUT),
    ) == ["s3:PutObject"]


def test_a_boundary_takes() -> None:
    found = held_diff(held(READ, PUT), bounded(document(allow("s3:Get*")), READ, PUT), STEPS)
    assert (found["gained_actions"], found["lost_actions"]) == ([], ["s3:PutObject"])


def test_a_wider_boundary_of_another_form_is_no_difference() -> None:
    narrow, wide = document(allow("s3:Get*", "arn:aws:s3:::a*")), document(allow("s3:*", "arn:aws:s3:::a*"))
    assert is_empty(held_diff(bounded(narrow, READ), bounded(wide, READ), STEPS))


def test_a_boundary_that_is_empty_allows_nothing() -> None:
    assert gained(held(), bounded(None, READ)) == []


def test_denials_are_told_apart() -> None:
    found = held_denial_diff(held(READ), held(READ, document(deny("s3:PutObject"))), STEPS)
    assert (found["gained_actions"], found["lost_actions"]) == ([], ["s3:PutObject"])


def test_denials_of_a_boundary_count() -> None:
    found = held_diff(held(READ), bounded(document(allow("*"), deny("s3:Get*")), READ), STEPS)
    assert found["lost_actions"] == ["s3:GetObject"]


plain = st.fixed_dictionaries(
    {
        "Effect": st.sampled_from(["Allow", "Allow", "Deny"]),
        "Action": st.sampled_from(["s3:GetObject", "s3:*"]),
        "Resource": st.sampled_from(["*", "a*", "b*", "*a", "a", "?", "??", "b?*"]).map("arn:aws:s3:::{}".format),
    }
)
documents = st.lists(plain, max_size=2).map(lambda listed: document(*listed))
LISTED = ["*", *(f"arn:aws:s3:::{''.join(each)}" for size in range(4) for each in product("abc", repeat=size))]


def allows(side: tuple[list[Any], Any], action: str, resource: str) -> bool:
    policies, boundary = side
    layers = Layers(
        identity=tuple(LayerPolicy("", CompiledDocument(each)) for each in policies),
        boundaries=None if boundary is None else (LayerPolicy("", CompiledDocument(boundary)),),
    )
    role, account = "arn:aws:iam::123456789012:role/anybody", "123456789012"
    return evaluate(Request(caller_of(role), action, resource, account, {}), layers).decision is Decision.ALLOWED


@settings(max_examples=25)
@given(sides=st.tuples(*[st.tuples(st.lists(documents, max_size=2), st.none() | documents)] * 2))
def test_there_is_a_request_for_each_difference(sides: Any) -> None:
    """With boundaries, too, differences are exactly what the evaluator says."""
    old, new = (PrincipalDocuments(policies, boundary, boundary is not None) for policies, boundary in sides)
    difference = held_diff(old, new, STEPS)
    assert not difference["undecided"]
    for action in ("s3:GetObject", "s3:PutObject"):
        decided = [tuple(allows(side, action, resource) for side in sides) for resource in LISTED]
        assert (action in difference["gained_actions"]) is ((False, True) in decided)
        assert (action in difference["lost_actions"]) is ((True, False) in decided)
