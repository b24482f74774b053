"""When what a check says at the apply is worse than what it said on the plan: by values, and never by words."""

from __future__ import annotations

from typing import Any

import pytest

from sync.checks import PlanFinding, worse

ON_PLAN = PlanFinding(
    "ARN_IS_NAMED", "warning", "reports, archive and 2 more name its ARN.", 3, about=tuple("abcd"), amount=4
)


def now(**other: Any) -> PlanFinding:
    said = {"code": "ARN_IS_NAMED", "severity": "warning", "message": "words", "step": 3, "about": ("a",), "amount": 4}
    return PlanFinding.from_json(said | other)


@pytest.mark.parametrize(
    "found",
    [now(), now(about=list("dcba")), now(about=[]), now(amount=1), now(severity="suggestion", about=["z"])],
    ids=["fewer names", "the same in another order", "none of them", "a smaller amount", "nothing grave"],
)
def test_no_more_than_was_said_isnt_worse(found: PlanFinding) -> None:
    assert worse([ON_PLAN], [found]) == []


@pytest.mark.parametrize(
    "found",
    [
        now(about=["a", "z"]),
        now(amount=5),
        now(step=4),
        now(code="TRUST_BREAKS"),
        now(severity="security_warning"),
        now(message=ON_PLAN.message, about=["a", "b", "c", "z"]),
        now(about=None),
    ],
    ids=["another name", "more", "another step", "another code", "graver", "the same words of other names", "unknown"],
)
def test_anything_more_is_worse(found: PlanFinding) -> None:
    assert worse([ON_PLAN], [found]) == [found]


def test_what_an_earlier_release_stored_is_compared_by_its_words() -> None:
    stored = PlanFinding.from_json({"code": "PASS_ROLE", "severity": "warning", "message": "14 could."})
    assert worse([stored], [PlanFinding("PASS_ROLE", "warning", "14 could.", about=("x",))]) == []
    assert worse([stored], [PlanFinding("PASS_ROLE", "warning", "15 could.", about=("x",))]) != []


def test_it_is_stored_and_read_again_as_it_was() -> None:
    assert PlanFinding.from_json(ON_PLAN.as_json()) == ON_PLAN
