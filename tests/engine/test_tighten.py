"""Documents tightened by what was used: what is dropped, what never is, and that nothing is gained."""

from __future__ import annotations

from typing import Any
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.engine import catalogue
from policies.engine.compiled import ActionPatterns
from policies.engine.diff.report import policy_diff
from policies.engine.tighten import Tightening, TightenReason, Usage, tighten
from tests.engine.strategies import statements
from tests.engine.test_diff_properties import USUAL
from tests.services.statements import allow, document

USED = Usage({"s3": True, "sqs": False, "ec2": False, "iam": False})
BY_ACTION = Usage({"s3": True}, {"s3:createbucket": True, "s3:deletebucket": False, "s3:putbucketacl": False})


def tightened(*listed: dict[str, Any], usage: Usage = USED) -> Tightening:
    return tighten(document(*list(listed)), usage)


def actions_left(action: Any, usage: Usage) -> Any:
    found = tightened(allow(action), usage=usage).document
    return found["Statement"][0]["Action"] if found else None


@pytest.mark.parametrize(
    ("action", "left"),
    [
        ("s3:GetObject", "s3:GetObject"),
        ("s3:*", "s3:*"),
        ("sqs:SendMessage", None),
        ("SQS:Send*", None),
        (["s3:*", "sqs:*"], ["s3:*"]),
        (["sqs:*", "ec2:*"], None),
        ("iam:*", "iam:PassRole"),
        (["iam:PassRole", "iam:CreateUser"], ["iam:PassRole"]),
        ("iam:Pass*", "iam:Pass*"),
        ("kms:*", "kms:*"),
        ("sqs:NobodyKnowsThis", None),
        ("s3:NobodyKnowsThis", "s3:NobodyKnowsThis"),
        ("sq?:SendMessage", None),
        (["sq?:*", "s3:Get*"], ["s3:Get*"]),
        (["sq?:*", "sq?:*", "s3:Get*"], ["s3:Get*"]),
        ("sqs*", "sqs*"),
        ([], []),
        (7, 7),
    ],
)
def test_services_never_used_are_dropped(action: Any, left: Any) -> None:
    assert actions_left(action, USED) == left


@pytest.mark.parametrize(
    ("action", "left"),
    [
        ("s3:Create*", "s3:Create*"),
        ("s3:DeleteBucket", None),
        (["s3:CreateBucket", "s3:DeleteBucket"], ["s3:CreateBucket"]),
        ("s3:*teBucket", "s3:CreateBucket"),
        ("s3:GetObject", "s3:GetObject"),
    ],
)
def test_actions_never_used_are_dropped_where_they_are_tracked(action: Any, left: Any) -> None:
    assert actions_left(action, BY_ACTION) == left


def test_a_narrowed_wildcard_keeps_what_is_not_tracked() -> None:
    found = tightened(allow("s3:*Bucket"), usage=BY_ACTION)
    (part,) = found.kept
    assert (part.because, "s3:ListBucket" in part.names) == (TightenReason.ACTION_UNTRACKED, True)
    assert found.document
    left = found.document["Statement"][0]["Action"]
    assert "s3:DeleteBucket" not in left
    assert {"s3:CreateBucket", "s3:ListBucket"} <= set(left)
    assert any("that AWS adds to the service" in remark for remark in found.remarks)


def test_everything_becomes_the_services_used_and_those_not_tracked() -> None:
    found = tightened(allow("*"))
    assert found.document
    left = found.document["Statement"][0]["Action"]
    assert {"s3:*", "kms:*", "iam:PassRole"} <= set(left)
    assert not {"*", "sqs:*", "ec2:*", "iam:*"} & set(left)
    assert [part.names for part in found.dropped] == [("ec2:*", "iam:*", "sqs:*")]
    assert any("services, too, that AWS has added" in remark for remark in found.remarks)


def test_everything_stays_where_all_was_used() -> None:
    assert actions_left("*", Usage({"s3": True})) == "*"


def test_a_service_that_only_the_report_knows() -> None:
    left = actions_left("*", Usage({"brandnew": True, "sqs": False}))
    assert "brandnew:*" in left
    assert "sqs:*" not in left


def test_all_else_of_a_statement_stays() -> None:
    more = {"Sid": "Own", "Condition": {"Bool": {"aws:SecureTransport": "true"}}}
    found = tightened(allow(["s3:*", "sqs:*"], ["arn:aws:s3:::a/*", "arn:aws:sqs:::b"], **more))
    assert found.document == document(*[allow(["s3:*"], ["arn:aws:s3:::a/*", "arn:aws:sqs:::b"], **more)])
    assert [(part.statement, part.pattern) for part in found.dropped] == [("Own", "sqs:*")]


