"""The layers of a denial, the smallest statement that allows it, and whom it would let in."""

from __future__ import annotations

import json
from typing import Any

import pytest

from access.denied.answer import Agreement, DenialAnswer, DenialOutcome, answer, why_it_differs
from access.denied.drafting import StatementProposal, propose
from access.denied.layers import LayerState
from access.denied.requests import DeniedRequest, ReadFrom
from access.denied.statements import widths
from accounts.models import AwsAccount
from policies.engine.evaluate import LayerName
from sync.aws.denial import Layer
from tests.access.mirrored import ID, OTHER, arn, columns_trusting, given, managed, role, user
from tests.services.organization_rows import make_control_policy, member_of
from tests.services.rows import attach, join, make_group, make_role, make_user
from tests.services.statements import allow, deny, document_text

pytestmark = pytest.mark.django_db

DANA = arn("user/dana")
QUEUE = f"arn:aws:sqs:eu-west-1:{ID}:jobs"
TABLE = f"arn:aws:dynamodb:eu-west-1:{ID}:table/orders"
OBJECT = "arn:aws:s3:::archive/2026/11/28.csv"
START, INSTANCE = "ec2:StartInstances", f"arn:aws:ec2:eu-west-1:{ID}:instance/i-1"
EC2 = {"Service": "ec2.amazonaws.com"}


def denied(
    aws_account: AwsAccount,
    layer: Layer | None = Layer.IDENTITY,
    principal: str = DANA,
    action: str = START,
    resource: str = INSTANCE,
    **more: Any,
) -> DenialAnswer:
    read_from = more.pop("read_from", ReadFrom.MESSAGE)
    return answer(aws_account, DeniedRequest(read_from, principal, action, resource, layer=layer, **more))


def stops(found: DenialAnswer) -> list[tuple[LayerName, LayerState]]:
    """The one that decides first."""
    first = [found.layered.stop] if found.layered.stop else []
    return [(line.layer, line.state) for line in (*first, *found.layered.following)]


def test_nothing_allows_it_and_the_closest_statement_is_named(alone: AwsAccount) -> None:
    user(alone, "dana", allow("ec2:Start*", f"{INSTANCE}23", Sid="Others"), allow("iam:*"))
    found = denied(alone)
    assert (found.outcome, found.agreement) == (DenialOutcome.DENIED, Agreement.SAME)
    assert stops(found) == [(LayerName.IDENTITY, LayerState.LACKS)]
    [closest] = found.layered.stop.closest  # type: ignore[union-attr]
    assert (closest.named, closest.why) == ("Others", "resource")


def test_every_layer_that_would_stop_it_is_told_in_aws_s_order(aws_account: AwsAccount) -> None:
    root, own = member_of(aws_account)
    make_control_policy(aws_account, "none", root, own, document=document_text(allow("*"), deny("ec2:*")))
    bound = managed(aws_account, "bound", [allow("s3:*")])
    user(aws_account, "dana", allow("s3:*"), boundary_arn=bound.arn)
    found = denied(aws_account, Layer.SCP)
    assert stops(found) == [
        (LayerName.SCP, LayerState.DENIES),
        (LayerName.IDENTITY, LayerState.LACKS),
        (LayerName.BOUNDARY, LayerState.LACKS),
    ]
    assert stops(denied(aws_account, Layer.BOUNDARY))[0][0] is LayerName.BOUNDARY


def test_what_isn_t_read_stays_unknown_unless_aws_said_that_it_denied(alone: AwsAccount) -> None:
    make_user(alone, "dana")
    question: dict[str, Any] = {"action": "s3:PutObject", "resource": OBJECT}
    assert denied(alone, **question).outcome is DenialOutcome.DENIED
    asked = denied(alone, None, read_from=ReadFrom.FIELDS, **question)
    assert (asked.outcome, asked.agreement) == (DenialOutcome.UNKNOWN, Agreement.NONE)
    assert [line.layer for line in asked.unknowns] == [LayerName.RESOURCE]


def test_that_the_console_would_allow_it_has_known_reasons(alone: AwsAccount) -> None:
    user(alone, "dana", allow("ec2:*"))
    found = denied(alone, Layer.ENDPOINT)
    assert (found.outcome, found.agreement) == (DenialOutcome.ALLOWED, Agreement.OTHER)
    assert why_it_differs(found)[0].title == "A VPC endpoint policy"
    session = f"arn:aws:sts::{ID}:assumed-role/worker/one"
    role(alone, "worker", allow("ec2:*"), trusts=EC2)
    assert why_it_differs(denied(alone, Layer.SESSION, session))[0].title == "A session policy"


