"""`who-can`, `simulate` and `propose`: their answers, and the status that a script goes by."""

from __future__ import annotations

import json
from typing import Any

import pytest

from accounts.models import AwsAccount
from sync.models import Change
from tests.command.console import Command
from tests.command.test_documents import changed, plan, sarif
from tests.services.statements import allowing

pytestmark = pytest.mark.django_db(transaction=True)

HERE = ("--account", "123456789012")
POLICY = "arn:aws:iam::123456789012:policy/reports-read"


def test_who_can_names_them_and_gives_1(command: Command, iam: Any, aws_account: AwsAccount) -> None:
    asked = ("who-can", *HERE, "--resource", "arn:aws:s3:::reports/a", "--action")
    ran = command.run(*asked, "s3:GetObject", "--format", "json")
    assert ran.status == 1, ran.error
    assert "jane" in [each["name"] for each in ran.json["items"]]
    text = command.run(*asked, "s3:GetObject").said
    assert "allowed: arn:aws:iam::123456789012:user/jane" in text
    assert "reports-read, number 1" in text
    assert command.run(*asked, "s3").status == 2


def test_simulate_goes_by_what_is_expected(command: Command, iam: Any, aws_account: AwsAccount) -> None:
    asked = ("simulate", *HERE, "--as-read", "--principal", "user/jane", "--resource", "arn:aws:s3:::b/k", "--action")
    assert command.run(*asked, "s3:GetObject", "--expect", "allowed").status == 0
    assert command.run(*asked, "s3:GetObject", "--expect", "denied").status == 1
    draft = command.file("draft.json", allowing("s3:PutObject"))
    ran = command.run(*asked, "s3:GetObject", "--policy", POLICY, "--document", draft)
    assert (ran.status, ran.said.splitlines()[0][:22]) == (1, "Denied (now: Allowed):")
    assert command.run(*asked, "s3:DeleteObject", "--policy", POLICY, "--document", draft).status == 0
    assert command.run(*asked, "s3:GetObject", "--policy", POLICY).status == 2
    assert command.run("simulate", *HERE, "--principal", "user/nobody", "--action", "s3:GetObject").status in (1, 2)


def test_simulate_takes_a_plan(command: Command, iam: Any, aws_account: AwsAccount) -> None:
    asked = ("simulate", *HERE, "--as-read", "--principal", "user/jane", "--resource", "arn:aws:s3:::b/k")
    before, after = ({"arn": POLICY, "policy": allowing(action)} for action in ("s3:GetObject", "s3:PutObject"))
    file = command.file("plan.json", plan(changed("aws_iam_policy", "reports", before, after)))
    ran = command.run(*asked, "--action", "s3:GetObject", "--plan", file)
    assert (ran.status, "Denied (now: Allowed)" in ran.said) == (1, True), ran.said + ran.error
    assert command.run(*asked, "--action", "s3:DeleteObject", "--plan", file).status == 0
    new = command.file("new.json", plan(changed("aws_iam_policy", "new", None, {"policy": allowing("s3:PutObject")})))
    unknown = command.run(*asked, "--action", "s3:PutObject", "--plan", new, "--format", "sarif")
    assert unknown.status == 1
    assert "isn’t in AWS yet" in sarif(unknown.said)["results"][0]["message"]["text"]


def test_propose_says_whose_access_changes(command: Command, iam: Any, aws_account: AwsAccount) -> None:
    file = command.file("new.json", allowing("s3:PutObject"))
    asked = ("propose", file, *HERE, "--policy", POLICY, "--format", "json")
    there = command.run(*asked, "--replaces", command.file("old.json", allowing("s3:DeleteObject")))
    assert (there.status, Change.objects.count()) == (3, 0)
    ran = command.run(*asked, "--detailed-exit-code")
    assert ran.status == 1, ran.error
    assert ran.json["id"] == Change.objects.get().pk
    assert ran.json["access"]["summary"]
    assert ran.json["state"] == "proposed"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--policy", "none-such"), "there is none"),
        (("--role", "none-such", "--trust"), "there is none"),
        (("--user", "jane"), "Say which document"),
        (("--user", "jane", "--trust"), "Say which document"),
        ((), "required"),
    ],
)
def test_propose_says_what_it_cant_find(
    command: Command, iam: Any, aws_account: AwsAccount, arguments: tuple[str, ...], said: str
) -> None:
    ran = command.run("propose", command.file("f", allowing("s3:PutObject")), *HERE, *arguments)
    assert (ran.status, Change.objects.count()) == (2, 0)
    assert said in ran.error


def test_a_broken_document_is_refused_with_its_sentence(command: Command, iam: Any, aws_account: AwsAccount) -> None:
    ran = command.run("propose", command.file("f", json.dumps({"Statement": 1})), *HERE, "--policy", POLICY)
    assert ran.status == 2
    assert len(ran.error) > 20
