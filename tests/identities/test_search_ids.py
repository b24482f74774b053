"""Search by ids: of sessions, of access keys that nobody here has, of root users, of what was deleted."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import AwsAccount, Operator
from accounts.roles import Role
from aws_constraints.key_ids import account_in_key_id, is_key_id
from tests.conftest import make_operator
from tests.services.rows import make_role, make_user

# From the public research that aws_constraints/key_ids.py names; and one of this account's, made by hand.
FOREIGN, FOREIGN_ACCOUNT = "ASIAY34FZKBOKMUTVV7A", "609629065308"


def page(client: Client, words: str) -> str:
    return " ".join(client.get("/search/", {"q": words}).content.decode().split())


@pytest.mark.parametrize(
    ("key_id", "account_id"),
    [
        (FOREIGN, FOREIGN_ACCOUNT),
        ("ASIAQNZGKIQY56JQ7WML", "029608264753"),
        ("AKIAIOSFODNN7EXAMPLE", ""),  # of before 2019
        ("AKIA7777777777777777", ""),  # more than 12 digits
        ("AKIAY34FZKBOKMUTVV7", ""),
        ("AKIA0000000000000000", ""),
    ],
)
def test_the_account_in_the_id_of_a_key(key_id: str, account_id: str) -> None:
    assert account_in_key_id(key_id) == account_id
    assert is_key_id(key_id) is (len(key_id) == 20)


def test_the_session_of_a_role(aws_account: AwsAccount, other_account: AwsAccount, bobs: Client) -> None:
    role = make_role(aws_account, "Reader", path="/team/", aws_id="AROAEXAMPLE123456789")
    link = f'href="/aws/{aws_account.account_id}/roles/{role.aws_id}/"'
    for words in (
        f"arn:aws:sts::{aws_account.account_id}:assumed-role/Reader/jane@acme.example",
        f"{role.aws_id}:jane@acme.example",
    ):
        found = page(bobs, words)
        assert link in found
        assert "The session jane@acme.example is one of this role’s" in found
    assert "The session" not in page(bobs, f"arn:aws:sts::{other_account.account_id}:assumed-role/Reader/jane")


def test_a_key_that_nobody_here_has(aws_account: AwsAccount, bobs: Client) -> None:
    found = page(bobs, f"what is {FOREIGN.lower()}?")
    assert f"{FOREIGN} is of the AWS account {FOREIGN_ACCOUNT}" in found
    assert "which AWS doesn’t document" in found
    assert f'href="/access-keys/?key={FOREIGN}"' in found
    assert "It is temporary" in found
    assert "isn’t of a user here" in page(bobs, "AKIAIOSFODNN7EXAMPLE")


def test_it_names_that_aws_account_for_who_may_see_it(client_of: Callable[..., Client], bob: Operator) -> None:
    theirs = AwsAccount.objects.create(account_id=FOREIGN_ACCOUNT, name="Theirs")
    seer = make_operator("seer", Role.VIEWER, theirs)
    assert f"Theirs ({FOREIGN_ACCOUNT})" in page(client_of(seer), FOREIGN)
    assert "Theirs" in client_of(seer).get("/access-keys/", {"key": FOREIGN}).content.decode()
    told = page(client_of(bob), FOREIGN)
    assert f"{FOREIGN} is of the AWS account {FOREIGN_ACCOUNT}" in told
    assert "Theirs" not in told
    assert "Theirs" not in client_of(bob).get("/access-keys/", {"key": FOREIGN}).content.decode()
    assert f"/aws/{FOREIGN_ACCOUNT}/" not in told


def test_the_root_user_by_its_arn(aws_account: AwsAccount, bobs: Client) -> None:
    found = page(bobs, f"arn:aws:iam::{aws_account.account_id}:root")
    assert f'href="{reverse("root_user", kwargs={"account_id": aws_account.account_id})}"' in found
    assert "this ARN means the whole AWS account" in found
    assert "Root user" not in page(bobs, "arn:aws:iam::999999999999:root").split("<main", 1)[1]


def test_the_unique_id_of_somebody_deleted(aws_account: AwsAccount, bobs: Client) -> None:
    make_user(aws_account, "dana", aws_id="AIDAEXAMPLE123456789", gone_at="2026-01-01T00:00:00Z")
    found = page(bobs, "AIDAEXAMPLE123456789")
    assert ">dana</a>" in found
    assert "Gone since" in found
