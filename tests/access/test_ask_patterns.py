"""Who can, of patterns: on at least one resource that they match, wherever that is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from io import StringIO
from typing import Any

from django.core.management import call_command
from hypothesis import given as generated
from hypothesis import strategies as st

from access.holders import Holder
from access.index import Index
from access.matches import WhoCanMatch
from access.patterns import who_can
from access.question import WhoCanQuestion
from access.surroundings import Surroundings
from accounts.models import AwsAccount
from policies.engine.combine import Decision
from policies.engine.compiled import ActionPatterns
from policies.engine.layers import ControlPolicyLevel, LayerName
from policies.engine.matching import ResourceGlob, tokens
from tests.access.mirrored import ID, OTHER, arn, columns_trusting, role, user
from tests.access.test_ask_index import ASSUME, holder
from tests.engine import test_somewhere_properties as world
from tests.engine.strategies import one_of
from tests.services.fuzzing import as_long_as_asked
from tests.services.rows import make_role
from tests.services.statements import allow, deny, layer_policy

FUNCTIONS = f"arn:aws:lambda:*:{ID}:function:*"
PAYROLL = "arn:aws:s3:::payroll/*"
EVERYTHING = layer_policy(allow("*"))
OUTSIDE = {"StringNotEquals": {"aws:RequestedRegion": ["eu-west-1", "eu-central-1"]}}


def in_europe(*holders: Holder) -> Index:
    """An organization that denies other Regions, but to IAM."""
    limit = {"Effect": "Deny", "NotAction": ["iam:*", "sts:*"], "Resource": "*", "Condition": OUTSIDE}
    return Index(
        holders,
        Surroundings(
            ID,
            (ControlPolicyLevel("root", (EVERYTHING,)), ControlPolicyLevel("unit", (layer_policy(allow("*"), limit),))),
        ),
    )


def test_a_region_that_is_denied_hides_nobody() -> None:
    """Who may it in one that isn't denied is told, with the Region."""
    index = in_europe(
        holder(1, (layer_policy(allow("lambda:*")),)),
        holder(2, (layer_policy(allow("lambda:*", f"arn:aws:lambda:eu-central-1:{ID}:function:x*")),)),
        holder(3, (layer_policy(allow("lambda:*", f"arn:aws:lambda:us-east-1:{ID}:function:*")),)),
        holder(4, (EVERYTHING,), layer_policy(allow("lambda:*", f"arn:aws:lambda:*-central-1:{ID}:function:*"))),
    )
    for resource in (FUNCTIONS, "*"):
        found = who_can(index, "lambda:CreateFunction", resource, {})
        assert [(each.number, each.region) for each in found] == [
            (0, "eu-west-1"),
            (1, "eu-central-1"),
            (3, "eu-central-1"),
        ]
        assert {each.decision for each in found} == {Decision.ALLOWED}
    assert who_can(index, "lambda:CreateFunction", FUNCTIONS, {"aws:requestedregion": ("us-east-1",)}) == []
    assert len(who_can(index, "lambda:ListFunctions", "*", {})) == 1


def test_whoever_has_some_of_a_pattern_is_told() -> None:
    own = layer_policy(allow("s3:*", "arn:aws:s3:::payroll/${aws:username}/*"))
    by_tag = layer_policy(allow("s3:*", "arn:aws:s3:::payroll/${aws:PrincipalTag/team}/*"))
    but = layer_policy(allow("*"), {"Effect": "Deny", "Action": "s3:*", "NotResource": "arn:aws:s3:::payroll/q1/*"})
    not_any = layer_policy(allow("*"), deny("s3:*", ["arn:aws:s3:::payroll/any*", "arn:aws:s3:::payroll/a*"]))
    none = layer_policy(allow("*"), deny("s3:*", "arn:aws:s3:::pay*"))
    held = (own, by_tag, but, not_any, none)
    holders = [holder(number, (each,), tags={"team": "red"}) for number, each in enumerate(held)]
    found = who_can(Index(holders, Surroundings(ID)), "s3:GetObject", PAYROLL, {})
    assert [each.number for each in found] == [0, 1, 2, 3]
    assert [each.example[1].split("/")[1] for each in found[:3]] == ["u0", "red", "q1"]


def test_a_star_is_any_resource_at_all() -> None:
    index = Index(
        [holder(1, (layer_policy(allow("s3:*", "arn:aws:s3:::box/*")),)), holder(2, (EVERYTHING,))], Surroundings(ID)
    )
    assert [each.number for each in who_can(index, "s3:*", "*", {})] == [0, 1]
    assert [each.number for each in who_can(index, "s3:ListAllMyBuckets", "*", {})] == [1]


