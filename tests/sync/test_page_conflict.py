"""Base, ours and live beside each other: what all three have in common at both ends is left out."""

from __future__ import annotations

import json
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from sync.views.conflict import _compared


def text_of(*lines: str) -> str:
    return "\n".join(lines)


def said(lines: Sequence[tuple[str, str]]) -> list[str]:
    return [f"{sign}{text}" for sign, text in lines]


def test_leaves_out_what_is_alike() -> None:
    start, end = [f"start {n}" for n in range(8)], [f"end {n}" for n in range(5)]
    base, ours, live = _compared(
        text_of(*start, "old", *end), text_of(*start, "ours", *end), text_of(*start, "live", "more", *end)
    )
    assert said(base) == [
        "…5 unchanged lines",
        " start 5",
        " start 6",
        " start 7",
        " old",
        " end 0",
        " end 1",
        " end 2",
        "…2 unchanged lines",
    ]
    assert said(ours)[4:6] == ["-old", "+ours"]
    assert said(live)[4:7] == ["-old", "+live", "+more"]


def test_lays_documents_out_alike() -> None:
    compact, wide = '{"Action":"s3:GetObject"}', json.dumps({"Action": "s3:GetObject"}, indent=4)
    assert {line.sign for side in _compared(compact, wide, compact) for line in side} == {" "}


LINES = st.lists(st.sampled_from("abc"), max_size=8)


@given(LINES, LINES, LINES)
def test_each_side_can_be_read_back(base: list[str], ours: list[str], live: list[str]) -> None:
    """Nothing between the first and the last difference is lost."""
    sides = _compared(text_of(*base), text_of(*ours), text_of(*live))
    for lines, side in zip((base, ours, live), sides, strict=True):
        kept = [line.text for line in side if line.sign in " +" and line.text]
        left_out = sum(int(line.text.split()[0]) for line in side if line.sign == "…")
        assert len(kept) + left_out == len(lines)
