"""What access one document gives that another doesn't: the same in other words, and differences by what makes them."""

from __future__ import annotations

from typing import Any

import pytest

from policies.engine import catalogue
from policies.engine.diff.report import is_empty, policy_diff
from tests.services.statements import allow, deny, document, trust

ME, OTHER = "123456789012", "210987654321"
BUCKET, OBJECTS = "arn:aws:s3:::b", "arn:aws:s3:::b/*"
OWN = BUCKET + "/${aws:username}"
RED = {"StringEquals": {"aws:PrincipalTag/team": "red"}}
EC2, LAMBDA = "ec2.amazonaws.com", "lambda.amazonaws.com"
ROLE = f"arn:aws:iam::{ME}:role/reader"
READ = "s3:GetObject"


def when(**tests: Any) -> dict[str, Any]:
    """An allowing statement under conditions on the key aws:x."""
    return allow(READ, OBJECTS, Condition={name.replace("_", ":"): {"aws:x": value} for name, value in tests.items()})


def all_but(**elements: Any) -> dict[str, Any]:
    return {"Effect": "Allow", **elements}


def whole_service(prefix: str) -> list[str]:
    return list(catalogue.actions_matching(f"{prefix}:*"))


# ---- The same access -----------------------------------------------------------------------------------------
SAME = {
    "order": ([allow(READ, OBJECTS), allow("sqs:*", "*")], [allow("sqs:*", "*"), allow(READ, OBJECTS)]),
    "one statement or two": (
        [allow([READ, "s3:PutObject"], OBJECTS)],
        [allow(READ, OBJECTS), allow("s3:PutObject", OBJECTS)],
    ),
    "sids": ([allow(READ, OBJECTS, Sid="A")], [allow(READ, OBJECTS, Sid="B")]),
    "case of actions": ([allow("S3:getobject", OBJECTS)], [allow(READ, OBJECTS)]),
    "a service and the list of its actions": ([allow("s3:*", "*")], [allow(whole_service("s3"), "*")]),
    "everything and the list of all actions": ([allow("*", "*")], [allow(list(catalogue.all_actions()), "*")]),
    "narrower beside wider": ([allow(READ, OBJECTS)], [allow(READ, OBJECTS), allow(READ, BUCKET + "/logs/*")]),
    "two halves": ([allow(READ, "arn:aws:s3:::b*")], [allow(READ, ["arn:aws:s3:::b", "arn:aws:s3:::b?*"])]),
    "all but one, and that one": ([allow("*", "*")], [all_but(NotAction=READ, Resource="*"), allow(READ)]),
    "any service": ([allow(READ, "arn:aws:*:::b/*")], [allow(READ, ["arn:aws:*:::b/*", OBJECTS])]),
    "narrower beside wider ones of other conditions": (
        [when(StringEquals="a") | {"Resource": "*a*"}, allow(READ, "*ab*")],
        [when(StringEquals="a") | {"Resource": "*a*"}, allow(READ, ["*ab*", "*abc*"])],
    ),
    "an ARN with fewer parts": ([allow(READ, "arn:aws:s3")], [allow(READ, "arn:aws:s3:*:*:*")]),
    "a deny of nothing that is allowed": ([allow(READ, OBJECTS)], [allow(READ, OBJECTS), deny("iam:*", "*")]),
    "a deny of what isn't listed": (
        [allow(READ, OBJECTS)],
        [allow([READ, "s3:PutObject"], OBJECTS), deny("s3:PutObject", "*")],
    ),
    "a deny of all other resources": (
        [allow(READ, OBJECTS)],
        [allow(READ), {"Effect": "Deny", "Action": "*", "NotResource": OBJECTS}],
    ),
    "no resource for what takes none": ([], [allow("s3:ListAllMyBuckets", BUCKET)]),
    "values in another order": ([when(StringEquals=["a", "b"])], [when(StringEquals=["b", "a"])]),
    "values in two statements": ([when(StringEquals=["a", "b"])], [when(StringEquals="a"), when(StringEquals="b")]),
    "with and without": ([allow(READ, OBJECTS)], [when(StringEquals="a"), when(StringNotEquals="a")]),
    "like without wildcards": ([when(StringEquals="a")], [when(StringLike="a")]),
    "two networks": ([when(IpAddress="10.0.0.0/8")], [when(IpAddress=["10.0.0.0/9", "10.128.0.0/9"])]),
    "numbers": (
        [when(NumericLessThan="10")],
        [when(NumericLessThan="5"), when(NumericGreaterThanEquals="5.0", NumericLessThan="10.0")],
    ),
    "instants": ([when(DateLessThan="2026-01-01T00:00:00Z")], [when(DateLessThan="2026-01-01T01:00:00+01:00")]),
    "there or not": ([allow(READ, OBJECTS)], [when(Null="true"), when(Null="false")]),
    "if it exists": ([when(BoolIfExists="true")], [when(Bool="true"), when(Null="true")]),
    "what never holds": ([], [when(StringEqual="a"), when(StringEquals=[])]),
    "any and all": ([when(ForAnyValue_StringEquals="a")], [when(ForAnyValue_StringEquals="a", Null="false")]),
    "variables": ([allow(READ, OBJECTS), allow(READ, f"{OWN}/*")], [allow(READ, OBJECTS)]),
    "variables in wider ones": ([allow(READ, f"{OWN}*")], [allow(READ, [f"{OWN}*", f"{OWN}/x"])]),
}


