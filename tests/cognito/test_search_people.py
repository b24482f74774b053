"""Search for people of user pools: by whom they may be seen, and what of it the audit trail says."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import AuditEntry, AwsAccount, Grant, Operator
from accounts.roles import Role
from tests.cognito.rows import make_person, make_pool
from tests.conftest import make_operator

JANE = {"email": "jane@acme.example", "phone_number": "+491701234567", "name": "Jane Roe"}


@pytest.fixture
def people(aws_account: AwsAccount, other_account: AwsAccount) -> None:
    for number, each in enumerate((aws_account, other_account)):
        for name in ("customers", "staff"):
            pool = make_pool(each, name, pool_id=f"us-east-1_{name}{number}")
            make_person(pool, "jane", attributes=JANE, words="jane\n" + "\n".join(JANE.values()))


def pools(client: Client, words: str) -> list[str]:
    """The pools and AWS accounts of the people who are found."""
    groups = client.get("/search/", {"q": words}).context["groups"]
    hits = [hit for group in groups if group["matches"].kind.name == "people" for hit in group["matches"].hits]
    return sorted(f"{hit.about.name} {hit.about.aws_account.account_id}" for hit in hits)


@pytest.mark.parametrize(
    "words", ["jane", "jane@acme.exa", "person roe", "0049 (170) 123 45 67", "<jane@acme.example>"]
)
def test_editors_find_those_of_their_aws_account(
    people: None, aws_account: AwsAccount, erins: Client, words: str
) -> None:
    number = aws_account.account_id
    assert pools(erins, words) == [f"customers {number}", f"staff {number}"]


def test_helpdesk_of_one_pool_finds_its_people_and_the_pool(
    people: None, aws_account: AwsAccount, client_of: Callable[[Operator], Client]
) -> None:
    operator = make_operator("heidi", Role.HELPDESK, aws_account)
    Grant.objects.filter(operator=operator).update(pool_id="us-east-1_staff0")
    client = client_of(operator)
    assert pools(client, "jane") == [f"staff {aws_account.account_id}"]
    found = client.get("/search/", {"q": "us-east-1"}).context["groups"]
    named = {hit.name for group in found for hit in group["matches"].hits}
    assert "staff" in named
    assert "customers" not in named


def test_viewers_find_nobody(people: None, bobs: Client) -> None:
    assert pools(bobs, "jane") == []
    assert "jane@acme.example" not in bobs.get("/search/box/", {"q": "jane"}).content.decode()


def test_the_audit_trail_says_whose_people_were_shown_and_not_what_was_typed(people: None, erins: Client) -> None:
    for _ in range(3):
        erins.get("/search/box/", {"q": "jane@acme.example"})
    entries = list(AuditEntry.objects.filter(verb="people.listed"))
    assert sorted(entry.data["by"][0] for entry in entries) == ["search", "search"]  # a pool each, once
    assert "jane" not in str([(entry.data, entry.object_name) for entry in entries])


def test_people_are_never_kept_as_opened(people: None, erins: Client) -> None:
    assert "data-ref" not in erins.get("/search/box/", {"q": "person jane"}).content.decode()
