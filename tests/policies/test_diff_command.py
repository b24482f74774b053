"""`manage.py policy_diff`: the contract that other tools rely on, and what people read."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tests.services.statements import allowing


def diff(tmp_path: Path, old: str, new: str, *options: str) -> tuple[str, str]:
    """What it prints, and what standard error says."""
    (tmp_path / "old.json").write_text(old)
    (tmp_path / "new.json").write_text(new)
    out, err = io.StringIO(), io.StringIO()
    call_command(
        "policy_diff", *options, str(tmp_path / "old.json"), str(tmp_path / "new.json"), stdout=out, stderr=err
    )
    return out.getvalue(), err.getvalue()


def test_json_has_what_is_gained_and_lost(tmp_path: Path) -> None:
    out, _ = diff(tmp_path, allowing("sqs:SendMessage"), allowing("s3:GetObject"), "--json")
    assert json.loads(out) == {
        "gained_actions": ["s3:GetObject"],
        "lost_actions": ["sqs:SendMessage"],
        "gained": [{"actions": ["s3:GetObject"], "resources": ["*"], "conditions": {}}],
        "lost": [{"actions": ["sqs:SendMessage"], "resources": ["*"], "conditions": {}}],
        "undecided": [],
    }


def test_people_read_sentences(tmp_path: Path) -> None:
    inside = {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}
    out, _ = diff(tmp_path, allowing("s3:GetObject"), allowing("s3:GetObject", Condition=inside))
    assert out.splitlines() == [
        "OLD allows, and NEW doesn't:",
        "  s3:GetObject",
        "    on *",
        "    unless from 10.0.0.0/8",
    ]
    out, _ = diff(tmp_path, allowing("s3:GetObject"), allowing("S3:GetObject"))
    assert out.strip() == "Both documents give the same access."


@pytest.mark.parametrize(
    ("operator", "value", "said"),
    [
        ("Bool", "true", "unless signed in with MFA"),
        ("BoolIfExists", "false", "unless signed in without MFA"),
        (
            "BoolIfExists",
            "true",
            "unless aws:MultiFactorAuthPresent is true or is missing",
        ),  # and where nothing tells
        ("Bool", "false", "unless aws:MultiFactorAuthPresent is false"),
    ],
)
def test_people_read_of_mfa_what_is_exact(tmp_path: Path, operator: str, value: str, said: str) -> None:
    narrowed = allowing("s3:GetObject", Condition={operator: {"aws:MultiFactorAuthPresent": value}})
    out, _ = diff(tmp_path, allowing("s3:GetObject"), narrowed)
    assert f"    {said}" in out


def test_people_read_of_denials_too(tmp_path: Path) -> None:
    """A document that only denies gives no access, and takes much."""
    denying = allowing("iam:*", Effect="Deny")
    out, _ = diff(tmp_path, denying, allowing(["iam:*", "s3:*"], Effect="Deny"))
    assert out.splitlines() == [
        "Both documents give the same access.",
        "NEW denies, and OLD doesn't, whatever other policies allow:",
        "  s3:*",
        "    on *",
    ]


def test_what_aws_would_refuse_is_told(tmp_path: Path) -> None:
    _, err = diff(tmp_path, allowing("s3:GetObject"), allowing("s3:GetObject", Efect="Allow"))
    assert "new.json: Line 1" in err
    assert "Efect" in err


@pytest.mark.parametrize(("text", "words"), [("[]", "has no policy document"), ("{", "Line 1, column 2")])
def test_a_file_without_a_document_is_an_error(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(CommandError, match=words):
        diff(tmp_path, allowing("s3:GetObject"), text)


def test_a_file_that_isn_t_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"gone\.json can't be read: No such file"):
        call_command("policy_diff", str(tmp_path / "gone.json"), str(tmp_path / "gone.json"))


def test_people_read_what_can_t_be_told(tmp_path: Path) -> None:
    old = allowing("s3:GetObject", Condition={"StringEquals": {"aws:x": "5"}})
    new = allowing("s3:GetObject", Condition={"StringEquals": {"aws:x": ["5", "6"]}, "NumericLessThan": {"aws:x": "1"}})
    out, _ = diff(tmp_path, old, new)
    assert "Can't be told:" in out
    assert "    perhaps gained" in out
    assert "    The conditions, or the variables, can't be compared." in out
