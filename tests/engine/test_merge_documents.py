"""Two edits of one document, put together by statements; where they touch the same, nothing is decided."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.engine.document import canonical
from policies.engine.merge import merge
from tests.services.statements import allow, document_text

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
    found = actions(merge(document_text(*base), document_text(*ours), document_text(*theirs)))
    assert (None if found is None else sorted(found)) == both


def test_two_statements_of_one_name_overlap() -> None:
    ours, theirs = allow("s3:GetObject", Sid="Own"), allow("s3:PutObject", Sid="Own")
    assert merge(document_text(A), document_text(A, ours), document_text(A, theirs)) is None


def test_a_narrowed_statement_is_not_put_back() -> None:
    """A colleague took a right away from the statement that we add to another one beside."""
    wide, narrow = allow("s3:*", Sid="Own"), allow("s3:GetObject", Sid="Own")
    found = merge(document_text(wide, B), document_text(wide, B, C), document_text(narrow, B))
    assert actions(found) == ["s3:GetObject", "s3:PutObject", "s3:ListBucket"]


def test_what_stands_beside_the_statements_is_merged_too() -> None:
    found = merge(document_text(A, Id="one"), document_text(A, B, Id="one"), document_text(A, Id="two"))
    assert found is not None
    assert json.loads(found)["Id"] == "two"
    assert merge(document_text(A, Id="one"), document_text(A, Id="two"), document_text(A, Id="three")) is None


@pytest.mark.parametrize("text", ["", "[]", "{", '{"Statement": "x"}'])
def test_what_cannot_be_read_is_not_merged(text: str) -> None:
    assert merge(text, document_text(A), document_text(B)) is None
    assert merge(document_text(A), text, document_text(B)) is None


SOME = st.lists(st.sampled_from([A, B, C, D]), min_size=1, max_size=4, unique_by=lambda each: each["Action"])


def _set(statements: Sequence[dict[str, Any]]) -> set[str]:
    return {each["Action"] for each in statements}


@given(SOME, SOME, SOME)
def test_whatever_is_merged_has_both_edits(base: Any, ours: Any, theirs: Any) -> None:
    found = merge(document_text(*base), document_text(*ours), document_text(*theirs))
    if found is None:
        return
    said, was, we, they = set(actions(found) or ()), _set(base), _set(ours), _set(theirs)
    assert said == (was & we & they) | (we - was) | (they - was)


@given(SOME, SOME)
def test_an_edit_of_one_side_alone_is_that_edit(base: Any, edited: Any) -> None:
    for found in (
        merge(document_text(*base), document_text(*edited), document_text(*base)),
        merge(document_text(*base), document_text(*base), document_text(*edited)),
    ):
        assert found is not None
        assert canonical(json.loads(found)) == canonical(json.loads(document_text(*edited)))
