"""Staging a change across AWS accounts: rows picked in a list of all of them, and those of one name everywhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import AwsAccount, Grant, Operator
from accounts.roles import Role
from sync.models import Change, SpanningChange
from tests.services.across import READ_ONLY, Three, at, grant, in_mirror
from tests.services.pages import text_of
from tests.services.rows import attach, make_policy, make_role

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., Client]
STAGE = "/all/roles/stage/"


@pytest.fixture
def three(aws_account: AwsAccount) -> Three:
    return in_mirror(aws_account)


@pytest.fixture
def erin(three: Three, erin: Operator) -> Operator:
    return grant(erin, Role.EDITOR, three.accounts)


@pytest.fixture
def client(client_of: ClientOf, erin: Operator) -> Client:
    return client_of(erin)


def said(response: Any) -> str:
    return text_of(response.content.decode())


def pick(client: Client, rows: Any) -> str:
    """The query that names them, as the list's form leads to it."""
    response = client.post(STAGE, {"pick": [row.aws_id for row in rows]})
    assert response.status_code == 302
    return urlsplit(response["Location"]).query


def test_rows_of_several_aws_accounts_become_one_change(three: Three, client: Client) -> None:
    listed = client.get("/all/roles/").content.decode()
    assert 'data-pick form="list-picks"' in listed
    assert f'action="{STAGE}"' in listed
    query = pick(client, three.roles)
    text = said(client.get(f"{STAGE}?{query}"))
    assert "Stage a change of 3 roles in 3 AWS accounts" in text
    assert "Attach a policy…" in text
    form = said(client.get(f"{STAGE}attach/?{query}"))
    assert "it is looked for in each AWS account" in form
    assert "Acme Shop" in form
    response = client.post(f"{STAGE}attach/?{query}", {"policy": READ_ONLY, "reason": "Ticket 8"})
    span = SpanningChange.objects.get()
    assert response["Location"] == reverse("spanning_change", args=[span.pk])
    assert [(each.aws_account, each.wave, each.reason) for each in at(span).changes] == [
        (three.accounts[0], 1, "Ticket 8"),
        (three.accounts[1], 2, "Ticket 8"),
        (three.accounts[2], 2, "Ticket 8"),
    ]


def test_what_is_named_is_found_by_its_name_in_each(three: Three, client: Client) -> None:
    for each in three.accounts[:2]:
        make_policy(each, "reports-write")
    attach(three.roles[1], make_policy(three.accounts[1], "other"))
    query = pick(client, three.roles)
    sent = {"policy": "reports-write", "title": "Everywhere", "reason": "Why not"}
    response = client.post(f"{STAGE}attach/?{query}", sent)
    text = said(response)
    assert response.status_code == 422
    assert "It can’t be done in 1 of the AWS accounts" in text
    assert "Acme Shop : The mirror has no policy “reports-write”" in text
    assert 'value="Everywhere"' in response.content.decode(), "what was typed stays"
    assert not Change.objects.exists()
    client.post(f"{STAGE}attach/?{query}", {**sent, "leave_out": "1"})
    span = SpanningChange.objects.get()
    assert [each.aws_account for each in at(span).changes] == three.accounts[:2]
    assert {each.title for each in at(span).changes} == {"Everywhere"}


def test_those_where_it_is_so_already_are_told(three: Three, client: Client) -> None:
    for each, role in zip(three.accounts, three.roles, strict=True):
        policy = make_policy(each, "reports-write")
        if each != three.accounts[0]:
            attach(role, policy)
    query = pick(client, three.roles)
    response = client.post(f"{STAGE}attach/?{query}", {"policy": "reports-write"})
    assert "It can’t be done in 2 of the AWS accounts" in said(response)
    response = client.post(f"{STAGE}attach/?{query}", {"policy": "reports-write", "leave_out": "1"})
    assert "takes two of them" in said(response)
    assert not Change.objects.exists()


def test_a_field_that_is_wrong_everywhere_is_said_beside_it(three: Three, client: Client) -> None:
    query = pick(client, three.roles)
    response = client.post(f"{STAGE}attach/?{query}", {"policy": ""})
    assert response.status_code == 422
    assert "required" in said(response)
    assert "It can’t be done" not in said(response)


def test_what_shows_a_secret_is_not_offered(three: Three, client: Client) -> None:
    assert client.get("/all/users/stage/key-create/?pick=AIDA1").status_code == 404
    assert client.get(f"{STAGE}nothing/?pick={three.roles[0].aws_id}").status_code == 404
    assert client.get(f"{STAGE}?pick=AROANONE").status_code == 404


def test_rows_of_one_aws_account_become_an_ordinary_change(three: Three, client: Client) -> None:
    query = pick(client, three.roles[:1])
    response = client.get(f"{STAGE}?{query}", follow=True)
    assert "Stage a change of the role ci" in said(response)
    assert response.redirect_chain[-1][0].startswith("/aws/123456789012/roles/stage/?pick=")


def test_rows_of_others_are_left_out_or_not_found(
    three: Three, client_of: ClientOf, erin: Operator, bob: Operator
) -> None:
    grant(erin, Role.EDITOR, three.accounts[:2])
    client = client_of(erin)
    assert client.get(f"{STAGE}?{pick(client, three.roles)}").status_code == 404
    grant(bob, Role.VIEWER, three.accounts)
    reader = client_of(bob)
    assert "data-pick form" not in reader.get("/all/roles/").content.decode()
    assert reader.post(STAGE, {"pick": three.roles[0].aws_id}).status_code == 403


def test_those_of_one_name_are_found_everywhere(three: Three, client: Client, erin: Operator) -> None:
    first = three.roles[0]
    attach(three.roles[1], make_policy(three.accounts[1], "reports-write"))
    make_role(three.accounts[2], "another")
    three.roles[2].gone_at = first.first_seen
    three.roles[2].save()
    address = {"account_id": first.aws_account.account_id, "aws_id": first.aws_id}
    page = client.get(reverse("role", kwargs=address)).content.decode()
    assert reverse("role_everywhere", kwargs=address) in page
    text = said(client.get(reverse("role_everywhere", kwargs=address)))
    assert "ci in all AWS accounts" in text
    assert "This one" in text
    assert "Differs in attached policies" in text
    assert "Acme Shop It has none of that name" in text
    query = pick(client, three.roles[:2])
    assert "2 roles in 2 AWS accounts" in said(client.get(f"{STAGE}?{query}"))


def test_that_of_an_aws_account_where_one_may_only_read_is_left_out(
    three: Three, client_of: ClientOf, erin: Operator
) -> None:
    Grant.objects.filter(operator=erin, aws_account=three.accounts[2]).update(role=Role.VIEWER)
    client = client_of(Operator.objects.get(pk=erin.pk))
    address = {"account_id": three.accounts[0].account_id, "aws_id": three.roles[0].aws_id}
    text = said(client.get(reverse("role_everywhere", kwargs=address)))
    assert "It has one, and you may not propose changes there" in text
    text = said(client.get(f"{STAGE}?{pick(client, three.roles)}"))
    assert "2 roles in 2 AWS accounts" in text
    assert "1 other that you picked" in text
