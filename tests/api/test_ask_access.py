"""Who can, simulate, lint and diff answer programs as their pages and commands do."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from accounts.models import AwsAccount
from tests.services.statements import allowing
from tests.services.tokens import Program

HERE = "/aws-accounts/123456789012"
DOCUMENT = json.loads(allowing("s3:GetObject"))


def test_who_can_names_them_and_the_statements(alices_program: Program, iam: Any, aws_account: AwsAccount) -> None:
    found = alices_program.ask(f"{HERE}/who-can", action="s3:GetObject", resource="arn:aws:s3:::reports/a").json()
    jane = next(each for each in found["items"] if each["name"] == "jane")
    assert (jane["kind"], jane["decision"]) == ("user", "allowed")
    assert jane["because"] == [{"policy": "reports-read", "statements": ["number 1"], "groups": ["developers"]}]
    assert found["total"] == len(found["items"])


def test_who_can_comes_page_by_page(alices_program: Program, iam: Any, aws_account: AwsAccount) -> None:
    for number in range(3):
        iam.create_user(UserName=f"u{number}")
    asked = {"action": "s3:GetObject", "resource": "*"}
    whole = alices_program.ask(f"{HERE}/who-can", **asked).json()
    names, after = [], ""
    while after is not None:
        page = alices_program.ask(f"{HERE}/who-can", **asked, limit=1, after=after).json()
        names += [each["name"] for each in page["items"]]
        after = page["next"]
    assert names == [each["name"] for each in whole["items"]]


def test_it_says_what_the_page_says(alices_program: Program, alices: Client, iam: Any, aws_account: AwsAccount) -> None:
    asked = {"action": "s3:*", "resource": "*"}
    page = alices.get(f"/aws/{aws_account.account_id}/who-can/", {**asked, "format": "csv"})
    lines = b"".join(page.streaming_content).decode().splitlines()[1:]  # type: ignore[attr-defined]
    found = alices_program.ask(f"{HERE}/who-can", **asked).json()["items"]
    assert [each["name"] for each in found] == [line.split('"')[1] for line in lines]


@pytest.mark.parametrize(
    "asked", [{}, {"action": "s3", "resource": "*"}, {"action": "s3:*", "resource": "*" * 60}, {"action": "s3:Get*"}]
)
def test_what_is_no_question_is_refused(alices_program: Program, asked: dict[str, str]) -> None:
    assert alices_program.ask(f"{HERE}/who-can", **asked).status_code == 422


def test_simulate_answers_each(alices_program: Program, iam: Any, aws_account: AwsAccount) -> None:
    asked = {
        "principals": ["user/jane"],
        "actions": ["s3:GetObject", "s3:PutObject"],
        "resources": ["arn:aws:s3:::b/k"],
        "as_read": True,
    }
    found = alices_program.send(f"{HERE}/simulate", asked).json()
    assert [(each["action"], each["answer"]) for each in found["answers"]] == [
        ("s3:GetObject", "Allowed"),
        ("s3:PutObject", "Denied"),
    ]
    arn = f"arn:aws:iam::{aws_account.account_id}:policy/reports-read"
    as_if = {"kind": "managed", "of": arn, "document": allowing("s3:PutObject")}
    supposed = alices_program.send(f"{HERE}/simulate", {**asked, "as_if": as_if}).json()["answers"]
    assert [(each["answer"], each["live"]) for each in supposed] == [("Denied", "Allowed"), ("Allowed", "Denied")]


@pytest.mark.parametrize(
    "body",
    [
        {"principals": [], "actions": ["s3:GetObject"]},
        {"principals": ["user/nobody"], "actions": []},
        {"principals": ["*"], "actions": ["s3:GetObject"], "colour": 1},
        {"principals": ["*"], "actions": ["s3:GetObject"], "as_if": {"kind": "dream"}},
        {"principals": "user/jane", "actions": ["s3:GetObject"]},
    ],
)
def test_simulate_says_what_it_cant_ask(alices_program: Program, aws_account: AwsAccount, body: Any) -> None:
    answer = alices_program.send(f"{HERE}/simulate", body)
    assert answer.status_code == 422
    assert answer.json()["detail"]


def test_lint_takes_a_text_or_an_object(alices_program: Program) -> None:
    codes = [
        {each["code"] for each in alices_program.send("/lint", {"document": document}).json()["findings"]}
        for document in (DOCUMENT, json.dumps(DOCUMENT), "{", "")
    ]
    assert codes[0] == codes[1]
    assert codes[2]


def test_diff_says_what_is_gained_and_lost(alices_program: Program) -> None:
    same = alices_program.send("/diff", {"old": DOCUMENT, "new": DOCUMENT}).json()
    assert same["same"] is True
    other = alices_program.send("/diff", {"old": DOCUMENT, "new": allowing("s3:PutObject")}).json()
    assert other["allowed"]["gained_actions"] == ["s3:PutObject"]
    assert other["allowed"]["lost_actions"] == ["s3:GetObject"]
    assert alices_program.send("/diff", {"old": DOCUMENT, "new": "[]"}).status_code == 422


# ---- What is no body -----------------------------------------------------------------------------------------------
def test_a_body_that_is_no_json_is_refused(alices_program: Program) -> None:
    bodies = (
        b"{",
        b"[]",
        b"\xff",
        b'{"document": NaN}',
        b'{"document": "a", "document": "b"}',
        b'{"document": "\\u0000"}',
        b'{"document": "\\ud800"}',
        b'{"document": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"document": ' + b"9" * 5_000 + b"}",
    )
    for body in bodies:
        answer = alices_program.post("/api/v1/lint", body, "application/json")
        assert answer.status_code in (400, 422), body[:40]
        assert answer["Content-Type"] == "application/problem+json"
    assert alices_program.post("/api/v1/lint", "a=b", "application/x-www-form-urlencoded").status_code == 415
    assert alices_program.post("/api/v1/lint", {"a": "b"}).status_code == 415
    assert alices_program.post("/api/v1/lint", b"x" * (2 * 2**20 + 1), "application/json").status_code == 413
    assert alices_program.send("/lint", {"document": "x" * 200_000}).status_code == 422