def test_a_condition_that_is_not_known_is_told() -> None:
    with_mfa = layer_policy(allow("*", Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}}))
    (found,) = who_can(in_europe(holder(1, (with_mfa,))), "s3:DeleteBucket", "arn:aws:s3:::*", {})
    assert (found.decision, found.region) == (Decision.UNKNOWN, "eu-west-1")
    assert found.allowed_if == {"aws:multifactorauthpresent": ("true",)}
    (concrete,) = who_can(in_europe(holder(1, (EVERYTHING,))), "s3:DeleteBucket", "arn:aws:s3:::box", {})
    assert (concrete.decision, concrete.allowed_if) == (Decision.UNKNOWN, {"aws:requestedregion": ("eu-west-1",)})


def test_what_another_account_says_is_not_read() -> None:
    there = f"arn:aws:lambda:eu-west-1:{OTHER}:function:x"
    index = Index([holder(1, (layer_policy(allow("lambda:*", there)),))], Surroundings(ID))
    (found,) = who_can(index, "lambda:InvokeFunction", "*", {})
    assert (found.example[1], found.account, found.not_read) == (there, OTHER, [LayerName.RESOURCE])


def test_roles_of_a_pattern_are_those_that_there_are(alone: AwsAccount) -> None:
    user(alone, "dana", allow(ASSUME, arn("role/first")))
    user(alone, "eve", allow(ASSUME, arn("role/nowhere")))
    role(alone, "first", trusts=arn("root"))
    make_role(alone, "exporter", **columns_trusting({"Service": "lambda.amazonaws.com"}))
    described = asked(ASSUME, arn("role/*"))
    assert [(each["arn"], each["decision"]) for each in described] == [
        (arn("user/dana"), "allowed"),
        ("lambda.amazonaws.com", "allowed"),
    ]
    assert described[0]["example"] == {"action": ASSUME, "resource": arn("role/first")}


def asked(*question: str) -> Any:
    out = StringIO()
    call_command("who_can", *question, account=ID, json=True, stdout=out)
    return json.loads(out.getvalue())["principals"]


def test_the_command_says_where_and_when(alone: AwsAccount) -> None:
    user(alone, "dana", allow("ec2:*", Condition={"StringEquals": {"aws:RequestTag/team": "red"}}))
    user(alone, "eve", allow("ec2:*", Condition={"StringEquals": {"aws:ResourceTag/team": "red"}}))
    dana, eve = asked("ec2:RunInstances", f"arn:aws:ec2:eu-west-1:{ID}:instance/*")
    assert dana["where"] == {"region": "eu-west-1", "account": ID, "context": {"aws:RequestTag/team": ["red"]}}
    assert (eve["decision"], eve["allowed_if"]) == ("unknown", {"aws:ResourceTag/team": ["red"]})
    out = StringIO()
    call_command("who_can", "ec2:RunInstances", "*", account=ID, stdout=out)
    assert "only if aws:ResourceTag/team is red" in out.getvalue()
    assert "in us-east-1, if aws:RequestTag/team is red" in out.getvalue()


# ---- Against all concrete questions ----------------------------------------------------------------------------------
FEW_TAGS = ((), ("red",), ("blue",))
accounts = st.builds(
    lambda policies, holding, limits: Index(
        [
            holder(
                number,
                tuple(policies[which % len(policies)] for which in sorted(held)),
                policies[0] if is_bounded else None,
                tags={"team": "red"} if number % 2 else {},
            )
            for number, (held, is_bounded) in enumerate(holding)
        ],
        Surroundings(ID, tuple(ControlPolicyLevel(str(number), (each,)) for number, each in enumerate(limits))),
    ),
    st.lists(world.own, min_size=2, max_size=4),
    st.lists(st.tuples(st.sets(st.integers(0, 3), min_size=1, max_size=2), st.booleans()), min_size=2, max_size=4),
    st.lists(world.limits, max_size=2),
)


@as_long_as_asked(20)
@generated(index=accounts, action=one_of(*world.ACTIONS, "s3:*", "s*:*e"), resource=world.patterns)
def test_as_all_concrete_questions_together(index: Index, action: str, resource: str) -> None:
    """Whoever may something of the pattern is found, and what is told of them is so."""
    found = {each.number: each for each in who_can(index, action, resource, {})}
    for each in found.values():
        assert each.decision is not Decision.ALLOWED or is_so(index, each, resource)
    for one in (name for name in world.ACTIONS if name in ActionPatterns((action,)) or name == action):
        on = "*" if one.startswith("ec2") else resource
        if on != resource:
            continue
        allowed = {
            number
            for question in questions(index, one, on)
            for number in range(len(index.holders))
            if number not in found or found[number].decision is not Decision.ALLOWED
            if question.verdict(number).decision is Decision.ALLOWED
        }
        assert not allowed


def is_so(index: Index, found: WhoCanMatch, resource: str) -> bool:
    question = index.question(*found.example, found.chosen)
    matches = ResourceGlob(tokens(resource)).matches(found.example[1])
    return matches and question.verdict(found.number).decision is Decision.ALLOWED


def questions(index: Index, action: str, resource: str) -> Iterator[WhoCanQuestion]:
    for request in world.requests(action, resource, tags=FEW_TAGS):
        yield index.question(action, request.resource, request.context)
