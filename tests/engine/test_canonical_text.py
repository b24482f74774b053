"""Two quick ways say the same as the plain ones: the canonical form as text, and the size of a document."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from policies.engine import document
from policies.engine.document import canonical, canonical_text, compact
from tests.engine.test_document import documents

objects = documents.filter(lambda value: isinstance(value, dict))


@settings(max_examples=400)
@given(objects)
def test_the_canonical_text_is_that_of_the_canonical_form(value: dict[str, Any]) -> None:
    assert canonical_text(value) == compact(canonical(value))


def test_the_order_of_a_set_is_that_of_its_json() -> None:
    """Hashes that are stored already depend on it."""
    actions = ["s3:a!", "s3:a", "s3:a\\", 's3:a"', "s3:é", "s3:ab", 5, None, "s3:a"]
    statement = canonical({"Statement": {"Action": actions}})["Statement"][0]
    assert [compact(action) for action in statement["Action"]] == sorted({compact(action) for action in actions})


@settings(max_examples=400)
@given(st.text(alphabet='ab "\\\n\t\u2003\x1c\x85{}:,', max_size=20))
def test_white_space_within_strings_counts_and_outside_it_does_not(text: str) -> None:
    slowly = document._STRING_OR_SPACE.sub(lambda match: match[1] or "", text)
    assert document.size(text) == len(slowly)
