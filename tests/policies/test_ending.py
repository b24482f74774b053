"""A document that stops allowing by itself."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from policies.ending import ends_itself
from tests.services.statements import document

END = datetime(2026, 12, 3, 14, tzinfo=UTC)


def conditions(statement: Any) -> Any:
    text = json.dumps(document() | {"Statement": statement})
    found = json.loads(ends_itself(text, END))["Statement"]
    return [each.get("Condition") for each in (found if isinstance(found, list) else [found])]


def test_only_what_allows_ends() -> None:
    allow, deny = {"Effect": "Allow", "Action": "*"}, {"Effect": "Deny", "Action": "*"}
    assert conditions([allow, deny]) == [{"DateLessThan": {"aws:CurrentTime": "2026-12-03T14:00:00Z"}}, None]


@pytest.mark.parametrize(
    ("there", "left"),
    [
        ("2026-11-30T00:00:00Z", "2026-11-30T00:00:00Z"),
        ("2027-01-01T00:00:00Z", "2026-12-03T14:00:00Z"),
        ("1764000000", "1764000000"),
        ("1900000000", "2026-12-03T14:00:00Z"),
        ("soon", "2026-12-03T14:00:00Z"),
        (["2026-11-30T00:00:00Z", "2027-01-01T00:00:00Z"], ["2026-11-30T00:00:00Z", "2026-12-03T14:00:00Z"]),
    ],
)
def test_an_earlier_end_stays(there: Any, left: Any) -> None:
    statement = {"Effect": "Allow", "Action": "*", "Condition": {"dateLessThan": {"AWS:currentTime": there}}}
    assert conditions(statement) == [{"dateLessThan": {"AWS:currentTime": left}}]


def test_other_conditions_stay() -> None:
    mfa = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    (found,) = conditions({"Effect": "Allow", "Action": "*", "Condition": mfa})
    assert found == {**mfa, "DateLessThan": {"aws:CurrentTime": "2026-12-03T14:00:00Z"}}
