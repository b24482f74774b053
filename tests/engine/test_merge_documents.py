"""Two edits of one document, put together by statements; where they touch the same, nothing is decided."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.engine.canonical import canonical
from policies.engine.merge import merge


def document(*statements: dict[str, Any], **more: Any) -> str:
    return json.dumps({"Version": "2012-10-17", **more, "Statement": list(statements)})


def allow(action: str, sid: str = "") -> dict[str, Any]:
    named = {"Sid": sid} if sid else {}
    return {**named, "Effect": "Allow", "Action": action, "Resource": "*"}


A, B, C, D = (allow(f"s3:{name}") for name in ("GetObject", "PutObject", "ListBucket", "DeleteObject"))


def actions(text: str | None) -> list[str] | None:
    return None if text is None else [each["Action"] for each in json.loads(text)["Statement"]]


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "both"),
    [
        ([A], [A, B], [A, C], ["s3:GetObject", "s3:ListBucket", "s3:PutObject"]),  # each adds one
        ([A, B], [A], [A, B, C], ["s3:GetObject", "s3:ListBucket"]),  # one takes, one adds
        ([A, B], [C, B], [A, D], ["s3:DeleteObject", "s3:ListBucket"]),  # each replaces another one
        ([A, B], [A], [A], ["s3:GetObject"]),  # both did the same
        ([A], [A], [A, B], ["s3:GetObject", "s3:PutObject"]),  # ours changed nothing
        ([A], [A, B], [A], ["s3:GetObject", "s3:PutObject"]),  # theirs changed nothing
        ([A], [B], [C], None),  # both replaced the same
        ([A, B], [A, B, C], [B, A], ["s3:GetObject", "s3:ListBucket", "s3:PutObject"]),  # the order says nothing
    ],
)
def test_edits_that_fit_together(base: Any, ours: Any, theirs: Any, both: list[str] | None) -> None:
    found = actions(merge(document(*base), document(*ours), document(*theirs)))
    assert (None if found is None else sorted(found)) == both


def test_two_statements_of_one_name_overlap() -> None:
    ours, theirs = allow("s3:GetObject", "Own"), allow("s3:PutObject", "Own")
    assert merge(document(A), document(A, ours), document(A, theirs)) is None


def test_a_narrowed_statement_is_not_put_back() -> None:
    """A colleague took a right away from the statement that we add to another one beside."""
    wide, narrow = allow("s3:*", "Own"), allow("s3:GetObject", "Own")
    found = merge(document(wide, B), document(wide, B, C), document(narrow, B))
    assert actions(found) == ["s3:GetObject", "s3:PutObject", "s3:ListBucket"]


def test_what_stands_beside_the_statements_is_merged_too() -> None:
    found = merge(document(A, Id="one"), document(A, B, Id="one"), document(A, Id="two"))
    assert found is not None
    assert json.loads(found)["Id"] == "two"
    assert merge(document(A, Id="one"), document(A, Id="two"), document(A, Id="three")) is None


@pytest.mark.parametrize("text", ["", "[]", "{", '{"Statement": "x"}'])
def test_what_cannot_be_read_is_not_merged(text: str) -> None:
    assert merge(text, document(A), document(B)) is None
    assert merge(document(A), text, document(B)) is None


SOME = st.lists(st.sampled_from([A, B, C, D]), min_size=1, max_size=4, unique_by=lambda each: each["Action"])


def _set(statements: Sequence[dict[str, Any]]) -> set[str]:
    return {each["Action"] for each in statements}


@given(SOME, SOME, SOME)
def test_whatever_is_merged_has_both_edits(base: Any, ours: Any, theirs: Any) -> None:
    found = merge(document(*base), document(*ours), document(*theirs))
    if found is None:
        return
    said, was, we, they = set(actions(found) or ()), _set(base), _set(ours), _set(theirs)
    assert said == (was & we & they) | (we - was) | (they - was)


@given(SOME, SOME)
def test_an_edit_of_one_side_alone_is_that_edit(base: Any, edited: Any) -> None:
    for found in (
        merge(document(*base), document(*edited), document(*base)),
        merge(document(*base), document(*base), document(*edited)),
    ):
        assert found is not None
        assert canonical(json.loads(found)) == canonical(json.loads(document(*edited)))
