"""Search for people of Identity Center: by whom their names are known (directory/people/names.py)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEntry, AwsAccount, Grant, Operator
from accounts.roles import Role
from directory.models import DirectoryUser
from tests.conftest import make_operator

ID = "906767aaaa-1b2c3d4e-1111-2222-3333-444455556666"


@pytest.fixture
def ada(aws_account: AwsAccount) -> DirectoryUser:
    now = timezone.now()
    said = {"name": "ada", "name_key": "ada", "display_name": "Ada Lovelace", "email": "ada@acme.example"}
    return DirectoryUser.objects.create(
        aws_account=aws_account,
        aws_id=ID,
        words="ada\nAda Lovelace\nada@acme.example",
        first_seen=now,
        read_at=now,
        **said,
    )


def names(client: Client, words: str) -> list[str]:
    groups = client.get("/search/", {"q": words}).context["groups"]
    return [hit.name for g in groups if g["matches"].kind.name == "directory-people" for hit in g["matches"].hits]


@pytest.mark.parametrize("words", ["lovelace", "ada@acme", ID, "person ada"])
def test_who_may_see_people_finds_them(ada: DirectoryUser, erins: Client, words: str) -> None:
    assert names(erins, words) == ["Ada Lovelace"]
    [entry] = AuditEntry.objects.filter(verb="directory.people_listed")
    assert entry.data == {"by": ["search"]}


def test_others_find_nobody(
    ada: DirectoryUser, aws_account: AwsAccount, bobs: Client, client_of: Callable[[Operator], Client]
) -> None:
    of_one_pool = make_operator("heidi", Role.HELPDESK, aws_account)
    Grant.objects.filter(operator=of_one_pool).update(pool_id="us-east-1_x")
    for client in (bobs, client_of(of_one_pool)):
        for words in ("lovelace", ID):
            page = client.get("/search/", {"q": words})
            assert names(client, words) == []
            assert "ada@acme.example" not in page.content.decode()


def test_who_is_gone_or_erased_is_not_found(ada: DirectoryUser, erins: Client) -> None:
    DirectoryUser.objects.update(erased_at=timezone.now())
    assert names(erins, "lovelace") == []