def test_condition_keys_of_the_message_count(alone: AwsAccount) -> None:
    user(alone, "dana", allow("ec2:*", Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}}))
    assert denied(alone).outcome is DenialOutcome.UNKNOWN
    assert denied(alone).keys == ["aws:MultiFactorAuthPresent"]
    without = denied(alone, context={"aws:multifactorauthpresent": ("false",)})
    assert stops(without) == [(LayerName.IDENTITY, LayerState.LACKS)]
    assert without.layered.stop.closest[0].why == "condition"  # type: ignore[union-attr]


def test_a_resource_with_wildcards_is_taken_as_aws_takes_it(alone: AwsAccount) -> None:
    """AWS asks for `instance/*` where the instance is yet to be made: a statement about one of them isn't enough."""
    user(alone, "dana", allow("ec2:RunInstances", INSTANCE))
    every = INSTANCE.replace("i-1", "*")
    assert stops(denied(alone, action="ec2:RunInstances", resource=every)) == [(LayerName.IDENTITY, LayerState.LACKS)]


# ---- The statement -------------------------------------------------------------------------------------------
def proposed(aws_account: AwsAccount, place: str = "", width: str = "", **question: Any) -> StatementProposal:
    return propose(aws_account, denied(aws_account, **question), place, width)


def test_a_new_inline_policy_allows_it_and_nothing_else(alone: AwsAccount) -> None:
    make_user(alone, "dana")
    draft = proposed(alone).draft
    assert draft and draft.place and draft.let_in
    assert draft.place.title == "A new inline policy of dana"
    assert json.loads(draft.text)["Statement"] == [
        {"Sid": "AllowEc2StartInstances", "Effect": "Allow", "Action": START, "Resource": INSTANCE}
    ]
    assert (draft.helps, draft.still) == (True, [])
    assert [each.arn for each in draft.let_in.new] == [DANA]
    [line] = draft.lines
    assert (line.sign, line.actions) == ("+", START)


def test_a_policy_that_others_have_lets_them_in_too(alone: AwsAccount) -> None:
    shared = managed(alone, "shared", [allow("s3:GetObject", "*", Sid="AllowEc2StartInstances")])
    for name in ("dana", "eve", "zoe"):
        attach(make_user(alone, name), shared)
    attach(user(alone, "ben", allow("ec2:*")), shared)
    attach(make_role(alone, "job", **columns_trusting(EC2)), shared)
    user(alone, "able", allow("ec2:*"))
    found = proposed(alone, f"managed:{shared.aws_id}")
    draft = found.draft
    assert draft and draft.place and draft.let_in
    assert draft.place.title == "shared"
    assert draft.let_in.having == 5
    assert sorted(each.caller.name for each in draft.let_in.new) == ["dana", "eve", "job", "zoe"]
    assert json.loads(draft.text)["Statement"][1]["Sid"] == "AllowEc2StartInstances1"
    assert (found.already_count, found.already[0].caller.name) == (2, "able")


def test_what_a_group_s_policy_would_let_in_is_its_members(alone: AwsAccount) -> None:
    group = given(make_group(alone, "devs"), allow("s3:GetObject"))
    for name in ("dana", "eve"):
        join(make_user(alone, name), group)
    place = next(each for each in proposed(alone).places if each.kind == "group")
    draft = proposed(alone, place.key).draft
    assert draft and draft.let_in
    assert [each.caller.name for each in draft.let_in.new] == ["dana", "eve"]


def test_with_it_the_boundary_still_stops_it(alone: AwsAccount) -> None:
    bound = managed(alone, "bound", [allow("s3:*")])
    user(alone, "dana", allow("s3:*"), boundary_arn=bound.arn)
    draft = proposed(alone).draft
    assert draft and draft.helps
    assert [line.layer for line in draft.still] == [LayerName.BOUNDARY]
    of_boundary = proposed(alone, layer=Layer.BOUNDARY).draft
    assert of_boundary and of_boundary.place and of_boundary.helps
    assert of_boundary.place.title == "bound"


