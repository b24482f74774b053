"""Lists and single objects, as pages have them; pages of a list; what is refused."""

from __future__ import annotations

import json
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import AwsAccount, Operator
from identities.models import IamRole, IamUser
from tests.services.pulling import pull_all
from tests.services.rows import make_role, make_user
from tests.services.tokens import Program, program_of

HERE = "/aws-accounts/123456789012/objects"


def names(answer: Any) -> list[str]:
    return [item["name"] for item in answer.json()["items"]]


def test_a_list_comes_page_by_page_and_new_rows_move_nothing(alices_program: Program, aws_account: AwsAccount) -> None:
    for number in range(5):
        make_user(aws_account, f"user-{number}")
    first = alices_program.ask(f"{HERE}/users", limit=2)
    make_user(aws_account, "user-00")
    second = alices_program.ask(f"{HERE}/users", limit=2, after=first.json()["next"])
    third = alices_program.ask(f"{HERE}/users", limit=2, after=second.json()["next"])
    assert [*names(first), *names(second), *names(third)] == [f"user-{number}" for number in range(5)]
    assert third.json()["next"] is None


def test_the_last_page_ends_where_rows_end(alices_program: Program, aws_account: AwsAccount) -> None:
    make_user(aws_account, "ada")
    assert alices_program.ask(f"{HERE}/users", limit=1).json()["next"] is None


def test_a_forged_cursor_or_one_of_another_list_is_refused(alices_program: Program, aws_account: AwsAccount) -> None:
    for number in range(3):
        make_user(aws_account, f"user-{number}")
        make_role(aws_account, f"role-{number}")
    cursor = alices_program.ask(f"{HERE}/users", limit=1).json()["next"]
    for wrong in (cursor[:-1] + ("A" if cursor[-1] != "A" else "B"), "x", "x:y", "eyJ4IjoxfQ:z", cursor[1:]):
        assert alices_program.ask(f"{HERE}/users", after=wrong).status_code == 404, wrong
    assert alices_program.ask(f"{HERE}/roles", after=cursor).status_code == 404
    assert alices_program.ask(f"{HERE}/users", after=cursor, q="user").status_code == 404
    assert alices_program.ask(f"{HERE}/users", after=cursor).status_code == 200


def test_it_is_filtered_and_sorted_as_the_page(alices_program: Program, aws_account: AwsAccount) -> None:
    make_user(aws_account, "ada")
    make_user(aws_account, "bea")
    assert names(alices_program.ask(f"{HERE}/users", q="be")) == ["bea"]
    assert names(alices_program.ask(f"{HERE}/users", sort="-name")) == ["bea", "ada"]


def test_what_a_list_doesnt_know_is_said(alices_program: Program, aws_account: AwsAccount) -> None:
    for query in ({"colour": "red"}, {"sort": "colour"}, {"mfa": "perhaps"}, {"limit": "0"}, {"limit": "x"}):
        answer = alices_program.ask(f"{HERE}/users", **query)
        assert answer.status_code == 422, query
        assert len(answer.json()["detail"]) > 20
    assert alices_program.ask(f"{HERE}/unicorns").status_code == 404


def test_one_object_says_all_that_is_known(alices_program: Program, iam: Any, aws_account: AwsAccount) -> None:
    user = IamUser.objects.get(name="jane")
    found = alices_program.ask(f"{HERE}/users/{user.aws_id}").json()
    assert (found["id"], found["name"], found["arn"]) == (user.aws_id, user.name, user.arn)
    assert "details" in {facet["name"] for facet in found["facets"]}
    iam.tag_user(UserName="jane", Tags=[{"Key": "team", "Value": "audit"}])
    pull_all(aws_account)
    past = alices_program.ask(f"{HERE}/users/{user.aws_id}/revisions", limit=1).json()
    assert past["items"][0]["origin"] == "outside"
    older = alices_program.ask(f"{HERE}/users/{user.aws_id}/revisions", limit=1, after=past["next"]).json()
    assert older["items"][0]["origin"] == "import"


def test_a_revision_has_its_documents_as_pages_show_them(alices_program: Program, iam: Any) -> None:
    role = IamRole.objects.get(name="exporter")
    past = alices_program.ask(f"{HERE}/roles/{role.aws_id}/revisions").json()["items"]
    details = next(each["content"] for each in past if each["facet"] == "details")
    now = alices_program.ask(f"{HERE}/roles/{role.aws_id}").json()["facets"]
    assert details == next(each["content"] for each in now if each["name"] == "details")
    assert "sts:AssumeRole" in json.dumps(details)


def test_every_kind_has_its_list_and_its_objects(alices_program: Program, iam: Any, aws_account: AwsAccount) -> None:
    kinds = alices_program.ask(HERE).json()["items"]
    assert {"users", "groups", "roles", "policies"} <= {kind["kind"] for kind in kinds}
    for kind in kinds:
        answer = alices_program.ask(f"{HERE}/{kind['kind']}", limit=3)
        assert answer.status_code == 200, kind
        for item in answer.json()["items"]:
            assert alices_program.ask(f"{HERE}/{kind['kind']}/{item['id']}").status_code == 200, item


def test_what_is_the_same_is_not_sent_again(alices_program: Program, aws_account: AwsAccount) -> None:
    make_user(aws_account, "ada")
    first = alices_program.ask(f"{HERE}/users")
    again = alices_program.get(f"/api/v1{HERE}/users", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    make_user(aws_account, "bea")
    assert alices_program.get(f"/api/v1{HERE}/users", headers={"If-None-Match": first["ETag"]}).status_code == 200
    assert "no-store" in first["Cache-Control"]


def test_another_aws_account_is_not_there(alices_program: Program, other_account: AwsAccount) -> None:
    make_user(other_account, "ada")
    for path in ("", "/objects", "/objects/users"):
        answer = alices_program.ask(f"/aws-accounts/{other_account.account_id}{path}")
        assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")
        assert "Other" not in answer.content.decode()


def test_without_the_scope_nothing_is_read(alice: Operator, aws_account: AwsAccount) -> None:
    program = program_of(alice, "see_people")
    assert program.ask(f"{HERE}/users").status_code == 403
    assert "scopes" in program.ask(f"{HERE}/users").json()["detail"]


def test_errors_are_problems(alices_program: Program) -> None:
    for answer in (
        alices_program.ask("/nowhere"),
        alices_program.delete("/api/v1/me"),
        alices_program.get("/api/v1/me%00"),
        alices_program.ask("/me", q="\x00"),
    ):
        assert answer["Content-Type"] == "application/problem+json"
        assert answer.json()["status"] == answer.status_code
        assert answer.json()["detail"]


def test_a_longer_list_takes_no_more_queries(alices_program: Program, aws_account: AwsAccount) -> None:
    make_user(aws_account, "ada")
    alices_program.ask("/me")  # the first use is noted
    with CaptureQueriesContext(connection) as few:
        alices_program.ask(f"{HERE}/users")
    for number in range(20):
        make_user(aws_account, f"user-{number}")
    with CaptureQueriesContext(connection) as many:
        assert len(names(alices_program.ask(f"{HERE}/users"))) == 21
    assert len(few) == len(many) <= 10
