"""`manage.py lint`: its JSON, its lines, and how it ends."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from policies.engine.catalogue import data_date

WRONG = '{\n  "Version": "2012-10-17",\n  "Statement": {"Effect": "Allow", "Action": "s3:GetObjct", "Resource": "*"}\n}'
FINE = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"}}'


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    found = {}
    for name, text in (("wrong", WRONG), ("fine", FINE)):
        (tmp_path / name).write_text(text)
        found[name] = str(tmp_path / name)
    return found


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("lint", *arguments, stdout=out, stderr=StringIO())
    return out.getvalue()


def status_of(*arguments: str) -> Any:
    with pytest.raises(SystemExit) as ended:
        run(*arguments)
    return ended.value.code


def test_prints_json_for_each_file(files: dict[str, str]) -> None:
    assert json.loads(run("--json", files["wrong"], files["fine"])) == [
        {
            "file": files["wrong"],
            "findings": [
                {
                    "code": "INVALID_ACTION",
                    "severity": "error",
                    "message": f"s3 has no action GetObjct, as of {data_date():%-d %b %Y}. Did you mean GetObject?",
                    "path": "Statement.Action",
                    "line": 3,
                    "column": 46,
                }
            ],
        },
        {"file": files["fine"], "findings": []},
    ]


def test_prints_lines_that_editors_understand(files: dict[str, str]) -> None:
    assert run(files["wrong"]).startswith(f"{files['wrong']}:3:46: error INVALID_ACTION: s3 has no action")
    assert run(files["fine"]) == ""


def test_looks_at_the_type_that_is_said(files: dict[str, str]) -> None:
    found = json.loads(run("--json", "--type", "trust", files["fine"]))[0]["findings"]
    assert {finding["code"] for finding in found} >= {"MISSING_PRINCIPAL", "ROLE_TRUST_POLICY_SYNTAX_ERROR_RESOURCE"}
    with pytest.raises(CommandError):
        run("--type", "poem", files["fine"])


def test_knows_strangers_by_the_account(tmp_path: Path) -> None:
    trust = {"Effect": "Allow", "Principal": {"AWS": "210987654321"}, "Action": "sts:AssumeRole"}
    (tmp_path / "trust").write_text(json.dumps({"Version": "2012-10-17", "Statement": trust}))
    arguments = ("--type", "trust", str(tmp_path / "trust"))
    assert "FOREIGN_PRINCIPAL" not in run(*arguments)
    assert "FOREIGN_PRINCIPAL" in run("--account", "123456789012", *arguments)


def test_a_file_that_cannot_be_read_ends_with_1_and_stops_no_others(files: dict[str, str], tmp_path: Path) -> None:
    out = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("lint", "--json", str(tmp_path / "none"), files["wrong"], stdout=out, stderr=StringIO())
    assert ended.value.code == 1
    unread, read = json.loads(out.getvalue())
    assert "can't be read" in unread["error"]
    assert read["findings"]


def test_ends_with_2_only_when_asked_to(files: dict[str, str]) -> None:
    run(files["wrong"])
    assert status_of("--fail-on", "error", files["wrong"]) == 2
    assert status_of("--fail-on", "suggestion", files["wrong"]) == 2
    run("--fail-on", "suggestion", files["fine"])


def test_bytes_that_are_no_text_are_a_finding(tmp_path: Path) -> None:
    (tmp_path / "bytes").write_bytes(b'{"Version": "\xff\x00"}')
    assert "UNSUPPORTED_CHARACTER" in run(str(tmp_path / "bytes"))
