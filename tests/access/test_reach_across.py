"""Who can on a resource or a role, over AWS accounts: both sides evaluated, and told as far as the asker may see."""

from __future__ import annotations

import csv
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from hypothesis import given as for_any
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from access.across import across_of, has_a_mirror
from access.index import index_of
from access.outsiders import outsiders
from access.resource_sides.lookup import ResourceSides, everybody
from access.situations import situation_of
from access.who_can.answer import WhoCanAnswer
from accounts.models import AwsAccount, Grant, Operator
from accounts.roles import Role
from policies.engine.combine import Decision
from policies.engine.conditions import Context
from tests.access.mirrored import ID, arn, columns_trusting, managed, role, user
from tests.services.fuzzing import as_long_as_asked
from tests.services.organization_rows import complete, make_control_policy, member_of
from tests.services.pages import address, get, text_of
from tests.services.resource_rows import hold
from tests.services.rows import attach, make_role, make_user
from tests.services.statements import allow, deny, document_text, trust

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., Client]
DATA, SHOP, TEST = "111111111111", "222222222222", "333333333333"
STRANGER = "999999999999"
QUEUE = f"arn:aws:sqs:eu-west-1:{ID}:jobs"
SEND = "sqs:SendMessage"
ASKED = f"?action={SEND}&resource={QUEUE}"


def make(account_id: str, name: str) -> AwsAccount:
    made = AwsAccount.objects.create(account_id=account_id, name=name, emulated=True)
    complete(made, "org.membership")
    return made


@pytest.fixture
def four(alone: AwsAccount) -> dict[str, AwsAccount]:
    found = {ID: alone, **{each: make(each, name) for each, name in ((DATA, "Data"), (SHOP, "Shop"), (TEST, "Test"))}}
    for account_id in (DATA, SHOP, TEST):
        user(found[account_id], f"sender-{account_id[0]}", allow("sqs:*"))
        user(found[account_id], f"idle-{account_id[0]}")
    return found


def words(html: str) -> str:
    return " ".join(text_of(html).split())


def opened(alone: AwsAccount, *principals: str, **more: Any) -> None:
    hold(alone, "sqs.queue", QUEUE, document_text(trust({"AWS": list(principals)}, SEND, Resource="*", **more)))


def test_both_sides_are_evaluated_and_strangers_named_as_such(
    four: dict[str, AwsAccount], alice: Operator, client_of: ClientOf
) -> None:
    Grant.objects.create(operator=alice, role=Role.VIEWER)
    opened(four[ID], arn("root", account=DATA), arn("root", account=STRANGER))
    found = words(get(client_of(alice), "who_can", ASKED))
    assert "sender-1" in found
    assert "idle-1" not in found  # their own side doesn't allow it
    assert "Data (111111111111)" in found
    assert "sender-2" not in found
    assert f"AWS account {STRANGER}, which isn’t connected" in found
    assert "see" not in found.partition("Because of")[2].partition("Through")[0]


def test_queries_do_not_grow_with_those_who_are_let_in(
    four: dict[str, AwsAccount], django_assert_max_num_queries: Any
) -> None:
    senders = managed(four[DATA], "senders", [allow("sqs:*")])
    for number in range(12):
        attach(make_user(four[DATA], f"other-{number}"), senders)
    opened(four[ID], arn("root", account=DATA))
    answer = WhoCanAnswer(four[ID], {"action": SEND, "resource": QUEUE, "context": {}}, may_see=everybody)
    with django_assert_max_num_queries(4):
        assert len(list(answer.lines())) == 13


def test_an_operator_of_one_aws_account_of_four(
    four: dict[str, AwsAccount], charlie: Operator, alice: Operator, client_of: ClientOf
) -> None:
    """No name, no address, no number, in the page or the file; an answer that alice was given serves nobody else."""
    Grant.objects.create(operator=alice, role=Role.VIEWER)
    Grant.objects.create(operator=charlie, role=Role.VIEWER, aws_account=four[ID])
    opened(four[ID], *(arn("root", account=each) for each in (DATA, SHOP, TEST)))
    assert "sender-2" in words(get(client_of(alice), "who_can", ASKED))
    page = get(client_of(charlie), "who_can", ASKED)
    assert words(page).count("Access from an AWS account that you can’t see") == 1
    answer: Any = client_of(charlie).get(f"{address('who_can')}{ASKED}&format=csv")
    file = b"".join(answer.streaming_content).decode()
    assert len(list(csv.reader(file.splitlines()))) == 2
    for told in (page, file):
        for secret in ("sender", "idle", "Data (", "Shop (", "Test (", "isn’t connected"):
            assert secret not in told, secret
    assert "sender-2" in words(get(client_of(alice), "who_can", ASKED))


