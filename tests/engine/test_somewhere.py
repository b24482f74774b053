"""Whether somebody may do something on something that a pattern stands for: where, and when if that isn't sure."""

from __future__ import annotations

from typing import Any

import pytest

from policies.engine.callers import caller_of
from policies.engine.diff.budget import Budget
from policies.engine.layers import ControlPolicyLevel, Layers
from policies.engine.somewhere import SomewhereAnswer, SomewhereQuestion, decisions, exists
from policies.engine.somewhere.search import STEPS
from tests.services.statements import allow, deny, layer_policy

ME, OTHER = "123456789012", "210987654321"
DANA = f"arn:aws:iam::{ME}:user/dana"


ALL = allow()
FULL = layer_policy(ALL)
IN_EUROPE = deny("*", Condition={"StringNotEquals": {"aws:RequestedRegion": ["eu-west-1", "eu-central-1"]}})
IN_EUROPE_BUT_IAM = {key: value for key, value in IN_EUROPE.items() if key != "Action"} | {"NotAction": "iam:*"}


def asked(action: str, resource: str, *identity: dict[str, Any], scp: Any = None, **layers: Any) -> SomewhereAnswer:
    """By dana, of whose requests any key that isn't told may be there."""
    levels = (ControlPolicyLevel("root", (FULL,)), ControlPolicyLevel("unit", (FULL, layer_policy(scp)))) if scp else ()
    held = Layers(identity=(layer_policy(*identity),), scps=levels, **layers)
    return exists(SomewhereQuestion(caller_of(DANA), [action], resource, is_unknown=lambda key: True), held)


FUNCTIONS = f"arn:aws:lambda:*:{ME}:function:*"
PAYROLL = "arn:aws:s3:::payroll/*"


@pytest.mark.parametrize("scp", [IN_EUROPE, IN_EUROPE_BUT_IAM])
@pytest.mark.parametrize(
    ("action", "resource", "region"),
    [
        ("lambda:CreateFunction", FUNCTIONS, "eu-west-1"),
        ("lambda:CreateFunction", "*", "eu-west-1"),
        ("lambda:CreateFunction", f"arn:aws:lambda:*-central-*:{ME}:function:*", "eu-central-1"),
        ("lambda:CreateFunction", f"arn:aws:lambda:us-*:{ME}:function:*", None),
        ("lambda:ListFunctions", "*", "eu-west-1"),
        ("s3:DeleteBucket", "arn:aws:s3:::*", "eu-west-1"),
    ],
)
def test_somewhere_is_an_answer(action: str, resource: str, region: str | None, scp: Any) -> None:
    found = asked(action, resource, ALL, scp=scp)
    assert found.decision.value == ("implicitDeny" if region is None else "allowed")
    assert (found.witness.region if found.witness else None) == region


@pytest.mark.parametrize(("scp", "decision"), [(IN_EUROPE, "implicitDeny"), (IN_EUROPE_BUT_IAM, "allowed")])
@pytest.mark.parametrize("resource", ["*", "arn:aws:iam::*:role/x*"])
def test_a_global_service_is_in_one_region(resource: str, scp: Any, decision: str) -> None:
    assert asked("iam:DeleteRole", resource, ALL, scp=scp).decision.value == decision


@pytest.mark.parametrize(
    ("action", "resource", "statements", "witness"),
    [
        ("s3:GetObject", PAYROLL, [allow(resource="arn:aws:s3:::payroll/${aws:username}/*")], "payroll/dana/"),
        (
            "s3:GetObject",
            PAYROLL,
            [ALL, {"Effect": "Deny", "Action": "*", "NotResource": "arn:aws:s3:::payroll/q1/*"}],
            "payroll/q1/",
        ),
        (
            "s3:GetObject",
            PAYROLL,
            [ALL, deny("*", ["arn:aws:s3:::payroll/a*", "arn:aws:s3:::payroll/?"])],
            "payroll/bb",
        ),
        ("s3:GetObject", "*", [allow(resource="arn:aws:s3:::box/*")], "box/"),
        (
            "s3:GetObject",
            PAYROLL,
            [allow(resource="arn:aws:s3:::*/q?"), deny("*", "arn:aws:s3:::payroll/*1")],
            "payroll/",
        ),
        ("s3:GetObject", PAYROLL, [allow(resource="arn:aws:s3:::*/q?"), deny("*", "arn:aws:s3:::*/*q*")], None),
        (
            "s3:ListBucket",
            "arn:aws:s3:::*",
            [ALL, {"Effect": "Deny", "Action": "*", "NotResource": "arn:aws:s3:::c/*"}],
            None,
        ),
    ],
)
def test_denied_here_and_allowed_there(action: str, resource: str, statements: Any, witness: str | None) -> None:
    """A bucket's name has no slash: what only objects have isn't allowed of buckets."""
    found = asked(action, resource, *statements)
    described = found.witness.resource.removeprefix("arn:aws:s3:::") if found.witness else None
    assert (described is None) is (witness is None)
    assert witness is None or (described or "").startswith(witness)


