"""Of which AWS account a key is that no mirror holds: a button asks AWS, and nothing else does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from accounts.models import AuditEntry, AwsAccount, Operator
from accounts.roles import Role
from emulator.process import Emulator
from identities import key_accounts
from tests.conftest import make_aws_account, make_operator
from tests.services.pages import text_of
from tests.services.world import World

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., Client]
URL = "/access-keys/"


@pytest.fixture(autouse=True)
def nobody_asked_before() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def key(world: World, emulator: Emulator) -> str:
    """Of a user in AWS whom no pull has seen."""
    iam = emulator.client("iam")
    iam.create_user(UserName="unseen")
    return str(iam.create_access_key(UserName="unseen")["AccessKey"]["AccessKeyId"])


def asked(client: Client, key: str) -> str:
    return text_of(client.post(URL, {"key": key}).content.decode())


def times_asked(emulator: Emulator) -> int:
    return len(emulator.calls("GetAccessKeyInfo"))


def test_search_leads_to_the_page_and_asks_nothing(
    key: str, bob: Operator, client_of: ClientOf, emulator: Emulator
) -> None:
    client = client_of(bob)
    for address in ("/search/", "/search/box/"):
        assert f"{URL}?key={key}" in client.get(address, {"q": key}).content.decode()
    assert "Ask AWS" in text_of(client.get(URL, {"key": key}).content.decode())
    assert times_asked(emulator) == 0


def test_aws_says_it_and_a_connected_one_is_named(
    key: str, aws_account: AwsAccount, bob: Operator, client_of: ClientOf
) -> None:
    said = asked(client_of(bob), key.lower())
    assert f"{aws_account.name} {aws_account.account_id}" in said and "Told by AWS" in said
    entry = AuditEntry.objects.get(verb="access_key.asked")
    assert entry.actor == bob and key not in str(entry.data)


def test_one_that_the_operator_may_not_see_stays_a_number(
    key: str, aws_account: AwsAccount, other_account: AwsAccount, client_of: ClientOf
) -> None:
    AwsAccount.objects.filter(pk=aws_account.pk).update(name="Secret project")
    AwsAccount.objects.filter(pk=other_account.pk).update(connection=AwsAccount.Connection.AMBIENT)
    said = asked(client_of(make_operator("petra", Role.VIEWER, other_account)), key)
    assert aws_account.account_id in said and "Secret project" not in said


def test_who_sees_no_aws_account_gets_nothing(
    key: str, aws_account: AwsAccount, hal: Operator, charlie: Operator, client_of: ClientOf, emulator: Emulator
) -> None:
    assert client_of(hal).post(URL, {"key": key}).status_code == 403
    assert client_of(charlie).post(URL, {"key": key}).status_code == 404
    assert f"{URL}?key=" not in client_of(hal).get("/search/", {"q": key}).content.decode()
    assert times_asked(emulator) == 0


@pytest.mark.parametrize("typed", ["", "AKIA", "not a key", "AROA" + "A" * 16, "é" * 300, "AKIA" + "A" * 200])
def test_what_is_no_key_isnt_asked(
    key: str, bob: Operator, client_of: ClientOf, emulator: Emulator, typed: str
) -> None:
    said = asked(client_of(bob), typed)
    assert ("is no access key id" in said) == bool(typed)
    assert times_asked(emulator) == 0


def test_a_key_that_aws_doesnt_know(key: str, bob: Operator, client_of: ClientOf) -> None:
    assert "AWS knows no access key with this id." in asked(client_of(bob), "AKIAZZZZZZZZZZZZZZZZ")


@pytest.mark.parametrize(
    ("error", "said"),
    [({"code": "AccessDenied", "status": 403}, "lacks sts:GetAccessKeyInfo"), ({"code": "X", "status": 400}, "X")],
)
def test_aws_that_doesnt_answer(
    key: str, bob: Operator, client_of: ClientOf, emulator: Emulator, error: dict[str, Any], said: str
) -> None:
    emulator.rules([{"action": "GetAccessKeyInfo", "error": error}])
    answer = asked(client_of(bob), key)
    assert "AWS doesn’t say it." in answer and said in answer


def test_nobody_asks_without_end(
    key: str, bob: Operator, erin: Operator, client_of: ClientOf, settings: Any, emulator: Emulator
) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"access_key_asked": "2/h/key"}
    client = client_of(bob)
    answers = [asked(client, key) for _ in range(3)]
    assert ["too many keys within an hour" in each for each in answers] == [False, False, True]
    assert times_asked(emulator) == 2
    assert "Told by AWS" in asked(client_of(erin), key)


def test_where_nothing_is_connected_nobody_can_be_asked(
    aws_account: AwsAccount, bob: Operator, client_of: ClientOf
) -> None:
    AwsAccount.objects.update(connection=AwsAccount.Connection.SNAPSHOT)
    assert "none of them is connected" in asked(client_of(bob), "AKIAZZZZZZZZZZZZZZZZ")


def test_another_aws_account_is_asked_where_one_doesnt_answer(
    key: str, olga: Operator, client_of: ClientOf, emulator: Emulator
) -> None:
    make_aws_account("000000000001", "A first one")  # the console’s credentials are of another AWS account
    client = client_of(olga)
    assert "Told by AWS" in asked(client, key)
    emulator.rules([{"action": "GetAccessKeyInfo", "error": {"code": "AccessDenied", "status": 403}}])
    said = asked(client, key)
    assert "From A first one" in said and "read of Acme" in said


def test_not_all_of_a_hundred_are_asked(
    key: str, olga: Operator, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        make_aws_account(f"00000000000{number}", f"A {number}.")
    monkeypatch.setattr(key_accounts, "MOST_ASKED", 2)
    said = asked(client_of(olga), key)
    assert "From A 0." in said and "From A 1." in said and "From A 2." not in said and "Told by AWS" not in said
