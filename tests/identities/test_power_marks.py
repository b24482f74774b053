"""Administrators, and who can become one, are marked in lists and found by a filter."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import AwsAccount, Operator
from findings.rule_names import ADMINISTRATOR, ESCALATION_PATH
from tests.findings.test_inbox_pages import find
from tests.services.pages import address, get, names_in, text_of
from tests.services.rows import make_role, make_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["users", "all/users"])
def test_users(aws_account: AwsAccount, bob: Operator, client_of: Callable[[Operator], Client], path: str) -> None:
    for name, rule in (("ana", ADMINISTRATOR), ("ben", ESCALATION_PATH), ("kim", "")):
        user = make_user(aws_account, name)
        if rule:
            find(aws_account, name, rule, object_id=user.aws_id)
    url = address("users") if path == "users" else "/all/users/"
    client = client_of(bob)
    said = text_of(client.get(url).content.decode())
    assert said.count("Administrator ") >= 1
    assert "ben Can become administrator" in said
    assert names_in(client.get(f"{url}?power=administrator").content.decode()) == ["ana"]
    assert names_in(client.get(f"{url}?power=can_become").content.decode()) == ["ben"]


def test_roles_also_where_it_is_accepted(
    aws_account: AwsAccount, bob: Operator, client_of: Callable[[Operator], Client]
) -> None:
    role = make_role(aws_account, "ops")
    make_role(aws_account, "web")
    find(aws_account, "ops", ADMINISTRATOR, kind="iam.role", object_id=role.aws_id, state="accepted", is_accepted=True)
    client = client_of(bob)
    assert "ops Administrator" in text_of(get(client, "roles"))
    assert names_in(get(client, "roles", "?power=administrator")) == ["ops"]
