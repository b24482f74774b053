"""People of Identity Center of all AWS accounts: by name for who may know them, each once, as a list and as a file."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import AuditEntry, AwsAccount, Grant, Operator
from accounts.roles import Role
from directory.models import Instance
from estate.people import holders
from tests.conftest import make_aws_account, make_operator
from tests.services.directory_rows import INSTANCE_ARN, DirectoryRows
from tests.services.pages import text_of

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., Client]
URL = "/all/people/"


@pytest.fixture
def other(aws_account: AwsAccount) -> AwsAccount:
    """Of another organization, with people of its own."""
    made = make_aws_account("222222222222", name="Beta")
    fill(aws_account, "dana.okafor", "tom.becker")
    fill(made, "priya.shah")
    Instance.objects.filter(aws_account=made).update(arn=INSTANCE_ARN.replace("0123", "9999"))
    return made


def fill(held_by: AwsAccount, *names: str) -> DirectoryRows:
    rows = DirectoryRows(held_by)
    people = [rows.person(name) for name in names]
    rows.group("platform", people[0])
    return rows


def operator_with(role: Role, *accounts: AwsAccount) -> Operator:
    made = make_operator("petra", role, accounts[0])
    for each in accounts[1:]:
        Grant.objects.create(operator=made, aws_account=each, role=role)
    return made


def said(client: Client, query: str = "") -> str:
    return " ".join(text_of(client.get(URL + query).content.decode()).split())


def names(client: Client, query: str = "") -> list[tuple[str, str]]:
    answer: Any = client.get(f"{URL}?format=csv{query}")
    rows = csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode()))
    return [(row["name"], row["account_id"]) for row in rows]


def test_all_of_them_by_name_with_their_aws_account(
    aws_account: AwsAccount, other: AwsAccount, client_of: ClientOf
) -> None:
    client = client_of(operator_with(Role.EDITOR, aws_account, other))
    listed = said(client)
    assert "3 people." in listed and "Dana Okafor" in listed and "Beta 222222222222" in listed
    assert "1 of 3 people matches." in said(client, "?account=222222222222")
    assert "Priya" not in said(client, "?group=platform&account=123456789012")
    mine = aws_account.account_id
    expected = [("Dana Okafor", mine), ("Priya Shah", "222222222222"), ("Tom Becker", mine)]
    assert names(client) == expected
    seen = AuditEntry.objects.filter(verb="directory.people_listed")
    assert {entry.aws_account_id for entry in seen} == {aws_account.pk, other.pk}
    assert AuditEntry.objects.filter(verb="directory.people_exported").count() == 2


def test_who_may_see_people_of_one_gets_those_alone(
    aws_account: AwsAccount, other: AwsAccount, client_of: ClientOf
) -> None:
    petra = operator_with(Role.EDITOR, other)
    Grant.objects.create(operator=petra, aws_account=aws_account, role=Role.VIEWER)
    client = client_of(petra)
    listed = said(client)
    assert "1 person." in listed and "Dana" not in listed
    assert names(client) == [("Priya Shah", "222222222222")]
    assert "Dana" not in said(client, "?account=123456789012")


def test_who_may_not_take_people_away_gets_no_file(
    aws_account: AwsAccount, other: AwsAccount, client_of: ClientOf
) -> None:
    petra = operator_with(Role.APPROVER, aws_account)
    client = client_of(petra)
    assert "Dana Okafor" in said(client)
    assert "CSV" not in said(client)
    assert client.get(f"{URL}?format=csv").status_code == 403
    Grant.objects.create(operator=petra, aws_account=other, role=Role.EDITOR)
    assert "Files leave out those of 1 AWS account" in said(client_of(petra))
    assert names(client) == [("Priya Shah", "222222222222")]


def test_a_stranger_and_a_viewer_are_turned_away(
    aws_account: AwsAccount, other: AwsAccount, client_of: ClientOf
) -> None:
    assert client_of(operator_with(Role.VIEWER, aws_account)).get(URL).status_code == 403


def test_the_delegate_of_an_instance_lists_nobody_twice(aws_account: AwsAccount, other: AwsAccount) -> None:
    delegate = make_aws_account("333333333333", name="Delegate")
    rows = fill(delegate, "dana.okafor")
    Instance.objects.filter(pk=rows.instance.pk).update(owner_id=aws_account.account_id)
    petra = operator_with(Role.EDITOR, aws_account, other, delegate)
    assert holders(petra, [aws_account, other, delegate]) == [aws_account, other]
    lena = make_operator("lena", Role.EDITOR, delegate)
    assert holders(lena, [delegate]) == []  # those who hold it decide who knows their names
