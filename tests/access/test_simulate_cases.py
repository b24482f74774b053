"""`manage.py simulate --cases`: the contract that other tools rely on."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

USER = "arn:aws:iam::123456789012:user/dana"
READ = {"Version": "2012-10-17", "Statement": {"Sid": "Read", "Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}}
CASE: dict[str, Any] = {
    "id": "a",
    "principal": USER,
    "action": "s3:GetObject",
    "resource": "arn:aws:s3:::b/k",
    "identity_policies": [READ],
}


def simulate(file: Path | str) -> tuple[list[dict[str, Any]], dict[str, Any], int]:
    """The answers, what standard error says, and the exit status."""
    out, err, status = io.StringIO(), io.StringIO(), 0
    try:
        call_command("simulate", cases=str(file), stdout=out, stderr=err)
    except SystemExit as ended:
        status = int(ended.code or 0)
    return [json.loads(line) for line in out.getvalue().splitlines()], json.loads(err.getvalue()), status


def written(tmp_path: Path, *lines: Any) -> Path:
    file = tmp_path / "cases.jsonl"
    file.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines))
    return file


def test_a_line_for_each_case(tmp_path: Path) -> None:
    answers, timing, status = simulate(written(tmp_path, CASE, {**CASE, "id": 2, "identity_policies": []}))
    assert answers == [
        {
            "id": "a",
            "decision": "allowed",
            "reasons": [
                {"layer": "identity_policies", "policy": "identity_policies[0]", "statement": "Read", "effect": "Allow"}
            ],
            "missing_context": [],
            "not_evaluated": [],
        },
        {
            "id": 2,
            "decision": "implicitDeny",
            "reasons": [{"layer": "identity_policies", "policy": None, "statement": None, "effect": "ImplicitDeny"}],
            "missing_context": [],
            "not_evaluated": [],
        },
    ]
    assert timing["cases"] == 2
    assert timing["elapsed_s"] > 0
    assert status == 0


def test_an_answer_has_the_name_of_its_case(tmp_path: Path) -> None:
    answers, _, status = simulate(written(tmp_path, {**CASE, "name": "reads"}, {**CASE, "name": "bad", "action": ""}))
    assert [(answer["id"], answer["name"]) for answer in answers] == [("a", "reads"), ("a", "bad")]
    assert status == 1


def test_a_key_that_is_not_given_is_absent_and_named(tmp_path: Path) -> None:
    needs_mfa = {
        "Effect": "Allow",
        "Action": "*",
        "Resource": "*",
        "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}},
    }
    answers, _, _ = simulate(written(tmp_path, {**CASE, "identity_policies": [{"Statement": [needs_mfa]}]}))
    assert (answers[0]["decision"], answers[0]["missing_context"]) == ("implicitDeny", ["aws:multifactorauthpresent"])


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("{", "Line 2 is no JSON"),
        ("[]", "Line 2 is no JSON object."),
        ({**CASE, "action": ""}, "action is missing"),
        ({**CASE, "action": "GetObject"}, "'GetObject' is no action"),
        ({**CASE, "principal": "dana"}, "neither an ARN nor the name of a service"),
        ({**CASE, "principal": "arn:aws:iam::123456789012:group/devs"}, "the ARN of nobody who can call AWS"),
        ({**CASE, "principal": None}, "The principal must be an ARN"),
        ({**CASE, "context": {"aws:x": {}}}, "A value of the context must be a text"),
        ({**CASE, "identity_policies": [5]}, "identity_policies[0] must be a policy document."),
        ({**CASE, "scps": [5]}, "scps must be a list of levels"),
        ({**CASE, "polices": []}, "'polices' is no part of a case."),
        ({**CASE, "polices": [], "x": 1}, "'polices', 'x' are no part of a case."),
    ],
)
def test_a_bad_line_says_why_and_the_others_are_answered(tmp_path: Path, line: Any, words: str) -> None:
    answers, timing, status = simulate(written(tmp_path, CASE, line, {**CASE, "id": "c"}))
    assert [answer["id"] for answer in answers][::2] == ["a", "c"]
    assert words in answers[1]["error"]
    assert "decision" not in answers[1]
    assert (timing["cases"], status) == (2, 1)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="can't be read: No such file"):
        simulate(tmp_path / "nothing.jsonl")
