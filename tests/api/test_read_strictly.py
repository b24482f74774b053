"""What the OpenAPI document doesn't say isn't taken, and the answer says where it stands and what it should be."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import AwsAccount, Operator
from api.schema import document
from tests.cognito.rows import make_person, make_pool
from tests.services.rows import make_user
from tests.services.tokens import Program

HERE = "/aws-accounts/123456789012"
OPERATIONS = [(method, path) for path, methods in document()["paths"].items() for method in methods]
STEP = {"kind": "iam.group.create", "params": {}}


def asked(program: Program, method: str, path: str, query: str) -> Any:
    """Of the first part of an address alone: what else is wrong isn't looked at before."""
    there = {"account_id": "123456789012", "kind": "users", "pool_id": "us-east-1_customers", "action": "enable"}
    address = path.format(**there, object_id="AIDA", person_id="x", change_id=1)
    return program.generic(method.upper(), f"{address}?{query}", "{}" if method == "post" else "", "application/json")


# ---- Parameters ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_a_parameter_that_there_isnt_is_refused(alices_program: Program, method: str, path: str) -> None:
    make_pool(AwsAccount.objects.get(), pool_id="us-east-1_customers")
    answer = asked(alices_program, method, path, "colour=red")
    assert answer.status_code == 422
    assert "no" in answer.json()["detail"] and "parameter colour" in answer.json()["detail"].replace(
        "query.", "parameter "
    )


@pytest.mark.parametrize(
    ("query", "names"), [("limit=1&limit=2", "limit"), ("q=a&q=b", "q"), ("mfa=none&mfa=any", "mfa")]
)
def test_of_two_values_none_is_chosen(alices_program: Program, query: str, names: str) -> None:
    answer = alices_program.get(f"/api/v1{HERE}/objects/users?{query}")
    assert (answer.status_code, answer.json()["detail"]) == (422, f"query.{names}: It may be given once.")


@pytest.mark.parametrize("number", ["", "x", " 5", "5 ", "5.0", "5.2e-133", "1_0", "٥", "-1978", "0", "251", "true"])
def test_a_number_is_digits(alices_program: Program, number: str) -> None:
    answer = alices_program.ask(f"{HERE}/objects/users", limit=number)
    assert answer.status_code == 422
    assert [each["field"] for each in answer.json()["errors"]] == ["query.limit"]


def test_a_filter_of_another_kind_is_refused(alices_program: Program) -> None:
    answer = alices_program.ask(f"{HERE}/objects/users", trust="anybody")
    assert (answer.status_code, "Lists of users have no parameter trust" in answer.json()["detail"]) == (422, True)


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"mfa": ""}, 422),
        ({"mfa": " none"}, 422),
        ({"created_before": "20300131"}, 422),
        ({"created_before": "2030-W01-1"}, 422),
        ({"created_before": "2030-01-31"}, 200),
        ({"sort": ""}, 422),
        ({"sort": "-created"}, 200),
        ({"group": "nobody"}, 404),
        ({"group": " "}, 404),
        ({"tag": "a=b"}, 200),
    ],
)
def test_filters_are_taken_as_they_are_documented(
    alices_program: Program, aws_account: AwsAccount, query: dict[str, str], status: int
) -> None:
    make_user(aws_account, "jane")
    answer = alices_program.ask(f"{HERE}/objects/users", **query)
    assert answer.status_code == status, answer.content


def test_people_are_found_by_the_attributes_of_their_pool_alone(
    alices_program: Program, aws_account: AwsAccount
) -> None:
    pool = make_pool(aws_account, pool_id="us-east-1_customers")
    make_person(pool, "jane")
    path = f"{HERE}/user-pools/{pool.aws_id}/people"
    assert len(alices_program.ask(path, username="jane").json()["items"]) == 1
    for wrong in ({"username": "jane", "after": ""}, {"username": "jane", "custom:colour": "red"}):
        assert alices_program.ask(path, **wrong).status_code == 422


# ---- Bodies --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"steps": [{**STEP, "colour": "red"}]}, "body.steps.0.colour"),
        ({"steps": [{"kind": 1, "params": {}}]}, "body.steps.0.kind"),
        ({"steps": [{"kind": "x"}]}, "body.steps.0.params"),
        ({"steps": [STEP], "until": 1_900_000_000}, "body.until"),
        ({"steps": [STEP], "until": "2030-01-31"}, "body.until"),
        ({"steps": [STEP], "until": "2030-01-31T09:00:00"}, "body.until"),
        ({"steps": [STEP], "until": "2030-02-31T09:00:00Z"}, "body.until"),
        ({"edit": [1]}, "body.edit"),
        ({"edit": {"kind": "users", "id": "x", "document": 5}}, "body.edit.document"),
        ({}, "body"),
        ({"steps": [STEP], "edit": {"kind": "users", "id": "x", "document": "{}"}}, "body"),
    ],
)
def test_the_place_of_what_is_wrong_is_said(alices_program: Program, body: Any, field: str) -> None:
    answer = alices_program.send(f"{HERE}/changes", body)
    assert answer.status_code == 422
    assert [each["field"] for each in answer.json()["errors"]] == [field]
    assert not any(words in answer.json()["detail"] for words in ("Input should", "Value error", "asked"))


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/simulate", {"principals": ["a"], "actions": ["s3:x"], "as_read": "yes"}),
        ("/why-denied", {"text": "x", "pick": "0"}),
        ("/why-denied", {"text": "x", "pick": False}),
    ],
)
def test_types_are_those_of_json(alices_program: Program, path: str, body: Any) -> None:
    answer = alices_program.send(HERE + path, body)
    assert (answer.status_code, len(answer.json()["errors"])) == (422, 1)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'{"document": {"a": ["b", "\\ud800"]}}', "document.a.1 has a character"),
        (b'{"document": {"\\u0000": 1}}', "document.⟨U+0000⟩ has a character"),
        (b'{"document"', "line 1, column 12"),
        (b'{"document": "\xff"}', "byte 14 isn’t UTF-8"),
        (b'{"document": {"a": 1, "a": 2}}', "the member 'a' twice"),
        (b'{"document": {"a": 1e999}}', "the number 1e999 is too large"),
        (b'{"document": {"a": ' + b"9" * 500 + b"}}", "99… is too large"),
        (b'{"document": {"a": Infinity}}', "Infinity is no number"),
    ],
)
def test_the_place_of_what_cant_be_read_is_said(alices_program: Program, body: bytes, words: str) -> None:
    answer = alices_program.post("/api/v1/lint", body, "application/json")
    assert answer.status_code == 400
    assert words in answer.json()["detail"]


# ---- Headers -------------------------------------------------------------------------------------------------------
def test_what_isnt_sent_again_still_says_what_is_left(alices_program: Program, alice: Operator) -> None:
    etag = alices_program.ask("/me")["ETag"]
    answer = alices_program.get("/api/v1/me", headers={"If-None-Match": etag})
    assert (answer.status_code, answer["ETag"]) == (304, etag)
    assert int(answer["RateLimit-Remaining"]) > 0


def test_an_empty_key_is_no_key(alices_program: Program) -> None:
    answer = alices_program.send(f"{HERE}/changes", {"steps": [STEP]}, Idempotency_Key="")
    assert answer.status_code == 400