def test_denials_and_all_but_some_actions_stay() -> None:
    listed = [{**allow("sqs:*"), "Effect": "Deny"}, {"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}]
    found = tightened(*listed, allow("sqs:*"))
    assert found.document == document(*listed)
    assert "Statement number 2 allows all but some actions (NotAction): it stays as it is." in found.remarks


def test_a_single_statement_stays_single() -> None:
    found = tighten(document() | {"Statement": allow(["s3:*", "sqs:*"])}, USED)
    assert found.document == document() | {"Statement": allow(["s3:*"])}


def test_nothing_is_left() -> None:
    found = tightened(allow("sqs:*"))
    assert found.document is None
    assert found.dropped[0].because is TightenReason.SERVICE_UNUSED


def test_what_is_used_may_have_been_denied() -> None:
    said = "An attempt counts whether or not it was allowed: what stays may never have worked."
    assert said in tightened(allow("s3:*")).remarks
    assert said not in tightened(allow("sqs:*")).remarks


def test_it_says_whose_actions_are_not_read() -> None:
    said = "Which actions of s3 were used isn’t known: none of them is dropped."
    assert said in tightened(allow("s3:*")).remarks
    assert said not in tightened(allow("s3:*"), usage=BY_ACTION).remarks


def test_a_list_that_is_longer_than_its_wildcard_says_so() -> None:
    assert any("IAM takes 6,144" in remark for remark in tightened(allow("*")).remarks)


@pytest.mark.parametrize(
    "broken", [{}, {"Statement": 7}, {"Statement": [7, None, {"Effect": "Allow", "Action": [None, {}]}]}]
)
def test_what_makes_no_sense_stays(broken: dict[str, Any]) -> None:
    assert tighten(broken, USED).document == broken


# ---- Single actions that AWS tracks --------------------------------------------------------------------------------
def test_what_another_action_may_need_stays() -> None:
    """AWS asks for the right to tag what is created, and logs the creation only."""
    usage = Usage({"ec2": True}, {"ec2:runinstances": True, "ec2:createtags": False, "ec2:deletetags": False})
    found = tightened(allow(["ec2:RunInstances", "ec2:CreateTags", "ec2:DeleteTags"]), usage=usage)
    assert [part.names for part in found.dropped] == [("ec2:DeleteTags",)]
    assert [(part.names, part.because) for part in found.kept] == [(("ec2:CreateTags",), TightenReason.ACTION_NEEDED)]
    unused = Usage({"ec2": True}, {**usage.actions, "ec2:runinstances": False, "ec2:describeinstances": True})
    assert actions_left(["ec2:RunInstances", "ec2:CreateTags", "ec2:DescribeInstances"], unused) == [
        "ec2:DescribeInstances"
    ]


def test_many_that_stay_are_named_by_how_they_begin() -> None:
    usage = Usage({"s3": True}, {"s3:createbucket": True, "s3:putbucketpolicy": False, "s3:putbucketacl": False})
    left = actions_left("s3:*", usage)
    assert {"s3:Get*", "s3:Create*"} <= set(left) and "s3:Put*" not in left
    assert {"s3:PutObject*", "s3:PutBucketVersioning"} <= set(left) and "s3:PutObject" not in left
    assert [name for name in left if ActionPatterns([name]).__contains__("s3:putbucketacl")] == []
    assert all(name.startswith("s3:Put") for name in actions_left("s3:Put*", usage))


def test_it_says_what_is_not_tracked_of_single_actions() -> None:
    (said,) = (remark for remark in tightened(allow("s3:*"), usage=BY_ACTION).remarks if "single actions" in remark)
    assert "what reads or writes data in them isn’t tracked, and stays" in said


SERVICES = ("s3", "ec2", "iam", "lambda", "kms")
KNOWN = {prefix: catalogue.actions_matching(f"{prefix}:*") for prefix in SERVICES}
INVENTED = ("s3:GetWhatever", "s3:Whatever", "ec2:DescribeWhatever", "iam:PassRoleOnly", "other:Thing")
EVERY = [name for names in KNOWN.values() for name in names] + list(INVENTED)


@st.composite
def reports(draw: st.DrawFn) -> Usage:
    """As AWS tells: of a service that was used, some of its actions, each tried or not."""
    services = {prefix: draw(st.booleans()) for prefix in SERVICES if draw(st.integers(0, 3))}
    actions: dict[str, bool] = {}
    for prefix, used in services.items():
        if used:
            names = draw(st.lists(st.sampled_from(KNOWN[prefix]), max_size=40))
            actions |= {name.lower(): draw(st.booleans()) for name in names if name != "iam:PassRole"}
    return Usage(services, actions)


patterns = st.one_of(
    st.sampled_from(EVERY),
    st.sampled_from(
        [
            "*",
            "*:*",
            "s3:*",
            "ec2:*",
            "iam:*",
            "S3:get*",
            "ec2:*Instances",
            "ec2:DescribeV*",
            "s3:GetBucketP*",
            "s3:Put*Acl",
            "*:List*",
            "?3:*",
        ]
    ),
)
ways = st.builds(
    lambda effect, element, named: {"Effect": effect, element: named, "Resource": "*"},
    st.sampled_from(["Allow", "Allow", "Allow", "Deny"]),
    st.sampled_from(["Action", "Action", "Action", "NotAction"]),
    st.lists(patterns, min_size=1, max_size=4),
)


most_named = st.sampled_from([1, 40])  # actions that stay of a pattern, before they are named by how they begin


def allowed(whole: Any) -> set[str]:
    """By brute force: every action, asked of every statement that allows; denials stay as they are."""
    statements = [each for each in whole["Statement"] if each["Effect"] == "Allow"] if whole else []
    named = [(ActionPatterns(each.get("Action", each.get("NotAction"))), "Action" in each) for each in statements]
    return {name for name in EVERY if any((name.lower() in found) is is_named for found, is_named in named)}


@USUAL
@given(whole=st.lists(ways, max_size=3).map(lambda listed: document(*listed)), usage=reports(), most=most_named)
def test_no_action_that_was_used_is_lost_and_none_is_won(whole: dict[str, Any], usage: Usage, most: int) -> None:
    with mock.patch("policies.engine.tighten._MOST_NAMED", most):
        found = tighten(whole, usage)
    before, after = allowed(whole), allowed(found.document)
    assert after <= before
    lost = {name.lower() for name in before - after}
    assert not [name for name in lost if usage.actions.get(name)]
    assert "iam:passrole" not in lost
    for name in lost:
        tracked_and_unused = usage.actions.get(name) is False
        assert tracked_and_unused or usage.services.get(name.partition(":")[0]) is False or name in INVENTED_LOWER
    dropped = ActionPatterns([name for part in found.dropped for name in part.names])
    assert [name for name in lost if name not in dropped and name not in INVENTED_LOWER] == []
    named = {
        name.lower() for part in found.dropped for name in part.names if part.because is TightenReason.ACTION_UNUSED
    }
    if not any("NotAction" in each for each in whole["Statement"]):
        assert not named & {name.lower() for name in after}


INVENTED_LOWER = {
    name.lower() for name in INVENTED
}  # of a wildcard, what the catalogue doesn't know may go: it says so
attempted = st.booleans()
usages = st.builds(
    Usage,
    st.dictionaries(st.sampled_from(["s3", "sqs", "ec2", "iam"]), attempted).map(lambda found: {"sns": False, **found}),
    st.dictionaries(st.sampled_from(["s3:putobject", "s3:getbucketacl", "ec2:describeinstances"]), attempted),
)


def with_unused(statement: dict[str, Any]) -> dict[str, Any]:
    """So that it doesn't stay as it is."""
    return {**statement, "Action": [*statement["Action"], "sns:Publish"]} if "Action" in statement else statement


documents = st.lists(statements().map(with_unused), max_size=3).map(lambda listed: document(*listed))


@USUAL
@given(whole=documents, usage=usages)
def test_nothing_is_gained_and_only_what_is_unused_is_lost(whole: dict[str, Any], usage: Usage) -> None:
    found = tighten(whole, usage)
    difference = policy_diff(whole, found.document or document(*[]))
    assert difference["gained"] == []
    assert [item for item in difference["undecided"] if item["may_be"] == "gained"] == []
    assert [name for name in difference["lost_actions"] if not usage.is_unused(name.lower())] == []
    dropped = ActionPatterns([name for part in found.dropped for name in part.names])
    assert [name for name in difference["lost_actions"] if name.lower() not in dropped] == []


@USUAL
@given(whole=documents, usage=usages)
def test_twice_drops_no_more_than_once(whole: dict[str, Any], usage: Usage) -> None:
    once = tighten(whole, usage).document
    assert once is None or tighten(once, usage).dropped == ()
