"""Names that people gave themselves, and words in addresses, that are meant to break a page or a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from accounts.models import Operator
from cognito.models import CognitoUser, UserPool
from tests.cognito.rows import make_person, make_pool_group, put_into
from tests.services.pages import address, exported

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "{{ 7|add:7 }}{% debug %}",
    "\u202eevil\u202c",
    "=cmd|'/c calc'!A0",
    "👩\u200d💻" * 50,
    "x" * 2048,
    "a\r\nSet-Cookie: a=b",
)


@pytest.fixture(params=HOSTILE, ids=range(len(HOSTILE)))
def mallory(request: pytest.FixtureRequest, pool: UserPool) -> CognitoUser:
    said = request.param
    described = {"name": said, "custom:plan": said, "phone_number": said, "email": f"{said}@example.org"}
    person = make_person(pool, f"mallory{said}"[:128], attributes=described)
    put_into(make_pool_group(pool, said[:128].replace(" ", "_")), person)
    return person


def test_pages_and_files_say_what_people_call_themselves(
    mallory: CognitoUser, erin: Operator, client_of: SignIn
) -> None:
    client, said = client_of(erin), mallory.attributes["name"]
    of_pool, of_person = {"aws_id": mallory.pool.aws_id}, {"aws_id": mallory.aws_id}
    groups = mallory.memberships.get().group.name
    pages = [
        address("cognito_pool_people", **of_pool),
        f"{address('cognito_pool_people', **of_pool)}?{urlencode({'q': said[:200]})}",
        f"{address('cognito_pool_people', **of_pool)}?{urlencode({'group': groups, 'custom:plan': said})}",
        address("cognito_pool_groups", **of_pool),
        address("cognito_user", **of_person),
        address("cognito_user_preview", **of_person),
        address("cognito_user_action", **of_person, action="join"),
        address("cognito_user_action", **of_person, action="disable"),
        f"{address('cognito_people_stage', **of_pool)}?pick={mallory.aws_id}",
    ]
    for page in pages:
        response = client.get(page)
        assert response.status_code == 200, page
        html = response.content.decode()
        for raw in ("<script>alert", "<img src=x", "' onmouseover=", "{{ 14"):
            assert raw not in html, page
    url = f"{address('cognito_pool_people', **of_pool)}?format=csv"
    for row in csv.reader(io.StringIO(exported(client.get(url)).removeprefix("\ufeff"))):
        assert not any(cell.startswith(("=", "+", "-", "@")) for cell in row)


@pytest.mark.parametrize("words", ["\0", "a\0b@example.org", '"', "\\", "' OR 1=1 --", "%", "_", "é" * 3000, "\ud800"])
def test_any_words_may_be_looked_for(words: str, pool: UserPool, alice: Operator, client_of: SignIn) -> None:
    make_person(pool)
    client, base = client_of(alice), address("cognito_pool_people", aws_id=pool.aws_id)
    said = words.encode("utf-8", "surrogatepass")
    for name in ("q", "sub", "username", "email", "custom:plan", "group", "status", "created_after", "page", "sort"):
        assert client.get(f"{base}?{urlencode({name: said})}").status_code in (200, 400), name
    ask = address("cognito_people_ask", aws_id=pool.aws_id)
    assert posted(client, ask, q=said).status_code == 302
    keep = address("cognito_search_save", aws_id=pool.aws_id)
    kept = posted(client, keep, name=said, query=f"//evil.example/?{urlencode({'q': said})}")
    assert kept.status_code == 302
    assert kept["Location"].startswith(base)
    erase = address("data_protection_erase", aws_id=pool.aws_id)
    for name in ("attribute", "sub"):
        assert posted(client, erase, **{name: said}).status_code in (302, 404), name


def posted(client: Client, url: str, **said: Any) -> Any:
    """As a browser does: a NUL, and half a character, are bytes of the body."""
    return client.post(url, urlencode(said), content_type="application/x-www-form-urlencoded")


@pytest.mark.parametrize("what", ["new", "there"])
@pytest.mark.parametrize("cell", [*HOSTILE, "\0", "nobody\0@example.org", "a" * 40_000])
def test_any_table_is_looked_at(what: str, cell: str, pool: UserPool, erin: Operator, client_of: SignIn) -> None:
    out = io.StringIO()
    csv.writer(out).writerows([["name", "groups", "custom:plan"], [cell, cell, cell], ["ok@example.org", cell, "x"]])
    url = address("cognito_people_csv", aws_id=pool.aws_id)
    response = client_of(erin).post(url, {"what": what, "channel": "EMAIL", "text": out.getvalue()})
    assert response.status_code in (200, 422)
    assert "<script>alert" not in response.content.decode()
