"""People of user pools: within the grants of the token's owner, looked for and not listed, and noted as on pages."""

from __future__ import annotations

import pytest

from accounts.models import AuditEntry, AwsAccount, Grant, Operator
from accounts.roles import Role
from cognito.models import UserPool
from tests.cognito.rows import make_person, make_pool
from tests.conftest import make_operator
from tests.services.tokens import program_of

JANE = {"email": "jane@acme.example", "name": "Jane Roe"}


@pytest.fixture
def pool(aws_account: AwsAccount) -> UserPool:
    pool = make_pool(aws_account, "customers", pool_id="us-east-1_customers")
    for number in range(30):
        make_person(pool, f"person{number}", words=f"person{number}")
    make_person(pool, "jane", attributes=JANE, words="jane\n" + "\n".join(JANE.values()))
    return pool


def path(pool: UserPool) -> str:
    return f"/aws-accounts/{pool.aws_account.account_id}/user-pools/{pool.aws_id}/people"


def test_somebody_is_found_by_words(pool: UserPool, erin: Operator) -> None:
    found = program_of(erin).ask(path(pool), q="jane@acme.ex").json()
    assert [each["fields"]["name"] for each in found["items"]] == ["jane"]
    assert found["more"] is False
    entry = AuditEntry.objects.get(verb="people.listed")
    assert (entry.actor, entry.data["by"]) == (erin, ["words"])
    assert entry.data["by_token"].startswith("CI (iamc_")


def test_they_are_not_taken_away_as_a_whole(pool: UserPool, erin: Operator) -> None:
    program = program_of(erin)
    assert program.ask(path(pool)).status_code == 422
    assert program.ask(path(pool), q="person", limit=26).status_code == 422
    found = program.ask(path(pool), q="person").json()
    assert (len(found["items"]), found["more"]) == (25, True)
    assert "email" not in found["items"][0]["fields"]


def test_without_the_scope_nobody_is_seen(pool: UserPool, erin: Operator, bob: Operator) -> None:
    for program in (program_of(erin, "see_iam", "propose"), program_of(bob)):
        answer = program.ask(path(pool), q="jane")
        assert answer.status_code == 403
        assert "Jane" not in answer.content.decode()
    assert not AuditEntry.objects.filter(verb="people.listed").exists()


def test_who_keeps_one_pool_sees_that_one(pool: UserPool, aws_account: AwsAccount) -> None:
    staff = make_pool(aws_account, "staff", pool_id="us-east-1_staff")
    keeper = make_operator("hal", None, None)
    Grant.objects.create(operator=keeper, aws_account=aws_account, role=Role.HELPDESK, pool_id=pool.aws_id)
    program = program_of(keeper)
    assert program.ask(path(pool), q="jane").status_code == 200
    assert program.ask(path(staff), q="jane").status_code == 404
    assert program.ask(f"/aws-accounts/{aws_account.account_id}/changes").status_code == 403