@pytest.mark.parametrize(("old", "new"), SAME.values(), ids=SAME)
def test_the_same_access_in_other_words(old: list[Any], new: list[Any]) -> None:
    assert is_empty(policy_diff(document(*old), document(*new)))
    assert is_empty(policy_diff(document(*new), document(*old)))


# ---- More access ---------------------------------------------------------------------------------------------
MORE = {
    "an action": ([allow(READ, OBJECTS)], [allow([READ, "s3:PutObject"], OBJECTS)]),
    "a resource": ([allow(READ, OBJECTS)], [allow(READ, [OBJECTS, BUCKET])]),
    "one character": ([allow(READ, "arn:aws:s3:::b/??*")], [allow(READ, "arn:aws:s3:::b/?*")]),
    "another case": ([allow(READ, OBJECTS)], [allow(READ, OBJECTS), allow(READ, "arn:aws:s3:::B/x")]),
    "less denied": ([allow(READ, OBJECTS), deny(READ, OBJECTS)], [allow(READ, OBJECTS), deny(READ, BUCKET + "/x")]),
    "denied less often": (
        [allow(READ, OBJECTS), deny(READ, OBJECTS)],
        [allow(READ, OBJECTS), deny(READ, OBJECTS, Condition={"Bool": {"aws:SecureTransport": "false"}})],
    ),
    "all but": ([allow(READ, OBJECTS)], [{"Effect": "Allow", "Action": READ, "NotResource": BUCKET}]),
    "all actions but": ([allow(READ, OBJECTS)], [{"Effect": "Allow", "NotAction": "iam:*", "Resource": OBJECTS}]),
    "no condition": ([when(StringEquals="a")], [allow(READ, OBJECTS)]),
    "a value": ([when(StringEquals="a")], [when(StringEquals=["a", "b"])]),
    "a wildcard": ([when(StringEquals="a")], [when(StringLike="a*")]),
    "one excepted less": ([when(StringNotEquals=["a", "b"])], [when(StringNotEquals="a")]),
    "also where it is missing": ([when(StringEquals="a")], [when(StringEqualsIfExists="a")]),
    "any in place of all": ([when(ForAllValues_StringEquals="a", Null="false")], [when(ForAnyValue_StringEquals="a")]),
    "one more than a half": ([when(NumericLessThanEquals="9")], [when(NumericLessThan="10")]),
    "for whoever has that name": ([], [allow(READ, OWN)]),
    "where the name is no variable": ([allow(READ, OWN)], [allow(READ, [OWN, BUCKET + "/dana"])]),
    "for a team": ([], [allow(READ, BUCKET + "/${aws:PrincipalTag/team}", Condition=RED)]),
    "an unknown service": ([allow("newservice:Get*", OBJECTS)], [allow("newservice:*", OBJECTS)]),
}


@pytest.mark.parametrize(("old", "new"), MORE.values(), ids=MORE)
def test_more_access(old: list[Any], new: list[Any]) -> None:
    found, back = policy_diff(document(*old), document(*new)), policy_diff(document(*new), document(*old))
    assert found["gained"] == back["lost"]
    assert found["gained"]
    assert not found["lost"]
    assert not found["undecided"]


