"""Programs look after people of user pools: as on pages: proposed, and within the pools of the owner."""

from __future__ import annotations

import json
from typing import Any

import pytest

from accounts.models import AuditEntry, AwsAccount, Grant, Operator
from accounts.roles import CARE, SEE_IAM, SEE_PEOPLE, Role
from cognito.models import CognitoUser, UserPool
from sync.models import Change
from tests.cognito.rows import make_person, make_pool
from tests.conftest import make_operator
from tests.services.tokens import Program, program_of

HERE = "/aws-accounts/123456789012/user-pools/us-east-1_customers"


@pytest.fixture
def pool(aws_account: AwsAccount) -> UserPool:
    return make_pool(aws_account, "customers", pool_id="us-east-1_customers")


@pytest.fixture
def jane(pool: UserPool) -> CognitoUser:
    return make_person(pool, "jane", words="jane")


@pytest.fixture
def hals_program(pool: UserPool) -> Program:
    """Of helpdesk for this pool alone."""
    hal = make_operator("hal", None, None)
    Grant.objects.create(operator=hal, aws_account=pool.aws_account, role=Role.HELPDESK, pool_id=pool.aws_id)
    return program_of(hal)


def care(program: Program, person: CognitoUser, action: str = "disable", **headers: str) -> Any:
    return program.send(f"{HERE}/people/{person.aws_id}/{action}", {"reason": "HR-7"}, **headers)


def imports(program: Program, table: str, **more: Any) -> Any:
    return program.send(f"{HERE}/imports", {"table": table, **more})


# ---- One person ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("action", ["disable", "reset-password"])
def test_it_is_proposed_and_not_done(hals_program: Program, jane: CognitoUser, action: str) -> None:
    answer = care(hals_program, jane, action)
    assert answer.status_code == 201, answer.content
    change = Change.objects.get()
    assert (change.state, change.requested_by.name, change.reason) == (Change.State.PROPOSED, "Hal", "HR-7")
    assert "by the token CI (iamc_" in change.lines.latest("pk").line
    assert AuditEntry.objects.get(verb="change.proposed").data["by_token"].startswith("CI (iamc_")
    said = hals_program.ask(f"/aws-accounts/123456789012/changes/{change.pk}").json()
    assert (said["id"], "jane" in said["steps"][0]["title"]) == (change.pk, True)
    assert AuditEntry.objects.filter(verb__in=("change.people_read", "person.read")).count() == 2


def test_a_key_does_it_once_and_says_nobody_to_who_lost_the_grant(
    hals_program: Program, jane: CognitoUser, bob: Operator
) -> None:
    first, again = (care(hals_program, jane, Idempotency_Key="k") for _ in range(2))
    assert (first.content, Change.objects.count()) == (again.content, 1)
    Grant.objects.filter(role=Role.HELPDESK).update(role=Role.VIEWER, pool_id="")
    gone = care(hals_program, jane, Idempotency_Key="k")
    assert (gone.status_code, "jane" in gone.content.decode()) == (404, False)


def test_what_cant_be_done_with_them_now_is_said(hals_program: Program, jane: CognitoUser) -> None:
    for action, status in (("enable", 409), ("confirm", 409), ("delete", 422), ("set-password", 422)):
        assert care(hals_program, jane, action).status_code == status, action
    assert not Change.objects.exists()


def test_only_in_ones_own_pool_and_by_its_address(hals_program: Program, jane: CognitoUser) -> None:
    staff = make_pool(jane.aws_account, "staff", pool_id="us-east-1_staff")
    of_staff = make_person(staff, "ann")
    for pool, person in ((staff, of_staff), (jane.pool, of_staff), (staff, jane)):
        path = f"/aws-accounts/123456789012/user-pools/{pool.aws_id}/people/{person.aws_id}/disable"
        assert hals_program.send(path, {}).status_code == 404
    assert hals_program.send(HERE.replace("customers", "staff") + "/imports", {"table": "name\nx"}).status_code == 404


def test_it_takes_the_scope_and_the_role(jane: CognitoUser, alice: Operator, bob: Operator) -> None:
    programs = program_of(alice, SEE_IAM, SEE_PEOPLE, "propose"), program_of(bob)
    for program in programs:
        assert care(program, jane).status_code == 403
        assert imports(program, "name\njane").status_code == 403
    assert not Change.objects.exists()


def test_with_the_scope_alone_no_change_of_others_is_read(
    hals_program: Program, jane: CognitoUser, erin: Operator
) -> None:
    change = care(program_of(erin, SEE_PEOPLE, CARE), jane).json()["id"]
    assert hals_program.ask(f"/aws-accounts/123456789012/changes/{change}").status_code == 403
    assert hals_program.ask("/aws-accounts/123456789012/changes").status_code == 403


# ---- A table -------------------------------------------------------------------------------------------------------
def test_a_table_becomes_one_change(hals_program: Program, jane: CognitoUser) -> None:
    make_person(jane.pool, "ann", words="ann")
    answer = imports(hals_program, "name,do\njane,disable\nann,sign-out\n", rows="there")
    assert answer.status_code == 201, answer.content
    assert (answer.json()["title"], answer.json()["steps_total"]) == ("Update 2 people from CSV", 2)


def test_rows_that_cant_be_done_are_said_or_left_out(hals_program: Program, jane: CognitoUser) -> None:
    table = "name,do\njane,disable\nnobody,disable\n"
    refused = imports(hals_program, table, rows="there")
    assert refused.status_code == 422
    assert [each["field"] for each in refused.json()["errors"]] == ["line 3"]
    assert not Change.objects.exists()
    assert AuditEntry.objects.get(verb="people.listed").data["by"] == ["table"]
    assert imports(hals_program, table, rows="there", leave_out=True).json()["steps_total"] == 1


@pytest.mark.parametrize("table", ["", "name", "colour\nred", "name,name\na,b", json.dumps([1])])
def test_what_is_no_table_is_said(hals_program: Program, table: str) -> None:
    answer = imports(hals_program, table)
    assert (answer.status_code, len(answer.json()["detail"]) > 10) == (422, True)
