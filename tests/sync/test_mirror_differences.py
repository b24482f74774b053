"""Two contents in words."""

from __future__ import annotations

from typing import Any

import pytest

from sync.mirror.differences import ContentPart, differences, said

PARTS = {
    "name": ContentPart("Name", changed="renamed from {old} to {new}"),
    "arn": ContentPart("ARN", follows="name"),
    "attached": ContentPart("Attached", "attached {name}", "detached {name}", named=lambda arn: arn.rpartition("/")[2]),
    "tags": ContentPart("Tags", "tag {name}={new} added", "tag {name} removed", "tag {name} is {new} instead of {old}"),
    "trust": ContentPart("Trust", changed="trust changed"),
}


def document(text: str, canonical: str) -> dict[str, str]:
    return {"text": text, "canonical": canonical}


def words(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    return [each.words for each in differences(PARTS, before, after)]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({"name": "a"}, {"name": "a"}, []),
        ({"name": "a", "arn": "1"}, {"name": "b", "arn": "2"}, ["renamed from a to b"]),
        ({"name": "a", "arn": "1"}, {"name": "a", "arn": "2"}, ["ARN: 2 instead of 1"]),
        ({"attached": ["x/one"]}, {"attached": ["x/two"]}, ["attached two", "detached one"]),
        ({}, {"attached": ["x/one"]}, ["attached one"]),
        ({"tags": {"a": "1"}}, {"tags": {"a": "2", "b": ""}}, ["tag a is 2 instead of 1", "tag b=none added"]),
        ({"tags": {"{x}": "{y}"}}, {"tags": {}}, ["tag {x} removed"]),
        # What the parts don't name is told all the same.
        ({"state": "Active"}, {"state": "Inactive"}, ["State: Inactive instead of Active"]),
        (
            {"keys": {"AK": {"status": "Active"}}},
            {"keys": {"AK": {"status": "Inactive"}}},
            ["Keys: AK: status Inactive instead of Active"],
        ),
        ({"keys": {}}, {"keys": {"AK": {"status": "Active"}}}, ["Keys: AK added"]),
        ({"{odd}": [1]}, {"{odd}": []}, ["{odd}: 1 removed"]),
        ({"on": True}, {"on": False}, ["On: no instead of yes"]),
    ],
)
def test_told(before: dict[str, Any], after: dict[str, Any], expected: list[str]) -> None:
    assert words(before, after) == expected


def test_documents_are_told_apart_by_their_meaning() -> None:
    before, after = {"trust": document("h1", "c1")}, {"trust": document("h2", "c2")}
    [found] = differences(PARTS, before, after)
    assert (found.words, found.old, found.new) == ("trust changed", "h1", "h2")
    assert words(before, {"trust": document("h2", "c1")}) == []  # differently written only


def test_a_long_value_is_cut() -> None:
    assert said("x" * 200) == "x" * 80 + "…"
    assert said({"b": 1, "a": 2}) == '{"a": 2, "b": 1}'