# ---- In what words -------------------------------------------------------------------------------------------
def test_a_difference_has_actions_resources_and_conditions() -> None:
    inside = {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}
    found = policy_diff(
        document(allow("s3:Get*", [BUCKET, OBJECTS])),
        document(allow(["s3:GetObject", "s3:PutObject", "s3:PutObjectAcl"], OBJECTS, Condition=inside)),
    )
    assert found["gained_actions"] == ["s3:PutObject", "s3:PutObjectAcl"]
    assert found["gained"] == [
        {"actions": ["s3:PutObject", "s3:PutObjectAcl"], "resources": [OBJECTS], "conditions": inside}
    ]
    assert set(found["lost_actions"]) == set(catalogue.actions_matching("s3:Get*")) - {
        name for name in catalogue.actions_matching("s3:Get*") if catalogue.takes_no_resource(name)
    }
    assert {
        "actions": ["s3:GetObject"],
        "resources": [OBJECTS],
        "conditions": {},
        "except": [{"conditions": inside}],
    } in (found["lost"])
    assert found["undecided"] == []


def test_whole_services_and_patterns_of_the_documents_stay_short() -> None:
    found = policy_diff(document(), document(allow([*whole_service("sqs"), "s3:GetObject*"], "*")))
    assert found["gained"] == [{"actions": ["s3:GetObject*", "sqs:*"], "resources": ["*"], "conditions": {}}]
    assert len(found["gained_actions"]) > len(whole_service("sqs"))


def test_actions_without_resources_go_with_all_resources_but_some() -> None:
    found = policy_diff(document(), document(all_but(Action="s3:*", NotResource=BUCKET)))
    assert found["gained"] == [{"actions": ["s3:*"], "not_resources": [BUCKET], "conditions": {}}]
    assert found["gained_actions"] == sorted(whole_service("s3"), key=str.lower)


def test_what_is_denied_no_longer_is_gained_where_it_was_denied() -> None:
    found = policy_diff(document(allow("s3:*", "*"), deny(READ, OBJECTS)), document(allow("s3:*", "*")))
    assert found["gained"] == [{"actions": [READ], "resources": [OBJECTS], "conditions": {}}]


def test_what_can_t_be_compared_is_undecided() -> None:
    old = when(StringEquals="${aws:PrincipalTag/x}")
    new = allow(READ, OBJECTS, Condition={"NumericLessThan": {"aws:x": "1"}, "StringLike": {"aws:x": "5*"}})
    found = policy_diff(document(old), document(new))
    assert not found["gained"]
    assert found["undecided"] == [
        {
            "actions": [READ],
            "resources": [OBJECTS],
            "conditions": new["Condition"],
            "except": [{"conditions": old["Condition"]}],
            "may_be": "gained",
            "because": "The conditions, or the variables, can't be compared.",
        }
    ]


# ---- Principals ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"AWS": ME}, {"AWS": f"arn:aws:iam::{ME}:root"}),
        ("*", {"AWS": "*"}),
        ({"AWS": [ME, ROLE]}, {"AWS": [ROLE, ME]}),
        ({"AWS": "*", "Service": EC2}, {"Service": EC2, "AWS": ["*", ROLE]}),
    ],
)
def test_the_same_principals_in_other_words(old: Any, new: Any) -> None:
    assert is_empty(policy_diff(document(trust(old)), document(trust(new))))


@pytest.mark.parametrize(
    ("old", "new", "gained"),
    [
        ({"AWS": ME}, {"AWS": [ME, OTHER]}, {"AWS": [OTHER]}),
        ({"Service": EC2}, {"Service": [EC2, LAMBDA]}, {"Service": [LAMBDA]}),
        ({"AWS": ROLE}, "*", {"AWS": ["*"]}),
        ({"CanonicalUser": "1"}, {"CanonicalUser": ["1", "2"]}, {"CanonicalUser": ["2"]}),
    ],
)
def test_more_principals(old: Any, new: Any, gained: Any) -> None:
    found = policy_diff(document(trust(old)), document(trust(new)))
    assert [item["principals"] for item in found["gained"]] == [gained]
    assert not found["lost"]


def test_to_name_somebody_gives_more_than_to_name_their_aws_account() -> None:
    found = policy_diff(document(trust({"AWS": [ME, ROLE]})), document(trust({"AWS": ME})))
    assert found["lost"] == [
        {
            "actions": ["sts:AssumeRole"],
            "resources": ["*"],
            "conditions": {},
            "principals": {"AWS": [ROLE]},
            "directly": True,
        }
    ]
    assert not found["gained"]
