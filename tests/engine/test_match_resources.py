"""Patterns of Resource elements, where a `*` that ends a part of an ARN also runs over the colons behind it.

IAM User Guide, "IAM JSON policy elements: Resource". The matcher and the automaton of comparisons say the same.
"""

from __future__ import annotations

import re
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.engine import catalogue
from policies.engine.conditions import OPERATORS
from policies.engine.diff.budget import Budget
from policies.engine.diff.cells import cells, resource_pattern
from policies.engine.diff.report import policy_diff
from policies.engine.matching import ResourceGlob, tokens
from tests.services.fuzzing import as_long_as_asked
from tests.services.statements import allow, document

INSTANCE = "arn:aws:ec2:eu-west-1:123456789012:instance/i-1"
parts = st.lists(st.text("ab*?", max_size=2), min_size=1, max_size=7)
patterns = parts.map(lambda found: ":".join(["arn", *found]))
texts = st.lists(st.text("ab", max_size=2), min_size=3, max_size=7).map(lambda found: ":".join(["arn", *found]))


def matches(pattern: str, text: str) -> bool:
    return ResourceGlob(tokens(pattern)).matches(text)


def expected(pattern: str, text: str) -> bool:
    """As a regular expression, of the pattern as it is and with the parts that it lacks."""
    written = pattern.split(":", 5)
    whole = written + ["*"] * (6 - len(written))
    return text.count(":") >= 5 and any(re.fullmatch(_expression(each), text) for each in (written, whole))


def _expression(written: list[str]) -> str:
    found = []
    for number, part in enumerate(written):
        any_of, one_of = ("[^:]*", "[^:]") if number < 5 else (".*", ".")
        crosses = number < 5 and part.endswith("*")
        body = part[:-1] if crosses else part
        found.append("".join({"*": any_of, "?": one_of}.get(each, each) for each in body) + (".*" if crosses else ""))
    return ":".join(found)


@as_long_as_asked(200)
@given(pattern=patterns, text=texts)
def test_a_star_at_the_end_of_a_part_runs_over_colons(pattern: str, text: str) -> None:
    assert matches(pattern, text) is expected(pattern, text)


@as_long_as_asked(60)
@given(ours=patterns, theirs=patterns)
def test_the_automaton_says_the_same(ours: str, theirs: str) -> None:
    """Of two patterns, each way to match that it finds is one, and it finds those of some texts."""
    found = cells([resource_pattern(tokens(each)) for each in (ours, theirs)], Budget(1_000_000))
    for vector, text in found.items():
        if text.startswith("arn:") and text.count(":") >= 5:
            assert [matches(each, text) for each in (ours, theirs)] == [bool(vector & 1), bool(vector & 2)]
    for some in product(("", "a"), repeat=5):
        text = ":".join(["arn", *some])
        assert sum(matches(each, text) << number for number, each in enumerate((ours, theirs))) in found


def test_conditions_look_at_each_part_by_itself() -> None:
    """IAM User Guide, "IAM JSON policy elements: Condition operators": "checked separately"."""
    assert not OPERATORS["ArnLike"].matcher(tokens("arn:aws:ec2:*:instance/i-1"))(INSTANCE)


@pytest.mark.parametrize(("one", "other"), [("arn:aws:ec2:*:instance/i-1", "arn:aws:ec2:*:*:instance/i-1")])
def test_comparing_knows_it(one: str, other: str) -> None:
    def allowing(resource: str) -> dict[str, object]:
        return document(allow("ec2:StartInstances", resource))

    assert not policy_diff(allowing(one), allowing(other))["gained"]
    assert policy_diff(allowing(other), allowing("arn:aws:ec2:*:volume/*"))["lost"]


def test_a_pattern_may_match_what_lint_says_it_does_not_mean() -> None:
    (kind,) = (each for each in catalogue.resource_types("lambda:DeleteFunction") if each.name == "function")
    assert catalogue.may_match("arn:aws:lambda:*:function:x", kind)
    assert not catalogue.may_mean("arn:aws:lambda:*:function:x", kind)
    assert not catalogue.may_match("arn:aws:sqs:*:function:x", kind)
