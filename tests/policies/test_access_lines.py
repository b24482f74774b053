"""What one document allows and denies that another doesn't, and where pages say it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import AwsAccount, Operator
from policies.access_lines import access_lines
from tests.access.mirrored import managed
from tests.services import pages
from tests.services.pages import get
from tests.services.statements import allow, deny, document_text, trust


def said(old: str, new: str) -> list[str]:
    return [" ".join([each.sign, each.verb, each.actions, *each.limits]) for each in access_lines(old, new)]


READ, WRITE = allow("s3:GetObject", "arn:aws:s3:::a/*"), allow("s3:PutObject", "arn:aws:s3:::a/*")


@pytest.mark.parametrize(
    ("old", "new", "lines"),
    [
        ([READ], [READ], []),
        (
            [READ],
            [WRITE],
            ["+ Allows s3:PutObject on arn:aws:s3:::a/*", "− No longer allows s3:GetObject on arn:aws:s3:::a/*"],
        ),
        ([READ], [allow()], ["+ Allows everything"]),
        ([allow()], [READ], ["− No longer allows everything"]),
        ([READ], [READ, deny("sqs:*")], ["− Denies sqs:* on *"]),
        ([READ, deny("sqs:*")], [READ], ["+ No longer denies sqs:* on *"]),
        (
            [],
            [allow("s3:GetObject", Condition={"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}})],
            ["+ Allows s3:GetObject on * if aws:SourceIp is in 10.0.0.0/8"],
        ),
        ([], [trust("*")], ["+ Allows sts:AssumeRole on * to AWS *"]),
    ],
)
def test_says_what_differs(old: list[object], new: list[object], lines: list[str]) -> None:
    assert said(document_text(*old), document_text(*new)) == lines


@pytest.mark.parametrize("text", ["", "[]", "{", '{"Statement": "x"}'])
def test_takes_any_text(text: str) -> None:
    assert said(text, text) == []
    access_lines(text, document_text(READ))
    access_lines(document_text(READ), text)


def test_many_are_cut_with_how_many_there_are_more() -> None:
    many = [allow(f"s3:Get{number}", f"arn:aws:s3:::{number}/*") for number in range(60)]
    *_, last = said(document_text(), document_text(*many))
    assert last == "… 40 more lines "


def test_versions_say_what_access_they_changed(
    aws_account: AwsAccount, bob: Operator, client_of: Callable[..., Client]
) -> None:
    policy = managed(aws_account, "reports", [READ], [WRITE])
    client = client_of(bob)
    text = pages.text_of(get(client, "policy_versions", aws_id=policy.aws_id))
    assert "What it changed + Allows s3:PutObject on arn:aws:s3:::a/* − No longer allows s3:GetObject" in text


def test_making_another_the_default_says_so(
    aws_account: AwsAccount, erin: Operator, client_of: Callable[..., Client]
) -> None:
    policy = managed(aws_account, "reports", [READ], [WRITE], version_count=2)
    url = pages.address("policy_action", aws_id=policy.aws_id, action="make-default")
    text = pages.text_of(client_of(erin).get(f"{url}?version=v1").content.decode())
    assert "From v2 to v1 + Allows s3:GetObject on arn:aws:s3:::a/* − No longer allows s3:PutObject" in text