def test_a_trust_policy_gets_the_role_of_a_session(alone: AwsAccount) -> None:
    worker = role(alone, "worker", allow("sts:*"), trusts=EC2)
    target = role(alone, "target", trusts=EC2)
    session = f"arn:aws:sts::{ID}:assumed-role/worker/one"
    question: dict[str, Any] = {"principal": session, "action": "sts:AssumeRole", "resource": target.arn}
    draft = proposed(alone, layer=Layer.TRUST, **question).draft
    assert draft and draft.place and draft.helps
    statement = json.loads(draft.text)["Statement"][-1]
    assert (statement["Principal"], "Resource" in statement) == ({"AWS": worker.arn}, False)


@pytest.mark.parametrize(
    ("statements", "layer", "words"),
    [
        ([deny("ec2:*")], Layer.IDENTITY, "A Deny wins over every Allow"),
        ([], Layer.SCP, "changed in the organization’s management account"),
    ],
)
def test_where_no_allow_helps_it_says_what_would(
    aws_account: AwsAccount, statements: list[Any], layer: Layer, words: str
) -> None:
    root, own = member_of(aws_account)
    if layer is Layer.SCP:
        make_control_policy(aws_account, "none", root, own, document=document_text(allow("*"), deny("ec2:*")))
    user(aws_account, "dana", *statements)
    found = proposed(aws_account, layer=layer)
    assert found.draft is None
    assert words in found.why_not


def test_a_policy_of_a_resource_is_handed_on(alone: AwsAccount) -> None:
    eve = f"arn:aws:iam::{OTHER}:user/eve"
    found = proposed(alone, layer=None, principal=eve, action="sts:AssumeRole", resource=arn("role/gone"))
    assert found.draft and found.draft.statement["Principal"] == {"AWS": eve}
    assert "has to allow it" in found.why_not
    key = f"arn:aws:kms:eu-west-1:{ID}:key/1"
    assert proposed(alone, principal=eve, action="kms:Decrypt", resource=key).draft is None


def test_whom_a_statement_lets_assume_a_role_is_counted_with_its_trust_policy(alone: AwsAccount) -> None:
    make_user(alone, "dana")
    boss = role(alone, "boss", trusts=arn("root"))
    draft = proposed(alone, action="sts:AssumeRole", resource=boss.arn).draft
    assert draft is not None
    assert draft.let_in is not None
    assert [each.arn for each in draft.let_in.new] == [DANA]


def test_roles_that_aws_keeps_for_itself_are_left_alone(alone: AwsAccount) -> None:
    path = "/aws-reserved/sso.amazonaws.com/"
    make_role(alone, "sso", path=path, arn=arn(f"role{path}sso"))
    found = proposed(alone, principal=f"arn:aws:sts::{ID}:assumed-role/sso/one")
    assert found.draft is None
    assert "AWS keeps this role for itself" in found.why_not


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        (OBJECT, [OBJECT, "arn:aws:s3:::archive/2026/11/*", "arn:aws:s3:::archive/*"]),
        ("arn:aws:s3:::archive/one", ["arn:aws:s3:::archive/one", "arn:aws:s3:::archive/*"]),
        ("arn:aws:s3:::archive", ["arn:aws:s3:::archive"]),
        (TABLE, [TABLE, f"arn:aws:dynamodb:eu-west-1:{ID}:table/*"]),
        (QUEUE, [QUEUE]),
        ("*", ["*"]),
        (f"arn:aws:ec2:eu-west-1:{ID}:instance/*", [f"arn:aws:ec2:eu-west-1:{ID}:instance/*"]),
        ("arn:aws:s3:::archive/${x}", ["arn:aws:s3:::archive/${$}{x}", "arn:aws:s3:::archive/*"]),
    ],
)
def test_how_wide_it_can_be(resource: str, expected: list[str]) -> None:
    assert [each.resource for each in widths(resource)] == expected


@pytest.mark.parametrize(
    ("resource", "label"),
    [
        ("arn:aws:s3:::archive/one", "Whole bucket"),
        (f"arn:aws:s3:eu-west-1:{ID}:accesspoint/reports/object/one", "Any accesspoint"),
        (TABLE, "Any table"),
        (arn("instance-profile/web"), "Any instance profile"),
        (f"arn:aws:logs:eu-west-1:{ID}:log-group:/aws/lambda/resize", "log-group:/*"),
        (f"arn:aws:secretsmanager:eu-west-1:{ID}:secret:orders/db-AbCdEf", "secret:orders/*"),
        ("arn:aws:apigateway:eu-west-1::/restapis/abc", "/*"),
    ],
)
def test_the_widest_is_called_what_it_is(resource: str, label: str) -> None:
    assert widths(resource)[-1].label == label
