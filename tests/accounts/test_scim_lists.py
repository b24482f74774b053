"""What a directory asks for in lists, and what the console reads for it: never more than it must."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Operator, ScimGroup, ScimUser
from accounts.scim import lists
from accounts.services import scim_tokens

Ask = Callable[..., Any]


@pytest.fixture
def ask(client: Client, olga: Operator) -> Ask:
    """What SCIM answers: the response of a GET."""
    token = scim_tokens.make(actor=olga, name="Entra ID", networks="", days=1)

    def asked(path: str, **query: str) -> Any:
        return client.get(f"/scim/v2/{path}", query, headers={"Authorization": f"Bearer {token}"})

    return asked


def make_users(*names: str) -> list[ScimUser]:
    operators = [Operator(email=f"{name}@example.org", name=name) for name in names]
    Operator.objects.bulk_create(operators)
    found = [ScimUser(operator=operator, user_name=operator.email) for operator in operators]
    return ScimUser.objects.bulk_create(found)


def make_group(name: str, *members: ScimUser) -> ScimGroup:
    row = ScimGroup.objects.create(display_name=name)
    row.members.set(members)
    return row


@pytest.fixture
def compares_two(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "MOST_COMPARED", 2)


@pytest.mark.usefixtures("compares_two")
@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ('userName eq "u1@example.org" and active eq true', ["u1"]),
        ('active eq true and (userName sw "u" and id eq "{u3}")', ["u3"]),
        ('userName eq "U1@Example.org" or userName eq "u2@example.org"', ["u1", "u2"]),
        ("active eq false", ["u0"]),
        ('userName eq "u1@example.org" and active eq false', []),
    ],
)
def test_the_database_narrows_what_a_filter_asks(ask: Ask, asked: str, names: list[str]) -> None:
    users = make_users("u0", "u1", "u2", "u3")
    Operator.objects.filter(email="u0@example.org").update(is_active=False)
    answer = ask("Users", filter=asked.replace("{u3}", users[3].uid))
    assert answer.status_code == 200, answer.content
    assert [each["userName"].partition("@")[0] for each in answer.json()["Resources"]] == names


@pytest.mark.usefixtures("compares_two")
@pytest.mark.parametrize(
    "asked", ['userName sw "u"', 'userName eq "u1@example.org" or name.givenName eq "u"', 'not (userName eq "x")']
)
def test_a_filter_that_fits_too_much_is_refused(ask: Ask, asked: str) -> None:
    make_users("u0", "u1", "u2")
    answer = ask("Users", filter=asked)
    assert (answer.status_code, answer.json()["scimType"]) == (400, "tooMany")
    assert ask("Users").json()["totalResults"] == 3, "without a filter there are pages"


@pytest.mark.usefixtures("compares_two")
@pytest.mark.parametrize(
    "asked", ['id eq "{group}" and members eq "{user}"', 'members[value eq "{user}"]', 'members.value eq "{user}"']
)
def test_entra_id_asks_whether_a_group_has_a_member(ask: Ask, asked: str) -> None:
    user, other = make_users("u0", "u1")
    groups = [make_group(f"Group {number}", other) for number in range(3)]
    groups[0].members.add(user)
    query = asked.replace("{group}", groups[0].uid).replace("{user}", user.uid)
    found = ask("Groups", filter=query, excludedAttributes="members").json()
    assert [(each["id"], "members" in each) for each in found["Resources"]] == [(groups[0].uid, False)]


@pytest.mark.parametrize("excluded", ["members", "urn:ietf:params:scim:schemas:core:2.0:Group:members"])
def test_members_that_are_excluded_are_not_read(ask: Ask, excluded: str) -> None:
    row = make_group("Auditors", *make_users("u0", "u1"))
    for path in ("Groups", f"Groups/{row.uid}"):
        for query in ({"excludedAttributes": excluded}, {"attributes": "displayName"}):
            with CaptureQueriesContext(connection) as queries:
                answer = ask(path, **query)
            assert answer.status_code == 200
            assert "members" not in str(answer.json().get("Resources", [answer.json()])[0])
            assert "scimgroup_members" not in str(queries.captured_queries), path
    assert len(ask(f"Groups/{row.uid}").json()["members"]) == 2
    assert len(ask("Groups", attributes="members").json()["Resources"][0]["members"]) == 2


def test_members_of_other_pages_are_not_read(ask: Ask) -> None:
    users = make_users("u0", "u1")
    for number in range(3):
        make_group(f"Group {number}", *users)
    with CaptureQueriesContext(connection) as queries:
        found = ask("Groups", filter='displayName sw "Group"', startIndex="2", count="1").json()
    assert (found["totalResults"], len(found["Resources"][0]["members"])) == (3, 2)
    [read] = [each["sql"] for each in queries.captured_queries if "scimgroup_members" in each["sql"]]
    assert f"IN ({ScimGroup.objects.get(display_name='Group 1').pk})" in read


# ---- The database is held up -----------------------------------------------------------------------------------------
@contextmanager
def held_up(sentence: str) -> Iterator[None]:
    """The database answers what asks for users so."""

    def refused(execute: Any, sql: str, *rest: Any) -> Any:
        if "scimuser" in sql:
            raise OperationalError(sentence)
        return execute(sql, *rest)

    with connection.execute_wrapper(refused):
        yield


def test_a_database_that_is_held_up_says_when_to_come_again(ask: Ask) -> None:
    with held_up("database is locked"):
        answer = ask("Users")
    assert (answer.status_code, answer["Retry-After"]) == (503, "60")
    assert answer["Content-Type"] == "application/scim+json"
    assert answer.json()["status"] == "503"


def test_a_fault_of_the_console_is_no_trouble_of_the_machine(ask: Ask) -> None:
    with held_up("no such column: colour"), pytest.raises(OperationalError):
        ask("Users")
