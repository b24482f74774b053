"""What one document allows and denies that another doesn't, and where pages say it."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import AwsAccount, Operator
from policies.access_lines import OF_DOCUMENTS, access_lines, line_item, lines_of
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
            ["+ Allows s3:GetObject on * only from 10.0.0.0/8"],
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


def test_many_are_told_and_thousands_cut() -> None:
    many = [allow(f"s3:Get{number}", f"arn:aws:s3:::{number}/*") for number in range(60)]
    assert len(said(document_text(), document_text(*many))) == 60
    kept = {"items": [line_item(item("s3:Get*"))] * 3, "more": 2_000}
    assert [each.verb for each in lines_of({"gained": kept}, OF_DOCUMENTS)][-1] == "Allows 2,000 more things"


def item(*actions: str, **more: object) -> dict[str, object]:
    return {"actions": list(actions), "resources": ["*"], "conditions": {}, **more}


def test_all_actions_open() -> None:
    (line,) = lines_of(
        {"gained": {"items": [line_item(item(*(f"s{number}:*" for number in range(596))))], "more": 0}}, OF_DOCUMENTS
    )
    assert (line.actions.count(","), line.hidden, line.rest[-1], line.raw) == (11, 584, "s595:*", "")


def test_a_condition_opens_as_json() -> None:
    mfa = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    (line,) = lines_of({"gained": {"items": [line_item(item("s3:*", conditions=mfa))], "more": 0}}, OF_DOCUMENTS)
    assert json.loads(line.raw) == {"resources": ["*"], "conditions": mfa}


def test_what_an_older_version_stored_still_shows() -> None:
    old = {"actions": ["s3:*"], "more": 2, "on": ["*"], "plain": True, "lines": ["on *"], "seal": "1"}
    (line,) = lines_of({"lost": {"items": [old], "more": 0}}, OF_DOCUMENTS)
    assert (line.actions, line.hidden, line.raw) == ("s3:*", 2, "")


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
