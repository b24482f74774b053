"""`lint` and `diff`: of files and of plans of Terraform, for people, programs and code review."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator

from tests.command.console import Command
from tests.services.statements import allowing

pytestmark = pytest.mark.django_db(transaction=True)

GOOD, OTHER = allowing("s3:GetObject"), allowing("s3:PutObject")
BAD = '{\n  "Version": "2012-10-17",\n  "Statement": [{"Effect": "Alow", "Action": "s3:GetObject", "Resource": "*"}]\n}'
SARIF = Draft4Validator(json.loads((Path(__file__).parent / "sarif-2.1.0-rtm.5.json").read_text()))


def changed(kind: str, name: str, before: Any, after: Any, **also: Any) -> dict[str, Any]:
    actions = ["create"] if before is None else ["delete"] if after is None else ["update"]
    change = {"actions": actions, "before": before, "after": after, **also}
    return {"address": f"{kind}.{name}", "mode": "managed", "type": kind, "name": name, "change": change}


def plan(*resources: Any) -> dict[str, Any]:
    return {"format_version": "1.2", "terraform_version": "1.9.0", "resource_changes": list(resources)}


def sarif(text: str) -> Any:
    found = json.loads(text)
    assert [error.message for error in SARIF.iter_errors(found)] == []
    return found["runs"][0]


def test_lint_says_where_and_gives_1(command: Command) -> None:
    ran = command.run("lint", command.file("bad.json", BAD), command.file("good.json", GOOD), "--fail-on", "error")
    assert ran.status == 1, ran.error
    assert "bad.json:3:" in ran.said
    assert command.run("lint", "good.json", "--fail-on", "error").status == 0
    assert command.run("lint", "-", "--fail-on", "error", stdin=BAD).status == 1


def test_findings_are_sarif_for_code_review(command: Command) -> None:
    (command.here / "policies of ci").mkdir()
    file = command.file("policies of ci/bad.json", BAD)
    run = sarif(command.run("lint", file, "--format", "sarif").said)
    error = next(each for each in run["results"] if each["level"] == "error")
    place = error["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "policies%20of%20ci/bad.json"
    line = BAD.splitlines()[place["region"]["startLine"] - 1]
    assert line[place["region"]["startColumn"] - 1 :].startswith('"Alow"')
    assert run["tool"]["driver"]["rules"][error["ruleIndex"]]["id"] == error["ruleId"]
    assert sarif(command.run("lint", command.file("good.json", GOOD), "--format", "sarif").said)


def test_no_validator_that_passes_everything() -> None:
    assert list(SARIF.iter_errors({"version": "2.1.0", "runs": [{"results": []}]}))


def test_diff_says_what_is_gained_and_lost(command: Command) -> None:
    old, new = command.file("old.json", GOOD), command.file("new.json", OTHER)
    ran = command.run("diff", old, new)
    assert (ran.status, "s3:PutObject" in ran.said, "s3:GetObject" in ran.said) == (1, True, True)
    assert command.run("diff", old, old).status == 0
    assert command.run("diff", old, new, "--format", "json").json["allowed"]["gained_actions"] == ["s3:PutObject"]
    assert sarif(command.run("diff", old, new, "--format", "sarif").said)["results"]


# ---- Plans of Terraform --------------------------------------------------------------------------------------------
def test_a_plan_is_linted_at_the_lines_of_its_code(command: Command) -> None:
    command.file("main.tf", '# one\nresource "aws_iam_policy" "ci" {\n  count = 1\n}\n')
    resource = changed("aws_iam_policy", "ci", None, {"name": "ci", "policy": BAD})
    resource["address"] += "[0]"
    file = command.file("plan.json", plan(resource))
    ran = command.run("lint", file, "--source", ".", "--format", "sarif")
    assert ran.status == 1, ran.error
    place = sarif(ran.said)["results"][0]["locations"][0]
    assert place["physicalLocation"]["artifactLocation"]["uri"] == "main.tf"
    assert place["physicalLocation"]["region"]["startLine"] == 2
    assert place["logicalLocations"][0]["fullyQualifiedName"] == "aws_iam_policy.ci[0].policy"
    assert sarif(command.run("lint", file, "--format", "sarif").said)["results"]


def test_documents_of_every_kind_are_in_a_plan(command: Command) -> None:
    inline = [{"name": "a", "policy": GOOD}]
    role = {"arn": "arn:aws:iam::123456789012:role/r", "assume_role_policy": GOOD, "inline_policy": []}
    resources = [
        changed("aws_iam_role", "r", role, {**role, "assume_role_policy": OTHER, "inline_policy": inline}),
        changed("aws_iam_user_policy", "u", {"policy": GOOD}, None),
        changed("aws_s3_bucket_policy", "b", None, {"policy": GOOD}),
        changed("aws_organizations_policy", "o", None, {"content": GOOD, "type": "RESOURCE_CONTROL_POLICY"}),
        changed("aws_instance", "i", None, {"policy": BAD}),
        {**changed("aws_iam_policy", "same", {"policy": GOOD}, {"policy": GOOD}), "change": {"actions": ["no-op"]}},
    ]
    ran = command.run("diff", command.file("plan.json", plan(*resources)), "--format", "json")
    assert ran.status == 1, ran.error
    assert list(ran.json["documents"]) == [
        "aws_iam_role.r.assume_role_policy",
        'aws_iam_role.r.inline_policy["a"]',
        "aws_iam_user_policy.u.policy",
        "aws_s3_bucket_policy.b.policy",
        "aws_organizations_policy.o.content",
    ]


@pytest.mark.parametrize(
    ("also", "word"),
    [({"after_unknown": {"policy": True}}, "after apply"), ({"after_sensitive": {"policy": True}}, "sensitive")],
)
def test_what_the_plan_hides_is_said_and_never_passes(command: Command, also: Any, word: str) -> None:
    file = command.file("plan.json", plan(changed("aws_iam_policy", "p", None, {"policy": "SECRET"}, **also)))
    for name in ("lint", "diff"):
        ran = command.run(name, file)
        assert (ran.status, word in ran.said, "SECRET" in ran.said) == (1, True, False)


# ---- Bad input -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("arguments", "content", "said"),
    [
        (("lint", "missing.json"), "", "can’t be read"),
        (("lint", "f"), '{"format_version": "1.0", "values": {}}', "state of Terraform"),
        (("lint", "f"), '{"format_version": "1.0", "resource_changes": [{"type": 1}]}', "isn’t as"),
        (("lint", "f"), "PK\x03\x04", "terraform show -json"),
        (("lint", "."), "", "can’t be read"),
        (("diff", "f"), GOOD, "two policy documents"),
        (("diff", "f", "f"), "[]", "no policy document"),
        (("diff", "f", "f"), '{"format_version": "1.0", "resource_changes": []}', "here goes a policy document"),
        (("lint", "f", "--account", "12"), GOOD, "12 digits"),
        (("lint", "f"), "x" * 200_000, "characters at most"),
    ],
)
def test_what_is_no_input_is_said_with_2(command: Command, arguments: Any, content: str, said: str) -> None:
    command.file("f", content)
    ran = command.run(*arguments)
    assert (ran.status, ran.said) == (2, "")
    assert said in ran.error
    assert "Traceback" not in ran.error


def test_a_file_in_another_encoding_is_said(command: Command) -> None:
    (command.here / "f").write_bytes(b"\xff\xfe{\x00")
    assert "UTF-8" in command.run("lint", "f").error


def test_no_text_of_others_gives_orders_to_the_terminal(command: Command) -> None:
    document = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "s3:\x1b[2J\u202eX", "Resource": "*"}],
    }
    ran = command.run("lint", command.file("f", document))
    assert ran.status == 1
    assert "\x1b" not in ran.said + ran.error
    assert "\u202e" not in ran.said + ran.error
