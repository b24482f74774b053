"""The pages: who can, what one principal may, and privilege escalation paths."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import AwsAccount, Operator
from tests.access.mirrored import administrator, arn, columns_trusting, managed, role, user
from tests.services.organization_rows import make_control_policy, member_of
from tests.services.pages import get, names_in, text_of
from tests.services.rows import make_role, make_user
from tests.services.statements import allow, deny, document_text

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., Client]
OBJECT = "arn:aws:s3:::reports/2026.csv"
ASKED = f"?action=s3:GetObject&resource={OBJECT}"


def test_who_can_lists_whom_and_why(alone: AwsAccount, bob: Operator, client_of: ClientOf) -> None:
    user(alone, "dana", allow("s3:Get*", Sid="Read"))
    user(alone, "eve", allow("s3:*"), deny("s3:GetObject"))
    html = get(client_of(bob), "who_can", ASKED)
    assert names_in(html) == ["dana"]
    assert "inline policy own, statement Read" in text_of(html)
    assert "Subject to the bucket policy, which the console hasn’t read" in text_of(html)


def test_who_can_says_under_which_condition(alone: AwsAccount, bob: Operator, client_of: ClientOf) -> None:
    user(alone, "dana", allow("s3:*", Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}}))
    assert "Allowed under a condition only with MFA" in text_of(get(client_of(bob), "who_can", ASKED))
    given = get(client_of(bob), "who_can", f"{ASKED}&context=aws:MultiFactorAuthPresent%3Dtrue")
    assert "Allowed" in text_of(given)


def test_who_can_says_where(aws_account: AwsAccount, bob: Operator, client_of: ClientOf) -> None:
    root, own = member_of(aws_account)
    elsewhere = {"StringNotEquals": {"aws:RequestedRegion": ["eu-west-1", "us-east-1"]}}
    europe = document_text(allow("*"), deny("*", Condition=elsewhere))
    make_control_policy(aws_account, "regions", root, own, document=europe)
    user(aws_account, "dana", allow("s3:*", Condition={"StringLike": {"aws:RequestedRegion": "eu-*"}}))
    for resource in ("*", "arn:aws:s3:::*"):
        html = get(client_of(bob), "who_can", f"?action=s3:DeleteBucket&resource={resource}")
        assert "dana For example s3:DeleteBucket on arn:aws:s3:::any, in eu-west-1 Allowed" in text_of(html)


def test_who_can_lists_services_that_a_role_trusts(alone: AwsAccount, bob: Operator, client_of: ClientOf) -> None:
    make_role(alone, "exporter", **columns_trusting({"Service": "lambda.amazonaws.com"}))
    html = get(client_of(bob), "who_can", f"?action=sts:AssumeRole&resource={arn('role/exporter')}")
    assert "lambda.amazonaws.com Allowed" in text_of(html)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("", "The question"),
        ("?action=read&resource=*", "An action is written as service:Action."),
        ("?action=s3:Get&resource=*&context=x", "Each line must be a key, an equals sign and a value."),
        ("?action=s3:Get&resource=*a*a*a*a*a*a*a*a*a", "A pattern may have up to 8 wildcards."),
        ("?action=s3:Get&resource=*", "Nobody"),
    ],
)
def test_who_can_says_what_is_wrong(
    alone: AwsAccount, bob: Operator, client_of: ClientOf, query: str, words: str
) -> None:
    assert words in text_of(get(client_of(bob), "who_can", query))


@pytest.mark.parametrize(
    ("action", "words"),
    [
        ("s3:GetObject", "Unknown s3:GetObject"),
        ("ec2:StartInstances", "Not allowed ec2:StartInstances"),
        ("iam:GetUser", "Denied iam:GetUser"),
        ("iam:ListUsers", "Allowed iam:ListUsers"),
    ],
)
def test_effective_access_answers(
    alone: AwsAccount, bob: Operator, client_of: ClientOf, action: str, words: str
) -> None:
    dana = user(alone, "dana", allow(["s3:*", "iam:*"]), deny("iam:GetUser"))
    resource = OBJECT if action.startswith("s3") else "*"
    html = get(client_of(bob), "user_access", f"?action={action}&resource={resource}", aws_id=dana.aws_id)
    assert words in text_of(html)
    assert ("According to the policies we have: Allowed" in text_of(html)) is action.startswith("s3")


def test_effective_access_shows_what_policies_say(alone: AwsAccount, bob: Operator, client_of: ClientOf) -> None:
    many = [f"s3:Get{number}" for number in range(9)]
    mfa: dict[str, Any] = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    found = role(alone, "reader", allow(many, OBJECT, Condition=mfa), trusts=arn("root"))
    text = text_of(get(client_of(bob), "role_access", aws_id=found.aws_id))
    assert "s3:Get5 and 3 more" in text
    assert f"{OBJECT} Only signed in with MFA As JSON" in text


def test_effective_access_tells_what_it_may(alone: AwsAccount, bob: Operator, client_of: ClientOf) -> None:
    limit = managed(alone, "limit", [allow(["s3:*", "ec2:StartInstances"], Sid="Limit")])
    dana = user(alone, "dana", allow(["s3:*", "ec2:*"]), deny("s3:Put*", OBJECT), boundary_arn=limit.arn)
    text = text_of(get(client_of(bob), "user_access", aws_id=dana.aws_id))
    assert "Amazon EC2 Limited Write (1 of " in text
    assert "StartInstances on *" in text
    assert ": blocked by the permissions boundary" in text
    assert "Amazon S3 Full List, Read" in text
    assert f"but not {OBJECT}" in text
    assert "subject to the bucket policy" in text
    assert "inline policy own, statement number 1" in text


def test_a_deny_that_depends_on_mfa_isnt_said_to_need_it(alone: AwsAccount, bob: Operator, client_of: ClientOf) -> None:
    without: dict[str, Any] = {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}
    dana = user(alone, "dana", allow("s3:*"), deny("s3:*", Sid="NeedsMfa", Condition=without))
    text = text_of(get(client_of(bob), "user_access", ASKED, aws_id=dana.aws_id))
    assert "statement NeedsMfa: depends on aws:MultiFactorAuthPresent" in text


def test_effective_access_says_the_same_of_services_once(alone: AwsAccount, bob: Operator, client_of: ClientOf) -> None:
    boss = administrator(make_user(alone, "boss"))
    html = get(client_of(bob), "user_access", aws_id=boss.aws_id)
    assert "Full all levels *" in text_of(html)
    assert html.count("<tr>") < 70  # of some 460 services


def test_effective_access_says_what_is_not_read(aws_account: AwsAccount, bob: Operator, client_of: ClientOf) -> None:
    dana = user(aws_account, "dana", allow("s3:*"), boundary_arn=arn("policy/unseen"))
    text = text_of(get(client_of(bob), "user_access", aws_id=dana.aws_id))
    assert "The permissions boundary hasn’t been read. So nothing here is sure." in text
    assert "Control policies may still deny it." in text
    assert "Unknown List, Read" in text


def test_who_is_gone_may_nothing(alone: AwsAccount, bob: Operator, client_of: ClientOf) -> None:
    dana = user(alone, "dana", allow("*"))
    dana.gone_at = dana.first_seen
    dana.save()
    assert "it may do nothing" in text_of(get(client_of(bob), "user_access", ASKED, aws_id=dana.aws_id))


def test_escalation_paths(alone: AwsAccount, bob: Operator, client_of: ClientOf) -> None:
    assert "Nobody can" in text_of(get(client_of(bob), "escalations"))
    user(alone, "eve", allow("iam:PutUserPolicy", arn("user/eve")))
    text = text_of(get(client_of(bob), "escalations"))
    assert "1 path of 1 principal" in text
    assert "iam:PutUserPolicy : gives itself an inline policy that allows everything" in text


def test_control_policies_that_are_not_read_are_said(
    aws_account: AwsAccount, bob: Operator, client_of: ClientOf
) -> None:
    assert "Control policies may still stand in the way." in text_of(get(client_of(bob), "escalations"))
