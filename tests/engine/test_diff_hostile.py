"""Comparing whatever documents there are ends, soon and without an exception; where it is too much, it says so."""

from __future__ import annotations

from time import process_time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.engine.diff.budget import Budget, BudgetExceededError
from policies.engine.diff.cells import arn_pattern, cells, text_pattern
from policies.engine.diff.report import is_empty, policy_diff
from policies.engine.matching import tokens
from tests.services.statements import allow, document

SECONDS = 30  # of the processor: it takes a few at most, but machines are of all kinds
MANY = [f"*{letter}*" for letter in "abcdefghijklmnopqrst"]


def when(operator: str, values: list[str]) -> dict[str, Any]:
    return allow("s3:GetObject", Condition={operator: {"aws:x": values}})


HOSTILE = {
    "stars": allow("s3:GetObject", ["*" + "a*" * 300 + "b", "*" + "a*" * 300 + "c"]),
    "question marks": allow("s3:GetObject", [f"*{'?' * number}a{'?' * 200}" for number in range(4)]),
    "a megabyte": allow("y" * 1_000_000 + "*", "x" * 1_000_000),
    "many patterns": allow("s3:GetObject", MANY),
    "many patterns for actions": allow([f"*{number}*?*" for number in range(60)]),
    "many values": allow("s3:GetObject", Condition={"StringLike": {"aws:x": MANY}, "StringNotLike": {"aws:y": MANY}}),
    "many variables": allow("s3:GetObject", [f"${{aws:PrincipalTag/{letter}}}*" for letter in MANY]),
    "many networks": when("IpAddress", [f"10.{number % 256}.{number // 256}.0/24" for number in range(3000)]),
    "numbers without end": when("NumericLessThan", ["1e999", "-1e-999", "9" * 300, "0." + "1" * 300]),
    "the end of time": when("DateLessThan", ["9999-12-31T23:59:59Z", "0001-01-01"]),
    "an action that isn't written yet": allow(["", "s3:GetObject"], [""]),
    "odd characters": allow("\ue000\ue000\ue000:*", ["\x00*\ud800", "\U000f0000*", "\ue000?"]),
    "many principals": allow("s3:GetObject", Principal={"AWS": [f"{number:012}" for number in range(300)], "": [""]}),
}


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE)
def test_hostile_documents_take_bounded_time(hostile: dict[str, Any]) -> None:
    began = process_time()
    for other in (document(allow("s3:GetObject", "arn:aws:s3:::*a*")), document(hostile, allow("s3:PutObject"))):
        policy_diff(document(hostile), other)
    assert process_time() - began < SECONDS


def test_many_statements_take_bounded_time() -> None:
    began = process_time()
    old, new = (
        document(*(allow(f"s3:*{number}*", f"*{number}*{text}") | {"Effect": effect} for number in range(100)))
        for effect, text in (("Allow", "a"), ("Deny", "b"))
    )
    policy_diff(old, new)
    assert process_time() - began < SECONDS


def test_too_much_to_compare_is_undecided() -> None:
    found = policy_diff(document(HOSTILE["many variables"]), document(allow("s3:GetObject", "a*b*c")))
    assert [item["because"] for item in found["undecided"]] == ["There is too much to compare."]
    assert found["undecided"][0]["may_be"] == "gained"
    assert not found["gained"]


def test_patterns_that_multiply_are_decided_nevertheless() -> None:
    old, new = document(allow("s3:GetObject", MANY)), document(allow("s3:GetObject", [*MANY, "ba?*", "*"]))
    assert not policy_diff(new, old)["gained"]
    assert is_empty(policy_diff(old, document(allow("s3:GetObject", [*MANY, "ba?*"]))))
    assert policy_diff(old, new)["gained_actions"] == ["s3:GetObject"]


def test_cells_are_all_ways_to_match() -> None:
    found = cells([text_pattern(tokens(each)) for each in ("a*", "*b", "a?")], Budget(1000))
    assert set(found) == {0b000, 0b001, 0b010, 0b011, 0b101, 0b111}
    found = cells([arn_pattern(tokens(each)) for each in ("arn:aws:?*:::x", "arn:aws:a*:::x")], Budget(1000))
    assert set(found) == {0b00, 0b01, 0b11}
    with pytest.raises(BudgetExceededError):
        cells([text_pattern(tokens(each)) for each in MANY], Budget(1000))


NAMES = [
    "Statement",
    "Effect",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Principal",
    "NotPrincipal",
    "Condition",
    "StringLike",
    "NumericEquals",
    "IpAddress",
    "Bool",
    "Null",
    "AWS",
    "aws:x",
]
VALUES = ["*", "s3:*", "Allow", "Deny", "arn:aws:s3:::b/${x}*", "2012-10-17", "arn:aws:iam::123456789012:role/x"]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6) | st.sampled_from(VALUES),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=60)
@given(old=JSON, new=st.fixed_dictionaries({"Version": JSON, "Statement": st.lists(JSON, max_size=3)}))
def test_any_documents_can_be_compared(old: Any, new: Any) -> None:
    policy_diff(old, new)
    assert is_empty(policy_diff(new, new))
