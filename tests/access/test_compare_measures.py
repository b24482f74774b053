"""When the access that a plan gives is worse than what was approved: only if somebody gains what wasn't said."""

from __future__ import annotations

from typing import Any

import pytest

from access.plans.check import AccessCheck
from access.plans.comparing import kept_items
from access.plans.effects import identified

DANA, LEE = (f"arn:aws:iam::123456789012:user/{name}" for name in ("dana", "lee"))
MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}


def item(*actions: str, on: str = "*", only_if: Any = None) -> dict[str, Any]:
    return {"actions": list(actions), "resources": [on], "conditions": only_if or {}}


def effect(*arns: str, administrators: bool = False, why: tuple[str, ...] = (), **described: Any) -> dict[str, Any]:
    return {
        "who": [[arn, ""] for arn in arns],
        "count": len(arns),
        "ids": [identified(arn) for arn in arns],
        "of": "",
        "administrators": administrators,
        "at_most": False,
        "why": list(why),
        **{kind: kept_items(listed) for kind, listed in described.items()},
    }


def measure(*effects: Any, trusts: Any = ()) -> dict[str, Any]:
    return {"effects": list(effects), "trusts": list(trusts)}


APPROVED = effect(DANA, gained=[item("s3:*", on="arn:aws:s3:::reports/*"), item("sqs:*", only_if=MFA)])


@pytest.mark.parametrize(
    "now",
    [
        effect(DANA, gained=[item("s3:*", on="arn:aws:s3:::reports/*"), item("sqs:*", only_if=MFA)]),
        effect(DANA, gained=[item("s3:Get*", "s3:PutObject", on="arn:aws:s3:::reports/*")]),
        effect(DANA, gained=[item("s3:GetObject", on="arn:aws:s3:::reports/*", only_if=MFA)]),
        effect(DANA, gained=[item("sqs:*", only_if=MFA)], lost=[item("ec2:*")], denied=[item("iam:*")]),
    ],
    ids=["the same", "less", "under a condition", "and more is lost"],
)
def test_what_was_approved_covers(now: dict[str, Any]) -> None:
    assert AccessCheck().worsened(measure(APPROVED), measure(now)) == ""


@pytest.mark.parametrize(
    "now",
    [
        effect(DANA, LEE, gained=[item("sqs:*", only_if=MFA)]),
        effect(DANA, gained=[item("s3:*", on="arn:aws:s3:::payroll/*")]),
        effect(DANA, gained=[item("s3:*", "ec2:RunInstances", on="arn:aws:s3:::reports/*")]),
        effect(DANA, gained=[item("sqs:SendMessage")]),
        effect(DANA, perhaps=[item("s3:GetObject", on="arn:aws:s3:::reports/*")]),
        effect(DANA, allowed_again=[item("sqs:*", only_if=MFA)]),
        effect(DANA, gained=[item(*(f"s3:Get{number}" for number in range(1_001)), on="arn:aws:s3:::reports/*")]),
        effect(DANA, administrators=True, gained=[item("sqs:*", only_if=MFA)]),
        effect(DANA, why=("The mirror doesn’t have the text of ReadOnlyAccess.",)),
    ],
    ids=[
        "somebody else",
        "another resource",
        "another action",
        "without its condition",
        "perhaps",
        "denied no longer",
        "more than was kept",
        "an administrator",
        "what isn’t counted",
    ],
)
def test_anything_else_is_worse(now: dict[str, Any]) -> None:
    assert "would gain access that the plan did not show." in AccessCheck().worsened(measure(APPROVED), measure(now))


def test_only_those_who_gain_more_are_named() -> None:
    now = effect(DANA, LEE, gained=[item("sqs:*", only_if=MFA)])
    assert AccessCheck().worsened(measure(APPROVED), measure(now)).startswith("lee would gain")


def test_everything_covers_everything() -> None:
    assert AccessCheck().worsened(measure(effect(DANA, gained=[item("*")])), measure(APPROVED)) == ""


def test_more_who_may_assume_a_role_is_worse() -> None:
    role = {"role": "arn:aws:iam::123456789012:role/exporter", "aws_id": ""}
    opened = [
        {**role, "gained": kept_items([{**item("sts:AssumeRole"), "principals": {"AWS": [each]}}])} for each in "12"
    ]
    described = AccessCheck().worsened(measure(trusts=opened[:1]), measure(trusts=opened[1:]))
    assert described == "More may assume exporter than the plan showed."
    assert AccessCheck().worsened(measure(trusts=opened[:1]), measure(trusts=opened[:1])) == ""


def test_what_was_never_measured_covers_nothing() -> None:
    assert AccessCheck().worsened(None, measure(APPROVED)) != ""
