"""Who can: page after page, as CSV, through roles, and from the search box."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from django.test import Client

from access.views import who_can
from access.who_can import chains
from accounts.models import AwsAccount, Operator
from identities.models import IamRole
from tests.access.mirrored import arn, role, user
from tests.services.pages import address, get, text_of
from tests.services.statements import allow

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., Client]
ASKED = "?action=sqs:ListQueues&resource=*"


def words(html: str) -> str:
    return " ".join(text_of(html).split())


def test_more_than_a_page(
    alone: AwsAccount, bob: Operator, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(who_can, "SHOWN", 2)
    for name in ("anna", "ben", "carl", "dana", "eve"):
        user(alone, name, allow("sqs:*"))
    client = client_of(bob)
    first, last = (get(client, "who_can", f"{ASKED}&page={page}") for page in ("1", "3"))
    assert "1 to 2 of 5" in words(first)
    assert "page=2#answer" in first
    assert "5 to 5 of 5" in words(last)
    assert "eve" in words(last)
    assert "anna" not in words(last)
    for odd in ("0", "99", "x", "-1", "9" * 30, "²"):
        assert " of 5" in words(get(client, "who_can", f"{ASKED}&page={odd}"))


def test_all_as_csv(alone: AwsAccount, bob: Operator, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(who_can, "SHOWN", 1)
    user(alone, "anna", allow("sqs:*", Sid="All"))
    user(alone, "ben", allow("sqs:*", Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}}))
    answer: Any = client_of(bob).get(f"{address('who_can')}{ASKED}&format=csv")
    lines: Iterable[str] = b"".join(answer.streaming_content).decode().splitlines()
    _, anna, ben = csv.reader(lines)
    assert anna[:3] == ["anna", arn("user/anna"), "allowed"]
    assert anna[-1] == "inline policy own, statement All"
    assert ben[2:4] == ["unknown", "only with MFA"]


def test_through_roles(alone: AwsAccount, bob: Operator, client_of: ClientOf) -> None:
    role(alone, "deploy", allow("sqs:*"), trusts=arn("role/ci"))
    role(alone, "ci", allow("sts:AssumeRole", arn("role/deploy"), Sid="Deploy"), trusts=arn("root"))
    user(alone, "anna", allow("sts:AssumeRole", arn("role/ci"), Sid="Ci"))
    user(alone, "ben", allow("s3:*"))
    client = client_of(bob)
    said, _, found = words(get(client, "who_can", ASKED)).partition("Through a role")
    assert "1 role. 2 more by assuming a role" in said
    assert "ci Role assumes deploy : inline policy own, statement Deploy; trust policy of deploy" in found
    assert "anna User assumes ci : inline policy own, statement Ci; trust policy of ci" in found
    assert "deploy is allowed it: inline policy own, statement number 1" in found
    assert "ben" not in found


def test_all_chains_page_after_page_and_as_csv(
    alone: AwsAccount, bob: Operator, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many roles may do it."""
    monkeypatch.setattr(chains, "SHOWN", 2)
    mfa = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    for number in range(45):
        role(alone, f"target{number:02}", allow("sqs:*", Condition=mfa), trusts=arn("root"))
    for name, number in (("anna", 3), ("ben", 44), ("carl", 44)):
        user(alone, name, allow("sts:AssumeRole", arn(f"role/target{number:02}")))
    client = client_of(bob)
    first, last = (through_roles(get(client, "who_can", f"{ASKED}&chains={page}")) for page in ("1", "2"))
    assert "3, the shortest way of each" in first
    assert "1 to 2 of 3" in first
    assert "anna" in first
    assert "carl" not in first
    assert "carl User assumes target44" in last
    assert "target44 is allowed it, only with MFA" in last
    answer: Any = client.get(f"{address('who_can')}{ASKED}&format=chains")
    lines = [*csv.reader(b"".join(answer.streaming_content).decode().splitlines())]
    assert [line[0] for line in lines[1:]] == ["anna", "ben", "carl"]
    assert lines[1][1:] == [arn("user/anna"), arn("role/target03"), "only with MFA", "Acme (123456789012)"]
    by_role = IamRole.objects.get(name="target44").aws_id
    listed = through_roles(get(client, "who_can", f"{ASKED}&through={by_role}"))
    assert "Through target44" in listed
    assert "anna" not in listed
    assert "anna" in through_roles(get(client, "who_can", f"{ASKED}&through=nobody"))


def test_a_long_search_goes_on(
    alone: AwsAccount, bob: Operator, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chains, "STEPS", 1)
    for number in range(3):
        role(alone, f"target{number}", allow("sqs:*"), trusts=arn("root"))
    user(alone, "anna", allow("sts:AssumeRole", arn("role/target2")))
    client = client_of(bob)
    found = through_roles(get(client, "who_can", ASKED))
    assert "1 role was looked at so far, 2 not yet. Go on looking" in found
    assert "Nobody so far." in found
    assert "2 roles were looked at so far, 1 not yet." in through_roles(get(client, "who_can", ASKED))
    found = through_roles(get(client, "who_can", ASKED))
    assert "Go on" not in found
    assert "anna User assumes target2" in found


def through_roles(html: str) -> str:
    return words(html).partition("Through a role")[2]


def test_the_search_box_takes_the_question(alone: AwsAccount, bob: Operator, client_of: ClientOf) -> None:
    answer = client_of(bob).get("/search/", {"q": "who can s3:DeleteBucket"}).content.decode()
    assert "who-can/?action=s3%3ADeleteBucket&amp;resource=%2A" in answer
