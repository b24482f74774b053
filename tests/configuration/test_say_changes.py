"""What a page says of an entry that a file changes: of a list only the items that go and come."""

from __future__ import annotations

import pytest

from configuration.differences import ChangedMember, _changed, said_of


@pytest.mark.parametrize(
    ("before", "after", "gone", "new"),
    [
        ("a", "b", ["a"], ["b"]),
        ("", True, ["nothing"], ["yes"]),
        (["a", "b"], ["b", "c"], ["a"], ["c"]),
        (["a", "b"], ["b", "a"], ["a, b"], ["b, a"]),
        (["a"], [], ["a"], []),
    ],
)
def test_only_what_goes_and_comes_is_said(before: object, after: object, gone: list[str], new: list[str]) -> None:
    assert _changed("rules", before, after) == ChangedMember("rules", gone, new)


def test_members_that_say_nothing_are_left_out() -> None:
    assert said_of({"matches": "name", "tag_key": None, "pattern": "svc-*", "is_on": False}) == (
        "matches: name; pattern: svc-*; is_on: no"
    )
