"""Who isn't in the mirror yet: AWS is asked for that one person, never by what bills her."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client

from accounts.models import AuditEntry, AwsAccount, Operator
from cognito.models import CognitoUser, PoolPeopleSettings, UserPool
from cognito.people.live_lookup import ways_to_ask
from cognito.people.selectors import as_phone, cleaned
from emulator.process import REGION, Emulator
from tests.cognito.pulled_people import make, pull_people
from tests.services.pages import address, get, text_of

pytestmark = pytest.mark.django_db
ClientOf = Callable[[Operator], Client]
HTMX = {"HX-Request": "true"}


@pytest.fixture
def pool(idp: Any, emulator: Emulator, aws_account: AwsAccount) -> UserPool:
    made = idp.create_user_pool(PoolName="customers")["UserPool"]
    PoolPeopleSettings.objects.create(aws_account=aws_account, region=REGION, pool_id=made["Id"], attributes=["email"])
    pull_people(aws_account)
    emulator.forget_calls()
    return UserPool.objects.get()


def ask(client: Client, pool: UserPool, words: str, **headers: Any) -> Any:
    return client.post(address("cognito_people_ask", aws_id=pool.aws_id), {"q": words}, **headers)


def test_finds_who_signed_up_a_minute_ago(
    pool: UserPool, idp: Any, emulator: Emulator, hal: Operator, client_of: ClientOf
) -> None:
    sub = make(idp, pool.aws_id, "jane")
    emulator.forget_calls()
    client = client_of(hal)
    page = get(client, "cognito_pool_people", "?q=jane@example.org", aws_id=pool.aws_id)
    assert "Ask AWS now" in page and 'hx-trigger="load' in page
    assert emulator.calls() == []
    response = ask(client, pool, "jane@example.org", headers=HTMX)
    person = CognitoUser.objects.get()
    assert (person.aws_id, person.attributes) == (sub, {"email": "jane@example.org"})
    assert {call["action"] for call in emulator.calls()} == {"ListUsers"}
    shown = text_of(client.get(response.headers["HX-Redirect"]).content.decode())
    assert "jane@example.org was not in the mirror yet." in shown and "1 of 1 person matches" in shown
    assert AuditEntry.objects.get(verb="people.asked").data == {"found": sub}


@pytest.mark.parametrize("way", ["jane", "sub", "+4930123456"])
def test_finds_by_username_subject_and_phone(
    pool: UserPool, idp: Any, hal: Operator, client_of: ClientOf, way: str
) -> None:
    sub = make(idp, pool.aws_id, "jane", phone_number="+4930123456")
    ask(client_of(hal), pool, sub if way == "sub" else way)
    assert CognitoUser.objects.get().aws_id == sub


def test_says_that_aws_has_nobody_either(pool: UserPool, hal: Operator, client_of: ClientOf) -> None:
    client = client_of(hal)
    described = ask(client, pool, "kim@example.org", headers=HTMX).content.decode()
    assert "nobody in this pool has exactly “kim@example.org” as e-mail and username." in described
    response = client.post(address("cognito_people_ask", aws_id=pool.aws_id), {"q": "kim@example.org"}, follow=True)
    assert "AWS was asked just now" in text_of(response.content.decode())


def test_says_that_aws_looks_for_no_custom_attribute(
    pool: UserPool, emulator: Emulator, hal: Operator, client_of: ClientOf
) -> None:
    client = client_of(hal)
    described = ask(client, pool, "C100101", headers=HTMX).content.decode()
    assert "“C100101” as username and preferred username. It can’t look for custom attributes" in described
    PoolPeopleSettings.objects.update(attributes=["email", "custom:number"])
    UserPool.objects.update(settings={"SchemaAttributes": [{"Name": "custom:number"}]})
    emulator.forget_calls()
    assert "Ask AWS now" not in get(client, "cognito_pool_people", "?custom:number=C100101", aws_id=pool.aws_id)


def test_finds_by_a_preferred_username(pool: UserPool, idp: Any, hal: Operator, client_of: ClientOf) -> None:
    sub = make(idp, pool.aws_id, "jane", preferred_username="jq")
    make(idp, pool.aws_id, "kim", preferred_username="jane.quist")
    ask(client_of(hal), pool, "jane.quist")
    assert CognitoUser.objects.get().aws_id != sub


@pytest.mark.parametrize(
    ("typed", "words", "phone"),
    [
        (" <ada@home.example> ", "ada@home.example", ""),
        ("Ada Lovelace <mailto:ada@home.example>;", "ada@home.example", ""),
        ("mailto:ada@home.example", "ada@home.example", ""),
        ("“C100101”,", "C100101", ""),
        ("E0F6A1B2-1111-4222-8333-ABCDEF012345", "e0f6a1b2-1111-4222-8333-abcdef012345", ""),
        ("+49 (170) 123-45.67", "+49 (170) 123-45.67", "+491701234567"),
        ("+49 (0)170 1234567", "+49 (0)170 1234567", "+491701234567"),
        ("0049170/1234567", "0049170/1234567", "+491701234567"),
        ("0170 1234567", "0170 1234567", "1701234567"),
        ("jane", "jane", ""),
        ("2026-03", "2026-03", ""),
    ],
)
def test_what_is_pasted_is_taken_as_aws_writes_it(typed: str, words: str, phone: str) -> None:
    assert (cleaned(typed), as_phone(cleaned(typed))) == (words, phone)


@pytest.mark.parametrize("typed", ["0170 123 45 67", "+49 170-1234567", "jane <jane@example.org>", "0049 170 1234567"])
def test_the_list_finds_it_too(
    pool: UserPool, hal: Operator, client_of: ClientOf, idp: Any, aws_account: AwsAccount, typed: str
) -> None:
    PoolPeopleSettings.objects.update(attributes=["email", "phone_number"])
    make(idp, pool.aws_id, "jane", phone_number="+491701234567")
    make(idp, pool.aws_id, "kim", phone_number="+491709999999")
    pull_people(aws_account)
    page = text_of(get(client_of(hal), "cognito_pool_people", f"?q={quote(typed)}", aws_id=pool.aws_id))
    assert "1 of 2 people matches" in page and "kim@example.org" not in page


def test_a_quote_in_what_was_typed_asks_for_nothing_else(
    pool: UserPool, idp: Any, hal: Operator, client_of: ClientOf
) -> None:
    make(idp, pool.aws_id, "jane")
    ask(client_of(hal), pool, 'x"or"username="jane')
    assert not CognitoUser.objects.exists()


def test_says_why_aws_could_not_be_asked(
    pool: UserPool, emulator: Emulator, hal: Operator, client_of: ClientOf
) -> None:
    error = {"code": "AccessDeniedException", "status": 400}
    emulator.rules([{"action": "ListUsers", "when": "before", "error": error}])
    described = ask(client_of(hal), pool, "kim@example.org", headers=HTMX).content.decode()
    assert "AWS couldn’t be asked." in described and "ListUsers" in described


def test_settings_only_means_that_nobody_is_asked_for(
    pool: UserPool, idp: Any, emulator: Emulator, hal: Operator, client_of: ClientOf
) -> None:
    make(idp, pool.aws_id, "jane")
    PoolPeopleSettings.objects.update(mirrors_people=False)
    emulator.forget_calls()
    client = client_of(hal)
    assert "Ask AWS" not in get(client, "cognito_pool_people", "?q=jane@example.org", aws_id=pool.aws_id)
    ask(client, pool, "jane@example.org")
    assert emulator.calls() == [] and not CognitoUser.objects.exists()


def test_who_is_in_the_mirror_is_not_asked_for_again(
    pool: UserPool, idp: Any, aws_account: AwsAccount, hal: Operator, client_of: ClientOf
) -> None:
    make(idp, pool.aws_id, "jane")
    pull_people(aws_account)
    page = get(client_of(hal), "cognito_pool_people", "?q=jane@example.org&enabled=no", aws_id=pool.aws_id)
    assert "Ask AWS" not in page and "Nothing matches" in page


@pytest.mark.parametrize(
    ("words", "ways"),
    [
        ("jane@example.org", ["email", "username"]),
        ("jane@example", ["username", "preferred_username"]),
        ("+4930123456", ["phone_number", "username"]),
        ("0f3a91c4-20d8-4e0b-9a11-0123456789ab", ["sub", "username"]),
        ("ja", []),
        ("jane doe", []),
    ],
)
def test_only_what_is_whole_is_asked_for(words: str, ways: list[str]) -> None:
    assert ways_to_ask(words) == ways