def test_the_caller_chooses_the_tags_of_a_request() -> None:
    """aws:TagKeys lists them."""
    red = {"StringEquals": {"aws:RequestTag/team": "red"}}
    for key, decision in (("team", "allowed"), ("owner", "implicitDeny")):
        condition = red | {"ForAllValues:StringEquals": {"aws:TagKeys": [key]}}
        found = asked("ec2:RunInstances", "*", allow(Condition=condition), scp=IN_EUROPE)
        assert found.decision.value == decision
        assert found.witness is None or found.witness.chosen["aws:requesttag/team"] == ("red",)


@pytest.mark.parametrize(
    ("condition", "supposed"),
    [
        ({"Bool": {"aws:MultiFactorAuthPresent": "true"}}, {"aws:multifactorauthpresent": ("true",)}),
        ({"StringEquals": {"aws:ResourceTag/team": "red"}}, {"aws:resourcetag/team": ("red",)}),
        (
            {"StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}},
            {"aws:resourcetag/team": ("any",), "aws:principaltag/team": ("any",)},
        ),
        ({"Null": {"aws:SourceVpce": "true"}}, {"aws:sourcevpce": ()}),
    ],
)
def test_what_is_not_known_is_supposed(condition: Any, supposed: Any) -> None:
    found = asked("ec2:StopInstances", "*", allow(Condition=condition), scp=IN_EUROPE)
    assert found.decision.value == "unknown"
    assert found.witness is not None
    assert found.witness.supposed == supposed
    assert found.witness.region == "eu-west-1"


def test_conditions_that_exclude_each_other_allow_nothing() -> None:
    inside, not_outside = ({"aws:SourceIp": network} for network in ("10.0.0.0/8", "192.168.0.0/16"))
    statements = [allow(Condition={"IpAddress": inside}), deny("*", Condition={"NotIpAddress": not_outside})]
    assert asked("s3:GetObject", "*", *statements).decision.value == "implicitDeny"


def test_another_account_is_tried_too() -> None:
    """With what its side says of it; without, an identity policy alone opens nothing there."""
    function = f"arn:aws:lambda:eu-west-1:{OTHER}:function:x"
    assert asked("lambda:InvokeFunction", "*", allow(resource=function)).decision.value == "implicitDeny"
    held = Layers(
        identity=(layer_policy(allow(resource=function)),), resource=layer_policy(allow(Principal={"AWS": ME}))
    )
    found = exists(SomewhereQuestion(caller_of(DANA), ["lambda:InvokeFunction"], "*"), held)
    assert found.witness is not None
    assert (found.witness.resource, found.witness.account) == (function, OTHER)


def test_within_a_boundary() -> None:
    boundary = (layer_policy(allow("s3:*", "arn:aws:s3:::payroll/public/*")),)
    found = asked("s3:GetObject", PAYROLL, ALL, boundaries=boundary)
    assert found.witness is not None
    assert found.witness.resource.startswith("arn:aws:s3:::payroll/public/")


def test_what_takes_too_long_is_unknown() -> None:
    held = Layers(
        identity=(
            layer_policy(ALL, deny("*", ["arn:aws:s3:::payroll/a*", *(f"arn:aws:s3:::*{n}*" for n in range(99))])),
        )
    )
    found = exists(SomewhereQuestion(caller_of(DANA), ["s3:GetObject"], PAYROLL), held, Budget(500))
    assert (found.decision.value, found.witness) == ("unknown", None)


@pytest.mark.parametrize("resource", [f"arn:aws:sqs:*:{OTHER}:*", "arn:aws:sqs:*:2109*:*", f"arn:*:{OTHER}:x"])
def test_the_account_that_is_asked_about_is_tried(resource: str) -> None:
    held = Layers(
        identity=(layer_policy(allow(resource="arn:aws:sqs:*:*:*")),),
        resource=layer_policy(allow(Principal={"AWS": ME})),
    )
    found = exists(SomewhereQuestion(caller_of(DANA), ["sqs:SendMessage"], resource), held)
    assert found.witness is not None
    assert found.witness.account.startswith("2109")


def test_a_name_may_have_the_region_in_it() -> None:
    named = [allow(resource="arn:aws:s3:::logs-${aws:RequestedRegion}/*"), deny("*", "arn:aws:s3:::logs-us-*")]
    found = asked("s3:GetObject", "*", *named, scp=IN_EUROPE)
    assert found.witness is not None
    assert found.witness.resource.startswith(f"arn:aws:s3:::logs-{found.witness.region}/")


def test_what_is_kept_is_the_same_and_costs_the_same() -> None:
    """Else it would hang on who asked before whether there is too much to compare."""
    question = SomewhereQuestion(caller_of(DANA), ["s3:GetObject"], PAYROLL, is_unknown=lambda key: True)
    found = []
    for name in ("q1", "q2", "q1"):
        denied = deny(resource=f"arn:aws:s3:::payroll/{name}/*")
        budget = Budget(STEPS)
        held = Layers(identity=(layer_policy(ALL, denied),))
        found.append(
            ({decision: one for decision, (one, _) in (decisions(question, held, budget) or {}).items()}, budget.left)
        )
    first, other, again = found
    assert first == again
    assert len(first[0]) == 2
    assert other[0] != first[0]
    assert first[1] < STEPS