def test_a_resource_of_an_aws_account_that_one_may_not_see_is_like_none(
    four: dict[str, AwsAccount], charlie: Operator, alice: Operator, client_of: ClientOf
) -> None:
    Grant.objects.create(operator=alice, role=Role.VIEWER)
    Grant.objects.create(operator=charlie, role=Role.VIEWER, aws_account=four[ID])
    user(four[ID], "dana", allow("*"))
    theirs = f"arn:aws:sqs:eu-west-1:{DATA}:jobs"
    hold(four[DATA], "sqs.queue", theirs, document_text(trust({"AWS": arn("user/dana")}, SEND, Resource="*")))
    asked = f"?action={SEND}&resource={theirs}"
    assert "which the console hasn’t read" not in words(get(client_of(alice), "who_can", asked))
    hidden = words(get(client_of(charlie), "who_can", asked))
    assert "Subject to the policy of the queue and" in hidden
    assert f"The AWS account {DATA} isn’t connected." in hidden
    stranger = asked.replace(DATA, STRANGER)
    assert f"The AWS account {STRANGER} isn’t connected." in words(get(client_of(charlie), "who_can", stranger))


def test_a_role_is_assumed_from_another_aws_account(
    four: dict[str, AwsAccount], alice: Operator, client_of: ClientOf
) -> None:
    Grant.objects.create(operator=alice, role=Role.VIEWER)
    external = {"StringEquals": {"sts:ExternalId": "acme"}}
    there = role(four[ID], "deploy", trusts={"AWS": arn("root", account=DATA)})
    with_id = columns_trusting({"AWS": arn("root", account=DATA)}, Condition=external)
    vendor = make_role(four[ID], "vendor", **with_id)
    user(four[DATA], "ci", allow("sts:AssumeRole", arn("role/*")))
    page = words(get(client_of(alice), "who_can", f"?action=sts:AssumeRole&resource={there.arn}"))
    assert "ci Data (111111111111) Allowed" in page
    page = words(get(client_of(alice), "who_can", f"?action=sts:AssumeRole&resource={vendor.arn}"))
    assert "ci Data (111111111111) Allowed under a condition only if sts:ExternalId is acme" in page


# ---- Whom conditions mean ----------------------------------------------------------------------------------------
STRANGE_ROLE = arn("role/x", account=STRANGER)


def reached(four: dict[str, AwsAccount], principal: str, **condition: Any) -> tuple[dict[str, Decision], list[str]]:
    """Outsiders by name, and who of other connected AWS accounts."""
    opened(four[ID], principal, **({"Condition": condition} if condition else {}))
    asked: tuple[str, str, Context] = (SEND, QUEUE, {})
    sides = ResourceSides(four[ID], everybody)
    index = index_of(four[ID])
    outside = {each.name: each.verdict.decision for each in outsiders(index, *asked, sides, has_a_mirror)}
    across = across_of(four[ID], index, asked, sides, lambda other: True)
    return outside, [match.arn for _, match in across.listed]


@pytest.mark.parametrize("principal", ["*", STRANGER])
@pytest.mark.parametrize(
    ("condition", "decision"),
    [
        ({"ArnLike": {"aws:PrincipalArn": STRANGE_ROLE}}, Decision.UNKNOWN),
        ({"StringEquals": {"aws:PrincipalAccount": STRANGER}}, Decision.ALLOWED),
        (
            {"StringEquals": {"aws:PrincipalAccount": STRANGER, "aws:PrincipalType": "User"}},
            Decision.UNKNOWN,
        ),
    ],
)
def test_an_aws_account_that_a_condition_names_gets_in(
    four: dict[str, AwsAccount], principal: str, condition: Any, decision: Decision
) -> None:
    outside, across = reached(four, principal, **condition)
    assert outside.pop("*", Decision.UNKNOWN) is Decision.UNKNOWN
    assert (outside, across) == ({STRANGER: decision}, [])


def test_everybody_of_the_own_aws_account_is_nobody_from_outside(four: dict[str, AwsAccount]) -> None:
    assert reached(four, "*", ArnLike={"aws:PrincipalArn": arn("role/*")}) == ({}, [])


