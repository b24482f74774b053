"""Why AWS denied something, for programs: as the page answers, up to a change that would allow it."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import AwsAccount, Operator
from identities.models import IamUser
from tests.access.test_page_why_denied import DANA, INSTANCE, START, message
from tests.access.test_page_why_denied import said as page_says
from tests.services.rows import make_user
from tests.services.tokens import Program, program_of
from tests.services.world import World

HERE = "/aws-accounts/123456789012"
WHY_DENIED = f"{HERE}/why-denied"
FIELDS = {"principal": DANA, "action": START, "resource": INSTANCE}


def why(program: Program, **body: Any) -> Any:
    answer = program.send(WHY_DENIED, body)
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_it_says_what_the_page_says(alices_program: Program, alices: Client, aws_account: AwsAccount) -> None:
    make_user(aws_account, "dana")
    found = why(alices_program, text=message())
    assert found["outcome"] == "denied"
    assert f"{found['headline']} {found['agreement']}" in page_says(alices, message())
    assert [each["layer"] for each in found["layers"] if each["stops"]] == ["Identity policies"]
    assert found["smallest"]["statement"]["Action"] == START
    assert (found["smallest"]["helps"], found["smallest"]["lets_in"]) == (True, ["dana"])


def test_its_statement_becomes_a_change_that_allows_it(world: World, alice: Operator) -> None:
    world.user("dana")
    program = program_of(alice)
    edit = why(program, text=message())["smallest"]["edit"]
    assert edit["id"] == IamUser.objects.get(name="dana").aws_id
    proposed = program.send(f"{HERE}/changes", {"edit": edit, "reason": "denied"})
    assert proposed.status_code == 201, proposed.content
    assert "gain" in proposed.json()["access"]["summary"]


def test_what_isnt_read_is_filled_in(alices_program: Program, aws_account: AwsAccount) -> None:
    make_user(aws_account, "dana")
    found = why(alices_program, **FIELDS, context={"aws:SourceIp": ["198.51.100.7"]})
    assert found["asked"]["read_from"] == "fields"
    assert found["asked"]["context"] == {"aws:sourceip": ["198.51.100.7"]}
    assert found["agreement"].startswith("AWS said nothing of this")
    again = why(alices_program, text=message(), resource=f"{INSTANCE}2")
    assert (again["asked"]["read_from"], again["asked"]["resource"]) == ("fields", f"{INSTANCE}2")
    assert why(alices_program, text=message(), principal=DANA)["asked"]["read_from"] == "message"


def test_one_of_several_is_picked(alices_program: Program, aws_account: AwsAccount) -> None:
    make_user(aws_account, "dana")
    both = f"{message()}\n{message(action='ec2:StopInstances')}"
    found = why(alices_program, text=both, pick=1)
    assert (len(found["denials"]), found["asked"]["action"]) == (2, "ec2:StopInstances")
    assert alices_program.send(WHY_DENIED, {"text": both, "pick": 2}).status_code == 422


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({}, "principal: This field is required."),
        ({"text": "nothing here"}, "There is no denial in this text"),
        ({"text": "Encoded authorization failure message: " + "A" * 300}, "Only AWS can read"),
        ({**FIELDS, "action": "ec2:*"}, "leave out wildcards"),
        ({**FIELDS, "principal": "dana"}, "principal: "),
        ({**FIELDS, "context": {"a=b": ["c"]}}, "no equals sign"),
        ({**FIELDS, "principal": f"{DANA}2"}, "dana2"),
        ({"text": "x" * 200_001}, "200,000 characters"),
    ],
)
def test_what_cant_be_answered_is_said(alices_program: Program, body: Any, sentence: str) -> None:
    answer = alices_program.send(WHY_DENIED, body)
    assert answer.status_code == 422
    assert sentence in answer.json()["detail"]


def test_a_principal_that_is_gone_is_said(alices_program: Program, aws_account: AwsAccount) -> None:
    dana = make_user(aws_account, "dana", gone_at=timezone.now())
    answer = alices_program.send(WHY_DENIED, {"text": message()})
    assert (answer.status_code, answer.json()["gone"]["id"]) == (422, dana.aws_id)


def test_another_aws_account_is_not_told(other_account: AwsAccount, alices_program: Program, alice: Operator) -> None:
    assert alices_program.send(f"/aws-accounts/{other_account.account_id}/why-denied", FIELDS).status_code == 404
    assert program_of(alice, "see_people").send(WHY_DENIED, FIELDS).status_code == 403
