"""The lists over all AWS accounts: one order over all of them, the AWS account beside each row, and grants' limits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.test import Client

from accounts.models import AccountLabel, AwsAccount, Grant, LabelledAwsAccount, Operator
from accounts.roles import Role
from estate.lists import LISTS
from iamconsole.web.ranges import RangeMerge
from identities.models import IamUser
from tests.conftest import make_operator
from tests.estate.conftest import Estate
from tests.services.pages import names_in
from tests.services.rows import make_policy, make_user

ALL = [f"/all/{each.path}/" for each in LISTS]


def body(client: Client, url: str) -> str:
    response: Any = client.get(url)
    assert response.status_code == 200, url
    said: bytes = response.getvalue() if response.streaming else response.content
    return said.decode()


def test_pages_go_on_over_the_aws_accounts_in_one_order(estate: Estate, olgas: Client) -> None:
    for number in range(60):
        make_user(estate.accounts[number % 4], f"u-{number:03}")
    found: list[str] = []
    url = "/all/users/?rows=25"
    while url:
        listing = olgas.get(url).context["listing"]
        found += [row.name for row in listing.page.rows]
        url = f"/all/users/{listing.next_url}" if listing.next_url else ""
    assert found == sorted(IamUser.objects.values_list("name", flat=True))
    backwards = olgas.get("/all/users/?rows=25&sort=-name").context["listing"].page.rows
    assert [row.name for row in backwards] == sorted(found, reverse=True)[:25]


def test_more_aws_accounts_than_one_statement_asks(estate: Estate, olgas: Client, monkeypatch: Any) -> None:
    monkeypatch.setattr(RangeMerge, "TOGETHER", 3)
    assert names_in(body(olgas, "/all/users/?sort=-name")) == ["user-3", "user-2", "user-1", "user-0"]


def test_rows_without_a_key_come_last_and_every_one_once(estate: Estate, olgas: Client) -> None:
    for number in range(40):
        made = make_user(estate.accounts[number % 4], f"n-{number:02}")
        if number % 3:
            IamUser.objects.filter(pk=made.pk).update(created_at=None)
    found: list[int] = []
    url = "/all/users/?rows=25&sort=created"
    while url:
        listing = olgas.get(url).context["listing"]
        found += [row.pk for row in listing.page.rows]
        url = f"/all/users/{listing.next_url}" if listing.next_url else ""
    assert len(found) == len(set(found)) == IamUser.objects.count()


def test_by_account_and_by_label(estate: Estate, olga: Operator, olgas: Client) -> None:
    label = AccountLabel.objects.create(name="Payments")
    for aws_account in estate.accounts[1:3]:
        LabelledAwsAccount.objects.create(label=label, aws_account=aws_account)
    assert names_in(body(olgas, f"/all/users/?account={estate.seen.account_id}")) == ["user-1"]
    said = body(olgas, f"/all/users/?label={label.pk}")
    assert names_in(said) == ["user-1", "user-2"]
    assert "Label Payments" in said


def test_a_label_of_others_is_neither_offered_nor_named(
    estate: Estate, client_of: Callable[[Operator], Client]
) -> None:
    label = AccountLabel.objects.create(name="Secret project")
    LabelledAwsAccount.objects.create(label=label, aws_account=estate.accounts[0])
    said = body(client_of(estate.charlie), f"/all/users/?label={label.pk}")
    assert "Secret project" not in said
    assert names_in(said) == ["user-1"]


def test_who_may_see_people_alone_and_strangers_stay_out(
    estate: Estate, client_of: Callable[[Operator], Client]
) -> None:
    hal = client_of(make_operator("hal", Role.HELPDESK, estate.seen))
    stranger = client_of(make_operator("nobody", None, None))
    for url in ("/all/", *ALL):
        assert hal.get(url).status_code == 403
        assert stranger.get(url).status_code == 404


def test_what_is_seen_ends_with_the_grant(estate: Estate, client_of: Callable[[Operator], Client]) -> None:
    """No count and no page that was made for somebody is told to somebody else, nor later."""
    charlies = client_of(estate.charlie)
    assert names_in(body(charlies, "/all/users/")) == ["user-1"]
    Grant.objects.filter(operator=estate.charlie).update(aws_account=estate.accounts[2])
    said = body(charlies, "/all/users/")
    assert names_in(said) == ["user-2"]
    assert "1 user." in said


def test_policies_of_aws_are_shown_when_asked_for(estate: Estate, olgas: Client) -> None:
    for aws_account in estate.accounts:
        make_policy(aws_account, "ReadOnlyAccess", is_aws=True)
    make_policy(estate.seen, "own")
    assert names_in(body(olgas, "/all/policies/")) == ["own"]
    assert len(names_in(body(olgas, "/all/policies/?managed_by=any"))) == 5


def test_aws_accounts_that_nobody_connected_show_nothing(olgas: Client, aws_account: AwsAccount) -> None:
    assert "No users" in body(olgas, "/all/users/")
