"""`manage.py create_operator`."""

from __future__ import annotations

import json
import sys
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.access import may
from accounts.models import AuditEntry, AwsAccount, Operator
from accounts.roles import ADMINISTER, SEE_IAM
from tests.accounts.conftest import sign_in

pytestmark = pytest.mark.django_db
PASSWORD = "a phrase of some length"


@pytest.fixture(autouse=True)
def stdin(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", StringIO(f"{PASSWORD}\n"))


def create(*args: str, **options: Any) -> str:
    out = StringIO()
    call_command("create_operator", "--email", "olga@example.org", *args, stdout=out, **options)
    return out.getvalue()


def test_makes_an_owner_who_can_sign_in(client: Client) -> None:
    said = create("--name", "Olga", "--role", "owner", "--account", "all", "--password-stdin")
    assert said == "Made the operator olga@example.org, with the role owner of all.\n"
    assert may(Operator.objects.get(), ADMINISTER, None)
    assert sign_in(client, "olga@example.org", PASSWORD) == 302
    assert "_auth_user_id" in client.session


def test_a_second_time_changes_nothing() -> None:
    create("--name", "Olga", "--role", "owner", "--account", "all", "--password-stdin")
    entries = AuditEntry.objects.count()
    said = create("--name", "Olga", "--role", "owner", "--account", "all", "--password-stdin")
    assert said == "The operator olga@example.org was there already, with that role.\n"
    assert AuditEntry.objects.count() == entries


def test_a_further_role_is_given(aws_account: AwsAccount) -> None:
    create("--name", "Olga", "--password-stdin")
    said = json.loads(create("--role", "viewer", "--account", "123456789012", "--json"))
    assert said == {"email": "olga@example.org", "name": "Olga", "made": False, "granted": True}
    assert may(Operator.objects.get(), SEE_IAM, aws_account)


def test_a_demo_operator_is_marked() -> None:
    create("--name", "Demo", "--demo", "--password-stdin")
    assert Operator.objects.get().is_demo


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        (("--role", "owner"), "--role and --account together"),
        (("--role", "owner", "--account", "000000000000"), "isn't connected"),
        (("--password-stdin",), "Give --name"),
        (("--name", "Olga"), "by --password-stdin"),
    ],
)
def test_what_is_missing_is_said(args: tuple[str, ...], sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence):
        create(*args)
    assert not Operator.objects.exists()


def test_a_weak_password_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", StringIO("password\n"))
    with pytest.raises(CommandError, match="too short"):
        create("--name", "Olga", "--password-stdin")
