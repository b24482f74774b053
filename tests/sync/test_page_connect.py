"""Connecting an AWS account, on the page and by the command."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from accounts.models import AccountLabel, AuditEntry, AwsAccount, Operator
from accounts.roles import Role
from emulator.process import Emulator
from sync.aws.permission import parts_of
from sync.aws.purpose import Tier
from sync.models import Run
from tests.conftest import ACCOUNT_ID, make_operator

ClientOf = Callable[..., Client]
TYPED = {
    "name": "Acme",
    "account_id": ACCOUNT_ID,
    "environment": "staging",
    "partition": "aws",
    "default_region": "eu-west-1",
    "connection": "ambient",
    "external_id": "iam-console-from-the-form",
    "emulated": "on",
}


@pytest.fixture
def olga(db: None) -> Operator:
    """Owner of all AWS accounts; there is none yet."""
    return make_operator("olga", Role.OWNER, None)


def test_connects_read_only_and_pulls(emulator: Emulator, olga: Operator, client_of: ClientOf) -> None:
    answer = client_of(olga).post(reverse("connect"), TYPED)
    aws_account, run = AwsAccount.objects.get(), Run.objects.get(source="iam.details")
    assert (aws_account.name, aws_account.writes_enabled) == ("Acme", False)
    assert (run.aws_account, run.trigger) == (aws_account, "connect")
    assert answer["Location"] == reverse("pull", kwargs={"account_id": ACCOUNT_ID, "pk": run.pk})
    assert AuditEntry.objects.get(verb="aws_account.connected").actor == olga


def test_wants_a_fresh_sign_in(emulator: Emulator, olga: Operator, client_of: ClientOf) -> None:
    client_of(olga, ago=3600).post(reverse("connect"), TYPED)
    assert not AwsAccount.objects.exists()


@pytest.mark.parametrize("name", ["connect", "connect_identity"])
def test_only_owners_of_all_come_here(
    alice: Operator, bob: Operator, charlie: Operator, client_of: ClientOf, name: str
) -> None:
    statuses = [client_of(operator).get(reverse(name)).status_code for operator in (alice, bob, charlie)]
    assert statuses == [403, 403, 403]


def test_the_first_page_of_an_empty_console_is_this_one(olga: Operator, client_of: ClientOf) -> None:
    assert client_of(olga).get("/")["Location"] == reverse("connect")


def test_shows_what_goes_into_the_roles(olga: Operator, client_of: ClientOf) -> None:
    text = client_of(olga).get(reverse("connect")).content.decode()
    assert "iam:GetAccountAuthorizationDetails" in text
    assert "Pull users, groups, roles and policies into the mirror." in text
    assert "manage.py console_role --tier write" in text


def test_shows_what_cognito_takes_apart(olga: Operator, client_of: ClientOf) -> None:
    text = client_of(olga).get(reverse("connect")).content.decode()
    assert "For Cognito" in text
    assert "cognito-idp:AdminDisableUser" in text
    assert "Reset and set passwords" in text


def test_shows_who_the_console_is_and_the_trust_policies(
    emulator: Emulator, olga: Operator, client_of: ClientOf
) -> None:
    query = {**TYPED, "account_id": ""}
    text = client_of(olga).get(reverse("connect_identity"), query, headers={"HX-Request": "true"}).content.decode()
    assert f"arn:aws:iam::{ACCOUNT_ID}:user/emulator" in text
    assert "sts:SetSourceIdentity" in text
    assert "iam-console-from-the-form" in text
    assert f"Connect {ACCOUNT_ID}" in text
    assert "<html" not in text


def test_offers_no_aws_account_that_is_connected(
    emulator: Emulator, aws_account: AwsAccount, olga: Operator, client_of: ClientOf
) -> None:
    query = {**TYPED, "account_id": ""}
    text = client_of(olga).get(reverse("connect_identity"), query, headers={"HX-Request": "true"}).content.decode()
    assert aws_account.account_id == ACCOUNT_ID
    assert f"Connect {ACCOUNT_ID}" not in text


def test_checks_what_works_and_saves_nothing(emulator: Emulator, olga: Operator, client_of: ClientOf) -> None:
    answer = client_of(olga).post(reverse("connect_check"), TYPED, headers={"HX-Request": "true"})
    text = answer.content.decode()
    roles: tuple[Tier, ...] = ("read", "write")
    reports = sum(1 + len(parts_of(tier)) for tier in roles)  # of each role: IAM, and what may be left out
    assert len(re.findall(r"\d+ of \d+ permissions? work", text)) == reports
    assert "Reading Cognito" in text
    assert "<html" not in text
    assert not AwsAccount.objects.exists()


def test_checks_without_script_too_and_keeps_what_was_typed(
    emulator: Emulator, olga: Operator, client_of: ClientOf
) -> None:
    text = client_of(olga).post(reverse("connect_check"), TYPED).content.decode()
    assert "permissions work" in text
    assert 'value="iam-console-from-the-form"' in text
    assert 'value="Acme"' in text


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"account_id": "1234"}, "An AWS account id has 12 digits."),
        ({"connection": "assume_role"}, "Give the ARN of the role"),
        ({"connection": "assume_role", "read_role_arn": "reader"}, "This isn’t the ARN of a role"),
        (
            {"connection": "assume_role", "read_role_arn": "arn:aws:iam::210987654321:role/r"},
            "This role is in the AWS account 210987654321, not in this one.",
        ),
        (
            {"connection": "assume_role", "read_role_arn": f"arn:aws-cn:iam::{ACCOUNT_ID}:role/r"},
            "This role is in the partition aws-cn",
        ),
    ],
)
def test_says_what_is_wrong_with_what_was_typed(
    olga: Operator, client_of: ClientOf, typed: dict[str, str], sentence: str
) -> None:
    text = client_of(olga).post(reverse("connect"), {**TYPED, **typed}).content.decode()
    assert sentence in text
    assert 'value="Acme"' in text
    assert not AwsAccount.objects.exists()


def test_the_same_one_twice(aws_account: AwsAccount, olga: Operator, client_of: ClientOf) -> None:
    text = client_of(olga).post(reverse("connect"), TYPED).content.decode()
    assert "This AWS account is connected already." in text


def test_one_that_was_imported_gets_its_connection(
    emulator: Emulator, aws_account: AwsAccount, olga: Operator, client_of: ClientOf
) -> None:
    AwsAccount.objects.update(connection="snapshot", pull_every_minutes=0, approvals_required=2)
    client_of(olga).post(reverse("connect"), TYPED)
    aws_account.refresh_from_db()
    assert (aws_account.connection, aws_account.pull_every_minutes) == ("ambient", 60)
    assert aws_account.approvals_required == 2


def test_the_command_connects_an_imported_one_too(emulator: Emulator, aws_account: AwsAccount) -> None:
    AwsAccount.objects.update(connection="snapshot", pull_every_minutes=0, approvals_required=2)
    answer = command("--ambient", "--emulated")
    aws_account.refresh_from_db()
    assert (answer["connected_now"], aws_account.connection, aws_account.approvals_required) == (True, "ambient", 2)


def test_warns_while_the_demo_runs(olga: Operator, client_of: ClientOf, settings: Any) -> None:
    settings.DEMO = True
    text = client_of(olga).get(reverse("connect")).content.decode()
    assert "the demo operator can no longer sign in" in text


def command(*arguments: str) -> Any:
    printed = io.StringIO()
    call_command("connect_account", "--account", ACCOUNT_ID, "--name", "Acme", *arguments, "--json", stdout=printed)
    return json.loads(printed.getvalue())


@pytest.mark.django_db
def test_the_command_connects(emulator: Emulator) -> None:
    described = command("--ambient", "--emulated", "--writes", "on")
    run = Run.objects.get(source="iam.details")
    assert described == {"account": ACCOUNT_ID, "name": "Acme", "connected_now": True, "writes": True, "pull": run.pk}
    assert AuditEntry.objects.get(verb="aws_account.connected").actor_name == "command line"


@pytest.mark.django_db
def test_the_command_gives_labels(emulator: Emulator) -> None:
    AccountLabel.objects.create(name="Shop")
    command("--ambient", "--emulated", "--labels", "shop", "Customer  data")
    assert [label.name for label in AccountLabel.objects.of(AwsAccount.objects.get())] == ["Customer data", "Shop"]
    assert AccountLabel.objects.count() == 2
    recorded = AuditEntry.objects.filter(verb__startswith="label.").values_list("verb", "actor_name")
    assert list(recorded.order_by("verb")) == [("label.added", "command line"), ("label.made", "command line")]


@pytest.mark.django_db
def test_the_command_connects_nothing_that_it_can_give_no_label(emulator: Emulator) -> None:
    with pytest.raises(CommandError, match="A label can’t be called so"):
        command("--ambient", "--emulated", "--labels", "x" * 61)
    assert not AwsAccount.objects.exists()


@pytest.mark.django_db
def test_the_command_twice_changes_nothing(emulator: Emulator) -> None:
    command("--ambient", "--emulated")
    assert command("--ambient", "--emulated", "--writes", "on")["connected_now"] is False
    assert not AwsAccount.objects.get().writes_enabled


@pytest.mark.django_db
def test_the_command_wants_to_know_the_credentials() -> None:
    with pytest.raises(CommandError, match="Say by which credentials"):
        command("--emulated")


@pytest.mark.django_db
def test_the_command_asks_before_it_locks_the_demo_operator_out(settings: Any) -> None:
    settings.DEMO = True
    with pytest.raises(CommandError, match="--end-demo"):
        command("--ambient")
    assert not AwsAccount.objects.exists()