def test_a_role_of_that_name_in_any_aws_account_is_perhaps_everybody(four: dict[str, AwsAccount]) -> None:
    role(four[SHOP], "deploy", allow("sqs:*"), trusts={"Service": "ec2.amazonaws.com"})
    like = {"aws:PrincipalArn": "arn:aws:iam::*:role/deploy"}
    assert reached(four, "*", ArnLike=like) == ({"*": Decision.UNKNOWN}, [arn("role/deploy", account=SHOP)])


def test_one_whom_a_condition_means_in_another_aws_account_is_found(four: dict[str, AwsAccount]) -> None:
    sender = arn("user/sender-1", account=DATA)
    assert reached(four, "*", ArnLike={"aws:PrincipalArn": sender}) == ({}, [sender])


def test_one_whom_control_policies_let_pass_in_another_aws_account_is_found(four: dict[str, AwsAccount]) -> None:
    sender = arn("user/sender-1", account=DATA)
    but_them = {"ArnNotLike": {"aws:PrincipalArn": sender}}
    root, own = member_of(four[DATA])
    text = document_text(allow("*"), deny("sqs:*", Condition=but_them))
    make_control_policy(four[DATA], "all", root, own, document=text)
    _, across = reached(four, "*", StringEquals={"aws:PrincipalAccount": DATA})
    assert across == [sender]


# ---- Against the evaluator ---------------------------------------------------------------------------------------
WHO = ("*", DATA, arn("user/a", account=DATA), arn("user/b", account=DATA), arn("role/r", account=SHOP), STRANGER, ID)
CONDITIONS: tuple[Any, ...] = (
    None,
    {"StringEquals": {"aws:PrincipalAccount": DATA}},
    {"StringEquals": {"aws:PrincipalOrgID": "o-1"}},
    {"ArnLike": {"aws:PrincipalArn": arn("user/b", account=DATA)}},
    {"ArnLike": {"aws:PrincipalArn": STRANGE_ROLE}},
    {"StringEquals": {"aws:PrincipalType": "User"}},
    {"Bool": {"aws:MultiFactorAuthPresent": "true"}},
)
statements = st.builds(
    lambda effect, who, condition: {
        "Effect": effect,
        "Principal": {"AWS": who},
        "Action": SEND,
        "Resource": "*",
        **({"Condition": condition} if condition else {}),
    },
    st.sampled_from(["Allow", "Allow", "Deny"]),
    st.sampled_from(WHO),
    st.sampled_from(CONDITIONS),
)
own_sides = st.lists(st.sampled_from([None, allow("sqs:*"), deny(SEND)]), min_size=3, max_size=3)


class ByTheEvaluator(TestCase):
    """Each example in a transaction of its own."""

    @as_long_as_asked(25)
    @for_any(st.lists(statements, min_size=1, max_size=3), own_sides)
    def test_it_says_of_everybody_what_the_evaluator_says(self, policy: Any, own: Any) -> None:
        home, data, shop = make(ID, "Acme"), make(DATA, "Data"), make(SHOP, "Shop")
        text = document_text(*policy)
        hold(home, "sqs.queue", QUEUE, text)
        there = [
            user(data, "a", *filter(None, own[:1])),
            user(data, "b", *filter(None, own[1:2])),
            role(shop, "r", *filter(None, own[2:]), trusts={"Service": "ec2.amazonaws.com"}),
        ]
        sides = ResourceSides(home, everybody)
        index = index_of(home)
        found = {
            match.arn: match.decision
            for _, match in across_of(home, index, (SEND, QUEUE, {}), sides, lambda other: True).listed
        }
        from_outside = {
            (each.name, each.is_anonymous): each.verdict.decision
            for each in outsiders(index, SEND, QUEUE, {}, sides, has_a_mirror)
        }
        for each in there:
            expected = situation_of(home, each.arn, SEND, QUEUE, {}, may_see=everybody).verdict_by_policies_read()
            if from_outside.get(("*", True)) is Decision.ALLOWED and each.arn not in found:
                continue  # anybody may: nobody is listed by name
            if expected.decision in (Decision.ALLOWED, Decision.UNKNOWN):
                assert found.get(each.arn) is expected.decision, each.arn
            else:
                assert each.arn not in found
        anybody = situation_of(home, "*", SEND, QUEUE, {}).verdict().decision
        if anybody is Decision.ALLOWED:
            assert from_outside[("*", True)] is Decision.ALLOWED
        partner = situation_of(home, STRANGE_ROLE, SEND, QUEUE, {}).verdict_by_policies_read()
        if partner.decision is Decision.ALLOWED:
            assert {("*", False), ("*", True), (STRANGER, False)} & from_outside.keys()
