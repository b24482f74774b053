"""Documents and requests that have to do with one another, for properties of the engine."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tests.services.statements import document

ME = "123456789012"
DANA, ROLE = f"arn:aws:iam::{ME}:user/dana", f"arn:aws:iam::{ME}:role/app/reader"
ACTIONS = ["s3:GetObject", "s3:PutObject", "sqs:SendMessage", "ec2:DescribeInstances"]


def few(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    return st.lists(strategy, min_size=1, max_size=2)


def one_of(*names: str) -> st.SearchStrategy[str]:
    return st.sampled_from(names)


action_patterns = one_of(*ACTIONS, "*", "s3:*", "s3:Get*", "s*", "ec2:Desc?ibe*")
patterns = st.text("ab*?", max_size=3)
resources = st.one_of(
    one_of("*", "arn:aws:*:a", "arn:aws:s3:::${aws:username}", "arn:aws:s3:::a${aws:username}*"),
    patterns.map("arn:aws:s3:::{}".format),
)
equals = one_of("StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringEqualsIfExists")
several = one_of("ForAllValues:StringLike", "ForAnyValue:StringLike", "ForAnyValue:StringNotLike")
numeric = one_of("NumericLessThan", "NumericLessThanEquals", "NumericNotEquals")
tests = st.one_of(
    st.tuples(equals, one_of("aws:x", "aws:username"), few(one_of("a", "b", "ab", "A", "${aws:username}"))),
    st.tuples(one_of("StringLike", "StringNotLike"), st.just("aws:x"), few(patterns)),
    st.tuples(several, st.just("aws:TagKeys"), few(patterns)),
    st.tuples(numeric, st.just("aws:n"), one_of("1", "2.0", "2")),
    st.tuples(st.just("Null"), st.just("aws:x"), one_of("true", "false")),
)
conditions = st.lists(tests, max_size=2).map(lambda found: {operator: {key: value} for operator, key, value in found})
someone = one_of(DANA, ROLE, ME, "*", f"arn:aws:sts::{ME}:assumed-role/reader/one", "arn:aws:iam::210987654321:root")


@st.composite
def statements(draw: st.DrawFn, *, with_principals: bool = False) -> dict[str, Any]:
    found: dict[str, Any] = {"Effect": draw(one_of("Allow", "Allow", "Deny")), "Condition": draw(conditions)}
    found[draw(one_of("Action", "Action", "NotAction"))] = draw(few(action_patterns))
    found[draw(one_of("Resource", "Resource", "NotResource"))] = draw(few(resources))
    if with_principals:
        found[draw(one_of("Principal", "Principal", "NotPrincipal"))] = {"AWS": draw(few(someone))}
    return found


@st.composite
def pairs(draw: st.DrawFn, *, with_principals: bool = False) -> tuple[dict[str, Any], dict[str, Any]]:
    """Two documents that have most in common, since two of any kind hardly have."""
    one = statements(with_principals=with_principals)
    common = draw(st.lists(one, max_size=2))
    one_more = st.lists(one, max_size=1)
    return document(*common, *draw(one_more)), document(*common, *draw(one_more))


values = st.none() | st.sampled_from(["", "a", "b", "ab", "A", "abb"]).map(lambda text: (text,))
requests = st.fixed_dictionaries(
    {
        "action": st.sampled_from(ACTIONS),
        "resource": st.just("*") | st.text("abc", max_size=4).map("arn:aws:s3:::{}".format),
        "context": st.fixed_dictionaries(
            {
                "aws:x": values,
                "aws:username": values,
                "aws:tagkeys": st.none() | st.lists(st.sampled_from(["a", "b", "ab", "c"]), max_size=2).map(tuple),
                "aws:n": st.none() | st.sampled_from(["0", "1", "1.5", "2", "3", "?"]).map(lambda text: (text,)),
            }
        ).map(lambda found: {key: value for key, value in found.items() if value is not None}),
    }
)
callers = st.sampled_from(
    [
        DANA,
        f"{DANA}2",
        ROLE,
        f"arn:aws:sts::{ME}:assumed-role/reader/one",
        f"arn:aws:sts::{ME}:assumed-role/reader/two",
        "arn:aws:iam::210987654321:user/dana",
        "lambda.amazonaws.com",
        "*",
    ]
)
