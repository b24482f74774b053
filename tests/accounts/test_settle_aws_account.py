"""The pages of AWS accounts: the list, settings, writes, grants."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import AuditEntry, AwsAccount, Grant, Operator
from accounts.roles import Role

PAGE = "/accounts/123456789012/"


def test_the_list_has_those_with_a_role(
    client_of: Callable[..., Client], bob: Operator, other_account: AwsAccount
) -> None:
    html = client_of(bob).get("/accounts/").content.decode()
    assert "Acme" in html
    assert "Viewer" in html
    assert "Other" not in html
    assert PAGE not in html  # the settings are for owners


def test_without_any_role_the_list_says_what_to_do(client_of: Callable[..., Client], charlie: Operator) -> None:
    assert b"Ask an owner" in client_of(charlie).get("/accounts/").content


def test_settings_are_changed_and_audited(alices: Client, aws_account: AwsAccount) -> None:
    data = {
        "name": "Acme Inc",
        "environment": "staging",
        "pull_every_minutes": 0,
        "approvals_required": 1,
    }
    assert alices.post(PAGE, data).status_code == 302
    aws_account.refresh_from_db()
    assert (aws_account.name, aws_account.environment, aws_account.approvals_required) == ("Acme Inc", "staging", 1)
    entry = AuditEntry.objects.get(verb="aws_account.changed")
    assert entry.data["changes"] == {
        "name": ["Acme", "Acme Inc"],
        "environment": ["production", "staging"],
        "approvals_required": ["0", "1"],
    }


def test_bad_settings_change_nothing(alices: Client, aws_account: AwsAccount) -> None:
    response = alices.post(PAGE, {"name": "", "environment": "mars"})
    assert response.status_code == 422
    assert b"Settings of Acme" in response.content
    aws_account.refresh_from_db()
    assert aws_account.name == "Acme"


def test_its_name_is_one_line(alices: Client, aws_account: AwsAccount) -> None:
    data = {"environment": "staging", "pull_every_minutes": 0, "approvals_required": 1}
    assert alices.post(PAGE, {"name": "Acme\nInc", **data}).status_code == 422
    aws_account.refresh_from_db()
    assert aws_account.name == "Acme"


def test_settings_of_the_connection_cant_be_slipped_in(alices: Client, aws_account: AwsAccount) -> None:
    alices.post(
        PAGE,
        {
            "name": "Acme",
            "environment": "production",
            "default_region": "us-east-1",
            "pull_every_minutes": 0,
            "approvals_required": 0,
            "emulated": "",
            "writes_enabled": "",
            "write_role_arn": "arn:aws:iam::1:role/x",
        },
    )
    aws_account.refresh_from_db()
    assert aws_account.emulated
    assert aws_account.writes_enabled
    assert aws_account.write_role_arn == ""


def test_writes_are_turned_off_and_on(alices: Client, aws_account: AwsAccount) -> None:
    alices.post(f"{PAGE}writes/", {"reason": "holidays"})
    aws_account.refresh_from_db()
    assert not aws_account.writes_enabled
    alices.post(f"{PAGE}writes/", {"on": "1"})
    aws_account.refresh_from_db()
    assert aws_account.writes_enabled
    entries = AuditEntry.objects.order_by("pk").values_list("verb", "reason")
    assert list(entries) == [("aws_account.writes_off", "holidays"), ("aws_account.writes_on", "")]


def test_a_role_is_given_by_e_mail_address(alices: Client, charlie: Operator, aws_account: AwsAccount) -> None:
    alices.post(f"{PAGE}grants/", {"who": "Charlie@Example.org", "role": "editor"})
    assert Grant.objects.get(operator=charlie).aws_account == aws_account
    assert AuditEntry.objects.get().verb == "grant.given"


def test_a_role_for_nobody_is_refused(alices: Client) -> None:
    response = alices.post(f"{PAGE}grants/", {"who": "nobody@example.org", "role": "editor"})
    assert response.status_code == 422
    assert b"Nobody here signs in with nobody@example.org" in response.content


def test_a_role_that_is_there_is_refused(alices: Client, bob: Operator) -> None:
    assert alices.post(f"{PAGE}grants/", {"who": bob.email, "role": "viewer"}).status_code == 422


def test_a_role_is_taken(alices: Client, bob: Operator) -> None:
    grant = Grant.objects.get(operator=bob)
    alices.post(f"{PAGE}grants/{grant.pk}/take/")
    assert not Grant.objects.filter(operator=bob).exists()
    assert AuditEntry.objects.get().verb == "grant.taken"


def test_a_grant_of_another_aws_account_isnt_found(
    alices: Client, charlie: Operator, other_account: AwsAccount, olga: Operator
) -> None:
    others = Grant.objects.create(operator=charlie, aws_account=other_account, role=Role.VIEWER)
    of_all = Grant.objects.get(operator=olga)
    for grant in (others, of_all):
        assert alices.post(f"{PAGE}grants/{grant.pk}/take/").status_code == 404


@pytest.mark.parametrize("address", ["", "writes/", "grants/"])
def test_readers_are_refused(client_of: Callable[..., Client], bob: Operator, address: str) -> None:
    assert client_of(bob).post(f"{PAGE}{address}").status_code == 403


@pytest.mark.parametrize("address", ["", "writes/", "grants/"])
def test_strangers_find_nothing(
    client_of: Callable[..., Client], charlie: Operator, aws_account: AwsAccount, address: str
) -> None:
    assert client_of(charlie).post(f"{PAGE}{address}").status_code == 404


def test_an_owner_of_another_aws_account_is_a_stranger(
    client_of: Callable[..., Client], charlie: Operator, aws_account: AwsAccount, other_account: AwsAccount
) -> None:
    Grant.objects.create(operator=charlie, aws_account=other_account, role=Role.VIEWER)
    assert client_of(charlie).post(f"{PAGE}writes/").status_code == 404
