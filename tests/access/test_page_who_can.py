"""Who can: page after page, as CSV, through roles, and from the search box."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from django.test import Client

from access.views import who_can
from accounts.models import AwsAccount, Operator
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
    assert "Look for them" in words(get(client, "who_can", ASKED))
    found = words(get(client, "who_can", f"{ASKED}&chains=1")).partition("Through a role")[2]
    assert "ci assumes deploy : inline policy own, statement Deploy; trust policy of" in found
    assert "anna assumes ci : inline policy own, statement Ci; trust policy of" in found
    assert "ben" not in found


def test_too_many_roles_are_said(
    alone: AwsAccount, bob: Operator, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(who_can, "MOST_TARGETS", 1)
    for name in ("one", "two"):
        role(alone, name, allow("sqs:*"), trusts=arn("root"))
    assert "2 roles may do this" in words(get(client_of(bob), "who_can", f"{ASKED}&chains=1"))


def test_the_search_box_takes_the_question(alone: AwsAccount, bob: Operator, client_of: ClientOf) -> None:
    answer = client_of(bob).get("/search/", {"q": "who can s3:DeleteBucket"}).content.decode()
    assert "who-can/?action=s3%3ADeleteBucket&amp;resource=%2A" in answer
